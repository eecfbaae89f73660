"""What a course is, apart from its meetings; and what can be said against it."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from courses import policies
from courses.models import Course, Room
from courses.queries import planning as queries
from courses.states import Target
from roegfri.actor import Actor
from roegfri.organisations.models import Organisation
from roegfri.refusal import Refusal

# The most that one course has room for; the database refuses more, too.
MOST = 200


@dataclass(frozen=True, slots=True)
class CourseDetails:
    """What a coordinator says of a course. Without a provider its municipality holds it itself;
    `access` and `transport` are for this course alone, empty: as the place says. `listed`: whether
    citizens see it on the public pages, None: as is usual for such a course."""

    kind: str
    name: str
    capacity: int
    provider: Organisation | None = None
    room: Room | None = None
    target: str = Target.ALL
    language: str = "Dansk"
    concept: str = ""
    access: str = ""
    transport: str = ""
    listed: bool | None = None


def course_to_plan(course: Course, by: Actor) -> Course:
    """The row as it is now, locked; part of the commands that change it. Raises Refusal when it is
    another municipality's."""
    rows = policies.courses_hosted_by(by).select_for_update(of=("self",), no_key=True)
    found = rows.select_related("host", "agreement").filter(pk=course.pk).first()
    if found is None:
        raise Refusal(_("Forløbet er en anden kommunes. Intet er ændret."))
    return found


def check_course(course: Course, by: Actor, on: dt.date, *, changed: Collection[str]) -> None:
    """Raises Refusal for the first of the changed columns that cannot be on a Danish date; part of
    the commands that save them."""
    for column, check in _CHECKS.items():
        if column in changed:
            check(course, by, on)


def _named(course: Course, _by: Actor, _on: dt.date) -> None:
    if not course.name.strip():
        raise Refusal(_("Giv forløbet et navn."), field="name")


def _possible_capacity(course: Course, _by: Actor, _on: dt.date) -> None:
    if not 1 <= course.capacity <= MOST:
        raise Refusal(
            _("Skriv, hvor mange der er plads til: fra 1 til %(most)d.") % {"most": MOST},
            field="capacity",
        )
    if course.capacity < course.seats_taken:
        raise Refusal(
            _(
                "Der er tilmeldt %(taken)d. Flyt eller frameld nogen først, eller skriv mindst "
                "%(taken)d."
            )
            % {"taken": course.seats_taken},
            field="capacity",
        )


def _may_provide(course: Course, by: Actor, on: dt.date) -> None:
    if not queries.providers(by, course.agreement, on).filter(pk=course.provider_id).exists():
        raise Refusal(
            _("Udbyderen har ingen aftale med samarbejdet den %(day)s. Vælg en anden.")
            % {"day": f"{on:%d.%m.%Y}"},
            field="provider",
        )


def _own_room(course: Course, by: Actor, _on: dt.date) -> None:
    if course.room_id and not queries.rooms(by).filter(pk=course.room_id).exists():
        raise Refusal(_("Lokalet bruges ikke længere. Vælg et andet."), field="room")


_CHECKS = {
    "name": _named,
    "capacity": _possible_capacity,
    "provider_id": _may_provide,
    "room_id": _own_room,
}
