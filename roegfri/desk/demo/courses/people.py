"""Who takes part in the made-up courses: drawn from those who have been talked with."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from courses.states import EnrolmentState, Item
from referrals.states import CloseReason, Ground, ReferralState
from roegfri import clock
from roegfri.desk.demo.courses.timetable import Laid
from roegfri.desk.demo.rows import Row, World

# She is enrolled within so many days after the talk; most stay in their own municipality.
_WITHIN = dt.timedelta(days=80)
_AT_HOME = 0.75


@dataclass(slots=True)
class Pool:
    """Those who can be enrolled, and where they live; nobody is drawn twice."""

    world: World
    free: Mapping[UUID, list[Row]]
    homes: Mapping[UUID, UUID]

    def draw(self, laid: Laid, number: int, *, by: dt.datetime) -> list[Row]:
        """So many cases of the agreement that were talked with before the instant, and that last
        at least as long as the course has; fewer when there are not so many."""
        rows = self.free[laid.row["agreement_id"]]
        until = min(laid.row["last_at"] or self.world.now, self.world.now)
        fits = [row for row in rows if by - _WITHIN < row["reached_at"] < by and _lasts(row, until)]
        own = [row for row in fits if row["handler_id"] == laid.row["host_id"]]
        others = [row for row in fits if row["handler_id"] != laid.row["host_id"]]
        at_home = self.world.dice.sample(own, min(len(own), round(number * _AT_HOME)))
        drawn = at_home + self.world.dice.sample(others, min(len(others), number - len(at_home)))
        taken = {row["id"] for row in drawn}
        rows[:] = [row for row in rows if row["id"] not in taken]
        return drawn


def pool(world: World) -> Pool:
    """Of the world so far: reached, not waiting for something else, and no one's duplicate."""
    doubles = {row["id"] for row in world.rows["citizen"] if row["merged_into_id"]}
    free: dict[UUID, list[Row]] = defaultdict(list)
    for row in world.rows["referral"]:
        open_one = row["state"] == ReferralState.REACHED and not row["next_step"]
        ended = row["close_reason"] == CloseReason.COMPLETED
        if row["reached_at"] and (open_one or ended) and row["citizen_id"] not in doubles:
            free[row["agreement_id"]].append(row)
    homes = {row["citizen_id"]: row["municipality_id"] for row in world.rows["residence"]}
    return Pool(world, free, homes)


def _lasts(case: Row, until: dt.datetime) -> bool:
    lasts: bool = case["state"] == ReferralState.REACHED or case["state_since"] > until
    return lasts


def enrol(pool: Pool, laid: Laid, case: Row, at: dt.datetime, *, waits: bool = False) -> Row:
    """Her row, and who may see it: the host, and where she lives."""
    world, home = pool.world, pool.homes.get(case["citizen_id"])
    state = EnrolmentState.WAITING if waits else EnrolmentState.ENROLLED
    row = world.add(
        "enrolment",
        course_id=laid.row["id"],
        citizen_id=case["citizen_id"],
        referral_id=case["id"],
        home_id=home,
        state=state.value,
        state_since=at,
        waiting_since=at if waits else None,
        enrolled_at=None if waits else at,
        created_at=at,
        created_by_id=case["caseworker_id"] or laid.lead,
        once=world.id(),
    )
    laid.row["waiting" if waits else "seats_taken"] += 1
    _seen_by(world, row, laid.row["host_id"], Ground.HOST, at, until=laid.over)
    if home:
        _seen_by(world, row, home, Ground.HOME, at)
    tick(world, row, Item.CONTACTED, case["reached_at"], case["caseworker_id"] or laid.lead)
    return row


def leave(laid: Laid, row: Row, state: EnrolmentState, at: dt.datetime, *, why: str = "") -> None:
    """She does not take part any more; her seat is free."""
    laid.row["seats_taken"] -= 1
    row["state"], row["state_since"] = state.value, at
    row["left_at"], row["left_reason"] = at, why


def tick(
    world: World, row: Row, item: Item, at: dt.datetime, by: UUID, meeting: UUID | None = None
) -> None:
    """One item of her checklist is done."""
    world.add("tick", enrolment_id=row["id"], item=item.value, meeting_id=meeting, at=at, by_id=by)


def _seen_by(
    world: World,
    row: Row,
    organisation: UUID,
    ground: Ground,
    at: dt.datetime,
    *,
    until: dt.datetime | None = None,
) -> None:
    world.add(
        "citizenaccess",
        citizen_id=row["citizen_id"],
        organisation_id=organisation,
        ground=ground.value,
        about=row["id"],
        from_on=clock.danish_date(at),
        until_on=clock.danish_date(until) + dt.timedelta(days=_SEEN_AFTER) if until else None,
    )


# As long as courses.commands.planning lets a host see those who took part.
_SEEN_AFTER = 30
