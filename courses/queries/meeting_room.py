"""A meeting as it stands in the room: who should be there, and what is registered of each."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q
from django.http import Http404

from courses import policies
from courses.models import Meeting, Staffing
from courses.queries.numbered import NUMBER
from courses.states import EnrolmentState, Mark, MeetingState
from roegfri import clock
from roegfri.actor import Actor
from roegfri.audit import looks
from roegfri.persons import names
from roegfri.walls import prepared

# Those whom one works with (policies.enrolments_worked_with_by, said in the statement itself), and
# of them who belongs to the meeting: who was there or had not left before it, not who only waits.
_WHO = """
select e.id, c.id as citizen_id, coalesce(k.given_names, c.given_names) as given_names,
  coalesce(k.surname, c.surname) as surname, coalesce(k.language, c.language) as language,
  coalesce(k.interpreter, c.interpreter) as interpreter,
  coalesce(k.address_protected, c.address_protected) as address_protected,
  array(select p.number from referrals_phone p where p.wrong_since is null
    and p.citizen_id in (c.id, c.merged_into_id) order by p.rank, p.number) as phones,
  e.state, e.enrolled_at, e.left_at, e.walked_in, e.planned_quit_on, e.actual_quit_on,
  coalesce(t.mark, '') as mark, t.co, coalesce(t.note, '') as note,
  coalesce(t.version, 0) as version, t.at as marked_at, coalesce(u.name, '') as marked_by
from courses_enrolment e
join referrals_citizen c on c.id = e.citizen_id
left join referrals_citizen k on k.id = c.merged_into_id
left join courses_attendance t on t.enrolment_id = e.id and t.meeting_id = %(meeting)s
left join accounts_user u on u.id = t.by_id
where e.course_id = %(course)s and (
    select true from referrals_citizenaccess a
    where a.citizen_id = e.citizen_id and a.organisation_id = %(own)s
      and a.from_on <= %(today)s and (a.until_on is null or a.until_on >= %(today)s)
      and ((a.ground = 'handling' and a.about = e.referral_id)
        or (a.ground = 'host' and a.about = e.id)) limit 1)
  and (t.id is not null or (
    (e.left_at is null or e.left_at > %(starts_at)s)
    and case when %(alone)s
      then (select true from courses_appointment p
        where p.meeting_id = %(meeting)s and p.enrolment_id = e.id)
      else e.enrolled_at is not null and e.state <> 'waiting' end))
order by coalesce(k.sort_key, c.sort_key), e.created_at, e.id
"""


@dataclass(frozen=True, slots=True)
class Present:
    """One participant at the meeting. `version` is that of her attendance, 0: not registered;
    `phones` in E.164, those that work."""

    id: UUID
    citizen_id: UUID
    given_names: str
    surname: str
    language: str
    interpreter: bool
    address_protected: bool
    phones: Sequence[str]
    state: str
    enrolled_at: dt.datetime | None
    left_at: dt.datetime | None
    walked_in: bool
    planned_quit_on: dt.date | None
    actual_quit_on: dt.date | None
    mark: str
    co: int | None
    note: str
    version: int
    marked_at: dt.datetime | None
    marked_by: str

    @property
    def name(self) -> str:
        """In full; empty where it is not known."""
        return names.full(self.given_names, self.surname)

    @property
    def waits(self) -> bool:
        """She came without having a seat."""
        return self.state == EnrolmentState.WAITING

    @property
    def folded(self) -> bool:
        """Something was written at this meeting; a quit date may be from long before."""
        return self.co is not None or bool(self.note)


@dataclass(frozen=True)
class Room:
    """A meeting with those of its participants whom one works with.

    `number` is which meeting of the course it is, 0 for an appointment; `hosted`: one's own
    municipality holds it.
    """

    meeting: Meeting
    number: int
    staff: Sequence[str]
    people: Sequence[Present]
    hosted: bool

    @cached_property
    def expected(self) -> list[Present]:
        """Who should have come, and who came."""
        return [one for one in self.people if not self._came_later(one)]

    @cached_property
    def since(self) -> list[Present]:
        """Who was enrolled after it was over, and is not counted as missing."""
        return [one for one in self.people if self._came_later(one)]

    def _came_later(self, one: Present) -> bool:
        later = one.enrolled_at is None or one.enrolled_at > self.meeting.ends_at
        return later and not one.mark and not self.meeting.appointment

    @property
    def counts(self) -> dict[str, int]:
        """How many there are of each mark; "" is not registered."""
        marks = [one.mark for one in self.expected]
        return {one: marks.count(one) for one in ("", *Mark.values)}

    @property
    def unmarked(self) -> int:
        """Of how many nothing is registered."""
        return self.counts[""]

    @property
    def is_open(self) -> bool:
        """It can be closed: not cancelled, and not closed already."""
        return self.meeting.state == MeetingState.PLANNED

    @property
    def cancelled(self) -> bool:
        """Nothing is registered at it."""
        return self.meeting.state == MeetingState.CANCELLED


def meeting_room(viewer: Actor, pk: UUID) -> Room:
    """The meeting and who is there: for its host, for whoever is at it, and for a municipality
    whose citizen takes part. Raises Http404 for anybody else. Two statements."""
    meeting = _meeting(viewer, pk)
    people = _people(viewer, meeting)
    hosted = meeting.course.host_id == viewer.organisation_id
    if not hosted and not people and viewer.user_id not in meeting.counsellors:
        raise Http404
    return Room(
        meeting=meeting,
        number=meeting.number,
        staff=meeting.names,
        people=people,
        hosted=hosted,
    )


def meeting_at(viewer: Actor, pk: UUID) -> Meeting:
    """The meeting alone, for whoever marks at it: nobody is looked at. Raises Http404 where one
    neither holds it nor has a citizen on its course."""
    rows = Meeting.objects.filter(pk=pk, course__in=policies.courses_visible_to(viewer))
    own = policies.enrolments_worked_with_by(viewer).filter(course=OuterRef("course"))
    hosted = Q(course__host=viewer.organisation_id)
    found = rows.filter(hosted | Exists(own)).select_related("course__host").first()
    if found is None:
        raise Http404
    return found


def _meeting(viewer: Actor, pk: UUID) -> Any:
    staff = Staffing.objects.filter(meeting=OuterRef("pk"), live=True).order_by("counsellor__name")
    found = (
        Meeting.objects.filter(pk=pk, course__in=policies.courses_visible_to(viewer))
        .select_related("course__host", "room__venue", "closed_by")
        .annotate(
            number=NUMBER,
            names=ArraySubquery(staff.values("counsellor__name")),
            counsellors=ArraySubquery(staff.values("counsellor")),
        )
        .first()
    )
    if found is None:
        raise Http404
    return found


def _people(viewer: Actor, meeting: Meeting) -> list[Present]:
    values = {
        "own": viewer.organisation_id,
        "today": clock.today(),
        "course": meeting.course_id,
        "meeting": meeting.pk,
        "starts_at": meeting.starts_at,
        "alone": meeting.appointment,
    }
    rows = prepared.rows(_WHO, values, Present)
    looks.noticed(row.citizen_id for row in rows)
    return rows
