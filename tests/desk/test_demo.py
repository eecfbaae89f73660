"""The made-up world: the same seed gives the same one, and it shows every kind of work."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.http import QueryDict
from django.test import override_settings

from referrals import forms, queries
from referrals.models import (
    ContactAttempt,
    Cover,
    HandOver,
    IncomingMessage,
    Informed,
    Interview,
    Merge,
    Referral,
    Use,
)
from referrals.queries.arrivals import arrivals
from referrals.queries.waiting import Waiting
from referrals.states import Channel, NextStep, Outcome, Product, ReferralState, SentState, Way
from roegfri import clock
from roegfri.accounts.models import Grant, Token
from roegfri.accounts.roles import Role
from roegfri.actor import acting
from roegfri.desk.demo import drawing, people, setting
from roegfri.desk.demo.rows import TABLES
from roegfri.ui.models import SavedFilter
from tests import make
from tests.conftest import setup_connection

pytestmark = pytest.mark.django_db(transaction=True)
SCALE = 300


@pytest.fixture
def laid() -> Iterator[None]:
    """The world as `make demo` makes it, somewhat smaller."""
    call_command("load_reference", demo=True, verbosity=0, stdout=StringIO())
    with override_settings(TRIAL=True):
        call_command("demo_data", scale=SCALE, stdout=StringIO())
        yield


def mette() -> Any:
    with acting(make.SYSTEM), transaction.atomic():
        grants = Grant.objects.select_related("user", "organisation")
        return make.actor(grants.get(user__email="raadgiver@roegfri.test"))


def counted(statement: str) -> int:
    with setup_connection() as inside:
        (number,) = inside.execute(f"select count(*) {statement}").fetchone() or (0,)
    return int(number)


def test_the_first_minute_shows_every_kind_of_work(laid: None) -> None:
    viewer = mette()
    with acting(viewer), transaction.atomic():
        lines: list[Waiting] = list(queries.worklist(viewer).rows)
        counts = queries.waiting_counts(viewer)
    kinds = Counter(line.kind for line in lines)
    assert {*NextStep.values, "message"} <= set(kinds)
    assert 12 <= len(lines) <= 30
    assert kinds["message"] == 5
    assert any(line.guardian_first for line in lines)
    assert any(line.interpreter for line in lines)
    assert any(not line.phone and not line.is_message for line in lines)
    assert any(not line.home_known for line in lines)
    assert any(line.note == "Sundhedscentret, lokale 2" for line in lines)
    assert [line.reserved_by for line in lines if line.reserved_by]
    now = clock.now()
    agreed = [line.next_at < now for line in lines if line.kind == NextStep.CALL_BACK]
    assert set(agreed) <= {True, False}
    assert len(agreed) == 2
    overdue = [line for line in lines if line.contact_by and line.contact_by < clock.today()]
    assert len(overdue) < len(lines) / 2
    mine = sum(line.caseworker == "Mette Bruun" for line in lines)
    assert 0 < mine < len(lines) / 2
    assert [one.name for one in counts.covering] == ["Anja Toft"]


def test_everything_that_can_happen_has_happened(laid: None) -> None:
    with acting(make.SYSTEM), transaction.atomic():
        assert Referral.objects.count() == SCALE
        assert set(Outcome.values) <= set(ContactAttempt.objects.values_list("outcome", flat=True))
        assert Interview.objects.exclude(motivation=None).exists()
        assert set(Use.objects.values_list("product", flat=True)) >= {Product.CIGARETTES}
        assert Informed.objects.filter(topic="subsidy").exists()
        assert Cover.objects.count() == 1
        assert Merge.objects.filter(merged__merged_into__isnull=False).count() == 1
        unread = IncomingMessage.objects.values_list("handled_at", flat=True)
        assert sorted(at is None for at in unread) == [False] + [True] * 5
        given = HandOver.objects.values_list("receiver__kind", "ended_at", "result")
        assert Counter((kind, ended is not None) for kind, ended, _ in given) == {
            ("municipality", False): 2,
            ("quitline", False): 4,
            ("quitline", True): 1,
        }
        closed = Referral.objects.filter(state=ReferralState.CLOSED)
        assert {"completed", "declined", "quitline"} <= set(
            closed.values_list("close_reason", flat=True)
        )


def test_every_way_in_was_used_and_a_silence_is_told_of(laid: None) -> None:
    viewer = mette()
    with acting(viewer), transaction.atomic():
        came = arrivals(viewer, days=30, at=clock.now())
        assert {one.way for one in came.ways if one.total} == set(Way)
        assert all(came.total.numbers)
        assert [one.message for one in came.refusals if one.message]
        assert len(came.silent) == 1
        keys = Token.objects.filter(organisation_id=viewer.organisation_id)
        assert len({key.name for key in keys}) == 3


def test_what_triggers_keep_is_kept_though_they_were_off(laid: None) -> None:
    assert counted("from referrals_findable") > SCALE
    assert not counted(
        "from referrals_to_be_found full join referrals_findable"
        " using (citizen_id, organisation_id, names, phones)"
        " where referrals_to_be_found is null or referrals_findable is null"
    )
    assert not counted("from referrals_referral where name_key = ''")


def test_stoplinien_sees_whom_it_was_given_and_nobody_else(laid: None) -> None:
    with acting(make.SYSTEM), transaction.atomic():
        grants = Grant.objects.select_related("user", "organisation")
        tine = make.actor(grants.get(role=Role.CALLER))
    with acting(tine), transaction.atomic():
        assert len(queries.given_to_quitline(tine)) == 4


def test_a_filter_of_the_list_is_kept_as_the_list_keeps_it(laid: None) -> None:
    with acting(make.SYSTEM), transaction.atomic():
        kept = list(SavedFilter.objects.values_list("query", flat=True))
    assert len(kept) == 2
    for query in kept:
        assert forms.Filter(QueryDict(query)).query_string == query


def worlds(number: int, seed: int) -> list[tuple[Any, ...]]:
    """Every row but what is sealed, which no two times looks the same."""
    now = clock.danish_time(dt.date(2026, 11, 20), dt.time(10))
    with acting(make.SYSTEM), transaction.atomic():
        here = setting.setting(now)
        return [
            (table, *(value for name, value in row.items() if name not in people.SEALED))
            for rows in drawing.draw(here, number, now, seed)
            for table in TABLES
            for row in rows[table]
        ]


def test_the_same_seed_gives_the_same_world() -> None:
    call_command("load_reference", demo=True, verbosity=0, stdout=StringIO())
    first = worlds(SCALE, 1)
    assert first == worlds(SCALE, 1)
    assert first != worlds(SCALE, 2)


@pytest.mark.parametrize("number", [10, drawing.ROOM_FOR_STORIES, 2500])
def test_as_many_as_were_asked_for(number: int) -> None:
    call_command("load_reference", demo=True, verbosity=0, stdout=StringIO())
    assert sum(row[0] == "referral" for row in worlds(number, 1)) == number


@pytest.mark.parametrize("role", [Role.REFERRER, Role.PHARMACY])
def test_a_sender_follows_what_it_sent(laid: None, role: Role) -> None:
    with acting(make.SYSTEM), transaction.atomic():
        viewer = make.actor(Grant.objects.select_related("user", "organisation").get(role=role))
    with acting(viewer), transaction.atomic():
        rows = queries.sent_page(viewer).rows
    assert len(rows) >= 3
    assert {SentState.CONTACTED, SentState.CLOSED} <= {row.state for row in rows}
    with acting(make.SYSTEM), transaction.atomic():
        cases = Referral.objects.in_bulk([row.referral_id for row in rows])
    assert {case.channel for case in cases.values()} == {Channel.WEB}
    assert all(row.contact_by == cases[row.referral_id].contact_by for row in rows)
