"""Whom somebody may be who walks in: of the course, or of one's own cases."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from courses import policies
from courses.models import Attendance, Meeting
from courses.states import EnrolmentState, Mark
from referrals.models import Phone
from referrals.queries.search import found
from referrals.queries.wanted import Wanted
from roegfri.actor import Actor
from roegfri.persons import names
from roegfri.refusal import Words

MOST = 6


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who may be the one. `decided` names her for the form; `state` says how she is known,
    empty for a case of one's own."""

    decided: str
    name: str
    phone: str
    state: Words


def known_as(viewer: Actor, meeting: Meeting, name: str, number: str) -> list[Known]:
    """Participants of the course by any part of the name, or the number; then citizens of one's own
    with an open case. `number` in E.164, empty where it is not known."""
    if not name and not number:
        return []
    rows = list(_participants(viewer, meeting, name, number))
    hers = {one.citizen_id for one in rows} | {one.citizen.merged_into_id for one in rows}
    digits = number.removeprefix("+45").removeprefix("+")
    cases = _cases(viewer, Wanted(name=name)) + _cases(viewer, Wanted(digits=digits))
    others = {one.decided: one for one in cases if UUID(one.decided[8:]) not in hers}
    return [*(_known(one) for one in rows), *others.values()][:MOST]


def _participants(viewer: Actor, meeting: Meeting, name: str, number: str) -> Any:
    """By the number, or where every word is a part of the name."""
    came = Attendance.objects.filter(enrolment=OuterRef("pk"), meeting=meeting, mark=Mark.ATTENDED)
    of_her = Q(citizen=OuterRef("citizen")) | Q(citizen=OuterRef("citizen__merged_into"))
    wanted = Q(Exists(Phone.objects.filter(of_her, number=number))) if number else Q()
    by_name = Q()
    for word in name.split():
        by_name &= Q(citizen__given_names__icontains=word) | Q(citizen__surname__icontains=word)
    on_it = [EnrolmentState.WAITING, EnrolmentState.ENROLLED, EnrolmentState.WITHDRAWN]
    rows = policies.enrolments_worked_with_by(viewer).filter(
        wanted | by_name, course=meeting.course_id, state__in=on_it
    )
    return (
        rows.annotate(came=Exists(came))
        .select_related("citizen__merged_into")
        .order_by("came", "-state", "pk")[:MOST]
    )


def _known(row: Any) -> Known:
    citizen = row.citizen.merged_into or row.citizen
    return Known(
        decided=f"participant:{row.pk}",
        name=names.full(citizen.given_names, citizen.surname),
        phone="",
        state=_("Mødt allerede") if row.came else row.get_state_display(),
    )


def _cases(viewer: Actor, wanted: Wanted) -> list[Known]:
    """By the desk's own search, which finds a name that is written a little otherwise too."""
    return [
        Known(
            decided=f"citizen:{one.id}",
            name=names.full(one.given_names, one.surname),
            phone=next(iter(one.phones), ""),
            state="",
        )
        for one in found(viewer, wanted).hits[:MOST]
        if one.open_cases
    ]
