"""What was typed into STOPbasen: marked, taken back; and taken out of the house to be typed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from courses import policies
from courses.models import Course, Enrolment, Transferred
from courses.queries.endings import endings
from courses.queries.pack import MARK
from courses.states import EnrolmentState
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Refusal

# No participant has more values than this.
_VALUES = 400


@transaction.atomic
def mark_transferred(
    course: Course, typed: Mapping[UUID, bytes], *, by: Actor, at: dt.datetime
) -> int:
    """Notes that participants stand in STOPbasen, by enrolment, with the marks of the values that
    were on the page whoever typed them had open; how many of them are new.

    Marked already with the same values, a participant stays as she is. Raises Refusal, and notes
    nobody, when one is no longer the host's to see, or no longer agrees to it.
    """
    rows = _locked(course, list(typed), by)
    if set(typed) != {one.pk for one in rows} or not all(map(_possible, typed.values())):
        raise Refusal(
            _("En af deltagerne er ikke længere på listen. Siden viser nu, hvem der er med.")
        )
    _check_agreed(course, rows, by, at)
    was = {one.pk: one for one in Transferred.objects.filter(enrolment__in=rows)}
    new = [one for one in rows if one.pk not in was or bytes(was[one.pk].digest) != typed[one.pk]]
    for one in new:
        Transferred.objects.update_or_create(
            enrolment=one, defaults={"at": at, "by_id": by.person, "digest": typed[one.pk]}
        )
    if new:
        record("pack.transferred", course, by=by, at=at, persons=_persons(new))
    return len(new)


@transaction.atomic
def unmark(course: Course, enrolment: UUID, *, by: Actor, at: dt.datetime) -> None:
    """She does not stand in STOPbasen: it was marked by mistake, or she has been removed there.

    Nothing where it was not marked. Raises Refusal when she is no longer the host's to see.
    """
    rows = _locked(course, [enrolment], by)
    if not rows:
        raise Refusal(_("Deltageren er ikke længere på listen. Intet er ændret."))
    if Transferred.objects.filter(enrolment__in=rows).delete()[0]:
        record("pack.taken_back", course, by=by, at=at, persons=_persons(rows))


@transaction.atomic
def reveal_numbers(
    course: Course, persons: Sequence[UUID], *, reason: str, by: Actor, at: dt.datetime
) -> None:
    """The whole CPR numbers of a course are shown, to be typed into STOPbasen."""
    record("civil_number.shown", course, by=by, at=at, persons=persons, reason=reason)


@transaction.atomic
def extract_pack(course: Course, persons: Sequence[UUID], *, by: Actor, at: dt.datetime) -> None:
    """The values of a course were fetched as a file, with whole CPR numbers."""
    record("pack.extracted", course, by=by, at=at, persons=persons, columns=["civil_number"])


def _locked(course: Course, enrolments: Sequence[UUID], by: Actor) -> list[Enrolment]:
    """In one order, so that two who mark the same do not wait for each other."""
    if not by.is_system and course.host_id != by.organisation_id:
        return []
    own = policies.enrolments_worked_with_by(by).filter(course=course, pk__in=enrolments)
    had_a_seat = own.exclude(state=EnrolmentState.WAITING).order_by("pk")
    return list(had_a_seat.select_for_update(of=("self",), no_key=True))


def _possible(marks: bytes) -> bool:
    return 0 < len(marks) <= MARK * _VALUES and len(marks) % MARK == 0


def _check_agreed(course: Course, rows: Sequence[Enrolment], by: Actor, at: dt.datetime) -> None:
    agreeing = {one.id for one in endings(by, course, at=at).rows if one.stopbase_agreed}
    if agreeing.issuperset(one.pk for one in rows):
        return
    raise Refusal(
        _(
            "En af deltagerne har trukket sit samtykke til STOPbasen tilbage. Har du tastet"
            " vedkommende ind, så slet det i STOPbasen. Intet er markeret."
        )
    )


def _persons(rows: Sequence[Enrolment]) -> list[UUID]:
    return [one.citizen_id for one in rows]
