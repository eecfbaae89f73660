"""A case given on: whose clock runs, who sees what, and where the referral is counted."""

import datetime as dt
from functools import partial

import pytest
import time_machine
from django.db import connection, transaction
from django.http import Http404

from referrals import queries
from referrals.commands.closing import close_referral, reopen_referral
from referrals.commands.consent import give_consent, withdraw_consent
from referrals.commands.contact import log_call
from referrals.commands.handover import end_hand_over, hand_over, hand_to_quitline
from referrals.commands.merge import merge_citizens
from referrals.commands.phones import add_phone
from referrals.commands.receive import receive_referral
from referrals.models import Citizen, HandOver, Phone, Referral
from referrals.states import (
    CloseReason,
    ConsentForm,
    ConsentKind,
    HandOverResult,
    NextStep,
    Outcome,
    ReferralState,
)
from roegfri import clock
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting
from roegfri.lifecycle import IllegalMove
from roegfri.organisations import kinds
from roegfri.organisations.models import Organisation
from roegfri.refusal import Refusal
from tests import make

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
WEDNESDAY = make.MONDAY + 2 * DAY


@pytest.fixture
def towns() -> tuple[Actor, Actor]:
    """Two municipalities of one agreement."""
    within = make.agreement()
    one, two = (make.grant(organisation=make.municipality(within)) for _ in "ab")
    return make.actor(one), make.actor(two)


@pytest.fixture
def quitline() -> Actor:
    stoplinien = Organisation.objects.create(kind=kinds.Kind.QUITLINE, name="Stoplinien")
    return make.actor(make.grant(Role.CALLER, stoplinien))


def give(referral: Referral, by: Actor, to: Actor, at: dt.datetime = WEDNESDAY) -> HandOver:
    with time_machine.travel(at, tick=False), acting(by):
        return hand_over(referral, to=make.home(to), reason="Flyttet", by=by, at=at)


def seen(by: Actor, pk: object, at: dt.datetime) -> bool:
    with time_machine.travel(at, tick=False), acting(by), transaction.atomic():
        try:
            queries.referral(by, pk)  # type: ignore[arg-type]
        except Http404:
            return False
        return True


def reached(referral: Referral, by: Actor, at: dt.datetime = make.MONDAY) -> None:
    make.call(referral, by, Outcome.REACHED, at=at)


def test_the_new_clock_starts_and_the_old_deadline_stays(towns: tuple[Actor, Actor]) -> None:
    giver, taker = towns
    referral = make.referral(giver)
    given = give(referral, giver, taker)
    with time_machine.travel(WEDNESDAY, tick=False), acting(taker):
        case = queries.referral(taker, referral.pk)
        assert case.contact_by == dt.date(2026, 3, 6)  # two workdays after Wednesday the 4th
        assert (case.state, case.next_step) == (ReferralState.RECEIVED, NextStep.CALL)
        assert case.next_at == clock.end_of_day(case.contact_by)
        assert case.received_by_id == giver.organisation_id
        assert case.received_at == make.MONDAY
        assert [one.contact_by_before for one in queries.hand_overs(taker, case)] == [
            dt.date(2026, 3, 4)
        ]
    assert given.receiver_id == taker.organisation_id


def test_the_giver_sees_it_until_the_end_of_the_day_and_changes_nothing(
    towns: tuple[Actor, Actor],
) -> None:
    giver, taker = towns
    referral = make.referral(giver)
    assert not seen(taker, referral.pk, WEDNESDAY)
    give(referral, giver, taker)
    assert seen(taker, referral.pk, WEDNESDAY)
    assert seen(giver, referral.pk, WEDNESDAY)
    assert not seen(giver, referral.pk, WEDNESDAY + DAY)
    assert seen(taker, referral.pk, WEDNESDAY + DAY)
    with time_machine.travel(WEDNESDAY, tick=False), acting(giver):
        with pytest.raises(Refusal, match="givet videre"):
            close_referral(referral, reason=CloseReason.MISTAKE, by=giver, at=WEDNESDAY)
        with pytest.raises(Refusal, match="givet videre"):
            hand_over(referral, to=make.home(taker), reason="", by=giver, at=WEDNESDAY)


def test_the_giver_changes_nothing_of_the_person_either(towns: tuple[Actor, Actor]) -> None:
    giver, taker = towns
    referral, own = make.referral(giver), make.referral(giver, number="+4530303030")
    give(referral, giver, taker)
    by_voice = partial(give_consent, kind=ConsentKind.SMS, form=ConsentForm.ORAL, at=WEDNESDAY)
    with time_machine.travel(WEDNESDAY, tick=False):
        with acting(taker), transaction.atomic():
            consent = by_voice(referral.citizen, by=taker)
        with acting(giver):
            with pytest.raises(Refusal, match="ikke længere hos jer"):
                add_phone(referral.citizen, number="+4540404040", note="", by=giver, at=WEDNESDAY)
            with pytest.raises(Refusal, match="ikke længere hos jer"):
                by_voice(referral.citizen, by=giver)
            with pytest.raises(Refusal, match="ikke længere hos jer"):
                withdraw_consent(consent, by=giver, at=WEDNESDAY)
            for kept, merged in ((referral, own), (own, referral)):
                with pytest.raises(Refusal, match="kan ikke åbnes her længere"):
                    merge_citizens(kept.citizen_id, merged.citizen_id, by=giver, at=WEDNESDAY)


def test_the_givers_next_referral_of_her_opens_no_way_back(towns: tuple[Actor, Actor]) -> None:
    giver, taker = towns
    referral = make.referral(giver, civil_number="2512489996")
    give(referral, giver, taker)
    again = make.details(civil_number="2512489996", received_at=WEDNESDAY)
    with time_machine.travel(WEDNESDAY, tick=False), acting(giver):
        new = receive_referral(again, handler=make.home(giver), by=giver, at=WEDNESDAY)
    assert new.citizen_id != referral.citizen_id
    with time_machine.travel(WEDNESDAY + DAY, tick=False), acting(giver), transaction.atomic():
        assert not Citizen.objects.filter(pk=referral.citizen_id).exists()


def test_the_giver_may_read_that_it_was_given(towns: tuple[Actor, Actor]) -> None:
    giver, taker = towns
    given = give(make.referral(giver), giver, taker)
    stranger = make.actor()
    with acting(giver), transaction.atomic():
        assert HandOver.objects.filter(pk=given.pk).exists()
    with acting(stranger), transaction.atomic():
        assert not HandOver.objects.filter(pk=given.pk).exists()


def test_there_and_back_and_there_again_the_same_day(towns: tuple[Actor, Actor]) -> None:
    one, two = towns
    referral = make.referral(one)
    for by, to in ((one, two), (two, one), (one, two)):
        give(referral, by, to)
    assert seen(two, referral.pk, WEDNESDAY + 30 * DAY)
    assert not seen(one, referral.pk, WEDNESDAY + DAY)


def test_who_gave_a_case_on_opens_and_ends_nothing_more(towns: tuple[Actor, Actor]) -> None:
    """By the doors of the database alone, while she may still look."""
    giver, taker = towns
    referral = make.referral(giver)
    give(referral, giver, taker)
    doors = {
        "select citizen_access_open(%s, %s, 'handling', %s, %s)": [
            referral.citizen_id,
            giver.organisation_id,
            referral.pk,
            WEDNESDAY.date(),
        ],
        "select citizen_access_end(%s, %s, 'handling', %s)": [
            referral.pk,
            taker.organisation_id,
            WEDNESDAY.date(),
        ],
    }
    for statement, values in doors.items():
        with (
            pytest.raises(Exception, match="not yours to"),
            time_machine.travel(WEDNESDAY, tick=False),
            acting(giver),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, values)


def test_what_is_known_of_a_merged_citizen_goes_with_her_case(towns: tuple[Actor, Actor]) -> None:
    giver, taker = towns
    whole = make.referral(giver, birth_date=dt.date(1980, 5, 4), number="+4530303030")
    bare = make.referral(giver, given_names="", surname="", number="+4531313131")
    with acting(giver):
        merge_citizens(whole.citizen_id, bare.citizen_id, by=giver, at=make.MONDAY)
    give(Referral(pk=bare.pk), giver, taker)
    with time_machine.travel(WEDNESDAY + DAY, tick=False), acting(taker), transaction.atomic():
        citizen = queries.referral(taker, bare.pk).citizen
        assert (citizen.name, citizen.birth_date) == ("Nancy Ann Berggren", dt.date(1980, 5, 4))
        numbers = [one.number for one in citizen.phones.all()]
        assert numbers == ["+4531313131", "+4530303030"]


def test_only_members_take_over(towns: tuple[Actor, Actor]) -> None:
    giver, _ = towns
    outside = make.municipality()
    outside.memberships.update(until_on=make.MONDAY.date())
    referral = make.referral(giver)
    with time_machine.travel(WEDNESDAY, tick=False), acting(giver):
        assert outside not in queries.may_receive(giver, WEDNESDAY.date())
        with pytest.raises(Refusal, match="kan ikke modtage"):
            hand_over(referral, to=outside, reason="", by=giver, at=WEDNESDAY)
        assert not HandOver.objects.exists()


def test_whoever_does_not_handle_a_case_gives_nothing_on(towns: tuple[Actor, Actor]) -> None:
    """Second wall too: the database function refuses."""
    giver, taker = towns
    referral = make.referral(giver)
    with acting(taker), transaction.atomic():
        with pytest.raises(Refusal, match="ikke længere"):
            hand_over(referral, to=make.home(taker), reason="", by=taker, at=WEDNESDAY)
        with (
            pytest.raises(Exception, match="not yours to give"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "select citizen_access_open(%s, %s, 'handling', %s, %s)",
                [referral.citizen_id, taker.organisation_id, referral.pk, WEDNESDAY.date()],
            )


def test_stoplinien_sees_whom_to_call_and_nothing_else(
    towns: tuple[Actor, Actor], quitline: Actor
) -> None:
    giver, _ = towns
    referral = make.referral(giver, text="Hemmelig tekst", civil_number="2512489996")
    reached(referral, giver)
    with time_machine.travel(WEDNESDAY, tick=False), acting(giver):
        hand_to_quitline(referral, agreed=True, note="Efter kl. 16", by=giver, at=WEDNESDAY)
    with time_machine.travel(WEDNESDAY, tick=False), acting(quitline), transaction.atomic():
        (given,) = queries.given_to_quitline(quitline)
        assert given.citizen.name == "Nancy Ann Berggren"
        assert [one.number for one in given.citizen.phones.all()] == ["+4520123456"]
        assert not Referral.objects.exists()
        assert not given.citizen.civil_numbers.exists()
        assert not given.citizen.consents.exists()
    after = WEDNESDAY + DAY
    with time_machine.travel(WEDNESDAY, tick=False), acting(quitline):
        end_hand_over(
            given, result=HandOverResult.TALKED, note="Fik råd", by=quitline, at=WEDNESDAY
        )
    with time_machine.travel(after, tick=False), acting(quitline), transaction.atomic():
        assert not Citizen.objects.exists()
        assert not Phone.objects.exists()
        assert not queries.given_to_quitline(quitline)
    with time_machine.travel(after, tick=False), acting(giver), transaction.atomic():
        case = queries.referral(giver, referral.pk)
        assert (case.state, case.close_reason) == (ReferralState.CLOSED, CloseReason.QUITLINE)
        (answer,) = queries.hand_overs(giver, case)
        assert (answer.result, answer.note) == (HandOverResult.TALKED, "Fik råd")


def test_stoplinien_is_given_nobody_who_has_not_said_yes(
    towns: tuple[Actor, Actor], quitline: Actor
) -> None:
    giver, _ = towns
    referral = make.referral(giver)
    with time_machine.travel(WEDNESDAY, tick=False), acting(giver):
        with pytest.raises(Refusal, match="Log først samtalen"):
            hand_to_quitline(referral, agreed=True, note="", by=giver, at=WEDNESDAY)
        log_call(referral, outcome=Outcome.REACHED, once=referral.pk, by=giver, at=WEDNESDAY)
        with pytest.raises(Refusal, match="sagt ja"):
            hand_to_quitline(referral, agreed=False, note="", by=giver, at=WEDNESDAY)
    with acting(quitline), transaction.atomic():
        assert not Citizen.objects.exists()


def test_reopening_takes_back_what_stoplinien_has(
    towns: tuple[Actor, Actor], quitline: Actor
) -> None:
    giver, _ = towns
    referral = make.referral(giver)
    reached(referral, giver)
    with time_machine.travel(WEDNESDAY, tick=False), acting(giver):
        given = hand_to_quitline(referral, agreed=True, note="", by=giver, at=WEDNESDAY)
        reopen_referral(referral, why="Vil på hold", by=giver, at=WEDNESDAY)
        referral.refresh_from_db()
        assert (referral.state, referral.next_step) == (ReferralState.REACHED, NextStep.CALL_BACK)
        given.refresh_from_db()
        assert given.result == HandOverResult.WITHDRAWN
    with (
        time_machine.travel(WEDNESDAY, tick=False),
        acting(quitline),
        pytest.raises(Refusal, match="allerede afsluttet"),
    ):
        end_hand_over(given, result=HandOverResult.TALKED, note="", by=quitline, at=WEDNESDAY)
    with time_machine.travel(WEDNESDAY + DAY, tick=False), acting(quitline), transaction.atomic():
        assert not Citizen.objects.exists()


def test_a_closed_case_opens_where_it_stood(towns: tuple[Actor, Actor]) -> None:
    by, _ = towns
    waiting, talked = make.referral(by), make.referral(by, number="+4530303030")
    reached(talked, by)
    for case, state, step in (
        (waiting, ReferralState.RECEIVED, NextStep.RETRY),
        (talked, ReferralState.REACHED, NextStep.CALL_BACK),
    ):
        with time_machine.travel(WEDNESDAY, tick=False), acting(by):
            close_referral(case, reason=CloseReason.MOVED, by=by, at=WEDNESDAY)
            with pytest.raises(IllegalMove):
                close_referral(case, reason=CloseReason.MOVED, by=by, at=WEDNESDAY)
            reopen_referral(case, why="Ringede selv", by=by, at=WEDNESDAY)
            case.refresh_from_db()
            assert (case.state, case.next_step, case.next_at) == (state, step, WEDNESDAY)
            assert case.contact_by == dt.date(2026, 3, 4)
            with pytest.raises(Refusal, match="åben"):
                reopen_referral(case, why="Igen", by=by, at=WEDNESDAY)


def test_not_reached_needs_the_agreed_attempts_on_different_days() -> None:
    within = make.agreement(attempts_before_not_reached="3")
    by = make.actor(make.grant(organisation=make.municipality(within)))
    referral = make.referral(by)
    for day, missing in ((0, 2), (0, 2), (1, 1)):
        make.call(referral, by, at=make.MONDAY + day * DAY)
        with acting(by), pytest.raises(Refusal, match=f"mangler {missing}"):
            close_referral(referral, reason=CloseReason.NOT_REACHED, by=by, at=WEDNESDAY)
    make.call(referral, by, at=WEDNESDAY)
    with acting(by):
        close_referral(referral, reason=CloseReason.NOT_REACHED, by=by, at=WEDNESDAY)


def test_whoever_was_talked_with_was_reached() -> None:
    by = make.actor()
    referral = make.referral(by)
    reached(referral, by)
    with acting(by), pytest.raises(Refusal, match="Der er talt med"):
        close_referral(referral, reason=CloseReason.NOT_REACHED, by=by, at=WEDNESDAY)
