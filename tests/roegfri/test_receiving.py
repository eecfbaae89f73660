"""What takes something in for a municipality: how far its scope goes, and what senders are told."""

import datetime as dt
import uuid

import psycopg
import pytest
from django.db import DatabaseError, transaction

from referrals.commands.closing import close_referral
from referrals.commands.receive import receive_referral
from referrals.models import Citizen, IncomingMessage, Phone, Referral, SentReferral
from referrals.states import CloseReason, Outcome, SentState
from roegfri.accounts.roles import GRANTS, Role
from roegfri.actor import INTAKE, SENDER, Actor, Kind, acting, receiving, system
from tests import make

pytestmark = pytest.mark.django_db


def doors() -> list[Actor]:
    """Everybody who may bring something in."""
    return [
        system("referrals.sweep"),
        Actor(Kind.TOKEN, str(uuid.uuid4()), role=SENDER, organisation_id=uuid.uuid4()),
        Actor(Kind.PUBLIC, "tilmeld"),
        make.actor(make.grant(Role.PHARMACY, make.municipality())),
    ]


@pytest.mark.parametrize("number", range(4))
def test_each_door_receives_for_one_municipality_and_sees_no_other(number: int) -> None:
    home, other = make.municipality(), make.actor()
    make.referral(other)
    by = receiving(doors()[number], home.pk, home.name)
    with acting(by), transaction.atomic():
        made = receive_referral(make.details(), handler=home, by=by, at=make.MONDAY)
        assert list(Referral.objects.all()) == [made]
        assert set(Phone.objects.values_list("citizen_id", flat=True)) == {made.citizen_id}
        assert Citizen.objects.get().pk == made.citizen_id


def test_the_label_in_the_log_stays_and_the_rights_go() -> None:
    person = make.actor(make.grant(Role.PHARMACY, make.municipality()))
    home = make.municipality()
    by = receiving(person, home.pk)
    assert by.label == person.label
    assert (by.role, by.organisation_id, by.rights) == (INTAKE, home.pk, frozenset())
    swept = receiving(system("referrals.sweep"), home.pk)
    assert swept.label == "system:referrals.sweep"
    assert not swept.is_system


def test_no_person_is_granted_the_roles_of_doors() -> None:
    assert {INTAKE, SENDER}.isdisjoint(Role.values)
    assert {INTAKE, SENDER}.isdisjoint(GRANTS)


def test_nothing_is_received_for_a_citizen_of_another() -> None:
    there = make.actor()
    known = make.referral(there)
    home = make.municipality()
    with acting(receiving(Actor(Kind.PUBLIC, "tilmeld"), home.pk)):
        assert not Citizen.objects.filter(pk=known.citizen_id).exists()
        with pytest.raises(DatabaseError) as fault, transaction.atomic():
            Phone.objects.create(citizen_id=known.citizen_id, number="+4530303030")
    assert isinstance(fault.value.__cause__, psycopg.errors.InsufficientPrivilege)
    with acting(make.SYSTEM):
        assert Phone.objects.filter(number="+4530303030").count() == 0


@pytest.mark.parametrize("role", [SENDER, Role.REFERRER, Role.PHARMACY])
def test_a_sender_reads_no_referral_and_no_inbox(role: str) -> None:
    here = make.actor()
    make.referral(here)
    sender = Actor(Kind.TOKEN, "-", role=role, organisation_id=here.organisation_id)
    with acting(sender):
        for model in (Citizen, Referral, Phone, IncomingMessage):
            assert not model._default_manager.exists()


# ---- what a sender is told -----------------------------------------------------------------------


def sent(by: Actor, *, shared: bool = False) -> SentReferral:
    handler = make.actor()
    referral = make.referral(handler)
    assert by.organisation_id
    with acting(by):
        return SentReferral.objects.create(
            referral=referral,
            citizen_id=referral.citizen_id,
            organisation_id=by.organisation_id,
            receiver=make.home(handler),
            user_id=by.user_id,
            shared=shared,
            at=make.MONDAY,
            contact_by=referral.contact_by,
        )


def told(row: SentReferral) -> tuple[str, dt.date]:
    with acting(make.SYSTEM):
        row.refresh_from_db()
    return row.state, row.contact_by


def test_the_sender_is_told_of_each_step() -> None:
    sender = make.actor(make.grant(Role.REFERRER, make.municipality()))
    row = sent(sender)
    with acting(make.SYSTEM):
        referral = Referral.objects.get(pk=row.referral_id)
        handler = make.actor(make.grant(Role.COUNSELLOR, referral.handler))
    assert told(row) == (SentState.RECEIVED, referral.contact_by)
    with acting(handler):
        make.call(referral, handler, Outcome.REACHED)
        assert told(row)[0] == SentState.CONTACTED
        close_referral(referral, reason=CloseReason.DECLINED, by=handler, at=make.MONDAY)
    assert told(row)[0] == SentState.CLOSED


def test_colleagues_see_what_is_shared_and_nothing_else() -> None:
    home = make.municipality()
    sender, colleague = (make.actor(make.grant(Role.REFERRER, home)) for _ in range(2))
    own, shared = sent(sender), sent(sender, shared=True)
    for who, expected in (
        (sender, {own.pk, shared.pk}),
        (colleague, {shared.pk}),
        (make.actor(make.grant(Role.COUNSELLOR, home)), set()),
        (make.actor(make.grant(Role.REFERRER, make.municipality())), set()),
        (Actor(Kind.TOKEN, "-", role=SENDER, organisation_id=home.pk), {own.pk, shared.pk}),
    ):
        with acting(who):
            assert set(SentReferral.objects.values_list("pk", flat=True)) == expected


def test_a_case_is_never_given_to_another_citizen() -> None:
    by = make.actor()
    one, other = make.referral(by), make.referral(by, number="+4530303030")
    with acting(by), pytest.raises(DatabaseError) as fault, transaction.atomic():
        Referral.objects.filter(pk=one.pk).update(citizen_id=other.citizen_id)
    assert isinstance(fault.value.__cause__, psycopg.errors.InsufficientPrivilege)


@pytest.mark.parametrize("role", [INTAKE, SENDER])
def test_a_door_removes_nothing(role: str) -> None:
    here = make.actor()
    make.referral(here)
    sender = make.actor(make.grant(Role.REFERRER, make.home(here)))
    sent(sender)
    door = Actor(Kind.TOKEN, "-", role=role, organisation_id=here.organisation_id)
    with acting(door), transaction.atomic():
        for model in (Phone, SentReferral, IncomingMessage):
            rows = model._default_manager.all()
            assert rows._raw_delete(rows.db) == 0
    with acting(here):
        assert Phone.objects.count() == 1
        assert Phone.objects.all()._raw_delete("default") == 1
