"""The courses a citizen is and was on, beside her file and in its line through time."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from courses.models import Enrolment
from courses.queries.enrolled import Enrolled, Marked
from courses.states import CourseKind, EnrolmentState, Mark
from roegfri import clock
from roegfri.desk.file.entries import Entry
from roegfri.desk.file.next_step import Next
from roegfri.desk.lines import moment_words

_LOOK: Mapping[str, str] = {
    EnrolmentState.ENROLLED: "new",
    EnrolmentState.WAITING: "waiting",
}
# What a line of the timeline looks like.
_MET: Mapping[Mark, str] = {
    Mark.ATTENDED: "reached",
    Mark.CANCELLED: "attempt",
    Mark.ABSENT: "attempt",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One enrolment beside the file. `look` is its tag's colour."""

    enrolment: Enrolment
    live: bool
    look: str
    next_at: dt.datetime | None
    rank: int
    moved_to: str
    wants_appointment: bool


def lines(found: Sequence[Enrolled]) -> list[Line]:
    """Her enrolments, those that go on in front."""
    return [
        Line(
            one.enrolment,
            one.live,
            _LOOK.get(one.enrolment.state, "done"),
            one.next_at,
            one.rank,
            one.moved_to,
            wants_appointment=one.worked
            and one.enrolment.state == EnrolmentState.ENROLLED
            and one.enrolment.course.kind == CourseKind.INDIVIDUAL
            and one.next_at is None,
        )
        for one in found
    ]


def next_meeting(found: Sequence[Enrolled], at: dt.datetime) -> Next | None:
    """What is next of a case on which nothing else is due: the first meeting she is to come to, or
    that she waits for a seat."""
    live = [one for one in found if one.live]
    coming = [one for one in live if one.next_at and not one.rank]
    if coming:
        first = min(coming, key=lambda one: one.next_at or at)
        assert first.next_at  # noqa: S101  (chosen by it)
        when = moment_words(first.next_at, clock.danish_date(at))
        words = _("Mødegang %(when)s: %(course)s") % {"when": when, "course": _name(first)}
        return Next("new", words)
    if live and live[0].rank:
        return Next("waiting", _("På venteliste: %(course)s") % {"course": _name(live[0])})
    if live:
        alone = live[0].enrolment.course.kind == CourseKind.INDIVIDUAL
        words = (
            _("Tilmeldt %s. Lav en aftale.") if alone else _("Tilmeldt %s. Ingen mødegang endnu.")
        )
        return Next("waiting", words % _name(live[0]))
    return None


def _name(one: Enrolled) -> str:
    return one.enrolment.course.name


def entries(found: Sequence[Enrolled]) -> Iterator[Entry]:
    """What happened on them, in no order."""
    for one in found:
        yield from _steps(one)
        yield from (_met(one.enrolment, met) for met in one.marked)


def _steps(one: Enrolled) -> Iterator[Entry]:
    made = one.enrolment
    about, who = made.course.host.name, made.created_by.name
    named = {"course": made.course.name}
    waited = made.waiting_since and made.waiting_since >= made.created_at
    if made.waiting_since and waited:
        title = _("På venteliste: %(course)s") % named
        yield Entry(made.waiting_since, "message", "courses", title, who=who, about=about)
    if made.enrolled_at:
        # Whoever waited got the seat by itself, or by somebody whom the log names.
        title = _("Fik plads: %(course)s") if waited else _("Tilmeldt: %(course)s")
        by = "" if waited else who
        yield Entry(made.enrolled_at, "received", "courses", title % named, who=by, about=about)
    if made.left_at:
        reason = made.get_left_reason_display() if made.left_reason else ""
        text = ". ".join(filter(None, (reason, made.left_note)))
        title = _left(one) % {**named, "to": one.moved_to}
        yield Entry(made.left_at, "closed", "courses", title, text=text, about=about)


def _left(one: Enrolled) -> str:
    return {
        EnrolmentState.MOVED.value: _("Flyttet fra %(course)s til %(to)s"),
        EnrolmentState.ENDED.value: _("Afsluttede forløbet: %(course)s"),
    }.get(one.enrolment.state, _("Frameldt: %(course)s"))


def _met(made: Enrolment, met: Marked) -> Entry:
    words = {
        "mark": met.mark.label,
        "course": made.course.name,
        "number": met.number,
    }
    title = (
        _("%(mark)s: %(number)d. mødegang, %(course)s")
        if met.number
        else _("%(mark)s: aftale, %(course)s")
    )
    return Entry(met.at, _MET[met.mark], "courses", title % words, who=met.who, text=met.note)
