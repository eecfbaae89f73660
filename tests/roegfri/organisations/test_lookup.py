"""Who an organisation is, by number and by day; on the demo's made-up numbers."""

import datetime as dt
from pathlib import Path

import pytest
from django.test import override_settings

from referrals.states import Product
from roegfri import clock
from roegfri.actor import system
from roegfri.organisations import commands, intake, lookup
from roegfri.organisations.commands import Outcome
from roegfri.organisations.dated import holds
from roegfri.organisations.kinds import Kind, Scope
from roegfri.organisations.models import Agreement, ClosingDay, Membership, Municipality
from roegfri.organisations.terms import (
    RATES,
    TERMS,
    Anchor,
    Caller,
    DayUnit,
    Every,
    FollowUpScope,
    ReportProfile,
)
from roegfri.organisations.terms import Kind as TermKind

DAY = dt.date(2026, 11, 23)


def agreement(slug: str) -> Agreement:
    return Agreement.objects.get(slug=slug)


@pytest.mark.usefixtures("reference", "db")
def test_both_agreements_read_as_values() -> None:
    on_tvaers = lookup.terms(agreement("roegfri-paa-tvaers"), DAY)
    midt = lookup.terms(agreement("region-midtjylland"), DAY)
    assert (on_tvaers.contact.count, on_tvaers.contact.unit) == (2, DayUnit.WORKDAYS)
    assert (midt.contact.count, midt.contact.unit) == (7, DayUnit.CALENDAR_DAYS)
    assert (on_tvaers.target_group.minimum_age, midt.target_group.minimum_age) == (0, 14)
    for said in (on_tvaers, midt):
        assert said.contact.attempts_before_not_reached == 3
        assert said.smoking.heavy_smoker_from == 15
    assert on_tvaers.courses.two_counsellors_from == 13
    assert (on_tvaers.courses.group_minimum_meetings, midt.courses.group_minimum_meetings) == (6, 0)
    assert on_tvaers.follow_up.caller is Caller.QUITLINE
    assert midt.follow_up.caller is Caller.MUNICIPALITY
    assert (on_tvaers.follow_up.anchor, midt.follow_up.anchor) == (
        Anchor.QUIT_DATE,
        Anchor.COURSE_END,
    )
    assert midt.follow_up.scope is FollowUpScope.COMPLETED
    assert on_tvaers.vouchers is not None
    assert (on_tvaers.vouchers.count, on_tvaers.vouchers.payer) == (4, "187")
    assert on_tvaers.vouchers.heavy_smoker_from == 15
    assert on_tvaers.vouchers.recharge is Every.YEAR
    assert midt.vouchers is None
    assert on_tvaers.settlement is not None
    assert on_tvaers.settlement.every is Every.HALF_YEAR
    assert on_tvaers.settlement.individual_courses_excluded
    assert midt.settlement is None
    assert midt.report_profile is ReportProfile.NO_SPLIT_BY_SOURCE


@pytest.mark.usefixtures("reference", "db")
def test_every_product_counts_as_some_cigarettes_in_both_agreements() -> None:
    expected = {"pipe": 30, "cigars": 50, "snus": 10, "e_cigarette": 50, "pouches": 10}
    for slug in ("roegfri-paa-tvaers", "region-midtjylland"):
        assert lookup.terms(agreement(slug), DAY).smoking.equivalents == expected
    assert {*expected, Product.CIGARETTES} == set(Product.values)


@pytest.mark.usefixtures("reference", "db")
def test_a_product_counts_as_what_was_agreed_on_the_day() -> None:
    on_tvaers, day = agreement("roegfri-paa-tvaers"), dt.date(2027, 1, 1)
    for value, when in (("60", day), ("0", dt.date(2028, 1, 1))):
        commands.add_term(
            on_tvaers,
            name="equivalent_e_cigarette",
            value=value,
            from_on=when,
            note="",
            by=system("test"),
            at=clock.now(),
        )
    found = [
        lookup.terms(on_tvaers, when).smoking.equivalents["e_cigarette"]
        for when in (day - dt.timedelta(days=1), day, dt.date(2028, 1, 1))
    ]
    assert found == [50, 60, 0]
    assert TERMS["equivalent_e_cigarette"].words("60") == "60 cigaretter"
    assert TERMS["equivalent_e_cigarette"].words("0") == "Regnes ikke med"


@pytest.mark.usefixtures("reference", "db")
def test_rates_are_integer_oere() -> None:
    on_tvaers = agreement("roegfri-paa-tvaers")
    hvidovre = Municipality.objects.get(code="167")
    assert lookup.rate(on_tvaers, "participant", DAY) == 123000
    assert lookup.rate(on_tvaers, "voucher", DAY) == 22500
    assert lookup.rate(on_tvaers, "membership_fee", DAY, hvidovre) == 10_000_000


@pytest.mark.usefixtures("reference", "db")
def test_taarnby_is_a_member_for_the_young_only() -> None:
    taarnby = Municipality.objects.get(code="185")
    assert lookup.agreement_of(taarnby, DAY, Scope.CESSATION) is None
    assert lookup.agreement_of(taarnby, DAY, Scope.YOUTH) == agreement("roegfri-paa-tvaers")
    assert taarnby not in lookup.members(agreement("roegfri-paa-tvaers"), DAY, Scope.CESSATION)
    assert len(lookup.members(agreement("roegfri-paa-tvaers"), DAY, Scope.CESSATION)) == 8


@pytest.mark.usefixtures("reference", "db")
def test_membership_counts_from_its_first_to_its_last_day() -> None:
    viborg = Municipality.objects.get(code="791")
    Membership.objects.filter(municipality=viborg).update(until_on=dt.date(2026, 12, 31))

    def found(*day: int) -> bool:
        return lookup.agreement_of(viborg, dt.date(*day), Scope.CESSATION) is not None

    assert [found(2019, 8, 31), found(2019, 9, 1), found(2026, 12, 31), found(2027, 1, 1)] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.usefixtures("reference", "db")
def test_a_receiver_is_found_by_its_ean_with_its_agreement_of_the_day() -> None:
    ean = Municipality.objects.get(code="185").ean
    receiver = lookup.receiver_by_ean(ean, DAY)
    assert receiver is not None
    assert (receiver.municipality.code, receiver.agreement) == ("185", None)
    hvidovre = lookup.receiver_by_ean(f" {Municipality.objects.get(code='167').ean} ", DAY)
    assert hvidovre is not None
    assert hvidovre.agreement == agreement("roegfri-paa-tvaers")
    assert lookup.receiver_by_ean("", DAY) is None
    assert lookup.receiver_by_ean("5790000000005", DAY) is None


@pytest.mark.usefixtures("reference", "db")
def test_what_is_dated_holds_on_both_its_ends_also_through_a_path() -> None:
    viborg = Municipality.objects.get(code="791")
    Membership.objects.filter(municipality=viborg).update(until_on=dt.date(2026, 12, 31))
    for day, found in (
        (dt.date(2019, 8, 31), 0),
        (dt.date(2019, 9, 1), 1),
        (dt.date(2026, 12, 31), 1),
        (dt.date(2027, 1, 1), 0),
    ):
        assert Membership.objects.filter(holds(day), municipality=viborg).count() == found
        through = Municipality.objects.filter(holds(day, "memberships__"), pk=viborg.pk)
        assert through.count() == found, day


SENDERS = {
    ("ydernummer", "900001"): Kind.PRACTICE,
    ("ydernummer", "0900001"): Kind.PRACTICE,
    ("YDERNUMMER", " 900001 "): Kind.PRACTICE,
    ("sygehusafdelingsnummer", "9901001"): Kind.DEPARTMENT,
    ("kommunenummer", "0167"): Kind.MUNICIPALITY,
    ("kommunenummer", "167"): Kind.MUNICIPALITY,
    ("lokationsnummer", "5790008000014"): Kind.PHARMACY,
    ("ydernummer", "123456"): None,
    ("ydernummer", ""): None,
    ("sorkode", ""): None,
    ("noget andet", "900001"): None,
}


@pytest.mark.usefixtures("reference", "db")
def test_a_sender_is_known_by_the_kind_of_its_number() -> None:
    for (code, number), kind in SENDERS.items():
        found = lookup.sender(code, number)
        assert (found.kind if found else None) == kind, (code, number)


@pytest.mark.usefixtures("reference", "db")
def test_closing_days_are_a_municipalitys_own() -> None:
    albertslund = Municipality.objects.get(code="165")
    brondby = Municipality.objects.get(code="153")
    ClosingDay.objects.create(municipality=albertslund, on=dt.date(2026, 12, 23))
    assert dt.date(2026, 12, 23) in lookup.closing_days(albertslund)
    assert lookup.closing_days(brondby) == frozenset()


def test_every_term_and_rate_is_complete_and_every_choice_has_its_choices() -> None:
    for name, meaning in TERMS.items():
        assert str(meaning.label), name
        assert str(meaning.source), name
        assert (meaning.choices is not None) == (meaning.kind is TermKind.CHOICE), name
        assert bool(meaning.unit) == (meaning.kind is TermKind.INT), name
    for rate in RATES.values():
        assert str(rate.label)
        assert "«" in rate.source


def test_the_data_folder_uses_every_term_and_rate() -> None:
    def second_column(path: Path) -> set[str]:
        return {line.split(";")[1] for line in path.read_text().splitlines()[1:]}

    assert second_column(intake.DATA / "vilkaar.csv") == set(TERMS)
    assert second_column(intake.DATA / "takster.csv") == set(RATES)


@pytest.mark.usefixtures("reference", "db")
def test_the_load_does_not_depend_on_the_language_of_the_process() -> None:
    with override_settings(LANGUAGE_CODE="en"):
        again = intake.load([intake.DATA], dry_run=False, by=system("test"), at=clock.now())
    assert sum(counts[Outcome.ADDED] for counts in again.values()) == 0
