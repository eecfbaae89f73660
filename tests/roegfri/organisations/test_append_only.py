"""What was once said of an agreement cannot be rewritten: not by the app, not by the owner."""

import datetime as dt
import os
from dataclasses import replace

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from roegfri import clock, database
from roegfri.actor import system
from roegfri.organisations import commands, lookup
from roegfri.organisations.models import Agreement, Rate, Term
from roegfri.organisations.terms import ContactTerms, DayUnit, MissingTerm
from roegfri.refusal import Refusal

BY = system("test")
TABLES = ("organisations_term", "organisations_rate")


@pytest.fixture
def agreement(db: None) -> Agreement:
    made = Agreement.objects.create(name="Prøveaftalen", slug="proeve")
    add_term(made, "2", dt.date(2018, 1, 1))
    add_rate(made, 123000, dt.date(2018, 1, 1))
    return made


def add_term(
    agreement: Agreement, value: str, from_on: dt.date, name: str = "contact_deadline_count"
) -> commands.Put:
    return commands.add_term(
        agreement, name=name, value=value, from_on=from_on, note="", by=BY, at=clock.now()
    )


def add_rate(agreement: Agreement, amount_ore: int, from_on: dt.date) -> commands.Put:
    return commands.add_rate(
        agreement,
        name="participant",
        municipality=None,
        amount_ore=amount_ore,
        from_on=from_on,
        note="",
        by=BY,
        at=clock.now(),
    )


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["update {} set note = 'x'", "delete from {}"])
@pytest.mark.usefixtures("agreement")
def test_the_app_role_cannot_rewrite(table: str, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))
    assert Term.objects.count() == Rate.objects.count() == 1


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["update {} set note = 'x'", "delete from {}", "truncate {}"])
@pytest.mark.django_db
def test_the_owner_cannot_either(table: str, statement: str) -> None:
    url = database.role_url(os.environ["DATABASE_URL"], "owner", os.environ["SECRET_KEY"])
    with (
        psycopg.connect(url) as owner,
        pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="never changed"),
    ):
        owner.execute(statement.format(table))


def test_a_change_is_a_new_row_and_the_past_stays(agreement: Agreement) -> None:
    add_rate(agreement, 130000, dt.date(2027, 1, 1))
    assert lookup.rate(agreement, "participant", dt.date(2026, 12, 31)) == 123000
    assert lookup.rate(agreement, "participant", dt.date(2027, 1, 1)) == 130000


def test_the_same_again_is_no_change_and_another_value_is_refused(agreement: Agreement) -> None:
    day = dt.date(2018, 1, 1)
    assert add_rate(agreement, 123000, day).outcome is commands.Outcome.UNCHANGED
    assert add_term(agreement, "2", day).outcome is commands.Outcome.UNCHANGED
    with pytest.raises(Refusal, match="kan ikke skrives om"):
        add_rate(agreement, 123001, day)
    with pytest.raises(Refusal, match="kan ikke skrives om"):
        add_term(agreement, "3", day)


def test_a_term_that_is_not_said_is_a_clear_refusal(agreement: Agreement) -> None:
    with pytest.raises(MissingTerm, match="Fristen tælles i"):
        _ = lookup.terms(agreement, dt.date(2026, 1, 1)).contact
    with pytest.raises(MissingTerm, match=r"31\.12\.2017"):
        lookup.rate(agreement, "participant", dt.date(2017, 12, 31))


def test_terms_are_read_by_the_day_of_the_event(agreement: Agreement) -> None:
    start = dt.date(2018, 1, 1)
    add_term(agreement, "hverdage", start, "contact_deadline_unit")
    add_term(agreement, "nej", start, "saturday_counts")
    add_term(agreement, "3", start, "attempts_before_not_reached")
    add_term(agreement, "3", dt.date(2026, 7, 1))
    before = lookup.terms(agreement, dt.date(2026, 6, 30)).contact
    after = lookup.terms(agreement, dt.date(2026, 7, 1)).contact
    assert before == ContactTerms(
        DayUnit.WORKDAYS, 2, saturday_counts=False, attempts_before_not_reached=3
    )
    assert after == replace(before, count=3)
