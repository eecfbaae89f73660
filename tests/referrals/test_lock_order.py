"""The citizen's row is locked before her case's: a name is corrected while a call is saved."""

import datetime as dt
import threading
import time
from collections.abc import Callable

import pytest
import time_machine
from django.db import OperationalError, connection, transaction

from referrals.commands.citizen import change_citizen, own_citizen
from referrals.commands.episodes import correct_referral, same_episode
from referrals.commands.merge import merge_citizens
from referrals.commands.people import one_person
from referrals.commands.talk import Talk
from referrals.models import Citizen, Referral
from referrals.states import Outcome, Topic
from roegfri.actor import Actor, acting
from tests import make
from tests.threads import wait_until_blocked

pytestmark = pytest.mark.django_db(transaction=True)


def meanwhile(
    referral: Referral, by: Actor, act: Callable[[Referral, Actor], object]
) -> list[BaseException]:
    """`act` begins while the citizen's row is held, and her name is changed when it waits."""
    wrong: list[BaseException] = []

    def other() -> None:
        try:
            act(referral, by)
        except BaseException as fault:  # noqa: BLE001
            wrong.append(fault)
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    try:
        with acting(by), transaction.atomic():
            citizen = own_citizen(referral.citizen, by)
            thread.start()
            wait_until_blocked()
            change_citizen(
                citizen,
                {"surname": ("Ærøskøbing",)},
                version=citizen.version,
                by=by,
                at=make.MONDAY,
            )
    except OperationalError as fault:
        wrong.append(fault)
    thread.join()
    return wrong


def log(referral: Referral, by: Actor) -> None:
    talk = Talk(told=[Topic.GROUP], birth_date=dt.date(1960, 5, 1))
    make.call(referral, by, Outcome.REACHED, talk=talk)


def log_case_first(referral: Referral, by: Actor) -> None:
    """As a call would be saved without the order."""
    with acting(by), transaction.atomic():
        Referral.objects.select_for_update().get(pk=referral.pk)
        Citizen.objects.select_for_update().get(pk=referral.citizen_id)


def test_a_call_is_saved_while_the_name_is_corrected() -> None:
    with time_machine.travel(make.MONDAY, tick=False):
        by = make.actor()
        referral = make.referral(by)
        assert meanwhile(referral, by, log) == []
        with acting(by), transaction.atomic():
            row = Referral.objects.select_related("citizen").get(pk=referral.pk)
            assert (row.attempts, row.citizen.surname) == (1, "Ærøskøbing")


def merged(by: Actor, *, kept_first: bool) -> Referral:
    """A case on a row that was merged into another, whose id is before or behind its own."""
    one, other = make.referral(by), make.referral(by, number="+4530303030", surname="Berg")
    first, last = sorted((one, other), key=lambda case: case.citizen_id)
    kept, gone = (first, last) if kept_first else (last, first)
    with acting(by), transaction.atomic():
        merge_citizens(kept.citizen_id, gone.citizen_id, by=by, at=make.MONDAY)
        return Referral.objects.select_related("citizen").get(pk=gone.pk)


def log_own_row_first(referral: Referral, by: Actor) -> None:
    """As a call would be saved if only the case's own row were locked before it."""
    with acting(by), transaction.atomic():
        Citizen.objects.select_for_update().get(pk=referral.citizen_id)
        wait_until_blocked()
        one_person(referral.citizen_id, by)


@pytest.mark.parametrize("kept_first", [True, False])
def test_a_call_to_a_merged_person_is_saved_while_the_name_is_corrected(
    *, kept_first: bool
) -> None:
    with time_machine.travel(make.MONDAY, tick=False):
        by = make.actor()
        referral = merged(by, kept_first=kept_first)
        assert meanwhile(referral, by, log) == []
        with acting(by), transaction.atomic():
            row = Referral.objects.select_related("citizen__merged_into").get(pk=referral.pk)
            assert row.citizen.merged_into
            assert (row.attempts, row.citizen.merged_into.surname) == (1, "Ærøskøbing")


def case_that_counts(gone: Referral) -> Referral:
    """The case of whom she was merged into: her row alone is held while her name is changed."""
    return Referral.objects.select_related("citizen").get(citizen__merged=gone.citizen_id)


def correct(gone: Referral, by: Actor) -> None:
    """As the sender's own number names the case (send.py), with nothing locked before."""
    said = make.details(text="Rettet", sender_ean="R123", episode="A-1")
    with acting(by), transaction.atomic():
        case = same_episode(said, make.home(by), by, or_closed=True)
        assert case == gone
        correct_referral(case, said, by=by, at=make.MONDAY)


def correct_case_first(gone: Referral, by: Actor) -> None:
    """As it would be if only the case's own row were locked before it."""
    with acting(by), transaction.atomic():
        Citizen.objects.select_for_update().get(pk=gone.citizen_id)
        Referral.objects.select_for_update().get(pk=gone.pk)
        Citizen.objects.select_for_update(of=("self",)).get(merged=gone.citizen_id)


@pytest.mark.parametrize(
    ("act", "wrong"),
    [(correct, []), (log, []), (correct_case_first, [True])],
    ids=["a correction", "a call", "control"],
)
def test_a_case_of_a_merged_person_is_changed_while_the_name_that_counts_is(
    act: Callable[[Referral, Actor], None], wrong: list[bool]
) -> None:
    with time_machine.travel(make.MONDAY, tick=False):
        by = make.actor()
        gone = merged(by, kept_first=False)
        with acting(by), transaction.atomic():
            Referral.objects.filter(pk=gone.pk).update(sender_ean="R123", episode="A-1")
            kept = case_that_counts(gone)
        faults = meanwhile(kept, by, lambda _kept, by: act(gone, by))
        assert ["deadlock" in str(fault) for fault in faults] == wrong


def test_own_row_before_the_kept_one_would_wait_in_a_circle() -> None:
    with time_machine.travel(make.MONDAY, tick=False):
        by = make.actor()
        referral = merged(by, kept_first=True)
        wrong: list[BaseException] = []

        def act() -> None:
            try:
                log_own_row_first(referral, by)
            except OperationalError as fault:
                wrong.append(fault)
            finally:
                connection.close()

        thread = threading.Thread(target=act)
        try:
            with acting(by), transaction.atomic():
                Citizen.objects.select_for_update(of=("self",)).get(merged=referral.citizen_id)
                thread.start()
                time.sleep(0.3)
                own_citizen(referral.citizen, by)
        except OperationalError as fault:
            wrong.append(fault)
        thread.join()
        assert ["deadlock" in str(fault) for fault in wrong] == [True]


def test_case_before_citizen_would_wait_in_a_circle() -> None:
    with time_machine.travel(make.MONDAY, tick=False):
        by = make.actor()
        (fault,) = meanwhile(make.referral(by), by, log_case_first)
        assert "deadlock" in str(fault)
