"""Receiving, calling, consenting: what is written, what is refused, and that once is once."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.db import connection, transaction

from referrals.commands.closing import close_referral
from referrals.commands.consent import give_consent, withdraw_consent
from referrals.commands.phones import add_phone
from referrals.commands.receive import receive_referral
from referrals.models import Citizen, CivilNumber, Consent, ContactAttempt, Phone, Referral
from referrals.states import CloseReason, ConsentForm, ConsentKind, Outcome, ReferralState
from roegfri import clock
from roegfri.actor import acting
from roegfri.organisations.models import Municipality
from roegfri.refusal import Refusal
from tests import make
from tests.threads import at_once

pytestmark = pytest.mark.django_db
NEXT_DAY = make.MONDAY + dt.timedelta(days=1)


def test_a_referral_starts_its_clock() -> None:
    by = make.actor()
    referral = make.referral(by, civil_number="2512489996")
    assert referral.contact_by == dt.date(2026, 3, 4)
    assert referral.next_at == clock.end_of_day(dt.date(2026, 3, 4))
    with acting(by):
        citizen = Citizen.objects.get(pk=referral.citizen_id)
        assert (citizen.name, citizen.birth_date) == ("Nancy Ann Berggren", dt.date(1948, 12, 25))
        assert [p.number for p in citizen.phones.all()] == ["+4520123456"]
        assert citizen.civil_numbers.get().value == "2512489996"


def test_the_deadline_follows_the_agreement_of_the_municipality() -> None:
    seven = make.agreement(contact_deadline_count="7", contact_deadline_unit="calendar_days")
    by = make.actor(make.grant(organisation=make.municipality(seven)))
    assert make.referral(by).contact_by == dt.date(2026, 3, 9)


def test_the_number_is_sealed_at_rest() -> None:
    by = make.actor()
    make.referral(by, civil_number="2512489996")
    with acting(by), connection.cursor() as cursor:
        cursor.execute("select sealed_value from referrals_civilnumber")
        ((stored,),) = cursor.fetchall()
    assert b"2512489996" not in bytes(stored)


def test_the_same_person_at_the_same_municipality_is_one_citizen() -> None:
    by = make.actor()
    first = make.referral(by, civil_number="2512489996")
    second = make.referral(by, civil_number="2512489996", number="+4530303030")
    assert first.citizen_id == second.citizen_id
    with acting(by):
        assert Phone.objects.count() == 2


def test_the_same_person_elsewhere_is_nobodys_business() -> None:
    one, other = make.actor(), make.actor()
    first = make.referral(one, civil_number="2512489996")
    second = make.referral(other, civil_number="2512489996")
    assert first.citizen_id != second.citizen_id


def test_received_in_the_future_is_refused() -> None:
    by = make.actor()
    with acting(by), pytest.raises(Refusal) as refusal:
        receive_referral(
            make.details(received_at=NEXT_DAY),
            handler=Municipality.objects.get(),
            by=by,
            at=make.MONDAY,
        )
    assert refusal.value.field == "received_at"


def test_who_is_no_member_receives_nothing() -> None:
    by = make.actor()
    before = clock.danish_time(dt.date(2017, 12, 29), dt.time(9))
    with pytest.raises(Refusal, match="ikke med i en aftale"):
        make.referral(by, received_at=before)


def test_the_same_form_sent_twice_is_one_referral() -> None:
    by, once = make.actor(), uuid.uuid4()
    handler = Municipality.objects.get()
    with acting(by):
        sent = [
            receive_referral(make.details(), handler=handler, by=by, at=make.MONDAY, once=once)
            for _ in range(2)
        ]
        assert sent[0] == sent[1]
        assert Referral.objects.count() == 1


def test_no_answer_waits_for_another_part_of_the_next_day() -> None:
    by = make.actor()
    referral = make.referral(by)
    make.call(referral, by, Outcome.NO_ANSWER)
    with acting(by):
        referral.refresh_from_db()
    assert referral.state == ReferralState.RECEIVED
    assert referral.attempts == 1
    assert referral.next_at == clock.danish_time(dt.date(2026, 3, 3), dt.time(16))


def test_reached_is_stamped_once_however_often_she_is_called() -> None:
    by = make.actor()
    referral = make.referral(by)
    make.call(referral, by, Outcome.REACHED)
    make.call(referral, by, Outcome.REACHED, at=NEXT_DAY)
    with acting(by):
        referral.refresh_from_db()
    assert (referral.state, referral.reached_at) == (ReferralState.REACHED, make.MONDAY)


def test_a_no_is_a_conversation_and_closes() -> None:
    by = make.actor()
    referral = make.referral(by)
    make.call(referral, by, Outcome.DECLINED)
    with acting(by):
        referral.refresh_from_db()
    assert referral.state == ReferralState.CLOSED
    assert (referral.close_reason, referral.reached_at) == ("declined", make.MONDAY)


def test_a_wrong_number_is_marked_and_the_next_one_tried_at_once() -> None:
    by = make.actor()
    referral = make.referral(by)
    with acting(by):
        add_phone(referral.citizen, number="+4530303030", note="", by=by, at=make.MONDAY)
    make.call(referral, by, Outcome.WRONG_NUMBER)
    with acting(by):
        referral.refresh_from_db()
        wrong = Phone.objects.get(number="+4530303030")
        assert wrong.wrong_since == make.MONDAY
        assert referral.next_at == make.MONDAY


def test_call_back_needs_a_time_ahead() -> None:
    by = make.actor()
    referral = make.referral(by)
    for when in (None, make.MONDAY - dt.timedelta(minutes=1)):
        with pytest.raises(Refusal) as refusal:
            make.call(referral, by, Outcome.CALL_BACK, call_back_at=when)
        assert refusal.value.field == "call_back_at"
    with acting(by):
        assert not ContactAttempt.objects.exists()
    make.call(referral, by, Outcome.CALL_BACK, call_back_at=NEXT_DAY)
    with acting(by):
        referral.refresh_from_db()
    assert referral.next_at == NEXT_DAY


def test_a_call_to_a_closed_case_is_refused() -> None:
    by = make.actor()
    referral = make.referral(by)
    with acting(by):
        close_referral(referral, reason=CloseReason.MISTAKE, by=by, at=make.MONDAY)
    with pytest.raises(Refusal, match="afsluttet i mellemtiden"):
        make.call(referral, by, Outcome.NO_ANSWER)


def test_the_same_call_sent_twice_counts_once() -> None:
    by, once = make.actor(), uuid.uuid4()
    referral = make.referral(by)
    for _ in range(2):
        make.call(referral, by, Outcome.NO_ANSWER, once=once)
    with acting(by):
        referral.refresh_from_db()
    assert referral.attempts == 1


def test_consent_is_given_once_and_taken_back_once() -> None:
    by = make.actor()
    referral = make.referral(by)
    given = {"kind": ConsentKind.SMS, "form": ConsentForm.ORAL, "by": by, "at": make.MONDAY}
    with acting(by):
        consent = give_consent(referral.citizen, **given)  # type: ignore[arg-type]
        assert give_consent(referral.citizen, **given) == consent  # type: ignore[arg-type]
        withdraw_consent(consent, by=by, at=NEXT_DAY)
        with pytest.raises(Refusal):
            withdraw_consent(consent, by=by, at=NEXT_DAY)
        assert Consent.objects.get().withdrawn_at == NEXT_DAY


def test_who_is_under_fifteen_consents_through_a_guardian() -> None:
    """Sundhedsloven § 17: fifteen on the day itself."""
    by = make.actor()
    birthday = dt.date(make.MONDAY.year - 15, make.MONDAY.month, make.MONDAY.day)
    given = {"kind": ConsentKind.SMS, "form": ConsentForm.ORAL, "by": by, "at": make.MONDAY}
    young = make.referral(by, birth_date=birthday + dt.timedelta(days=1))
    old = make.referral(by, birth_date=birthday, number="+4530303030")
    with acting(by):
        with pytest.raises(Refusal, match="værge"):
            give_consent(young.citizen, **given)  # type: ignore[arg-type]
        assert not Consent.objects.exists()
        give_consent(young.citizen, **given, guardian_agreed=True)  # type: ignore[arg-type]
        give_consent(old.citizen, **given)  # type: ignore[arg-type]
        assert Consent.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_twenty_equal_posts_at_once_are_one_call() -> None:
    with time_machine.travel(make.MONDAY, tick=False):
        by, once = make.actor(), uuid.uuid4()
        referral = make.referral(by)
        assert at_once(*[lambda: make.call(referral, by, Outcome.NO_ANSWER, once=once)] * 20) == []
        with acting(by), transaction.atomic():
            referral.refresh_from_db()
            assert (referral.attempts, ContactAttempt.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_control_without_one_form_number_twenty_posts_are_twenty_calls() -> None:
    by = make.actor()
    referral = make.referral(by)
    assert at_once(*[lambda: make.call(referral, by, Outcome.NO_ANSWER)] * 20) == []
    with acting(by), transaction.atomic():
        referral.refresh_from_db()
        assert (referral.attempts, ContactAttempt.objects.count()) == (20, 20)


def test_the_number_can_be_found_by_fingerprint_only_within_the_municipality() -> None:
    one = make.actor()
    make.referral(one, civil_number="2512489996")
    with acting(make.actor()):
        assert not CivilNumber.objects.exists()
