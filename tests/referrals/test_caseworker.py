"""Who has a case: given, taken, and looked after while somebody is away."""

import datetime as dt
import uuid
from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection

from referrals import queries
from referrals.commands.caseworker import (
    MOST_AT_ONCE,
    Assigned,
    assign_caseworker,
    cover_colleague,
    end_cover,
)
from referrals.models import Cover, Referral
from referrals.states import Outcome
from roegfri import clock
from roegfri.accounts.models import Grant, User
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting
from roegfri.refusal import Refusal
from tests import make

pytestmark = pytest.mark.django_db
NOW = clock.danish_time(dt.date(2026, 3, 4), dt.time(10))
TODAY, DAY = NOW.date(), dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def colleague(by: Actor, role: Role = Role.COUNSELLOR) -> Actor:
    return make.actor(make.grant(role, make.home(by)))


def give(cases: list[uuid.UUID], to: Actor, by: Actor) -> Assigned:
    with acting(by):
        return assign_caseworker(cases, to=to.person, by=by, at=NOW)


def owners(by: Actor) -> dict[uuid.UUID, uuid.UUID | None]:
    with acting(by):
        return dict(Referral.objects.values_list("pk", "caseworker_id"))


# ---- giving --------------------------------------------------------------------------------------


def test_open_cases_are_given_and_closed_ones_stay() -> None:
    by = make.actor()
    mette = colleague(by)
    cases = [make.referral(by, number=f"+452000000{n}") for n in range(3)]
    make.call(cases[2], by, Outcome.DECLINED)
    give([cases[0].pk], mette, by)
    assert give([case.pk for case in cases], mette, by) == Assigned(1, 1, 1)
    assert owners(by)[cases[1].pk] == mette.user_id
    assert owners(by)[cases[2].pk] != mette.user_id


def test_the_log_says_who_gave_whose_case_to_whom() -> None:
    by = make.actor()
    mette, case = colleague(by), make.referral(by)
    give([case.pk], mette, by)
    with acting(make.SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "select e.subject, p.person from audit_event e join audit_event_person p"
            " on p.event_seq = e.seq where e.act = 'caseworker.assigned'"
        )
        assert cursor.fetchall() == [(f"user:{mette.user_id}", case.citizen_id)]


@pytest.mark.parametrize("who", ["stranger", "finance", "ended", "inactive", "nobody"])
def test_whoever_does_no_casework_here_today_is_given_nothing(who: str) -> None:
    by = make.actor()
    case, mette = make.referral(by), colleague(by)
    if who == "stranger":
        mette = make.actor()
    elif who == "finance":
        mette = colleague(by, Role.FINANCE)
    elif who == "ended":
        Grant.objects.filter(user_id=mette.person).update(until_on=TODAY - DAY)
    elif who == "inactive":
        User.objects.filter(pk=mette.person).update(is_active=False)
    to = uuid.uuid4() if who == "nobody" else mette.person
    with acting(by), pytest.raises(Refusal, match="ikke længere rådgiver"):
        assign_caseworker([case.pk], to=to, by=by, at=NOW)
    assert owners(by) == {case.pk: None}


def test_with_another_municipality_s_case_among_them_none_is_given() -> None:
    by, other = make.actor(), make.actor()
    mine, theirs = make.referral(by), make.referral(other, number="+4530303030")
    mette = colleague(by)
    with acting(by), pytest.raises(Refusal, match="ikke længere jeres"):
        assign_caseworker([mine.pk, theirs.pk], to=mette.person, by=by, at=NOW)
    assert (owners(by)[mine.pk], owners(other)[theirs.pk]) == (None, None)


@pytest.mark.parametrize("number", [0, MOST_AT_ONCE + 1])
def test_none_and_too_many_are_refused(number: int) -> None:
    by = make.actor()
    with acting(by), pytest.raises(Refusal):
        assign_caseworker([uuid.uuid4() for _ in range(number)], to=by.person, by=by, at=NOW)


# ---- covering ------------------------------------------------------------------------------------


def covered(by: Actor, absent: Actor, substitute: Actor, first: int = 0, last: int = 3) -> Cover:
    with acting(by):
        return cover_colleague(
            absent=absent.person,
            substitute=substitute.person,
            from_on=TODAY + first * DAY,
            until_on=TODAY + last * DAY,
            by=by,
            at=NOW,
        )


def reached_by(owner: Actor) -> Referral:
    case = make.referral(owner)
    make.call(case, owner, Outcome.REACHED)
    return case


@pytest.mark.parametrize("first", [0, 1])
def test_a_substitute_opens_the_cases_without_saying_why_while_the_cover_lasts(first: int) -> None:
    mette = make.actor()
    anne, case = colleague(mette), reached_by(mette)
    covered(mette, mette, anne, first=first)
    for day in range(-1, 6):
        with time_machine.travel(NOW + day * DAY), acting(anne):
            assert queries.needs_reason(anne, case.pk) is not (first <= day <= 3), day
    with acting(mette):
        assert not queries.needs_reason(mette, case.pk)


def test_a_cover_opens_nobody_else_s_cases_and_no_closed_ones() -> None:
    mette = make.actor()
    anne, third = colleague(mette), colleague(mette)
    theirs, closed = reached_by(third), make.referral(mette, number="+4530303030")
    make.call(closed, mette, Outcome.DECLINED)
    covered(mette, mette, anne)
    with acting(anne):
        assert queries.needs_reason(anne, theirs.pk)
        assert queries.needs_reason(anne, closed.pk)


def test_a_cover_in_another_municipality_opens_nothing_here() -> None:
    mette = make.actor()
    anne, case = colleague(mette), reached_by(mette)
    elsewhere = make.actor(make.grant(person=make.user()))
    with acting(make.SYSTEM):
        Cover.objects.create(
            municipality=make.home(elsewhere),
            absent_id=mette.person,
            substitute_id=anne.person,
            from_on=TODAY,
            until_on=TODAY,
        )
    with acting(anne):
        assert queries.needs_reason(anne, case.pk)
        assert list(queries.covers(anne)) == []


def test_the_two_and_a_coordinator_say_who_covers_and_nobody_else() -> None:
    mette = make.actor()
    anne, third, boss = colleague(mette), colleague(mette), colleague(mette, Role.COORDINATOR)
    for number, by in enumerate((mette, anne, boss)):
        cover = covered(by, mette, anne, first=number)
    with pytest.raises(Refusal, match="koordinator"):
        covered(third, mette, anne)
    with acting(third), pytest.raises(Refusal, match="koordinator"):
        end_cover(cover, by=third, at=NOW)
    with acting(boss):
        assert queries.covers(boss).count() == 3


@pytest.mark.parametrize(("first", "last"), [(2, 1), (-3, -1), (0, 400), (500, 510)])
def test_days_that_are_over_or_out_of_order_or_too_far_off_are_refused(
    first: int, last: int
) -> None:
    mette = make.actor()
    with pytest.raises(Refusal) as refusal:
        covered(mette, mette, colleague(mette), first, last)
    assert refusal.value.field == "until_on"


def test_nobody_covers_for_herself_and_no_outsider_covers() -> None:
    mette = make.actor()
    for other in (mette, make.actor()):
        with pytest.raises(Refusal) as refusal:
            covered(mette, mette, other)
        assert refusal.value.field == "substitute"


def test_the_same_cover_twice_is_one_and_another_end_moves_it() -> None:
    mette = make.actor()
    anne = colleague(mette)
    first = covered(mette, mette, anne)
    assert covered(mette, mette, anne, last=5).pk == first.pk
    with acting(mette):
        assert [one.until_on for one in queries.covers(mette)] == [TODAY + 5 * DAY]


@pytest.mark.parametrize(("first", "kept"), [(-2, [TODAY - DAY]), (0, []), (2, [])])
def test_a_cover_that_is_ended_stops_at_once_and_its_past_days_are_kept(
    first: int, kept: list[dt.date]
) -> None:
    mette = make.actor()
    anne, case = colleague(mette), reached_by(mette)
    cover = covered(mette, mette, anne, first=first)
    with acting(anne):
        end_cover(cover, by=anne, at=NOW)
        assert queries.needs_reason(anne, case.pk)
        assert [one.until_on for one in queries.covers(anne)] == kept
        if kept:
            with pytest.raises(Refusal, match="allerede slut"):
                end_cover(cover, by=anne, at=NOW)
