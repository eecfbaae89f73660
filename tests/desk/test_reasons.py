"""A file outside one's own open cases opens only with a reason, and the log keeps it."""

import datetime as dt

import pytest
import time_machine
from django.test import Client

from referrals.commands.closing import close_referral
from referrals.models import Referral
from referrals.states import CloseReason, Outcome
from roegfri.accounts.models import Grant
from roegfri.actor import acting
from roegfri.audit.models import AuditEvent
from tests import make

pytestmark = pytest.mark.django_db
REASON = "Borgeren ringede tilbage"


@pytest.fixture(autouse=True)
def monday(settings: object) -> object:
    settings.SECOND_FACTOR = False  # type: ignore[attr-defined]
    with time_machine.travel(make.MONDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def grant() -> Grant:
    return make.grant()


@pytest.fixture
def signed_in(client: Client, grant: Grant) -> Client:
    client.force_login(grant.user)
    return client


def closed(grant: Grant) -> Referral:
    by = make.actor(grant)
    referral = make.referral(by)
    with acting(by):
        close_referral(referral, reason=CloseReason.MISTAKE, by=by, at=make.MONDAY)
    return referral


def reads() -> list[AuditEvent]:
    with acting(make.SYSTEM):
        return list(AuditEvent.objects.filter(act="person.read").order_by("seq"))


def test_the_call_list_is_reason_enough(signed_in: Client, grant: Grant) -> None:
    referral = make.referral(make.actor(grant))
    page = signed_in.get(f"/opkald/{referral.pk}/")
    assert "Nancy Ann" in page.content.decode()
    assert [event.reason for event in reads()] == [""]


@pytest.mark.parametrize(
    "path", ["/sag/{}/", "/opkald/{}/", "/sag/{}/samtykke/", "/sag/{}/afslut/"]
)
def test_a_closed_case_asks_first_and_shows_nobody(
    signed_in: Client, grant: Grant, path: str
) -> None:
    page = signed_in.get(path.format(closed(grant).pk)).content.decode()
    assert "Hvorfor åbner du sagen?" in page
    assert "Nancy" not in page
    assert reads() == []


def test_the_reason_opens_it_for_half_an_hour_and_stands_in_the_log(
    signed_in: Client, grant: Grant, monday: time_machine.Traveller
) -> None:
    path = f"/sag/{closed(grant).pk}/"
    assert signed_in.post(path, {"because": "?"}).status_code == 422
    assert signed_in.post(path, {"because": REASON}).status_code == 302
    assert "Nancy Ann" in signed_in.get(path).content.decode()
    assert [event.reason for event in reads()] == [REASON]
    monday.shift(dt.timedelta(minutes=29))
    assert "Nancy Ann" in signed_in.get(path).content.decode()
    monday.shift(dt.timedelta(minutes=2))
    assert "Nancy" not in signed_in.get(path).content.decode()


def test_a_form_sent_without_a_reason_is_not_carried_out(signed_in: Client, grant: Grant) -> None:
    referral = closed(grant)
    page = signed_in.post(f"/sag/{referral.pk}/samtykke/", {"kind": "sms", "form": "oral"})
    assert "Hvorfor åbner du sagen?" in page.content.decode()
    with acting(make.SYSTEM):
        assert not referral.citizen.consents.exists()


def test_a_colleagues_case_asks_and_ones_own_does_not(signed_in: Client, grant: Grant) -> None:
    own, colleague = make.actor(grant), make.grant(organisation=grant.organisation)
    mine, theirs = make.referral(own), make.referral(own, number="+4530303030")
    make.call(mine, own, Outcome.REACHED)
    make.call(theirs, make.actor(colleague), Outcome.REACHED)
    assert "Nancy Ann" in signed_in.get(f"/sag/{mine.pk}/").content.decode()
    assert "Nancy" not in signed_in.get(f"/sag/{theirs.pk}/").content.decode()
