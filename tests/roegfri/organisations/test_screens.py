"""Aftaler and Min organisation: who reads what, on which day, and who adds to it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from roegfri import clock
from roegfri.accounts import commands as people
from roegfri.accounts.roles import Role
from roegfri.actor import acting
from roegfri.organisations import lookup
from roegfri.organisations.models import (
    Agreement,
    HospitalDepartment,
    Membership,
    Municipality,
    Organisation,
    Pharmacy,
    Practice,
    Rate,
    Term,
)
from tests.roegfri.organisations.people import BY, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


@pytest.fixture(autouse=True)
def _world(settings: Any) -> None:
    settings.SECOND_FACTOR = False


def on_tvaers() -> Agreement:
    return Agreement.objects.get(slug="roegfri-paa-tvaers")


def midt() -> Agreement:
    return Agreement.objects.get(slug="region-midtjylland")


def hvidovre() -> Municipality:
    return Municipality.objects.get(code="167")


def text(client: Client, address: str, **query: str) -> str:
    response = client.get(address, query)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_the_project_leader_reads_her_own_agreement_alone() -> None:
    client = signed_in(Role.PROJECT_LEADER, on_tvaers())
    only = client.get("/aftaler/")
    assert (only.status_code, only["Location"]) == (302, f"/aftaler/{on_tvaers().pk}/")
    assert client.get(f"/aftaler/{midt().pk}/").status_code == 404


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.FINANCE])
def test_a_municipality_reads_the_agreement_it_is_a_member_of(role: str) -> None:
    client = signed_in(role, hvidovre())
    assert "2 dage" in text(client, f"/aftaler/{on_tvaers().pk}/")
    assert client.get(f"/aftaler/{midt().pk}/").status_code == 404
    address = f"/aftaler/{on_tvaers().pk}/vilkaar/contact_deadline_count/nyt/"
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.SECURITY])
def test_others_have_no_such_screen(role: str) -> None:
    assert signed_in(role, hvidovre()).get("/aftaler/").status_code == 403


def test_the_page_shows_the_day_that_was_asked_for_and_what_comes_next() -> None:
    Rate.objects.create(
        agreement=on_tvaers(), name="participant", amount_ore=130000, from_on=dt.date(2027, 1, 1)
    )
    Membership.objects.filter(agreement=on_tvaers(), municipality=hvidovre()).update(
        until_on=dt.date(2026, 12, 31)
    )
    client = signed_in(Role.PROJECT_LEADER, on_tvaers())
    address = f"/aftaler/{on_tvaers().pk}/"
    before = text(client, address, dato="2026-12-31")
    assert "<strong>1.230,00 kr. pr. deltager pr. forløb</strong>" in before
    assert "1.300,00 kr. pr. deltager" in before
    assert "Ophørt" not in before
    after = text(client, address, dato="2027-01-01")
    assert "<strong>1.300,00 kr. pr. deltager pr. forløb</strong>" in after
    assert "Ophørt" in after
    assert "Ikke aftalt" in text(client, address, dato="2017-12-31")


@pytest.mark.parametrize("typed", ["2026-02-30", "i går", ""])
def test_a_day_that_is_none_is_told_and_today_is_shown(typed: str) -> None:
    client = signed_in(Role.PROJECT_LEADER, on_tvaers())
    page = text(client, f"/aftaler/{on_tvaers().pk}/", dato=typed)
    assert "error-summary" in page
    assert "1.230,00" in page


def new_term(client: Client, name: str, **typed: object) -> Any:
    address = f"/aftaler/{on_tvaers().pk}/vilkaar/{name}/nyt/"
    return client.post(address, {"note": "Styregruppen", **typed})


def in_days(days: int) -> dt.date:
    return clock.today() + dt.timedelta(days=days)


def test_the_project_leader_adds_a_term_from_a_day() -> None:
    client = signed_in(Role.PROJECT_LEADER, on_tvaers())
    day = in_days(10)
    done = new_term(client, "contact_deadline_count", value="3", from_on=day.isoformat())
    assert done.status_code == 302
    assert lookup.terms(on_tvaers(), in_days(9)).contact.count == 2
    assert lookup.terms(on_tvaers(), day).contact.count == 3
    page = text(client, f"/aftaler/{on_tvaers().pk}/vilkaar/contact_deadline_count/")
    assert "Styregruppen" in page
    assert page.index("3 dage") < page.index("2 dage")


def test_the_past_is_changed_only_with_open_eyes() -> None:
    client = signed_in(Role.PROJECT_LEADER, on_tvaers())
    day = in_days(-400).isoformat()
    asked = new_term(client, "two_counsellors_from", value="11", from_on=day)
    assert asked.status_code == 422
    assert "regnet om" in asked.content.decode()
    assert 'value="11"' in asked.content.decode(), "what was typed is lost"
    assert (
        new_term(client, "two_counsellors_from", value="11", from_on=day, confirm="on").status_code
        == 302
    )
    assert lookup.terms(on_tvaers(), clock.today()).courses.two_counsellors_from == 11


WRONG: dict[str, tuple[str, dict[str, str]]] = {
    "a word for a number": ("contact_deadline_count", {"value": "to"}),
    "a negative number": ("contact_deadline_count", {"value": "-1"}),
    "no value": ("contact_deadline_count", {}),
    "an unknown choice": ("follow_up_anchor", {"value": "i morgen"}),
    "neither yes nor no": ("vouchers", {"value": "måske"}),
    "an unknown municipality": ("fee_payee", {"value": "999"}),
    "a date that is none": ("vouchers", {"value": "ja", "from_on": "2027-02-30"}),
    "a day that has a value": (
        "vouchers",
        {"value": "nej", "from_on": "2018-01-01", "confirm": "on"},
    ),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=list(WRONG))
def test_what_is_wrong_is_said_and_nothing_is_added(case: tuple[str, dict[str, str]]) -> None:
    name, typed = case
    before = Term.objects.count()
    client = signed_in(Role.PROJECT_LEADER, on_tvaers())
    answer = new_term(client, name, **{"from_on": in_days(10).isoformat(), **typed})
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert Term.objects.count() == before


def test_amounts_are_typed_in_kroner() -> None:
    client = signed_in(Role.PROJECT_LEADER, on_tvaers())
    address = f"/aftaler/{on_tvaers().pk}/takst/membership_fee/167/ny/"
    typed = {"from_on": in_days(5).isoformat(), "note": ""}
    assert client.post(address, {**typed, "amount_ore": "110,000.00"}).status_code == 422
    assert client.post(address, {**typed, "amount_ore": "-1"}).status_code == 422
    assert client.post(address, {**typed, "amount_ore": "110.000,50"}).status_code == 302
    assert lookup.rate(on_tvaers(), "membership_fee", in_days(5), hvidovre()) == 11_000_050
    assert lookup.rate(on_tvaers(), "membership_fee", in_days(4), hvidovre()) == 10_000_000


def test_one_project_leader_does_not_change_the_others_agreement() -> None:
    client = signed_in(Role.PROJECT_LEADER, midt())
    typed = {"value": "3", "from_on": in_days(5).isoformat()}
    assert new_term(client, "contact_deadline_count", **typed).status_code == 404
    assert lookup.terms(on_tvaers(), in_days(6)).contact.count == 2


@pytest.mark.parametrize("tail", ["vilkaar/noget/", "vilkaar/noget/nyt/", "takst/noget/",
                                  "takst/noget/ny/", "takst/membership_fee/999/",
                                  "takst/membership_fee/999/ny/"])  # fmt: skip
def test_unknown_names_are_not_found(tail: str) -> None:
    client = signed_in(Role.PROJECT_LEADER, on_tvaers())
    assert client.get(f"/aftaler/{on_tvaers().pk}/{tail}").status_code == 404


@pytest.mark.parametrize("tail", ["", "ny/"])
def test_a_fee_is_shown_and_set_for_those_who_take_part(tail: str) -> None:
    client = signed_in(Role.PROJECT_LEADER, on_tvaers())
    found = {
        code: client.get(f"/aftaler/{on_tvaers().pk}/takst/membership_fee/{code}/{tail}")
        for code in ("167", "101", "791")
    }
    assert {code: page.status_code for code, page in found.items()} == {
        "167": 200, "101": 404, "791": 404,
    }  # fmt: skip
    assert "Hvidovre Kommune" in found["167"].content.decode()


def test_colleagues_are_those_of_today_with_their_roles_of_today() -> None:
    client = signed_in(Role.COORDINATOR, hvidovre())
    with acting(BY):
        mette, tom = (
            people.create_user(f"{name}@hvidovre.example", name, by=BY, at=clock.now())
            for name in ("Mette", "Tom")
        )
        for who, role, until in (
            (mette, Role.COUNSELLOR, None),
            (mette, Role.FINANCE, in_days(-1)),
            (tom, Role.COUNSELLOR, in_days(-1)),
        ):
            people.give_grant(
                who, role, hvidovre(), from_on=in_days(-9), until_on=until, by=BY, at=clock.now()
            )
    page = text(client, "/min-organisation/")
    row = page[page.index("Mette") :].split("</tr>")[0]
    assert "Rådgiver" in row
    assert "Økonomi" not in row
    assert "Tom" not in page


OWN: dict[str, tuple[str, Callable[[], Organisation], tuple[str, ...]]] = {
    "counsellor": (Role.COUNSELLOR, hvidovre, ("Kommunekode", "55606617", "Røgfri på Tværs")),
    "security officer": (Role.SECURITY, hvidovre, ("Kommunekode", "Rikke Rask")),
    "finance": (Role.FINANCE, hvidovre, ("100.000,00", "Årligt bidrag")),
    "project leader": (Role.PROJECT_LEADER, on_tvaers, ("Hvidovre Kommune", "Tårnby Kommune")),
    "pharmacy": (
        Role.PHARMACY,
        lambda: Pharmacy.objects.get(p_number="9900000001"),
        ("P-nummer", "GLN", "225,00", "Vallensbæk Kommune"),
    ),
    "caller": (
        Role.CALLER,
        lambda: Organisation.objects.get(name="Stoplinien"),
        ("80 31 31 31", "Opfølgning efter", "Røgfri på Tværs"),
    ),
    "referrer in a department": (
        Role.REFERRER,
        lambda: HospitalDepartment.objects.get(number="9901001"),
        ("Amager og Hvidovre Hospital", "Kardiologisk Afdeling", "hverdage"),
    ),
    "referrer in a practice": (
        Role.REFERRER,
        lambda: Practice.objects.filter(municipality__code="791")[0],
        ("Ydernummer", "Viborg Kommune", "kalenderdage", "14 år"),
    ),
    "administrator": (
        Role.ADMINISTRATOR,
        lambda: Organisation.objects.get(name="Røgfri Drift"),
        ("Driftsleverandør", "/administration/"),
    ),
}


@pytest.mark.parametrize("case", OWN.values(), ids=list(OWN))
def test_every_role_has_a_page_of_its_own_organisation(
    case: tuple[str, Callable[[], Organisation], tuple[str, ...]],
) -> None:
    role, organisation, words = case
    page = text(signed_in(role, organisation()), "/min-organisation/")
    for word in (*words, "Rikke Rask", "Kolleger"):
        assert word in page, word


def test_an_agreement_is_shown_once_with_all_its_parts() -> None:
    page = text(signed_in(Role.FINANCE, hvidovre()), "/min-organisation/")
    assert page.count("Frist for første opkald") == 1
    assert "Rygestop" in page
    assert "Unge: Bliv en vinder uden tobak" in page


def test_taarnby_sees_its_fee_and_nothing_of_cessation() -> None:
    taarnby = Municipality.objects.get(code="185")
    page = text(signed_in(Role.FINANCE, taarnby), "/min-organisation/")
    assert "60.000,00" in page
    assert "Frist for første opkald" not in page


def test_addresses_of_a_pharmacys_staff_are_not_shown() -> None:
    pharmacy = Pharmacy.objects.get(p_number="9900000001")
    assert "@" not in text(signed_in(Role.PHARMACY, pharmacy), "/min-organisation/")
    assert "@" in text(signed_in(Role.COUNSELLOR, hvidovre()), "/min-organisation/")


def test_the_number_of_statements_does_not_grow_with_the_terms(
    django_assert_max_num_queries: Any,
) -> None:
    client = signed_in(Role.PROJECT_LEADER, on_tvaers())
    text(client, f"/aftaler/{on_tvaers().pk}/")
    with django_assert_max_num_queries(18):
        client.get(f"/aftaler/{on_tvaers().pk}/")
