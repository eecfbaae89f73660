"""The counsellors of some meetings: their rows, written and removed; parts of commands."""

import datetime as dt
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from courses.commands.booking import employed, taking
from courses.commands.hosted import enough_staff
from courses.models import Meeting, Staffing
from courses.queries.clashes import Want, clashes
from courses.rules.planning import Slot
from courses.states import MeetingState, StaffRole
from roegfri.accounts.models import User
from roegfri.actor import Actor
from roegfri.refusal import Refusal


def possible(
    meetings: Sequence[Meeting], person: User, by: Actor, *, only_free: bool
) -> tuple[list[Meeting], list[Meeting]]:
    """Those she can be at, and those at which she is elsewhere, or already there in her own right.
    Both in time's order."""
    if not only_free:
        return list(meetings), []
    wanted = [_want(one, person) for one in meetings]
    busy = {one.slot for one in clashes(by, wanted)}
    there = set(_at(meetings, person))
    free = [one for one in meetings if _slot(one) not in busy and one.pk not in there]
    return free, [one for one in meetings if one not in free]


def put_on(
    meetings: Sequence[Meeting],
    person: User,
    *,
    role: str,
    instead_of: User | None,
    at: dt.datetime,
) -> None:
    """The rows; who is stood in for is off before, so that the database sees one at a time."""
    if not meetings:
        return
    employed(meetings[0].course, [person.pk], [one.starts_at for one in meetings], at=at)
    if _at(meetings, person):
        words = _("%(name)s er allerede på mødegangen. Vælg en anden.")
        raise Refusal(words % {"name": person.name})
    live = [one for one in meetings if one.state != MeetingState.CANCELLED]
    with taking([_want(one, person) for one in live]):
        for one in meetings:
            stood_for, as_what = _in_stead(one, person, instead_of, role)
            Staffing.objects.create(
                meeting=one,
                counsellor=person,
                role=as_what,
                instead_of=stood_for,
                starts_at=one.starts_at,
                ends_at=one.ends_at,
            )


def take_off(meetings: Sequence[Meeting], person: User, by: Actor, at: dt.datetime) -> None:
    """Off these meetings. Raises Refusal where a coming one would lack whom it needs."""
    for one in meetings:
        if one.staff.filter(counsellor=person).delete()[0]:
            _still_held(one, person, by, at)


def _in_stead(
    meeting: Meeting, person: User, instead_of: User | None, role: str
) -> tuple[User | None, str]:
    """Takes off whom she stands in for; a substitute's substitute stands in for the first, and who
    comes back to her own meeting is no substitute."""
    if instead_of is None:
        return None, role
    row = meeting.staff.filter(counsellor=instead_of).select_related("instead_of").first()
    if row is None:
        words = _("%(name)s er ikke længere på mødegangen. Genindlæs siden.")
        raise Refusal(words % {"name": instead_of.name})
    row.delete()
    first = row.instead_of or instead_of
    return (None, StaffRole.COUNSELLOR) if first == person else (first, StaffRole.SUBSTITUTE)


def _still_held(meeting: Meeting, person: User, by: Actor, at: dt.datetime) -> None:
    """Whether a coming meeting has the counsellors it needs; nobody is enrolled: it may wait."""
    if meeting.state != MeetingState.PLANNED or meeting.ends_at <= at:
        return
    left = meeting.staff.count()
    if not meeting.appointment:
        enough_staff(meeting.course, meeting.starts_at, left, by)
    if not left and (meeting.appointment or meeting.course.seats_taken):
        raise Refusal(
            _(
                "%(name)s er den eneste rådgiver, og der er deltagere på forløbet. Byt med en"
                " vikar, eller aflys mødegangen."
            )
            % {"name": person.name}
        )


def _at(meetings: Iterable[Meeting], person: User) -> list[UUID]:
    """At which of some meetings somebody is."""
    return list(
        Staffing.objects.filter(meeting__in=list(meetings), counsellor=person).values_list(
            "meeting_id", flat=True
        )
    )


def _want(meeting: Meeting, person: User) -> Want:
    return Want(_slot(meeting), counsellors=(person.pk,), meeting=meeting.pk)


def _slot(meeting: Meeting) -> Slot:
    return Slot(meeting.starts_at, meeting.ends_at)
