"""A municipality's own closing days: dates written out."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.db import transaction

from referrals.models import Referral
from roegfri import clock
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting
from roegfri.organisations import commands, policies
from roegfri.organisations.models import ClosingDay
from roegfri.organisations.queries import closing as queries
from roegfri.refusal import Refusal
from tests import make
from tests.threads import at_once

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 11)
NOW = clock.danish_time(TODAY, dt.time(10))


@pytest.fixture(autouse=True)
def _world() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def by() -> Actor:
    return make.actor(make.grant(Role.COORDINATOR))


def close(by: Actor, first: str, last: str = "", reason: str = "") -> commands.Closed:
    return commands.close_days(
        from_on=dt.date.fromisoformat(first),
        until_on=dt.date.fromisoformat(last or first),
        reason=reason,
        by=by,
        at=NOW,
    )


def days(by: Actor) -> list[str]:
    rows = policies.closing_days_set_by(by).order_by("on")
    return [row.on.isoformat() for row in rows]


def test_a_stretch_closes_its_workdays_and_leaves_weekends_and_holidays(by: Actor) -> None:
    """22 to 30 December 2026: the 24th to the 26th are holidays, the 26th and 27th a weekend."""
    done = close(by, "2026-12-22", "2026-12-30", "Jul")
    added = ["2026-12-22", "2026-12-23", "2026-12-28", "2026-12-29", "2026-12-30"]
    assert [day.isoformat() for day in done.added] == days(by) == added
    assert set(ClosingDay.objects.values_list("reason", flat=True)) == {"Jul"}


def test_what_was_closed_before_is_told_and_not_doubled(by: Actor) -> None:
    close(by, "2026-12-23")
    done = close(by, "2026-12-22", "2026-12-23")
    assert (done.added, done.known) == ([dt.date(2026, 12, 22)], [dt.date(2026, 12, 23)])


def test_today_can_be_closed_still(by: Actor) -> None:
    assert close(by, "2026-03-11").added == [TODAY]


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-12-24", "", "Dagen er Juleaftensdag: der er lukket i forvejen"),
        ("2026-06-05", "", "Grundlovsdag"),
        ("2026-03-14", "", "weekend"),
        ("2026-12-24", "2026-12-27", "ingen hverdage i perioden"),
        ("2026-03-10", "", "Dagen er gået"),
        ("2026-03-20", "2026-03-19", "ligger før den første"),
        ("2026-04-01", "2026-05-31", "Højst 60 dage"),
        ("2029-06-12", "", "mere end tre år"),
        ("9999-12-31", "", "mere end tre år"),
    ],
)
def test_what_can_not_be_closed_is_said(by: Actor, first: str, last: str, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        close(by, first, last)
    assert days(by) == []


def test_sixty_days_can_be(by: Actor) -> None:
    """April has 22 weekdays and 3 holidays on them; May to the 30th 21 and 2."""
    assert len(close(by, "2026-04-01", "2026-05-30").added) == 38


def test_a_day_is_closed_once(by: Actor) -> None:
    close(by, "2026-12-22")
    with pytest.raises(Refusal, match="lukkedag i forvejen"):
        close(by, "2026-12-22")
    assert days(by) == ["2026-12-22"]


def test_where_saturday_is_a_workday_it_can_be_closed() -> None:
    there = make.municipality(make.agreement(saturday_counts="ja"))
    by = make.actor(make.grant(Role.COORDINATOR, there))
    assert close(by, "2026-03-14").added == [dt.date(2026, 3, 14)]


def test_stored_deadlines_do_not_move_and_new_ones_know(by: Actor) -> None:
    """Received Wednesday 11 March, two workdays: Friday the 13th; without the 12th, Monday."""
    wednesday = clock.danish_time(TODAY, dt.time(9))
    before = make.referral(by, received_at=wednesday)
    close(by, "2026-03-12")
    with acting(by):
        stored = Referral.objects.get(pk=before.pk).contact_by
    after = make.referral(by, received_at=wednesday, number="+4530303030", surname="Ny")
    assert (stored, after.contact_by) == (dt.date(2026, 3, 13), dt.date(2026, 3, 16))


def test_a_day_to_come_can_be_a_workday_again(by: Actor) -> None:
    close(by, "2026-03-12")
    day = ClosingDay.objects.get()
    commands.remove_closing_day(day, by=by, at=NOW)
    assert days(by) == []


def test_a_day_that_has_come_stays(by: Actor) -> None:
    close(by, "2026-03-11")
    with pytest.raises(Refusal, match="Dagen er kommet"):
        commands.remove_closing_day(ClosingDay.objects.get(), by=by, at=NOW)


def test_another_municipalitys_day_is_not_there(by: Actor) -> None:
    other = make.actor(make.grant(Role.COORDINATOR))
    close(other, "2026-12-22")
    day = ClosingDay.objects.get()
    with pytest.raises(ClosingDay.DoesNotExist):
        commands.remove_closing_day(day, by=by, at=NOW)
    assert (days(by), queries.calendar(by, 2026).closing_days) == ([], [])
    assert close(by, "2026-12-22").added == [dt.date(2026, 12, 22)]


def test_whoever_acts_for_no_municipality_closes_none() -> None:
    leader = make.actor(make.grant(Role.PROJECT_LEADER, make.agreement()))
    with pytest.raises(Refusal, match="hører til en kommune"):
        close(leader, "2026-12-22")


def test_the_years_holidays_stand_beside_by_name(by: Actor) -> None:
    """Store Bededag was one up to 2023."""
    found = {h.on: h.name for h in queries.calendar(by, 2023).holidays}
    assert found[dt.date(2023, 5, 5)] == "Store bededag"
    assert "Store bededag" not in {h.name for h in queries.calendar(by, 2024).holidays}
    assert [day for day in found if not clock.is_workday(day)] == list(found)


# ---- at once -------------------------------------------------------------------------------------


def close_twenty_times() -> list[BaseException]:
    by = make.actor(make.grant(Role.COORDINATOR))

    def act() -> None:
        with acting(by), transaction.atomic():
            close(by, "2026-12-22", "2026-12-30")

    return at_once(*[act] * 20)


@pytest.mark.django_db(transaction=True)
def test_the_same_days_twenty_times_at_once_are_closed_once() -> None:
    wrong = close_twenty_times()
    assert {type(fault) for fault in wrong} == {Refusal}
    assert (len(wrong), ClosingDay.objects.count()) == (19, 5)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_they_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    """The constraint holds even so; but people would meet an error page."""
    monkeypatch.setattr("roegfri.organisations.commands.closing.alone", lambda *_words: None)
    wrong = close_twenty_times()
    assert {type(fault) for fault in wrong} - {Refusal}, "nothing collided"
    assert ClosingDay.objects.count() == 5
