"""What was saved of a course in words, and the page that shows what two people wrote."""

from collections.abc import Iterable

from django.http import HttpResponse
from django.utils.translation import gettext as _

from courses.forms.course import sealed_now
from courses.forms.course.fields import Choices
from courses.models import Course
from courses.models.parts import PARTS
from courses.states import CourseKind, Target
from roegfri.accounts.access import SignedIn
from roegfri.ui.differences import Collision, Merged, Part, Shown
from roegfri.ui.screens import CONFLICT, show


def said(done: object) -> str:
    """What was saved, and what a colleague had changed meanwhile and was kept."""
    if not isinstance(done, Merged) or not done.changed:
        words = _("Der var ikke noget at gemme.")
    else:
        words = _("Gemt: %s.") % _labels(done.changed)
    if isinstance(done, Merged) and done.kept:
        words += " " + _("En anden har rettet %s imens; det er beholdt.") % _labels(done.kept)
    return words


def show_differences(
    request: SignedIn, course: Course, collision: Collision, choices: Choices
) -> HttpResponse:
    """What both changed, each with a choice; everything else that was typed goes along."""
    shown = [
        Shown(
            one.name,
            _label(one.name),
            before=_words(one.name, one.before, choices),
            theirs=_words(one.name, one.theirs, choices),
            mine=_words(one.name, one.mine, choices),
        )
        for one in collision.conflicts
    ]
    left_out = {one.choice for one in shown} | {"shown", "csrfmiddlewaretoken"}
    context = {
        "course": course,
        "differences": shown,
        "typed": [(n, v) for n, v in request.POST.items() if n not in left_out],
        "shown": sealed_now(collision.now, course),
    }
    return show(request, "courses/differences.html", context, status=CONFLICT)


def _labels(parts: Iterable[str]) -> str:
    return ", ".join(_label(name).lower() for name in parts)


def _label(name: str) -> str:
    named = {one.attname: str(one.verbose_name) for one in Course._meta.fields}
    return named[PARTS[name]].capitalize()


def _words(name: str, part: Part | None, choices: Choices) -> str:
    """A stored value as a person reads it."""
    if part is None:
        return ""
    value = part[0]
    if value in {None, ""}:
        return _("(tomt)")
    if name == "provider":
        return next((str(one) for one in choices.providers if str(one.pk) == value), str(value))
    if name == "room":
        rooms = (one for one in choices.rooms if str(one.pk) == value)
        return next((f"{one.venue.name}, {one.name}" for one in rooms), _("et andet lokale"))
    if name == "listed":
        return _("ja") if value else _("nej")
    labels = {"kind": CourseKind, "target": Target}
    return str(labels[name](value).label) if name in labels else str(value)
