"""After a call the next person is open: whoever is to be called now, and nobody before her time."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.test import Client

from referrals.models import Referral
from referrals.states import Outcome
from roegfri import clock
from roegfri.accounts.models import Grant
from tests import make

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def monday(settings: object) -> object:
    settings.SECOND_FACTOR = False  # type: ignore[attr-defined]
    with time_machine.travel(make.MONDAY, tick=False) as clock_on_the_wall:
        yield clock_on_the_wall


@pytest.fixture
def grant() -> Grant:
    return make.grant()


def no_answer(grant: Grant, referral: Referral) -> str:
    """Logs it on the call screen; the address that is opened next."""
    client = Client()
    client.force_login(grant.user)
    form = {"outcome": "no_answer", "once": str(uuid.uuid4())}
    return client.post(f"/opkald/{referral.pk}/", form)["Location"]


def test_the_shortest_time_left_is_next(grant: Grant) -> None:
    by = make.actor(grant)
    called, later = make.referral(by), make.referral(by, number="+4530303030")
    friday = make.MONDAY - dt.timedelta(days=3)
    sooner = make.referral(by, number="+4531313131", received_at=friday)
    assert no_answer(grant, called) == f"/opkald/{sooner.pk}/"
    assert no_answer(grant, sooner) == f"/opkald/{later.pk}/"
    assert no_answer(grant, later) == "/"


def test_nobody_is_opened_before_the_time_she_was_told(
    grant: Grant, monday: time_machine.Traveller
) -> None:
    by = make.actor(grant)
    told = make.referral(by)
    make.call(told, by, Outcome.CALL_BACK, call_back_at=clock.now() + 2 * HOUR)
    assert no_answer(grant, make.referral(by, number="+4530303030")) == "/"
    monday.shift(2 * HOUR)
    assert no_answer(grant, make.referral(by, number="+4531313131")) == f"/opkald/{told.pk}/"


def test_another_municipalitys_referral_is_never_next(grant: Grant) -> None:
    make.referral(make.actor())
    assert no_answer(grant, make.referral(make.actor(grant))) == "/"
