"""The log's screens, as the security officer uses them."""

import datetime as dt
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from pypdf import PdfReader

from referrals.commands.details import Details
from referrals.commands.receive import receive_referral
from referrals.models import Referral
from referrals.states import Channel, Source
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, Kind, acting, receiving, system
from roegfri.audit import commands, queries
from roegfri.audit.models import AuditEvent, AuditEventPerson, LogReview
from roegfri.organisations.models import Municipality
from roegfri.persons import cpr
from tests.roegfri.accounts.people import grant, municipality, person

pytestmark = pytest.mark.django_db
NANCY = "2512489996"


@pytest.fixture(autouse=True)
def _one_step(settings: Any) -> None:
    """Sign-in itself is tested elsewhere."""
    settings.SECOND_FACTOR = False


@pytest.fixture
def reference() -> None:
    """The agreements, without which no referral can be received."""
    call_command("load_reference", verbosity=0)


@pytest.fixture
def home() -> Municipality:
    return municipality("167", "Hvidovre Kommune")


@pytest.fixture
def officer(home: Municipality) -> User:
    user = person("dpo@hvidovre.example", name="Dorte Damgaard")
    grant(user, Role.SECURITY, home)
    return user


@pytest.fixture
def browser(officer: User) -> Client:
    client = Client()
    client.force_login(officer)
    return client


def counsellor(home: Municipality, name: str = "Rikke Rask") -> Actor:
    user = person(name=name)
    given = grant(user, Role.COUNSELLOR, home)
    return Actor(
        Kind.PERSON,
        name,
        user_id=user.pk,
        grant_id=given.pk,
        role=Role.COUNSELLOR,
        organisation_id=home.pk,
        organisation_name=home.name,
    )


def nancy(home: Municipality) -> Referral:
    scope = system("tests")
    details = Details(
        source=Source.HOSPITAL,
        channel=Channel.PHONE,
        received_at=clock.now() - dt.timedelta(hours=1),
        given_names="Nancy Ann",
        surname="Berggren",
        phones=[("+4520123456", "")],
        civil_number=cpr.parse(NANCY, on=clock.today()),
    )
    with acting(scope):
        return receive_referral(details, handler=home, by=scope, at=clock.now())


def looked(by: Actor, subject: str = "desk:file", **more: Any) -> None:
    given = {"at": clock.now(), "persons": [uuid4()], **more}
    with acting(by):
        commands.record("person.read", subject, by=by, **given)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_the_log_shows_own_events_with_names_and_words(browser: Client, home: Municipality) -> None:
    rikke = counsellor(home)
    looked(rikke, reason="Borgeren ringede")
    looked(counsellor(municipality("153", "Brøndby Kommune"), name="Fremmed Person"))
    page = text_of(browser.get("/log/"))
    assert "Rikke Rask" in page
    assert "Så oplysninger" in page
    assert "Borgeren ringede" in page
    assert "Fremmed Person" not in page


def test_the_log_is_narrowed_and_wrong_dates_are_said(browser: Client, home: Municipality) -> None:
    rikke, bo = counsellor(home), counsellor(home, name="Bo Bendtsen")
    looked(rikke, "screen-of-rikke")
    looked(bo, "screen-of-bo", at=clock.now() - dt.timedelta(days=9))
    page = text_of(browser.get("/log/", {"bruger": str(bo.user_id)}))
    assert "screen-of-bo" in page
    assert "screen-of-rikke" not in page
    since = clock.today() - dt.timedelta(days=2)
    assert "screen-of-bo" not in text_of(browser.get("/log/", {"fra_dag": since.isoformat()}))
    assert "screen-of-bo" not in text_of(browser.get("/log/", {"handling": "row.added"}))
    assert "screen-of-bo" not in text_of(browser.get("/log/", {"fra_dag": "i går"}))


def test_pages_reach_every_event_once(browser: Client, home: Municipality) -> None:
    rikke = counsellor(home)
    at = clock.now() - dt.timedelta(hours=2)
    for number in range(120):
        looked(rikke, f"<{number}>", at=at + dt.timedelta(seconds=number // 4))
    found: list[str] = []
    address = "/log/?" + f"bruger={rikke.user_id}"
    for _ in range(3):
        response = browser.get(address)
        listing = response.context["list"]
        found += [event.subject for event in listing.page.rows]
        address = listing.next_url
    assert not address
    assert found == [f"<{n}>" for n in reversed(range(120))]


def test_htmx_gets_the_rows_alone(browser: Client) -> None:
    part = text_of(browser.get("/log/", headers={"HX-Request": "true"}))
    assert part.lstrip().startswith('<div id="_log_events">')


@pytest.mark.parametrize("rows", [1, 3])
def test_the_log_costs_as_many_queries_for_three_as_for_one(
    browser: Client, home: Municipality, rows: int, django_assert_max_num_queries: Any
) -> None:
    rikke = counsellor(home)
    browser.get("/log/")
    for _ in range(rows):
        looked(rikke)
    with django_assert_max_num_queries(8):
        browser.get("/log/")


def test_a_past_months_sample_is_signed_off_once(
    browser: Client, home: Municipality, officer: User
) -> None:
    month = clock.add_months(clock.today().replace(day=1), -1)
    at = clock.start_of_day(month) + dt.timedelta(days=3, hours=10)
    rikke = counsellor(home)
    for number in range(queries.SAMPLE + 5):
        looked(rikke, f"<{number}>", at=at)
    first = browser.get("/log/stikproeve/")
    assert [line.event.seq for line in first.context["lines"]] == [
        line.event.seq for line in browser.get("/log/stikproeve/").context["lines"]
    ]
    assert len(first.context["lines"]) == queries.SAMPLE
    done = browser.post(f"/log/stikproeve/?maaned={month:%Y-%m}", {"remarks": "Spurgt Rikke"})
    assert done.status_code == 302
    page = text_of(browser.get(done["Location"]))
    assert "Spurgt Rikke" in page
    assert "Dorte Damgaard" in page
    again = browser.post(f"/log/stikproeve/?maaned={month:%Y-%m}", {"remarks": "igen"})
    assert again.status_code == 422
    with acting(system("tests")):
        review = LogReview.objects.get()
        assert (review.month, review.size, review.signed_by) == (month, queries.SAMPLE, officer.pk)
        assert AuditEvent.objects.filter(act="log.reviewed").count() == 1


def test_the_running_month_cannot_be_signed_off(browser: Client) -> None:
    this = f"/log/stikproeve/?maaned={clock.today():%Y-%m}"
    assert "Måneden er ikke slut endnu" in text_of(browser.get(this))
    assert browser.post(this, {"remarks": ""}).status_code == 422
    with acting(system("tests")):
        assert not LogReview.objects.exists()


def test_the_officer_opens_a_line_and_follows_one_citizen(
    browser: Client, home: Municipality
) -> None:
    rikke, one, other = counsellor(home), uuid4(), uuid4()
    looked(rikke, persons=[one, other], reason="begge")
    looked(rikke, persons=[other], reason="den anden")
    with acting(system("tests")):
        both = AuditEvent.objects.get(reason="begge")
    page = text_of(browser.get(f"/log/linje/{both.seq}/"))
    assert str(one) in page
    assert str(other) in page
    assert "Rikke Rask" in page
    assert "desk:file" in page  # as it is kept, for who has to find it
    followed = text_of(browser.get("/log/", {"borger": str(one)}))
    assert "begge" in followed
    assert "den anden" not in followed
    assert "den anden" in text_of(browser.get("/log/", {"borger": str(other)}))


def test_a_line_of_another_organisation_is_not_there(browser: Client, home: Municipality) -> None:
    citizen = uuid4()
    looked(counsellor(municipality("153", "Brøndby Kommune")), persons=[citizen], reason="nabo")
    with acting(system("tests")):
        theirs = AuditEvent.objects.get(reason="nabo")
    for seq in (theirs.seq, 0, 2**63, 10**40):
        assert browser.get(f"/log/linje/{seq}/").status_code == 404
    assert "nabo" not in text_of(browser.get("/log/", {"borger": str(citizen)}))


def test_the_log_speaks_danish_of_things_and_of_those_who_are_no_people(
    reference: None, browser: Client, home: Municipality
) -> None:
    sweep = receiving(system("referrals.sweep"), home.pk)
    with acting(sweep):
        commands.record("message.taken", f"incomingmessage:{uuid4()}", by=sweep, at=clock.now())
    door = receiving(Actor(Kind.PUBLIC, "tilmeld"), home.pk)
    with acting(door):
        commands.record("referral.received", f"referral:{uuid4()}", by=door, at=clock.now())
    page = text_of(browser.get("/log/"))
    assert "Systemet: mappen" in page
    assert "Indkommet besked" in page
    assert "Offentlig tilmelding" in page
    for raw in ("incomingmessage", "referral:", "public:tilmeld", "referrals.sweep"):
        assert raw not in page


def test_odd_openings_are_listed_with_their_reason(browser: Client, home: Municipality) -> None:
    looked(counsellor(home), reason="Naboen bad om det")
    page = text_of(browser.get("/log/usaedvanlige/"))
    assert "Naboen bad om det" in page
    assert "Uden for egne sager" in page


def test_a_citizen_gets_her_list_as_a_pdf_without_the_names_of_staff(
    reference: None, browser: Client, home: Municipality
) -> None:
    citizen = nancy(home).citizen_id
    looked(counsellor(home), persons=[citizen], reason="Ringede om sit hold")
    for identifier in (NANCY, "251248-9996"):
        response = browser.post("/log/borger/", {"identifier": identifier})
        assert response["Content-Type"] == "application/pdf"
        text = "".join(page.extract_text() for page in PdfReader(BytesIO(response.content)).pages)
        assert "Ringede om sit hold" in text
        assert "Rådgiver, Hvidovre" in text
        assert "251248-****" in text
        assert "9996" not in text
        assert "Rikke" not in text
    with acting(system("tests")):
        handed = AuditEvent.objects.filter(act="log.handed_out")
        assert handed.count() == 2
        concerned = AuditEventPerson.objects.filter(event_seq=handed[0].seq)
        assert set(concerned.values_list("person", flat=True)) == {citizen}


def test_a_case_id_finds_her_too(reference: None, browser: Client, home: Municipality) -> None:
    response = browser.post("/log/borger/", {"identifier": str(nancy(home).pk)})
    assert response["Content-Type"] == "application/pdf"


def test_an_unknown_citizen_is_said_on_the_form(reference: None, browser: Client) -> None:
    nancy(municipality("153", "Brøndby Kommune"))
    for identifier in (NANCY, "0107729995", "vrøvl", str(uuid4())):
        response = browser.post("/log/borger/", {"identifier": identifier})
        assert response.status_code == 422
        assert "Vi kender ingen borger" in text_of(response)


@pytest.mark.parametrize(
    "address", ["/log/", "/log/stikproeve/", "/log/usaedvanlige/", "/log/borger/"]
)
def test_a_counsellor_has_no_business_here(home: Municipality, address: str) -> None:
    user = person()
    grant(user, Role.COUNSELLOR, home)
    client = Client()
    client.force_login(user)
    assert client.get(address).status_code == 403
    assert client.post(address).status_code == 403
