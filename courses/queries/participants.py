"""Who takes part in a course, who waits, and who has left: those of them that one may see."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from courses.models import Course
from courses.queries.met import Met, occasions
from courses.queries.standing import WHY_WORDS, standing
from courses.rules.ending import last_seen_on
from courses.rules.seats import Why, why_waiting
from courses.states import PER_MEETING, CourseState, EnrolmentState, Item, WithdrawReason
from roegfri import clock
from roegfri.actor import Actor
from roegfri.audit import looks
from roegfri.persons import names
from roegfri.walls import prepared

# How many items of the checklist are done once: what its summary counts.
TO_TICK = sum(one not in PER_MEETING for one in Item)

# Those whom one may see (policies.enrolments_visible_to, said in the statement itself), in the
# order of ListedParticipant. The citizen is the row that counts; the numbers of both rows are hers.
_WHO = """
select e.id, e.state, coalesce(k.id, c.id), c.id, coalesce(k.given_names, c.given_names),
  coalesce(k.surname, c.surname), coalesce(k.language, c.language),
  coalesce(k.interpreter, c.interpreter), coalesce(k.address_protected, c.address_protected),
  array(select p.number from referrals_phone p where p.wrong_since is null
    and p.citizen_id in (c.id, c.merged_into_id)
    group by p.number order by min(p.rank), p.number),
  h.name, e.walked_in, e.waiting_since, e.left_at, e.left_reason,
  (select n.name from courses_enrolment m join courses_course n on n.id = m.course_id
    where m.id = e.moved_to_id),
  (select count(distinct i.item) from courses_tick i
    where i.enrolment_id = e.id and i.meeting_id is null),
  case when e.state = 'waiting' then enrolment_rank(e.id) else 0 end,
  (select coalesce(json_object_agg(t.meeting_id, json_build_object('mark', t.mark)), '{}')
    from courses_attendance t where t.enrolment_id = e.id)
from courses_enrolment e
join referrals_citizen c on c.id = e.citizen_id
left join referrals_citizen k on k.id = c.merged_into_id
left join organisations_organisation h on h.id = e.home_id
where e.course_id = %(course)s and (%(all)s or (
    select true from referrals_citizenaccess a
    where a.citizen_id = e.citizen_id and a.organisation_id = %(own)s
      and a.from_on <= %(today)s and (a.until_on is null or a.until_on >= %(today)s)
      and ((a.ground = 'handling' and a.about = e.referral_id)
        or (a.ground in ('host', 'home') and a.about = e.id)) limit 1))
order by coalesce(k.sort_key, c.sort_key), e.created_at, e.id
"""


@dataclass(frozen=True, slots=True)
class ListedParticipant:
    """One line of the list. `citizen_id` is the row that counts, which another may have been merged
    into that was enrolled. `phones` in E.164, those that work, the first to call in front;
    `moved_to` is another course, None where one does not see that enrolment.

    `rank` is her place in the waiting list, and `why` what keeps her there; `ticked` is how many
    of TO_TICK are done.
    """

    id: UUID
    state: str
    citizen_id: UUID
    enrolled_as_id: UUID
    given_names: str
    surname: str
    language: str
    interpreter: bool
    address_protected: bool
    phones: Sequence[str]
    home: str | None
    walked_in: bool
    waiting_since: dt.datetime | None
    left_at: dt.datetime | None
    left_reason: str
    moved_to: str | None
    ticked: int
    rank: int
    met: Sequence[Met]
    why: Why | None

    @property
    def name(self) -> str:
        """In full; empty where it is not known."""
        return names.full(self.given_names, self.surname)

    @property
    def waits(self) -> str:
        """What keeps her in the waiting list, in words."""
        return str(WHY_WORDS[self.why]) if self.why else ""

    @property
    def left_because(self) -> str:
        """Why she was withdrawn, in words; empty when she was not."""
        return str(WithdrawReason(self.left_reason).label) if self.left_reason else ""

    @property
    def other_language(self) -> bool:
        """Whether she speaks another language than Danish, as far as is known."""
        return self.language.strip().lower() not in {"", "dansk"}


@dataclass(frozen=True, slots=True)
class Participants:
    """All of a course that one may see: who takes part, who waits in order, who took part until it
    ended for her, and who has left it before.

    `everybody`: whoever looks holds the course, and sees its participants as long as that is
    (rules.ending.last_seen_on); anybody else sees her own citizens alone.
    """

    course: Course
    active: Sequence[ListedParticipant]
    waiting: Sequence[ListedParticipant]
    ended: Sequence[ListedParticipant]
    left: Sequence[ListedParticipant]
    everybody: bool

    @property
    def seen(self) -> int:
        """How many there are on the page."""
        return len(self.active) + len(self.waiting) + len(self.ended) + len(self.left)


def participants(viewer: Actor, course: Course) -> Participants:
    """The participants of a course as they stand now; four statements at most."""
    found = _listed(viewer, course)
    looks.noticed(pk for one in found for pk in (one.citizen_id, one.enrolled_as_id))
    return Participants(
        course=course,
        active=[one for one in found if one.state == EnrolmentState.ENROLLED],
        waiting=sorted((one for one in found if one.rank), key=lambda one: one.rank),
        ended=[one for one in found if one.state == EnrolmentState.ENDED],
        left=[one for one in found if one.left_at and one.state != EnrolmentState.ENDED],
        everybody=viewer.organisation_id == course.host_id and not _no_longer_seen(course),
    )


def _no_longer_seen(course: Course) -> bool:
    """Whether so long has passed since it ended that the host has her own citizens alone."""
    ended = course.finished_at
    return ended is not None and clock.today() > last_seen_on(clock.danish_date(ended))


def _listed(viewer: Actor, course: Course) -> list[ListedParticipant]:
    """By name."""
    at = clock.now()
    rows = _rows(viewer, course)
    ranks = {rank for *_, rank, _marks in rows if rank}
    now = standing(viewer, course, at) if ranks else None
    cancelled = course.state == CourseState.CANCELLED
    why = {rank: why_waiting(rank, now, cancelled=cancelled) for rank in ranks if now}
    meetings = occasions(viewer, course, at=at)
    found = ((*columns, rank, meetings.met(marks), why.get(rank)) for *columns, rank, marks in rows)
    return [ListedParticipant(*one) for one in found]


def _rows(viewer: Actor, course: Course) -> list[tuple[Any, ...]]:
    values = {
        "course": course.pk,
        "all": viewer.is_system,
        "own": viewer.organisation_id,
        "today": clock.today(),
    }
    return prepared.tuples(_WHO, values)
