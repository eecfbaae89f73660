"""The meetings of a course: as its page shows them, one by one, and those still to come."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils import formats
from django.utils.translation import gettext as _

from courses import policies
from courses.models import Course, Meeting, Qualification, Staffing
from courses.queries.numbered import NUMBER
from courses.queries.planning import closed_days
from courses.rules.planning import closed_because, counsellors_needed
from courses.states import MeetingState, StaffRole
from roegfri import clock
from roegfri.actor import Actor
from roegfri.organisations import lookup
from roegfri.ui.danish import DaSortKey
from roegfri.ui.spans import span_words, times_words
from roegfri.walls import prepared

_WITH = ("course__host", "course__agreement", "course__room", "room__venue")


@dataclass(frozen=True, slots=True)
class StaffLine:
    """A counsellor at a meeting; `instead_of` is whose substitute she is, empty when nobody's."""

    id: UUID
    name: str
    instead_of: str
    qualified: bool


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A meeting as lists show it. `number` is 0 when it is cancelled. `registered` of `expected`
    participants are marked; both None for whoever does not see them. `kind` and `words` say how it
    stands, in the words of {% tag %}."""

    meeting: Meeting
    number: int
    staff: Sequence[StaffLine]
    kind: str
    words: str
    registered: int | None
    expected: int | None
    warnings: Sequence[str]

    @property
    def when(self) -> str:
        """ "tirsdag 3. marts 2026 kl. 16.00-18.00"."""
        return span_words(self.meeting.starts_at, self.meeting.ends_at)

    @property
    def day(self) -> str:
        """ "tirsdag 3. marts", and with its year when that is another than this."""
        on = clock.danish_date(self.meeting.starts_at)
        return formats.date_format(on, "l j. F" if on.year == clock.today().year else "l j. F Y")

    @property
    def times(self) -> str:
        """ "16.00-18.00"."""
        return times_words(self.meeting.starts_at, self.meeting.ends_at)

    @property
    def is_marked(self) -> bool:
        """Whether it is time to say how many are registered."""
        if self.meeting.state == MeetingState.CANCELLED:
            return bool(self.registered)
        return bool(self.expected) and (self.kind in {"done", "overdue"} or bool(self.registered))

    @property
    def is_behind(self) -> bool:
        """Whether nothing is to be done about it any more: held and closed, or never held."""
        cancelled = self.meeting.state == MeetingState.CANCELLED
        return self.kind == "done" or (cancelled and self.meeting.ends_at <= clock.now())

    @property
    def is_ahead(self) -> bool:
        """Whether one can still come to it."""
        planned = self.meeting.state == MeetingState.PLANNED
        return planned and self.meeting.ends_at > clock.now()

    @property
    def was_moved(self) -> bool:
        """Whether it is at another time than it was planned for first."""
        return self.meeting.starts_at != self.meeting.planned_at


def meetings(viewer: Actor, course: Course) -> list[MeetingRow]:
    """The meetings of a course's group in time's order; appointments of one participant are shown
    with her. Warnings and counts are the host's own."""
    own = viewer.is_system or course.host_id == viewer.organisation_id
    rows = list(_with_staff(_of(viewer, course)).annotate(number=NUMBER))
    now = clock.now()
    counts = _counts(course) if own else {}
    closed = closed_days(viewer) if own else {}
    terms = _two_from(course, now) if own else None
    known = _qualified(rows)
    return [
        MeetingRow(
            meeting=one,
            number=one.number,
            staff=_lines(one, known),
            kind=_state(one, now)[0],
            words=_state(one, now)[1],
            registered=counts.get(one.pk, (0, 0))[0] if own else None,
            expected=counts.get(one.pk, (0, 0))[1] if own else None,
            warnings=list(_warnings(one, course, closed, terms, now)) if own else [],
        )
        for one in rows
    ]


def meeting(viewer: Actor, pk: UUID) -> Meeting:
    """One of a course that one may look at, whoever's it is. Raises Http404."""
    return _one(Meeting.objects.filter(course__in=policies.courses_visible_to(viewer)), pk)


def hosted_meeting(viewer: Actor, pk: UUID) -> Meeting:
    """One of one's own municipality's courses. Raises Http404."""
    return _one(policies.meetings_hosted_by(viewer), pk)


def lines(viewer: Actor, meeting: Meeting) -> list[StaffLine]:
    """Who holds one meeting."""
    if not viewer.is_system and not viewer.rights:
        return []
    [row] = _with_staff(Meeting.objects.filter(pk=meeting.pk))
    return _lines(row, _qualified([row]))


def _of(viewer: Actor, course: Course) -> QuerySet[Meeting]:
    seen = policies.courses_visible_to(viewer).filter(pk=course.pk)
    return Meeting.objects.filter(course__in=seen, appointment=False)


def _one(rows: QuerySet[Meeting], pk: UUID) -> Meeting:
    found = rows.select_related(*_WITH).annotate(number=NUMBER).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _with_staff(rows: QuerySet[Meeting]) -> QuerySet[Meeting]:
    people = Staffing.objects.select_related("counsellor", "instead_of").order_by(
        DaSortKey("counsellor__name")
    )
    return rows.select_related("room__venue").prefetch_related(Prefetch("staff", people))


def _qualified(rows: Sequence[Meeting]) -> dict[UUID, dt.date]:
    """Since when each of those at some meetings has the basic course."""
    ids = {one.counsellor_id for row in rows for one in row.staff.all()}
    found = Qualification.objects.filter(user__in=ids)
    return dict(found.values_list("user_id", "completed_on"))


def _lines(row: Meeting, known: dict[UUID, dt.date]) -> list[StaffLine]:
    day = clock.danish_date(row.starts_at)
    return [
        StaffLine(
            one.counsellor_id,
            one.counsellor.name,
            one.instead_of.name if one.role == StaffRole.SUBSTITUTE and one.instead_of else "",
            known.get(one.counsellor_id, dt.date.max) <= day,
        )
        for one in row.staff.all()
    ]


def _state(row: Meeting, now: dt.datetime) -> tuple[str, str]:
    """How a meeting stands, as a kind of tag and in words."""
    if row.state == MeetingState.CANCELLED:
        return "overdue", _("Aflyst")
    if row.state == MeetingState.HELD:
        return "done", _("Holdt")
    if row.ends_at <= now:
        return "overdue", _("Ikke lukket")
    if clock.danish_date(row.starts_at) == clock.danish_date(now):
        return "today", _("I dag")
    return "waiting", _("Planlagt")


def _warnings(
    row: Meeting, course: Course, closed: dict[dt.date, str], two_from: int | None, now: dt.datetime
) -> Iterator[str]:
    """What should be seen to before a meeting that is still to come."""
    if row.state != MeetingState.PLANNED or row.starts_at <= now:
        return
    taken = course.seats_taken
    needed = counsellors_needed(course.kind, taken, two_from=two_from) if two_from else 1
    there = len(row.staff.all())
    if not there:
        yield _("Ingen rådgiver endnu")
    elif there < needed:
        yield _("%(taken)d deltagere: der skal to rådgivere på") % {"taken": taken}
    if why := closed_because(clock.danish_date(row.starts_at), closed=closed):
        yield _("Der er lukket den dag: %(why)s") % {"why": why}
    seats = row.room.seats if row.room else None
    if seats and seats < taken:
        yield _("Lokalet har kun %(seats)d pladser") % {"seats": seats}


def _two_from(course: Course, now: dt.datetime) -> int | None:
    """The agreement's term on the day of the next meeting; None where nobody has said."""
    on = clock.danish_date(max(course.first_at or now, now))
    said = lookup.terms(course.agreement, on).texts.get("two_counsellors_from")
    return int(said) if said else None


# Who should have come: enrolled before it ended, and not left before it began.
_COUNTS = """
select m.id, count(a.id) filter (where a.mark <> ''), count(e.id)
from courses_meeting m
join courses_enrolment e on e.course_id = m.course_id
left join courses_attendance a on a.enrolment_id = e.id and a.meeting_id = m.id
where m.course_id = %(course)s::uuid and not m.appointment
  and (e.left_at is null or e.left_at > m.starts_at)
  and (e.enrolled_at <= m.ends_at and e.state <> 'waiting' or a.mark <> '')
group by m.id
"""


def _counts(course: Course) -> dict[UUID, tuple[int, int]]:
    found = prepared.tuples(_COUNTS, {"course": course.pk})
    return {pk: (registered, expected) for pk, registered, expected in found}
