"""What somebody has to do: its lines in the queue of «I dag», and its own page."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.http import Http404

from courses import policies
from courses.models import Course, Enrolment, Meeting, Task
from courses.queries.guardian import guardian_first
from courses.queries.my_meetings import MEETINGS
from courses.queries.standing import standing
from courses.rules.seats import Lack, Standing, lack
from courses.states import EnrolmentState, LetterState, MeetingState, TaskKind
from referrals import rules
from referrals.models import Citizen, Phone
from referrals.policies import referrals_visible_to
from referrals.queries.conditions import KEPT, KEPT_COLUMN, NUMBER
from referrals.queries.lists import Branch, View
from roegfri import clock
from roegfri.actor import Actor
from roegfri.organisations import lookup
from roegfri.organisations.models import Municipality

# What is missing of somebody who has no seat yet stands on the line that finds her one.
_OURS = """t.organisation_id = %(organisation)s and t.done_at is null
  and not (t.kind = 'missing' and exists (
    select from courses_task s where s.enrolment_id = t.enrolment_id
      and s.kind = 'place' and s.done_at is null))"""
# Of a minor whose case one handles: what says whether a parent is called first. A host that is no
# handler does not see the case, and is told nothing; of a grown-up no case is looked up.
_CHILD = f"""(
  select r.guardian_consent, (
    select string_agg(name || '=' || value || '@' || from_on, ';' order by from_on)
    from organisations_term where agreement_id = r.agreement_id and name = 'guardian_age') as told
  from courses_enrolment e join referrals_referral r on r.id = e.referral_id
  where {KEPT_COLUMN.format("birth_date")} > %(today)s - interval '18 years'
    and e.id = t.enrolment_id and r.handler_id = %(organisation)s limit 1)"""  # noqa: S608

# The index task_open_by_due serves them in their order; the rest is looked up for a page's rows.
BRANCHES: Sequence[Branch] = (
    Branch(
        rows=f"""courses_task t
join courses_course o on o.id = t.course_id
left join courses_meeting g on g.id = t.meeting_id
left join lateral (
  select n.starts_at from courses_meeting n
  where n.course_id = t.course_id and not n.appointment and n.state = 'planned'
    and n.starts_at > coalesce(g.starts_at, t.made_at)
  order by n.starts_at limit 1
) n on true
left join referrals_citizen c on c.id = t.citizen_id
{KEPT}
left join lateral {NUMBER} p on true
left join lateral {_CHILD} y on true
where {_OURS}""",  # noqa: S608  (our own words)
        at="t.due_at",
        received="t.made_at",
        id="t.id",
        values={
            "kind": "t.kind",
            "note": "t.note",
            "state": "t.result",
            "citizen_id": "t.citizen_id",
            "given_names": f"coalesce({KEPT_COLUMN.format('given_names')}, '')",
            "surname": f"coalesce({KEPT_COLUMN.format('surname')}, '')",
            "birth_date": KEPT_COLUMN.format("birth_date"),
            "interpreter": f"coalesce({KEPT_COLUMN.format('interpreter')}, false)",
            "language": f"coalesce({KEPT_COLUMN.format('language')}, '')",
            "guardian_consent": "coalesce(y.guardian_consent, '')",
            "told": "coalesce(y.told, '')",
            "attempts": "t.attempts::int",
            "number": "p.number",
            "home_known": "true",
            "place": "o.name",
            "happened_at": "g.starts_at",
            "before_at": "n.starts_at",
        },
        views={View.ALL: "true", View.TASKS: "true"},
        counted={View.TASKS: f"select from courses_task t where {_OURS}"},
        beside={"meetings": MEETINGS},
        done="""select t.done_at as at, u.name, true as known
  from courses_task t left join accounts_user u on u.id = t.done_by_id
  where t.id = x.id and t.organisation_id = %(organisation)s""",
    ),
)


@dataclass(frozen=True, slots=True)
class Doing:
    """A task with what one needs to do it: whom it is about, her numbers, the meeting before and
    after; and when to try again should nobody answer. What one may not see (any more) is empty.
    `guardian_first`: a parent is to be called first, as whoever handles her case knows, and
    `handled` whether one does that oneself. `seat` is how her course stands while she waits for a
    seat on it; `letter` is the one of hers that has not arrived."""

    task: Task
    citizen: Citizen | None
    phones: Sequence[Phone]
    enrolment: Enrolment | None
    next_meeting: Meeting | None
    retries: Sequence[dt.datetime]
    guardian_first: bool
    handled: bool
    hosted: bool
    seat: Standing | None
    letter: UUID | None

    @property
    def takes(self) -> bool:
        """Whether the course she waits for takes participants."""
        return self.seat is not None and self.seat.is_open

    @property
    def lacks(self) -> Lack | None:
        """What a seat for her takes, where it takes anything."""
        return lack(self.seat) if self.seat and self.seat.is_open else None

    @property
    def course(self) -> Course:
        """Whose it is."""
        return self.task.course


def task(viewer: Actor, pk: UUID) -> Task:
    """A task of one's own municipality, open or finished. Raises Http404."""
    rows = policies.tasks_visible_to(viewer).select_related(
        "course__host", "course__agreement", "meeting", "done_by"
    )
    if (found := rows.filter(pk=pk).first()) is None:
        raise Http404
    return found


def doing(viewer: Actor, task: Task, *, at: dt.datetime) -> Doing:
    """What its page shows."""
    citizen = Citizen.objects.filter(pk__in=_some(task.citizen_id)).first()
    kept = citizen.merged_into if citizen else None
    hers = [one.pk for one in (citizen, kept) if one]
    phones = Phone.objects.filter(citizen__in=hers, wrong_since=None).order_by("rank")
    enrolments = policies.enrolments_visible_to(viewer).filter(pk__in=_some(task.enrolment_id))
    enrolment, whole = enrolments.first(), kept or citizen
    next_meeting = _next_meeting(task, at)
    return Doing(
        task=task,
        citizen=whole,
        phones=list(phones),
        enrolment=enrolment,
        next_meeting=next_meeting,
        retries=_retries(viewer, next_meeting, at),
        guardian_first=enrolment is not None
        and whole is not None
        and guardian_first(viewer, enrolment, whole, at=at),
        handled=enrolment is not None
        and referrals_visible_to(viewer).filter(pk=enrolment.referral_id).exists(),
        hosted=task.course.host_id == viewer.organisation_id,
        seat=standing(viewer, task.course, at) if _waits_there(enrolment, task) else None,
        letter=_failed(viewer, task) if enrolment else None,
    )


def _failed(viewer: Actor, task: Task) -> UUID | None:
    if task.kind != TaskKind.LETTER_FAILED:
        return None
    rows = policies.letters_visible_to(viewer).filter(enrolment=task.enrolment_id)
    open_ones = rows.filter(state__in=[LetterState.WRITTEN, LetterState.REFUSED])
    return open_ones.order_by("-made_at").values_list("pk", flat=True).first()


def _waits_there(enrolment: Enrolment | None, task: Task) -> bool:
    if enrolment is None or enrolment.course_id != task.course_id:
        return False
    return enrolment.state == EnrolmentState.WAITING


def following(viewer: Actor, after: Task, *, at: dt.datetime) -> UUID | None:
    """The task to open next: the one that is due first until tonight, another than this one."""
    tonight = clock.end_of_day(clock.danish_date(at))
    rows = policies.tasks_visible_to(viewer).filter(done_at=None, due_at__lte=tonight)
    rows = rows.exclude(pk=after.pk)
    return rows.order_by("due_at", "made_at", "pk").values_list("pk", flat=True).first()


def _some(*keys: UUID | None) -> list[UUID]:
    return [key for key in keys if key]


def _next_meeting(task: Task, at: dt.datetime) -> Meeting | None:
    since = task.meeting.starts_at if task.meeting else at
    return (
        Meeting.objects.filter(
            Q(appointed=None) | Q(appointed__enrolment=task.enrolment_id),
            course=task.course_id,
            state=MeetingState.PLANNED,
            starts_at__gt=since,
        )
        .order_by("starts_at")
        .first()
    )


def _retries(viewer: Actor, before: Meeting | None, at: dt.datetime) -> list[dt.datetime]:
    """Other parts of the day, the one to take by itself in front; not past the meeting before which
    it has to be done, as long as there is time until then."""
    home = Municipality.objects.filter(pk__in=_some(viewer.organisation_id)).first()
    closed = lookup.closing_days(home) if home else frozenset()
    last_day = clock.danish_date(before.starts_at) if before else dt.date.max
    proposed = rules.proposed_attempts(at, contact_by=last_day, closed=closed)
    in_time = [one for one in proposed if before is None or one < before.starts_at]
    return in_time or proposed[:1]
