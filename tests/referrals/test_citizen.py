"""A citizen is corrected: only what was changed is saved, and no edit is lost to another."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
import time_machine
from django.db import transaction

from referrals.commands.citizen import add_number, change_citizen, move_home
from referrals.models import Citizen, CivilNumber, Referral
from referrals.models.parts import PARTS, columns_of, parts_of
from roegfri.actor import Actor, acting
from roegfri.audit.models import AuditEvent
from roegfri.organisations.models import Municipality
from roegfri.persons import cpr
from roegfri.refusal import Refusal
from roegfri.ui.differences import Collision, Merged, Parts
from tests import make
from tests.threads import at_once

pytestmark = pytest.mark.django_db
AT = make.MONDAY


def edit(referral: Referral, by: Actor, changes: Parts, **more: object) -> Merged:
    citizen = now(referral)
    with acting(by):
        return change_citizen(citizen, changes, by=by, at=AT, **more)  # type: ignore[arg-type]


def now(referral: Referral) -> Citizen:
    with acting(make.SYSTEM), transaction.atomic():
        return Citizen.objects.get(pk=referral.citizen_id)


def test_parts_go_out_and_come_back() -> None:
    citizen = now(make.referral(civil_number="2512489996"))
    columns = columns_of(parts_of(citizen))
    assert columns == {name: getattr(citizen, name) for name in columns}
    assert {name for names in PARTS.values() for name in names} == set(columns)


def test_only_what_was_changed_is_saved() -> None:
    by = make.actor()
    referral = make.referral(by)
    done = edit(referral, by, {"surname": ("Hansen",), "given_names": ("Nancy Ann",)}, version=0)
    assert list(done.changed) == ["surname"]
    assert (now(referral).surname, now(referral).version) == ("Hansen", 1)
    with acting(make.SYSTEM):
        changed = AuditEvent.objects.filter(act="row.changed").latest("seq")
    assert set(changed.columns) == {"surname", "sort_key", "version"} | (
        set(changed.columns) & {"name_key"}
    )


def test_with_an_old_version_and_nothing_seen_a_difference_is_shown() -> None:
    by = make.actor()
    referral = make.referral(by)
    edit(referral, by, {"surname": ("Andersen",)}, version=0)
    with pytest.raises(Collision) as collision:
        edit(referral, by, {"surname": ("Dahl",), "email": ("",)}, version=0)
    (clash,) = collision.value.conflicts
    assert (clash.before, clash.theirs, clash.mine) == (None, ("Andersen",), ("Dahl",))
    assert now(referral).surname == "Andersen"


def test_what_was_seen_is_held_against_what_is_there_whatever_the_version_says() -> None:
    by = make.actor()
    referral = make.referral(by)
    seen = parts_of(now(referral))
    edit(referral, by, {"surname": ("Andersen",)}, version=0)
    with pytest.raises(Collision):
        edit(referral, by, {"surname": ("Dahl",)}, version=1, seen=seen)


@pytest.mark.parametrize("born", ["2026-03-03", "1899-12-31"])
def test_a_birth_date_that_cannot_be_is_refused(born: str) -> None:
    by = make.actor()
    with pytest.raises(Refusal) as refusal:
        edit(make.referral(by), by, {"birth_date": (born,)}, version=0)
    assert refusal.value.field == "birth_date"


def test_another_municipality_changes_nothing() -> None:
    referral = make.referral()
    with pytest.raises(Refusal, match="ikke længere hos jer"):
        edit(referral, make.actor(), {"surname": ("Hansen",)}, version=0)


def test_of_a_merged_person_the_row_that_counts_is_changed() -> None:
    by = make.actor()
    kept, merged = make.referral(by), make.referral(by, number="+4530303030", surname="Andersen")
    with acting(by):
        Citizen.objects.filter(pk=merged.citizen_id).update(merged_into=kept.citizen_id)
    edit(merged, by, {"surname": ("Hansen",)}, version=0)
    assert (now(kept).surname, now(merged).surname) == ("Hansen", "Andersen")


def test_a_number_tells_a_birth_date_that_nobody_knew() -> None:
    by = make.actor()
    referral = make.referral(by)
    assert now(referral).birth_date is None
    with acting(by):
        add_number(referral.citizen, cpr.parse("2512489996", on=AT.date()), by=by, at=AT)
    assert now(referral).birth_date == dt.date(1948, 12, 25)


def test_a_number_that_was_hers_before_is_no_new_one() -> None:
    by = make.actor()
    referral = make.referral(by, civil_number="2512489996")
    later = AT + dt.timedelta(days=1)
    with acting(by):
        add_number(referral.citizen, cpr.parse("2509479989", on=AT.date()), by=by, at=later)
        with pytest.raises(Refusal, match="haft det nummer før"):
            add_number(referral.citizen, cpr.parse("2512489996", on=AT.date()), by=by, at=later)
        assert CivilNumber.objects.count() == 2


def test_a_home_before_birth_is_refused() -> None:
    by = make.actor()
    referral = make.referral(by, civil_number="2512489996")
    home = Municipality.objects.get()
    with acting(by), pytest.raises(Refusal) as refusal:
        move_home(referral.citizen, home, from_on=dt.date(1948, 12, 24), by=by, at=AT)
    assert refusal.value.field == "from_on"


# ---- two at the same moment ----------------------------------------------------------------------


ROUNDS = 20


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_the_same_at_once_one_is_shown_the_difference() -> None:
    with time_machine.travel(AT, tick=False):
        by = make.actor()
        referral = make.referral(by)
        for number in range(ROUNDS):
            seen = parts_of(now(referral))
            version = now(referral).version

            def write(
                name: str, seen: Parts = seen, version: int = version
            ) -> Callable[[], object]:
                return lambda: edit(referral, by, {"surname": (name,)}, version=version, seen=seen)

            wrong = at_once(write(f"Andersen {number}"), write(f"Dahl {number}"))
            assert [type(fault) for fault in wrong] == [Collision]
            assert now(referral).version == version + 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_one_edit_is_lost() -> None:
    """The same race against a command that reads, waits a moment, and writes."""
    by = make.actor()
    referral = make.referral(by)
    seen = parts_of(now(referral))
    both_have_read = threading.Barrier(2)

    def weak(name: str) -> Callable[[], object]:
        def act() -> None:
            with acting(by), transaction.atomic():
                citizen = Citizen.objects.get(pk=referral.citizen_id)
                both_have_read.wait()
                if parts_of(citizen)["surname"] != seen["surname"]:
                    raise Collision([], seen)
                Citizen.objects.filter(pk=citizen.pk).update(surname=name)

        return act

    assert at_once(weak("Andersen"), weak("Dahl")) == []
    assert now(referral).surname in {"Andersen", "Dahl"}
