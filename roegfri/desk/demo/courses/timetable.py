"""A made-up course with its meetings and counsellors: the rows that planning would have written."""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from courses.states import CourseKind, CourseState, Flag, MeetingState, StaffRole, Target
from roegfri import clock
from roegfri.desk.demo.courses.ground import Diary, Ground
from roegfri.desk.demo.courses.weeks import WEEK, wall, weekly
from roegfri.desk.demo.places import Place
from roegfri.desk.demo.rows import Row, World

# How long before its first meeting a course is planned and opened, and after its last one ended.
_PLANNED, _OPENED, _ENDED = dt.timedelta(days=77), dt.timedelta(days=70), dt.timedelta(days=8)
_CLOSED_AFTER = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a coordinator decided.

    `lead` and `second` number the municipality's counsellors, `rooms` its rooms from that one on;
    `take` is how many take part and `waiting` how many wait. `moved` and `called_off` are meetings
    by their number from nought; `called_off` says why, and an extra one comes after the last.
    `steady`: nobody leaves, and hardly anybody stays away. `this_day` is meant though it be closed,
    and nobody has closed its meeting yet.
    """

    name: str
    first: dt.datetime
    count: int = 7
    minutes: int = 120
    kind: CourseKind = CourseKind.GROUP
    capacity: int = 12
    take: int = 9
    waiting: int = 0
    lead: int = 0
    second: int | None = None
    room: int = 0
    language: str = "Dansk"
    target: Target = Target.ALL
    concept: str = "Guldstandardprogram (GSP), gruppe"
    provider: UUID | None = None
    transport: str = ""
    moved: int | None = None
    called_off: tuple[int, str] | None = None
    draft: bool = False
    cancelled: str = ""
    steady: bool = False
    this_day: dt.date | None = None


@dataclass(slots=True)
class Laid:
    """A course's row and those of its meetings, in time's order; `now` is when all ends."""

    place: Place
    plan: Plan
    row: Row
    now: dt.datetime
    meetings: list[Row] = field(default_factory=list)

    @property
    def lead(self) -> UUID:
        """Who holds it."""
        return self.place.counsellors[self.plan.lead].pk

    @property
    def begins(self) -> dt.datetime:
        """Its first meeting, or when it opened."""
        begins: dt.datetime = self.row["first_at"] or self.row["published_at"]
        return begins

    @property
    def over(self) -> dt.datetime | None:
        """When it was ended."""
        return self.row["finished_at"]  # type: ignore[no-any-return]

    @property
    def held(self) -> list[Row]:
        """Its meetings so far."""
        return [one for one in self.meetings if one["state"] == MeetingState.HELD]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the planning is done: what is there, what is taken, and what was planned."""

    world: World
    ground: Ground
    diary: Diary
    laid: list[Laid] = field(default_factory=list)

    def lay(self, place: Place, plan: Plan) -> Laid:
        """The course with its meetings, nobody on it yet."""
        created = min(plan.first - _PLANNED, self.world.now - dt.timedelta(days=9))
        row = self.world.add(
            "course",
            host_id=place.municipality.pk,
            provider_id=plan.provider or place.municipality.pk,
            agreement_id=place.agreement.pk,
            kind=plan.kind.value,
            name=plan.name,
            concept=plan.concept,
            language=plan.language,
            target=plan.target.value,
            capacity=plan.capacity,
            room_id=self.ground.rooms[place.municipality.code][plan.room],
            transport=plan.transport,
            created_at=created,
            created_by_id=place.counsellors[0].pk,
            once=self.world.id(),
        )
        laid = Laid(place, plan, row, self.world.now)
        for number, at in enumerate(weekly(place, plan.first, plan.count, this_day=plan.this_day)):
            self.meet(laid, *self._as_it_came(laid, number, at))
        if plan.called_off and laid.meetings:
            after = laid.meetings[-1]["starts_at"] + WEEK
            self.meet(laid, clock.danish_time(*wall(after)), {"extra": True})
        laid.meetings.sort(key=lambda one: one["starts_at"])
        self._settle(laid)
        self.laid.append(laid)
        return laid

    def meet(self, laid: Laid, at: dt.datetime, more: Row) -> Row:
        """A meeting with whoever of the counsellors is free, the lead if she is. `more`: columns
        that say otherwise."""
        plan, ends = laid.plan, at + dt.timedelta(minutes=laid.plan.minutes)
        off = more.get("state") == MeetingState.CANCELLED
        rooms = self.ground.rooms[laid.place.municipality.code][plan.room : plan.room + 2]
        in_person = more.get("form", "in_person") == "in_person" and not off
        closed = ends + _CLOSED_AFTER
        is_open = off or closed > self.world.now or clock.danish_date(at) == plan.this_day
        facts = {
            "course_id": laid.row["id"],
            "starts_at": at,
            "ends_at": ends,
            "planned_at": at,
            "room_id": self.diary.first_free(rooms, at, ends) if in_person else None,
            "created_at": laid.row["created_at"],
            "state_since": laid.row["created_at"] if is_open else closed,
            "state": (MeetingState.PLANNED if is_open else MeetingState.HELD).value,
            "closed_at": None if is_open else closed,
        }
        row = self.world.add("meeting", **facts | more)
        wanted = [plan.lead] if plan.second is None else [plan.lead, plan.second]
        staffed = [self._staff(laid.place, row, number, live=not off) for number in wanted]
        if not is_open:
            row["closed_by_id"] = next((one for one in staffed if one), laid.lead)
        if not row["appointment"]:
            laid.meetings.append(row)
        return row

    def _as_it_came(self, laid: Laid, number: int, at: dt.datetime) -> tuple[dt.datetime, Row]:
        """Moved to the day after, called off, or as it was planned."""
        known = min(at - dt.timedelta(days=4), self.world.now - dt.timedelta(hours=3))
        if number == laid.plan.moved:
            day, time = wall(at)
            after = clock.add_workdays(day, 1, closed=laid.place.closed)
            return clock.danish_time(after, time), {"planned_at": at, "revision": 1}
        if laid.plan.called_off and number == laid.plan.called_off[0]:
            state = MeetingState.CANCELLED.value
            why = {"cancel_reason": laid.plan.called_off[1], "state_since": known}
            return at, {"state": state, **why}
        return at, {}

    def _staff(self, place: Place, meeting: Row, number: int, *, live: bool) -> UUID | None:
        """The counsellor, or a substitute who is free; None when nobody is."""
        wanted = place.counsellors[number].pk
        begins, ends = meeting["starts_at"], meeting["ends_at"]
        line = [wanted, *(one.pk for one in place.counsellors if one.pk != wanted)]
        there = wanted if not live else self.diary.first_free(line, begins, ends)
        if there is None:
            return None
        stands_in = there != wanted
        self.world.add(
            "staffing",
            meeting_id=meeting["id"],
            counsellor_id=there,
            role=(StaffRole.SUBSTITUTE if stands_in else StaffRole.COUNSELLOR).value,
            instead_of_id=wanted if stands_in else None,
            starts_at=begins,
            ends_at=ends,
            live=live,
        )
        return there

    def _settle(self, laid: Laid) -> None:
        """When it begins and ends, by its meetings; where it stands; where else it was created."""
        live = [one for one in laid.meetings if one["state"] != MeetingState.CANCELLED]
        row, plan, now = laid.row, laid.plan, self.world.now
        if live:
            row["first_at"], row["last_at"] = live[0]["starts_at"], live[-1]["starts_at"]
        row["meetings"] = len(live)
        if plan.draft:
            row["state"], row["state_since"] = CourseState.DRAFT.value, row["created_at"]
            return
        opened = min(plan.first - _OPENED, now - dt.timedelta(days=7))
        row["published_at"] = row["state_since"] = opened
        if plan.cancelled:
            self._call_off(laid)
        elif live and plan.kind != CourseKind.INDIVIDUAL and live[-1]["ends_at"] + _ENDED < now:
            row["finished_at"] = row["state_since"] = live[-1]["ends_at"] + _ENDED
            row["state"] = CourseState.FINISHED.value
        self._create_elsewhere(laid, opened)

    def _call_off(self, laid: Laid) -> None:
        at = self.world.now - dt.timedelta(days=3)
        row, why = laid.row, laid.plan.cancelled
        row["state"], row["cancelled_at"], row["cancel_reason"] = "cancelled", at, why
        row["state_since"] = at
        row["first_at"], row["last_at"], row["meetings"] = None, None, 0
        for one in laid.meetings:
            one["state"], one["state_since"] = MeetingState.CANCELLED.value, at
            one["cancel_reason"] = why
        gone = {one["id"] for one in laid.meetings}
        for staff in self.world.rows["staffing"]:
            if staff["meeting_id"] in gone:
                staff["live"] = False

    def _create_elsewhere(self, laid: Laid, opened: dt.datetime) -> None:
        """A few days later; the last step is forgotten for one in six."""
        flags = [Flag.RSIDEN, Flag.STOPBASE]
        if laid.place.agreement.slug == "region-midtjylland":
            flags.append(Flag.SUNDHED)
        forgotten = self.world.chance(1 / 6) and not laid.plan.steady
        for flag in flags[: len(flags) - forgotten]:
            self.world.add(
                "flagged",
                course_id=laid.row["id"],
                flag=flag.value,
                at=opened + dt.timedelta(days=2, hours=flags.index(flag)),
                by_id=laid.lead,
            )
