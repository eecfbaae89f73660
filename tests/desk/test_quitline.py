"""Stoplinien's screen: whom to call and the answer; and the cases given on, as people do it."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from referrals.commands.handover import hand_to_quitline
from referrals.commands.inbox import Delivery, keep_message
from referrals.models import HandOver, Referral
from referrals.states import InboxState, Outcome
from roegfri.accounts.models import Grant
from roegfri.accounts.roles import Role
from roegfri.actor import acting
from roegfri.organisations import kinds
from roegfri.organisations.models import Organisation
from tests import make

pytestmark = pytest.mark.django_db
SECRETS = ("Hemmelig tekst", "2512489996", "251248", "Vestergade")


@pytest.fixture(autouse=True)
def _monday(settings: object) -> Iterator[None]:
    settings.SECOND_FACTOR = False  # type: ignore[attr-defined]
    with time_machine.travel(make.MONDAY, tick=False):
        yield


def signed_in(grant: Grant) -> Client:
    client = Client()
    client.force_login(grant.user)
    return client


@pytest.fixture
def counsellor() -> Grant:
    return make.grant()


@pytest.fixture
def stoplinien() -> Grant:
    organisation = Organisation.objects.create(kind=kinds.Kind.QUITLINE, name="Stoplinien")
    return make.grant(Role.CALLER, organisation)


def reached(counsellor: Grant) -> Referral:
    by = make.actor(counsellor)
    referral = make.referral(
        by, text="Hemmelig tekst", civil_number="2512489996", address="Vestergade 1"
    )
    make.call(referral, by, Outcome.REACHED)
    return referral


@pytest.fixture
def given(counsellor: Grant, stoplinien: Grant) -> HandOver:
    by, referral = make.actor(counsellor), reached(counsellor)
    with acting(by):
        return hand_to_quitline(referral, agreed=True, note="Efter kl. 16", by=by, at=make.MONDAY)


def test_the_list_shows_whom_to_call_and_no_more(given: HandOver, stoplinien: Grant) -> None:
    client = signed_in(stoplinien)
    for page in ("/stoplinien/", f"/stoplinien/{given.pk}/"):
        html = client.get(page).content.decode()
        assert "Nancy Ann Berggren" in html
        assert "20 12 34 56" in html
        assert "Efter kl. 16" in html
        assert [secret for secret in SECRETS if secret in html] == []


def test_the_answer_reaches_the_municipality_once(
    given: HandOver, stoplinien: Grant, counsellor: Grant
) -> None:
    client = signed_in(stoplinien)
    form = {"result": "talked", "note": "Har fået råd"}
    assert client.post(f"/stoplinien/{given.pk}/", form).status_code == 302
    again = client.post(f"/stoplinien/{given.pk}/", {**form, "result": "declined"})
    assert again.status_code == 422
    assert "allerede afsluttet" in again.content.decode()
    assert "Besvaret i dag" in client.get("/stoplinien/").content.decode()
    with acting(make.actor(counsellor)):
        given.refresh_from_db()
    assert (given.result, given.note) == ("talked", "Har fået råd")


def test_another_line_and_other_roles_see_nothing(given: HandOver, counsellor: Grant) -> None:
    other = Organisation.objects.create(kind=kinds.Kind.QUITLINE, name="En anden linje")
    stranger = signed_in(make.grant(Role.CALLER, other))
    assert stranger.get(f"/stoplinien/{given.pk}/").status_code == 404
    assert "Nancy" not in stranger.get("/stoplinien/").content.decode()
    assert signed_in(counsellor).get(f"/stoplinien/{given.pk}/").status_code == 403


def test_a_case_is_given_on_from_its_page(counsellor: Grant) -> None:
    within = make.home(make.actor(counsellor)).memberships.get().agreement
    other = make.municipality(within, name="Ny Kommune")
    referral = make.referral(make.actor(counsellor))
    client = signed_in(counsellor)
    page = client.get(f"/sag/{referral.pk}/giv-videre/").content.decode()
    assert "Ny Kommune" in page
    answer = client.post(
        f"/sag/{referral.pk}/giv-videre/", {"to": str(other.pk), "reason": "Flyttet"}, follow=True
    )
    assert "givet videre til Ny Kommune" in answer.content.decode()
    taker = signed_in(make.grant(organisation=other))
    assert "Nancy Ann Berggren" in taker.get("/").content.decode()


def test_one_cannot_give_to_whom_one_may_not_choose(counsellor: Grant) -> None:
    referral = make.referral(make.actor(counsellor))
    client = signed_in(counsellor)
    own = str(counsellor.organisation_id)
    answer = client.post(f"/sag/{referral.pk}/giv-videre/", {"to": own, "reason": ""})
    assert answer.status_code == 422
    with acting(make.actor(counsellor)):
        assert not HandOver.objects.exists()


def test_a_message_is_set_aside_and_taken_up_again(counsellor: Grant) -> None:
    client = signed_in(counsellor)
    by = make.actor(counsellor)
    with acting(by):
        kept = keep_message(
            Delivery(b"<Emessage/>", "brev.xml", make.MONDAY),
            inbox=make.home(by),
            state=InboxState.UNREADABLE,
            reason="Kan ikke læses",
            by=by,
            at=make.MONDAY,
        )
    assert "brev.xml" in client.get("/henvisninger/indbakke/").content.decode()
    page = f"/henvisninger/indbakke/{kept.message.pk}/"
    assert client.post(page, {"note": ""}).status_code == 422
    assert client.post(page, {"note": "Lægen sender igen"}).status_code == 302
    assert client.post(page, {"note": "Lægen sender igen"}).status_code == 422
    assert "brev.xml" not in client.get("/henvisninger/indbakke/").content.decode()
    handled = client.get("/henvisninger/indbakke/?vis=behandlet").content.decode()
    assert "Lægen sender igen" in handled
    assert counsellor.user.name in handled
    assert client.post(f"{page}igen/", {"sure": "on"}).status_code == 302
    assert "brev.xml" in client.get("/henvisninger/indbakke/").content.decode()
