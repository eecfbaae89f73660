"""The first wall alone: the database shows everything here, and policies.py says who sees what."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection

from referrals import policies
from referrals.commands.inbox import Delivery, keep_message
from referrals.commands.people import open_access
from referrals.models import IncomingMessage, Referral
from referrals.states import Ground, InboxState
from roegfri import clock
from roegfri.actor import NOBODY, Actor, acting
from tests import make

pytestmark = pytest.mark.django_db
TODAY = make.MONDAY.date()


@pytest.fixture(autouse=True)
def _behind_the_second_wall() -> Iterator[None]:
    with time_machine.travel(make.MONDAY, tick=False), acting(make.SYSTEM):
        yield


def sees(viewer: Actor, referral: Referral) -> tuple[bool, bool]:
    """(the citizen, the referral)"""
    return (
        policies.citizens_visible_to(viewer).filter(pk=referral.citizen_id).exists(),
        policies.referrals_visible_to(viewer).filter(pk=referral.pk).exists(),
    )


def share(referral: Referral, partner: Actor, ground: Ground, on: dt.date = TODAY) -> None:
    assert partner.organisation_id
    open_access(referral.citizen_id, partner.organisation_id, ground, referral.pk, on)


def test_the_handler_sees_citizen_and_referral() -> None:
    own = make.actor()
    assert sees(own, make.referral(own)) == (True, True)


def test_an_outsider_sees_neither() -> None:
    assert sees(make.actor(), make.referral(make.actor())) == (False, False)


def test_nobody_sees_neither() -> None:
    assert sees(NOBODY, make.referral()) == (False, False)


def test_the_system_sees_both() -> None:
    assert sees(make.SYSTEM, make.referral()) == (True, True)


@pytest.mark.parametrize("ground", [Ground.HOME, Ground.HOST, Ground.QUITLINE])
def test_a_partner_sees_the_citizen_and_not_the_referral(ground: Ground) -> None:
    partner, referral = make.actor(), make.referral()
    share(referral, partner, ground)
    assert sees(partner, referral) == (True, False)


def test_a_case_handed_over_is_seen_whole() -> None:
    partner, referral = make.actor(), make.referral()
    share(referral, partner, Ground.HANDLING)
    assert sees(partner, referral) == (True, True)


def test_access_begins_on_its_day() -> None:
    partner, referral = make.actor(), make.referral()
    tomorrow = TODAY + dt.timedelta(days=1)
    share(referral, partner, Ground.HANDLING, tomorrow)
    assert sees(partner, referral) == (False, False)
    with time_machine.travel(clock.start_of_day(tomorrow), tick=False):
        assert sees(partner, referral) == (True, True)


def test_access_ends_after_its_last_day() -> None:
    own = make.actor()
    referral = make.referral(own)
    with connection.cursor() as cursor:
        values = [referral.pk, own.organisation_id, TODAY]
        cursor.execute("select citizen_access_end(%s, %s, 'handling', %s)", values)
    assert sees(own, referral) == (True, True)
    with time_machine.travel(clock.end_of_day(TODAY), tick=False):
        assert sees(own, referral) == (False, False)


def test_access_to_one_referral_is_none_to_another_of_the_same_citizen() -> None:
    own, partner = make.actor(), make.actor()
    first = make.referral(own, civil_number="2512489996")
    second = make.referral(own, civil_number="2512489996")
    assert first.citizen_id == second.citizen_id
    share(first, partner, Ground.HANDLING)
    assert sees(partner, first) == (True, True)
    assert sees(partner, second) == (True, False)


def test_a_message_is_seen_in_its_own_inbox_alone() -> None:
    own, outsider = make.actor(), make.actor()
    keep_message(
        Delivery(b"<Emessage>", "a.xml", make.MONDAY),
        inbox=make.home(own),
        state=InboxState.UNREADABLE,
        reason="-",
        by=own,
        at=make.MONDAY,
    )
    assert policies.messages_visible_to(own).count() == 1
    assert policies.messages_visible_to(make.SYSTEM).count() == 1
    assert not policies.messages_visible_to(outsider).exists()
    assert not policies.messages_visible_to(NOBODY).exists()
    assert IncomingMessage.objects.count() == 1
