"""What should be thought of before a course begins, and stands in nobody's way."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from courses.models import Room
from courses.queries.planning import course_terms
from courses.rules.planning import counsellors_needed, enough_meetings
from courses.states import CourseKind
from roegfri import clock
from roegfri.actor import Actor
from roegfri.organisations.models import Agreement

_FEW_IN_A_DRAFT = _(
    "Aftalen kræver mindst %(minimum)d mødegange på et hold. Det kan gemmes som kladde, "
    "men ikke offentliggøres."
)
_FEW = _("Kun %(n)d mødegange: aftalen siger mindst %(minimum)d. Tilføj en mødegang.")


@dataclass(frozen=True, slots=True)
class Plan:
    """A course as far as it is planned.

    `agreement` is the one to hold it against, `is_draft` whether it waits to be published,
    `unqualified` are the names of counsellors without the basic course, and `shared` is how many
    counsellors each of its meetings has, the fewest where they differ; None without meetings.
    """

    kind: str
    capacity: int
    agreement: Agreement | None = None
    is_draft: bool = True
    meetings: int = 0
    first_on: dt.date | None = None
    room: Room | None = None
    unqualified: Sequence[str] = ()
    shared: int | None = None


def warnings(viewer: Actor, plan: Plan) -> list[str]:
    """In words, the most pressing first."""
    return [*_of_agreement(viewer, plan), *_of_people(plan), *_of_room(plan)]


def _of_agreement(viewer: Actor, plan: Plan) -> Iterator[str]:
    """What the agreement asks for on the day of the first meeting."""
    terms = course_terms(viewer, plan.agreement, plan.first_on or clock.today())
    if terms is None:
        return
    if plan.meetings and not enough_meetings(
        plan.kind, plan.meetings, minimum=terms.group_minimum_meetings
    ):
        said = _FEW_IN_A_DRAFT if plan.is_draft else _FEW
        yield said % {"n": plan.meetings, "minimum": terms.group_minimum_meetings}
    needed = counsellors_needed(plan.kind, plan.capacity, two_from=terms.two_counsellors_from)
    if plan.shared is not None and plan.shared < needed:
        if needed > 1:
            yield _(
                "Fra deltager nr. %(from)d kræver aftalen to rådgivere på hver mødegang. Vælg én "
                "mere, hvis alle pladser skal kunne bruges."
            ) % {"from": terms.two_counsellors_from}
        else:
            yield str(_("Ingen mødegang har en rådgiver endnu."))


def _of_people(plan: Plan) -> Iterator[str]:
    for name in plan.unqualified:
        yield _("%(name)s har ikke fået noteret grundkurset til rygestoprådgiver.") % {"name": name}


def _of_room(plan: Plan) -> Iterator[str]:
    seats = plan.room.seats if plan.room else None
    if seats and plan.capacity > seats and plan.kind != CourseKind.INDIVIDUAL:
        yield _("Lokalet har %(seats)d pladser, og forløbet har %(capacity)d.") % {
            "seats": seats,
            "capacity": plan.capacity,
        }
