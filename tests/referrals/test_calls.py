"""Every outcome of a call on every kind of case: what is due next, and what may be taken back."""

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine

from referrals.commands.closing import close_referral
from referrals.commands.contact import Anyway, MovedOn, Seen
from referrals.commands.handover import hand_over
from referrals.commands.phones import add_phone
from referrals.commands.talk import Talk, Then
from referrals.commands.undo import UNDO_WITHIN, undo_call
from referrals.models import Citizen, Consent, ContactAttempt, Informed, Interview, Phone, Referral
from referrals.queries import moved
from referrals.states import (
    CloseReason,
    ConsentForm,
    ConsentKind,
    Help,
    Known,
    NextStep,
    Outcome,
    Product,
    ReferralState,
    Topic,
    WhyAsked,
)
from roegfri import clock
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting
from roegfri.organisations.models import Municipality
from roegfri.refusal import AlreadySent, Refusal
from tests import make

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
NEXT_DAY = make.MONDAY + dt.timedelta(days=1)
WEEK = make.MONDAY + dt.timedelta(days=7)
TALK = Talk(
    told=[Topic.GROUP, Topic.INDIVIDUAL, Topic.QUITLINE],
    uses={Product.CIGARETTES: 10, Product.PIPE: 2},
    motivation=8,
    pregnant=Known.NO,
    wishes=[Help.GROUP],
    times=["2-ev", "4-ev"],
    why_asked=WhyAsked.ANSWERED,
    why="Min læge",
    consents={ConsentKind.STOPBASE: ConsentForm.ORAL},
)


@pytest.fixture
def by() -> Actor:
    return make.actor()


def fresh(referral: Referral, by: Actor) -> Referral:
    with acting(by):
        return Referral.objects.get(pk=referral.pk)


def due(referral: Referral, by: Actor) -> tuple[str, dt.datetime | None]:
    now = fresh(referral, by)
    return now.next_step, now.next_at


def danish(day: str, time: str) -> dt.datetime:
    return clock.danish_time(dt.date.fromisoformat(day), dt.time.fromisoformat(time))


# ---- outcomes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", [Outcome.NO_ANSWER, Outcome.VOICEMAIL])
def test_who_does_not_answer_is_tried_at_the_time_that_was_chosen(
    by: Actor, outcome: Outcome
) -> None:
    referral = make.referral(by)
    make.call(referral, by, outcome)
    assert due(referral, by) == (NextStep.RETRY, danish("2026-03-03", "16:00"))
    make.call(referral, by, outcome, at=NEXT_DAY, retry_at=danish("2026-03-05", "12:30"))
    assert due(referral, by) == (NextStep.RETRY, danish("2026-03-05", "12:30"))
    with pytest.raises(Refusal) as refusal:
        make.call(referral, by, outcome, at=NEXT_DAY, retry_at=make.MONDAY)
    assert refusal.value.field == "retry_at"


def test_call_back_is_no_conversation_and_meets_no_deadline(by: Actor) -> None:
    referral = make.referral(by)
    make.call(referral, by, Outcome.CALL_BACK, call_back_at=NEXT_DAY)
    now = fresh(referral, by)
    assert (now.state, now.reached_at, now.caseworker_id) == (ReferralState.RECEIVED, None, None)
    assert (now.next_step, now.next_at) == (NextStep.CALL_BACK, NEXT_DAY)


def test_thinking_it_over_is_a_conversation_to_be_taken_up_a_week_later(by: Actor) -> None:
    referral = make.referral(by)
    make.call(referral, by, Outcome.THINKING)
    now = fresh(referral, by)
    assert (now.state, now.reached_at) == (ReferralState.REACHED, make.MONDAY)
    assert (now.next_step, now.next_at) == (NextStep.DECIDE, WEEK)
    assert now.caseworker_id == by.user_id


def test_after_a_conversation_what_was_agreed_is_moved_and_never_lost(by: Actor) -> None:
    referral = make.referral(by)
    then = Then(step=NextStep.TALK, at=NEXT_DAY, note="Rådhuset")
    make.call(referral, by, Outcome.REACHED, talk=Talk(then=then))
    assert due(referral, by) == (NextStep.TALK, NEXT_DAY)
    make.call(referral, by, Outcome.NO_ANSWER, at=NEXT_DAY)
    now = fresh(referral, by)
    assert (now.next_step, now.next_note) == (NextStep.TALK, "Rådhuset")
    assert now.next_at == danish("2026-03-04", "16:00")


def test_after_a_conversation_with_nothing_agreed_nothing_is_planned(by: Actor) -> None:
    referral = make.referral(by)
    make.call(referral, by, Outcome.REACHED)
    make.call(referral, by, Outcome.NO_ANSWER, at=NEXT_DAY)
    assert due(referral, by) == ("", None)
    make.call(referral, by, Outcome.CALL_BACK, at=NEXT_DAY, call_back_at=WEEK)
    assert due(referral, by) == (NextStep.CALL_BACK, WEEK)
    assert fresh(referral, by).state == ReferralState.REACHED


def test_the_number_that_was_dialled_is_the_wrong_one(by: Actor) -> None:
    referral = make.referral(by)
    with acting(by):
        add_phone(referral.citizen, number="+4530303030", note="", by=by, at=make.MONDAY)
    make.call(referral, by, Outcome.WRONG_NUMBER, phone="+4520123456")
    with acting(by):
        assert Phone.objects.get(number="+4520123456").wrong_since == make.MONDAY
        assert Phone.objects.get(number="+4530303030").wrong_since is None
    assert due(referral, by) == (NextStep.RETRY, make.MONDAY)


def test_a_number_that_is_none_of_hers_is_refused(by: Actor) -> None:
    referral = make.referral(by)
    with pytest.raises(Refusal) as refusal:
        make.call(referral, by, phone="+4599999999")
    assert refusal.value.field == "phone"


def test_the_guardians_number_may_have_been_dialled(by: Actor) -> None:
    referral = make.referral(by)
    with acting(by):
        Citizen.objects.filter(pk=referral.citizen_id).update(guardian_phone="30 30 30 30")
        attempt = make.call(referral, by, phone="+4530303030")
    assert attempt.phone == "+4530303030"


def test_who_called_herself_did_not_leave_the_telephone_unanswered(by: Actor) -> None:
    referral = make.referral(by)
    with pytest.raises(Refusal) as refusal:
        make.call(referral, by, Outcome.NO_ANSWER, incoming=True)
    assert refusal.value.field == "incoming"
    assert make.call(referral, by, Outcome.REACHED, incoming=True).incoming


def test_a_conversation_gives_a_caseworker_and_takes_none_away(by: Actor) -> None:
    referral = make.referral(by)
    make.call(referral, by, Outcome.NO_ANSWER)
    assert fresh(referral, by).caseworker_id is None
    make.call(referral, by, Outcome.REACHED)
    other = make.actor(make.grant(organisation=make.home(by)))
    make.call(referral, other, Outcome.DECLINED)
    assert fresh(referral, by).caseworker_id == by.user_id


# ---- what was said -------------------------------------------------------------------------------


def test_a_conversation_is_written_down_whole(by: Actor) -> None:
    referral = make.referral(by)
    make.call(referral, by, Outcome.REACHED, talk=TALK)
    with acting(by):
        interview = Interview.objects.get(referral=referral)
        assert (interview.motivation, interview.pregnant) == (8, Known.NO)
        assert interview.per_day == 16  # ten cigarettes, and two pipe fills of three each
        assert (interview.wishes, interview.times) == (["group"], ["2-ev", "4-ev"])
        assert (interview.why_asked, interview.why) == ("answered", "Min læge")
        assert {use.product: use.amount for use in interview.uses.all()} == TALK.uses
        assert {one.topic for one in Informed.objects.all()} == set(TALK.told)
        assert Consent.objects.get().kind == ConsentKind.STOPBASE


def test_the_next_conversation_takes_the_place_of_the_last(by: Actor) -> None:
    referral = make.referral(by)
    make.call(referral, by, Outcome.REACHED, talk=TALK)
    later = Talk(told=[Topic.GROUP, Topic.SUBSIDY], uses={Product.SNUS: 4}, per_day=5)
    make.call(referral, by, Outcome.THINKING, at=NEXT_DAY, talk=later)
    with acting(by):
        interview = Interview.objects.get(referral=referral)
        assert (interview.per_day, interview.motivation) == (5, None)
        assert [use.product for use in interview.uses.all()] == [Product.SNUS]
        told = dict(Informed.objects.values_list("topic", "at"))
        assert told[Topic.GROUP] == make.MONDAY
        assert told[Topic.SUBSIDY] == NEXT_DAY


def test_what_is_said_of_a_call_that_nobody_answered_is_not_written(by: Actor) -> None:
    referral = make.referral(by)
    make.call(referral, by, Outcome.NO_ANSWER, talk=TALK)
    with acting(by):
        assert not Interview.objects.exists()


@pytest.mark.parametrize("born", [dt.date(1899, 12, 31), dt.date(2027, 1, 1)])
def test_a_birth_date_that_cannot_be_is_refused(by: Actor, born: dt.date) -> None:
    referral = make.referral(by)
    with pytest.raises(Refusal) as refusal:
        make.call(referral, by, Outcome.REACHED, talk=Talk(birth_date=born))
    assert refusal.value.field == "birth_date"


def test_a_birth_date_is_written_where_none_is_known_and_not_over_another(by: Actor) -> None:
    referral = make.referral(by)
    born = dt.date(1980, 2, 1)
    make.call(referral, by, Outcome.REACHED, talk=Talk(birth_date=born))
    with acting(by):
        citizen = Citizen.objects.get(pk=referral.citizen_id)
        assert (citizen.birth_date, citizen.version) == (born, 1)
    for wrong in (dt.date(1981, 2, 1), dt.date(2027, 1, 1)):
        with pytest.raises(Refusal) as refusal:
            make.call(referral, by, Outcome.REACHED, talk=Talk(birth_date=wrong))
        assert refusal.value.field == "birth_date"


def test_a_child_does_not_consent_alone(by: Actor) -> None:
    referral = make.referral(by, birth_date=dt.date(2011, 6, 1))
    with pytest.raises(Refusal, match="under 15 år"):
        make.call(referral, by, Outcome.REACHED, talk=TALK)
    with acting(by):
        assert not ContactAttempt.objects.exists()
    agreed = Talk(consents=TALK.consents, guardian_agreed=True)
    make.call(referral, by, Outcome.REACHED, talk=agreed)
    with acting(by):
        assert Consent.objects.count() == 1


def test_a_conversation_can_end_the_case_but_not_as_not_reached(by: Actor) -> None:
    referral = make.referral(by)
    for reason in (CloseReason.NOT_REACHED, CloseReason.QUITLINE, CloseReason.DECLINED):
        with pytest.raises(Refusal):
            make.call(referral, by, Outcome.REACHED, talk=Talk(then=Then(close=reason)))
    make.call(referral, by, Outcome.REACHED, talk=Talk(then=Then(close=CloseReason.MOVED)))
    now = fresh(referral, by)
    assert (now.state, now.close_reason) == (ReferralState.CLOSED, CloseReason.MOVED)
    assert (now.reached_at, now.next_at) == (make.MONDAY, None)


def test_what_comes_next_needs_a_time_ahead(by: Actor) -> None:
    referral = make.referral(by)
    for when in (None, make.MONDAY):
        talk = Talk(then=Then(step=NextStep.TALK, at=when))
        with pytest.raises(Refusal) as refusal:
            make.call(referral, by, Outcome.REACHED, talk=talk)
        assert refusal.value.field == "then_at"


# ---- once, and at the same time as somebody else -------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [
        {"note": "noget andet"},
        {"outcome": Outcome.VOICEMAIL},
        {"phone": "+4520123456"},
        {"retry_at": WEEK},
        {"talk": TALK},
    ],
)
def test_the_same_form_with_another_body_is_a_conflict(by: Actor, other: dict[str, Any]) -> None:
    referral, once = make.referral(by), uuid.uuid4()
    first = make.call(referral, by, once=once)
    assert make.call(referral, by, once=once) == first
    with pytest.raises(AlreadySent):
        make.call(referral, by, **{"once": once, **other})


def test_a_case_that_was_closed_meanwhile_keeps_the_call_if_one_says_so(by: Actor) -> None:
    referral = make.referral(by)
    with acting(by):
        close_referral(referral, reason=CloseReason.MISTAKE, by=by, at=make.MONDAY)
    with pytest.raises(MovedOn):
        make.call(referral, by, Outcome.REACHED, talk=TALK)
    make.call(referral, by, Outcome.REACHED, talk=TALK, anyway=Anyway.KEEP)
    now = fresh(referral, by)
    assert (now.state, now.close_reason) == (ReferralState.CLOSED, CloseReason.MISTAKE)
    assert (now.attempts, now.reached_at) == (1, make.MONDAY)
    with acting(by):
        assert Interview.objects.get().motivation == 8


def test_a_case_that_was_closed_meanwhile_can_be_opened_again_with_the_call(by: Actor) -> None:
    referral = make.referral(by)
    with acting(by):
        close_referral(referral, reason=CloseReason.MISTAKE, by=by, at=make.MONDAY)
    make.call(referral, by, Outcome.REACHED, talk=TALK, anyway=Anyway.REOPEN)
    now = fresh(referral, by)
    assert (now.state, now.close_reason) == (ReferralState.REACHED, "")


def test_a_case_that_a_colleague_reached_meanwhile_is_not_as_it_was_seen(by: Actor) -> None:
    referral, seen = make.referral(by), Seen(ReferralState.RECEIVED, None)
    make.call(referral, by, Outcome.REACHED, talk=TALK, seen=seen)
    with pytest.raises(MovedOn):
        make.call(referral, by, Outcome.REACHED, talk=Talk(motivation=3), seen=seen)
    again = Seen(ReferralState.REACHED, make.MONDAY)
    make.call(referral, by, Outcome.REACHED, talk=Talk(motivation=3), seen=again)


def test_who_gave_the_case_on_is_told_to_whom(by: Actor) -> None:
    within = make.agreement()
    by = make.actor(make.grant(organisation=make.municipality(within)))
    other = make.municipality(within, name="Ishøj Kommune")
    referral = make.referral(by)
    with time_machine.travel(make.MONDAY, tick=False):
        with acting(by):
            to = Municipality.objects.get(pk=other.pk)
            hand_over(referral, to=to, reason="", by=by, at=make.MONDAY)
        with pytest.raises(Refusal, match="Ishøj Kommune"):
            make.call(referral, by, Outcome.REACHED)


# ---- undo ----------------------------------------------------------------------------------------

OUTCOMES: list[tuple[Outcome, dict[str, Any]]] = [
    (Outcome.REACHED, {"talk": TALK}),
    (Outcome.REACHED, {"talk": Talk(then=Then(close=CloseReason.MOVED))}),
    (Outcome.NO_ANSWER, {}),
    (Outcome.VOICEMAIL, {}),
    (Outcome.CALL_BACK, {"call_back_at": WEEK}),
    (Outcome.THINKING, {"talk": TALK}),
    (Outcome.WRONG_NUMBER, {}),
    (Outcome.DECLINED, {}),
]
BEFORE: list[list[tuple[Outcome, dict[str, Any]]]] = [
    [],
    [(Outcome.NO_ANSWER, {})],
    [(Outcome.REACHED, {"talk": Talk(motivation=2, uses={Product.SNUS: 3})})],
    [(Outcome.THINKING, {})],
]


def everything(referral: Referral, by: Actor) -> list[object]:
    """All that a call can change."""
    with acting(by):
        now = Referral.objects.get(pk=referral.pk)
        citizen = Citizen.objects.get(pk=referral.citizen_id)
        return [
            moved.case_facts(by, now),
            list(Phone.objects.order_by("pk").values_list("pk", "wrong_since")),
            list(
                Interview.objects.values_list(
                    "motivation", "per_day", "pregnant", "wishes", "times", "why", "at", "by_id"
                )
            ),
            list(Interview.objects.values_list("uses__product", "uses__amount")),
            list(Informed.objects.values_list("topic", "at")),
            list(Consent.objects.filter(withdrawn_at=None).values_list("kind", flat=True)),
            citizen.birth_date,
        ]


@pytest.mark.parametrize("history", BEFORE, ids=["new", "tried", "reached", "thinking"])
@pytest.mark.parametrize(("outcome", "given"), OUTCOMES)
def test_an_undone_call_leaves_nothing_behind(
    by: Actor, outcome: Outcome, given: dict[str, Any], history: list[Any]
) -> None:
    referral = make.referral(by)
    for earlier, said in history:
        make.call(referral, by, earlier, **said)
    stood = everything(referral, by)
    attempt = make.call(referral, by, outcome, at=make.MONDAY + MINUTE, **given)
    assert everything(referral, by) != stood
    with acting(by):
        undo_call(attempt, by=by, at=make.MONDAY + 2 * MINUTE)
    assert everything(referral, by) == stood
    with acting(by):
        attempt.refresh_from_db()
        with pytest.raises(Refusal, match="allerede fortrudt"):
            undo_call(attempt, by=by, at=make.MONDAY + 3 * MINUTE)
    assert (attempt.undone_at, attempt.undone_by_id) == (make.MONDAY + 2 * MINUTE, by.user_id)


def test_a_birth_date_that_was_corrected_since_survives_the_undo(by: Actor) -> None:
    referral, corrected = make.referral(by), dt.date(1951, 2, 2)
    talk = Talk(birth_date=dt.date(1950, 1, 1))
    attempt = make.call(referral, by, Outcome.REACHED, talk=talk)
    with acting(by):
        Citizen.objects.filter(pk=referral.citizen_id).update(birth_date=corrected)
        undo_call(attempt, by=by, at=make.MONDAY)
        assert Citizen.objects.get(pk=referral.citizen_id).birth_date == corrected


def test_a_form_whose_call_was_undone_is_not_logged_by_sending_it_again(by: Actor) -> None:
    referral, once = make.referral(by), uuid.uuid4()
    attempt = make.call(referral, by, once=once)
    with acting(by):
        undo_call(attempt, by=by, at=make.MONDAY)
    with pytest.raises(AlreadySent):
        make.call(referral, by, once=once)


def test_only_who_logged_it_or_a_coordinator_takes_it_back(by: Actor) -> None:
    referral = make.referral(by)
    attempt = make.call(referral, by)
    home = make.home(by)
    colleague = make.actor(make.grant(organisation=home))
    with acting(colleague), pytest.raises(Refusal, match=by.name):
        undo_call(attempt, by=colleague, at=make.MONDAY)
    coordinator = make.actor(make.grant(Role.COORDINATOR, home))
    with acting(coordinator):
        undo_call(attempt, by=coordinator, at=make.MONDAY)
        attempt.refresh_from_db()
    assert attempt.undone_by_id == coordinator.user_id


def test_what_has_been_built_upon_is_not_taken_back(by: Actor) -> None:
    referral = make.referral(by)
    first = make.call(referral, by)
    second = make.call(referral, by, Outcome.REACHED, at=make.MONDAY + MINUTE)
    with acting(by):
        with pytest.raises(Refusal, match="logget et opkald siden"):
            undo_call(first, by=by, at=make.MONDAY + 2 * MINUTE)
        with pytest.raises(Refusal, match="for gammelt"):
            undo_call(second, by=by, at=second.at + UNDO_WITHIN + MINUTE)
        close_referral(referral, reason=CloseReason.MOVED, by=by, at=make.MONDAY + MINUTE)
        with pytest.raises(Refusal, match="Status: Kontaktet, nu Afsluttet"):
            undo_call(second, by=by, at=make.MONDAY + 2 * MINUTE)


def test_another_municipality_takes_nothing_back(by: Actor) -> None:
    attempt = make.call(make.referral(by), by)
    stranger = make.actor(make.grant(Role.COORDINATOR))
    with acting(stranger), pytest.raises(Refusal, match="ikke længere hos jer"):
        undo_call(attempt, by=stranger, at=make.MONDAY)
