"""What happens to a case or a citizen while she takes part: closed, given on, merged, parted."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from courses.commands.books import books_of
from courses.commands.cases import follow_merge
from courses.commands.leaving import withdraw
from courses.commands.waiting import move_up
from courses.models import Course, Task
from courses.queries.participants import participants
from courses.states import EnrolmentState, TaskKind, WithdrawReason
from referrals.models import Citizen, Referral
from referrals.states import CloseReason, Outcome, ReferralState
from roegfri.actor import Actor, acting, hosting
from roegfri.desk.commands import (
    case_to_quitline,
    close_case,
    give_case_on,
    merge_persons,
    unmerge_persons,
)
from roegfri.organisations import kinds
from roegfri.organisations.models import Agreement, Organisation
from roegfri.refusal import Refusal
from tests import make
from tests.courses.world import AT, WEEK, Towns, books, coming, counted, do, put, state, towns, wait

pytestmark = pytest.mark.django_db
ENROLLED, WAITING = EnrolmentState.ENROLLED, EnrolmentState.WAITING
OTHER, THIRD = "+4520202020", "+4530303030"
OK, REDIRECT, UNPROCESSABLE = 200, 302, 422


@pytest.fixture(autouse=True)
def _monday(settings: Any) -> Iterator[Any]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def two() -> Towns:
    return towns()


@pytest.fixture
def client(two: Towns) -> Client:
    signed_in = Client()
    signed_in.force_login(two.grant_a.user)
    return signed_in


@transaction.atomic
def case_state(case: Referral) -> str:
    with acting(make.SYSTEM):
        return Referral.objects.get(pk=case.pk).state


# ---- a case ends ---------------------------------------------------------------------------------


@pytest.mark.parametrize("full", [False, True], ids=["enrolled", "waiting"])
def test_a_case_ends_not_unasked_while_she_is_on_a_course(
    two: Towns, client: Client, *, full: bool
) -> None:
    course = coming(two.b, name="Tirsdagsholdet", capacity=1)
    if full:
        put(course, two.b)
    case = make.referral(two.a, number=OTHER)
    hers = wait(course, two.a, case=case)
    address = reverse("desk:close", args=[case.pk])
    assert "tilmeldt eller venter på: Tirsdagsholdet" in client.get(address).content.decode()
    asked = client.post(address, {"reason": CloseReason.MOVED})
    assert asked.status_code == UNPROCESSABLE
    assert "Frameld først, eller vælg" in asked.content.decode()
    assert case_state(case) == ReferralState.RECEIVED
    done = client.post(address, {"reason": CloseReason.MOVED, "stays": "on"})
    assert done.status_code == REDIRECT
    assert (case_state(case), state(hers)) == (ReferralState.CLOSED, WAITING if full else ENROLLED)
    # Whose case is closed still takes part: she gets her seat, and can be withdrawn.
    do(two.a, withdraw, hers, reason=WithdrawReason.MOVED_AWAY)
    assert state(hers) == EnrolmentState.WITHDRAWN


def test_nobody_is_asked_about_where_she_is_on_no_course(two: Towns, client: Client) -> None:
    case = make.referral(two.a)
    hers = put(coming(two.b), two.a, case=case)
    do(two.a, withdraw, hers, reason=WithdrawReason.MISTAKE)
    address = reverse("desk:close", args=[case.pk])
    assert "stays" not in client.get(address).content.decode()
    assert client.post(address, {"reason": CloseReason.MOVED}).status_code == REDIRECT
    assert case_state(case) == ReferralState.CLOSED


def test_another_case_of_hers_ends_unasked(two: Towns) -> None:
    put(coming(two.b), two.a, case=make.referral(two.a))
    case = make.referral(two.a, number=OTHER)
    do(two.a, close_case, case, reason=CloseReason.MOVED)
    assert case_state(case) == ReferralState.CLOSED


def test_stoplinien_gets_nobody_unasked_who_is_on_a_course(two: Towns) -> None:
    Organisation.objects.create(kind=kinds.Kind.QUITLINE, name="Stoplinien")
    case = make.referral(two.a)
    put(coming(two.b), two.a, case=case)
    make.call(case, two.a, Outcome.REACHED, at=AT)
    with pytest.raises(Refusal, match="Frameld først"):
        do(two.a, case_to_quitline, case, agreed=True, note="")
    do(two.a, case_to_quitline, case, agreed=True, note="", stays=True)
    assert case_state(case) == ReferralState.CLOSED


# ---- a case is given on --------------------------------------------------------------------------


def another(two: Towns) -> Actor:
    """A counsellor of a third municipality of the agreement."""
    within = Agreement.objects.get(memberships__municipality=two.grant_a.organisation_id)
    return make.actor(make.grant(organisation=make.municipality(within)))


def told(by: Actor) -> list[tuple[Any, str]]:
    with acting(by), transaction.atomic():
        found = Task.objects.filter(kind=TaskKind.TELL_SEAT, done_at=None)
        return [(one.enrolment_id, one.note) for one in found]


@pytest.mark.parametrize("host", ["a", "b"])
def test_who_takes_a_case_over_tells_her_of_the_seat(two: Towns, host: str) -> None:
    third = another(two)
    course = coming(getattr(two, host), capacity=1)
    first = put(course, two.b)
    case = make.referral(two.a, number=OTHER)
    hers = wait(course, two.a, case=case)
    do(two.b, withdraw, first, reason=WithdrawReason.MISTAKE)
    (before,) = told(two.a)
    do(two.a, give_case_on, case, to=make.home(third), reason="Flyttet")
    assert told(two.a) == []
    assert told(third) == [before] == [(hers.pk, before[1])]
    assert state(hers) == ENROLLED
    do(third, withdraw, hers, reason=WithdrawReason.MOVED_AWAY)
    assert told(third) == []


@pytest.mark.parametrize("kind", [TaskKind.LETTER, TaskKind.LETTER_FAILED])
def test_who_takes_a_case_over_is_told_of_its_letter(two: Towns, kind: TaskKind) -> None:
    third, case = another(two), make.referral(two.a)
    hers = put(coming(two.b), two.a, case=case)
    make.task(hers, two.a, kind)
    do(two.a, give_case_on, case, to=make.home(third), reason="Flyttet")
    with acting(make.SYSTEM), transaction.atomic():
        open_ones = Task.objects.filter(kind=kind, done_at=None)
        assert [one.organisation_id for one in open_ones] == [third.organisation_id]


def test_who_takes_over_a_case_that_waits_is_told_when_there_is_a_seat(two: Towns) -> None:
    third = another(two)
    course = coming(two.b, capacity=1)
    put(course, two.b)
    case = make.referral(two.a, number=OTHER)
    hers = wait(course, two.a, case=case)
    do(two.a, give_case_on, case, to=make.home(third), reason="Flyttet")
    with acting(hosting(make.SYSTEM, course.host_id)):
        Course.objects.filter(pk=course.pk).update(capacity=2)
    with acting(make.SYSTEM), books_of(course, make.SYSTEM):
        move_up(course, at=AT)
    assert [pk for pk, _note in told(third)] == [hers.pk]
    assert told(two.a) == []


# ---- two rows turn out to be one citizen ---------------------------------------------------------


@pytest.fixture
def pair(two: Towns) -> tuple[Referral, Referral]:
    """The row that is kept, with another number; and the one that goes, and is on a course."""
    kept = make.referral(two.a, number=OTHER)
    return kept, make.referral(two.a, number=THIRD)


def seen(by: Actor, course: Course) -> list[tuple[Any, set[str]]]:
    """Who stands on the list and which numbers, as somebody sees it."""
    with acting(by), transaction.atomic():
        rows = participants(by, course).active
        return [(one.citizen_id, set(one.phones)) for one in rows]


def test_the_host_sees_the_row_that_counts_when_two_are_merged_afterwards(
    two: Towns, pair: tuple[Referral, Referral]
) -> None:
    kept, goes = pair
    course, elsewhere = coming(two.b), coming(another(two))
    hers = put(course, two.a, case=goes)
    assert seen(two.b, course) == [(goes.citizen_id, {THIRD})]
    merge = do(two.a, merge_persons, kept.citizen_id, goes.citizen_id)
    assert seen(two.b, course) == [(kept.citizen_id, {OTHER, THIRD})]
    with acting(two.b), transaction.atomic():
        assert not Referral.objects.exists(), "the case is none of the host's business"
    assert seen(two.b, elsewhere) == []
    do(two.b, withdraw, hers, reason=WithdrawReason.MISTAKE)
    with time_machine.travel(AT + WEEK, tick=False):
        do(two.a, unmerge_persons, merge)
        with acting(two.b), transaction.atomic():
            assert set(Citizen.objects.values_list("pk", flat=True)) == {goes.citizen_id}


def test_a_merge_shows_the_row_that_counts_to_no_other(
    two: Towns, pair: tuple[Referral, Referral]
) -> None:
    kept, goes = pair
    third = another(two)
    put(coming(third), two.a, case=kept)
    put(coming(two.b), two.a, case=goes)
    do(two.a, merge_persons, kept.citizen_id, goes.citizen_id)
    with acting(third), transaction.atomic():
        assert set(Citizen.objects.values_list("pk", flat=True)) == {kept.citizen_id}


def test_two_rows_on_one_course_stay_two_places_and_that_is_said(
    two: Towns, client: Client, pair: tuple[Referral, Referral]
) -> None:
    kept, goes = pair
    course = coming(two.b, name="Tirsdagsholdet")
    put(course, two.a, case=kept)
    second = put(course, two.a, case=goes)
    merged = client.post(
        reverse("desk:merge", args=[goes.pk]),
        {
            "step": "merge",
            "written": OTHER,
            "why": "Samme nummer",
            "other": kept.citizen_id,
            "keep": kept.citizen_id,
        },
        follow=True,
    )
    assert "Borgeren står nu to gange på Tirsdagsholdet." in merged.content.decode()
    for by in (two.a, two.b):
        assert [pk for pk, _numbers in seen(by, course)] == [kept.citizen_id] * 2
    do(two.a, withdraw, second, reason=WithdrawReason.MISTAKE)
    assert [pk for pk, _numbers in seen(two.b, course)] == [kept.citizen_id]
    assert books(course) == counted(course) == (1, 0)


def test_nobody_follows_a_merge_of_citizens_who_are_not_hers(
    two: Towns, pair: tuple[Referral, Referral]
) -> None:
    _kept, goes = pair
    put(coming(two.b), two.a, case=goes)
    for by in (two.b, another(two)):
        with acting(by), pytest.raises(ProgrammingError, match="not yours"), transaction.atomic():
            follow_merge(goes.citizen_id)
