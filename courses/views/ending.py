"""Afslutning: how a course ended for everybody, on one page; and for one participant."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.commands.ending import Noted, end_participant, note_endings, reopen_participant
from courses.commands.planning import finish_course
from courses.forms.ending import Table
from courses.models import Course
from courses.queries import course as courses
from courses.queries.endings import Endings, ending_alone, endings
from courses.queries.participant import participant_to_change
from courses.rules.ending import SEEN_AFTER
from courses.states import CourseKind, CourseState
from courses.views.ended import left_out_words, left_to_do, rest, sheet
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.refusal import Refusal
from roegfri.ui import drafts
from roegfri.ui.screens import CONFLICT, UNPROCESSABLE, show, typed

# What a button of the participant's page does when her outcome is saved.
_THEN = {"end": end_participant, "reopen": reopen_participant}
_SAID = {
    "end": gettext_lazy("Gemt, og forløbet er afsluttet for deltageren."),
    "reopen": gettext_lazy("Gemt, og forløbet er åbent for deltageren igen."),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent, and what became of it."""

    form: Table
    noted: Noted

    @property
    def is_whole(self) -> bool:
        """All that was said is saved."""
        n = self.noted
        form = self.form
        return not (form.errors or form.wrong or form.asked or n.differing or n.refused)

    @property
    def status(self) -> int:
        """409 where a colleague wrote meanwhile, 422 where something has to be mended."""
        if self.is_whole:
            return 0
        return CONFLICT if self.noted.differing else UNPROCESSABLE


@screen(Right.COURSES_RUN)
def ending(request: SignedIn, pk: UUID) -> HttpResponse:
    """The outcomes of a course, saved in one press."""
    found = _endings(request, courses.course(request.actor, pk))
    if request.method != "POST":
        return _show_table(request, found, draft=_draft(request, found))
    sent = _save(request, found)
    if not sent.is_whole:
        return _show_table(request, _endings(request, found.course), sent)
    _say_saved(request, sent, found)
    return redirect("courses:ending", pk)


@screen(Right.COURSES_RUN)
def finish(request: SignedIn, pk: UUID) -> HttpResponse:
    """The same, and then the course is over."""
    course = courses.hosted_course(request.actor, pk)
    if request.method != "POST":
        return redirect("courses:ending", pk)
    sent, refused = _save(request, _endings(request, course), ends=True), ""
    if sent.is_whole:
        try:
            finish_course(course, by=request.actor, at=clock.now())
        except Refusal as refusal:
            refused = str(refusal)
        else:
            _say_finished(request, _endings(request, course))
            return redirect("courses:ending", pk)
    return _show_table(request, _endings(request, course), sent, refused=refused)


@screen(Right.COURSES_RUN)
def participant_ending(request: SignedIn, pk: UUID) -> HttpResponse:
    """The outcome of one participant; and that the course is over for her alone, or is not."""
    enrolment = participant_to_change(request.actor, pk).enrolment
    found = ending_alone(request.actor, enrolment, at=clock.now())
    if request.method != "POST":
        return _show_one(request, found, draft=_draft(request, found))
    then = _THEN.get(request.POST.get("then", ""))
    sent, refused = _save(request, found, ends=then is not None), ""
    if sent.is_whole:
        try:
            if then:
                then(enrolment, by=request.actor, at=clock.now())
        except Refusal as refusal:
            refused = str(refusal)
        else:
            messages.success(request, _SAID.get(request.POST.get("then", ""), _("Gemt.")))
            return redirect("courses:participant", pk)
    again = ending_alone(request.actor, enrolment, at=clock.now())
    return _show_one(request, again, sent, refused=refused)


def _endings(request: SignedIn, course: Course) -> Endings:
    """Raises Http404 where one neither holds the course nor works with anybody on it."""
    found = endings(request.actor, course, at=clock.now())
    if not found.hosted and not found.rows:
        raise Http404
    return found


def _draft(request: SignedIn, found: Endings) -> Table | None:
    waiting = typed(request)
    return Table.half(waiting, found.rows) if waiting else None


def _save(request: SignedIn, found: Endings, *, ends: bool = False) -> Sent:
    """Saves every line that can be; when all are, the draft is forgotten. `ends`: the course is
    ended next, for all or for one."""
    form = Table(request.POST, rows=found.rows)
    lines = form.cleaned_data["lines"] if form.is_valid() else []
    course = found.course if ends else None
    sent = Sent(form, note_endings(lines, ends=course, by=request.actor, at=clock.now()))
    if sent.is_whole:
        drafts.forget(request.user.pk, request.path.replace("/afslut/", "/afslutning/"))
    return sent


def _say_saved(request: SignedIn, sent: Sent, found: Endings) -> None:
    if names := left_out_words(found, sent.form.left_out):
        words = _("Ikke sat til røgfri: %(names)s. Vælg selv for dem.")
        messages.warning(request, words % {"names": names})
    saved = sent.noted.saved
    if not saved:
        messages.info(request, _("Der var ikke noget nyt at gemme."))
        return
    words = ngettext("%(n)d resultat er gemt.", "%(n)d resultater er gemt.", saved)
    messages.success(request, words % {"n": saved})


def _say_finished(request: SignedIn, found: Endings) -> None:
    words = _("Forløbet er afsluttet. Deltagerne kan ses og rettes her i %(days)d dage.")
    messages.success(request, words % {"days": SEEN_AFTER})
    if lacks := left_to_do(found):
        messages.warning(request, _("Endnu ikke færdigt: %(lacks)s.") % {"lacks": lacks})


def _show_table(
    request: SignedIn,
    found: Endings,
    sent: Sent | None = None,
    *,
    draft: Table | None = None,
    refused: str = "",
) -> HttpResponse:
    course, at = found.course, clock.now()
    one_by_one = course.kind != CourseKind.GROUP
    context = {
        "course": course,
        "ends": found,
        "sheet": sheet(found, sent.form if sent else draft, sent.noted if sent else None),
        "table": sent.form if sent else None,
        "refused": refused,
        "rest": None if one_by_one else rest(found),
        "is_open": course.state == CourseState.PUBLISHED,
        "is_finished": course.state == CourseState.FINISHED,
        "is_over": course.last_at <= at if course.last_at else not one_by_one,
        "may_finish": course.last_at is None or course.last_at <= at,
        "one_by_one": one_by_one,
        "today": clock.danish_date(at),
    }
    status = UNPROCESSABLE if refused else sent.status if sent else 0
    return show(request, "courses/ending.html", context, status=status)


def _show_one(
    request: SignedIn,
    found: Endings,
    sent: Sent | None = None,
    *,
    draft: Table | None = None,
    refused: str = "",
) -> HttpResponse:
    course = found.course
    context = {
        "course": course,
        "row": sheet(found, sent.form if sent else draft, sent.noted if sent else None).rows[0],
        "table": sent.form if sent else None,
        "refused": refused,
        "is_open": course.state == CourseState.PUBLISHED,
        "one_by_one": course.kind != CourseKind.GROUP,
        "today": clock.today(),
    }
    status = UNPROCESSABLE if refused else sent.status if sent else 0
    return show(request, "courses/participant_ending.html", context, status=status)
