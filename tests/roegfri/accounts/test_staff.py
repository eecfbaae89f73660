"""A coordinator's own people: invited, ended, kept; and never anybody else's."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction

from roegfri import clock
from roegfri.accounts import commands, policies, queries
from roegfri.accounts.models import Grant, User
from roegfri.accounts.roles import Role
from roegfri.actor import NOBODY, Actor, acting
from roegfri.organisations.models import Municipality
from roegfri.refusal import Refusal
from tests import make
from tests.threads import at_once

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 11)
NOW = clock.danish_time(TODAY, dt.time(10))
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _world() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def by() -> Actor:
    return make.actor(make.grant(Role.COORDINATOR))


def invite(by: Actor, email: str = "ny@kommune.test", **given: Any) -> Grant:
    usual = {"name": "Ny Kollega", "role": Role.COUNSELLOR}
    return commands.invite_staff(email=email, by=by, at=NOW, **{**usual, **given})


def end(grant: Grant, by: Actor, from_on: dt.date = TODAY) -> None:
    commands.end_staff_role(grant, from_on=from_on, by=by, at=NOW)


def colleague(by: Actor, role: Role = Role.COUNSELLOR) -> Grant:
    return make.grant(role, make.home(by))


def own_grant(by: Actor) -> Grant:
    assert by.grant_id
    return Grant.objects.get(pk=by.grant_id)


# ---- invited -------------------------------------------------------------------------------------


def test_somebody_new_gets_a_user_and_a_role_from_today(by: Actor) -> None:
    grant = invite(by, " Ny@Kommune.TEST ")
    assert (grant.user.email, grant.user.name) == ("ny@kommune.test", "Ny Kollega")
    assert not grant.user.has_usable_password()
    assert (grant.role, grant.organisation_id) == (Role.COUNSELLOR, by.organisation_id)
    assert (grant.from_on, grant.until_on, grant.given_by) == (TODAY, None, by.name)


def test_somebody_known_elsewhere_keeps_her_name_and_her_roles(by: Actor) -> None:
    other = make.grant(Role.COUNSELLOR, person=make.user(email="kendt@x.test", name="Rigtige Navn"))
    grant = invite(by, "KENDT@x.test", name="Et Andet Navn")
    assert (grant.user, grant.user.name) == (other.user, "Rigtige Navn")
    other.refresh_from_db()
    assert (other.until_on, Grant.objects.filter(user=grant.user).count()) == (None, 2)


def test_the_same_role_is_given_once(by: Actor) -> None:
    invite(by)
    with pytest.raises(Refusal, match="har allerede den rolle"):
        invite(by)
    assert invite(by, role=Role.COORDINATOR).role == Role.COORDINATOR


@pytest.mark.parametrize("role", sorted(set(Role.values) - {Role.COUNSELLOR, Role.COORDINATOR}))
def test_no_other_role_is_given_by_a_coordinator(by: Actor, role: str) -> None:
    with pytest.raises(Refusal, match="Vælg rådgiver eller koordinator"):
        invite(by, role=role)
    assert not User.objects.filter(email="ny@kommune.test").exists()


def test_a_closed_account_is_the_administrators(by: Actor) -> None:
    make.user(email="lukket@x.test", is_active=False)
    with pytest.raises(Refusal, match="Skriv til administratoren") as said:
        invite(by, "lukket@x.test")
    assert said.value.field == "email"


def test_an_agreements_project_leader_invites_nobody() -> None:
    leader = make.actor(make.grant(Role.PROJECT_LEADER, make.agreement()))
    with pytest.raises(Refusal, match="kan ikke gives"):
        invite(leader)


def test_five_letters_an_hour_and_no_more(by: Actor) -> None:
    grant = invite(by)
    for _ in range(4):
        commands.renew_invitation(grant, by=by, at=NOW)
    with pytest.raises(Refusal, match="5 invitationer"):
        commands.renew_invitation(grant, by=by, at=NOW)
    later = NOW + dt.timedelta(minutes=61)
    assert commands.renew_invitation(grant, by=by, at=later) == grant


def test_whose_role_is_over_is_not_invited_again(by: Actor) -> None:
    grant = colleague(by)
    end(grant, by)
    with pytest.raises(Refusal, match="Rollen er slut"):
        commands.renew_invitation(grant, by=by, at=NOW)


# ---- ended ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("from_on", "last"), [(TODAY, TODAY - DAY), (TODAY + 9 * DAY, TODAY + 8 * DAY)]
)
def test_a_role_ends_the_day_before(by: Actor, from_on: dt.date, last: dt.date) -> None:
    grant = colleague(by)
    end(grant, by, from_on)
    grant.refresh_from_db()
    assert grant.until_on == last


def test_a_role_given_today_and_ended_today_has_had_no_day(by: Actor) -> None:
    grant = invite(by)
    end(grant, by)
    assert not Grant.objects.filter(pk=grant.pk).exists()


def test_yesterday_is_too_late(by: Actor) -> None:
    with pytest.raises(Refusal, match="Dagen er gået") as said:
        end(colleague(by), by, TODAY - DAY)
    assert said.value.field == "from_on"


def test_what_is_over_is_over(by: Actor) -> None:
    grant = colleague(by)
    end(grant, by)
    with pytest.raises(Refusal, match="allerede slut"):
        end(grant, by)


def test_what_a_provider_gives_is_ended_at_the_provider(by: Actor) -> None:
    grant = colleague(by)
    Grant.objects.filter(pk=grant.pk).update(source="kommunens-login")
    with pytest.raises(Refusal, match="kommunens eget login"):
        end(grant, by)


def test_the_last_coordinator_can_not_end_herself(by: Actor) -> None:
    own = own_grant(by)
    for from_on in (TODAY, TODAY + 90 * DAY):
        with pytest.raises(Refusal, match="ingen koordinator fra"):
            end(own, by, from_on)


def test_with_another_coordinator_she_can(by: Actor) -> None:
    colleague(by, Role.COORDINATOR)
    end(own_grant(by), by)


def test_a_coordinator_elsewhere_closed_or_leaving_does_not_count(by: Actor) -> None:
    make.grant(Role.COORDINATOR)
    closed = colleague(by, Role.COORDINATOR)
    User.objects.filter(pk=closed.user_id).update(is_active=False)
    leaving = colleague(by, Role.COORDINATOR)
    end(leaving, by, TODAY + 5 * DAY)
    own = own_grant(by)
    with pytest.raises(Refusal, match=r"fra 16\.03\.2026"):
        end(own, by)
    end(closed, by)  # a closed account leaves nobody behind


def test_a_role_is_never_stretched_into_the_same_role_later(by: Actor) -> None:
    grant = colleague(by)
    end(grant, by, TODAY + 5 * DAY)
    commands.give_grant(
        grant.user, grant.role, make.home(by), from_on=TODAY + 20 * DAY, by=by, at=NOW
    )
    with pytest.raises(Refusal, match="allerede rollen igen"):
        end(grant, by, TODAY + 30 * DAY)
    with pytest.raises(Refusal, match="allerede rollen igen"):
        commands.keep_staff_role(grant, by=by, at=NOW)


# ---- kept ----------------------------------------------------------------------------------------


def test_an_end_is_taken_away(by: Actor) -> None:
    grant = colleague(by)
    end(grant, by, TODAY + 5 * DAY)
    assert commands.keep_staff_role(grant, by=by, at=NOW).until_on is None


def test_what_is_over_begins_anew_and_the_gap_stays(by: Actor) -> None:
    grant = colleague(by)
    end(grant, by)
    later = NOW + dt.timedelta(days=7)
    with time_machine.travel(later, tick=False):
        anew = commands.keep_staff_role(grant, by=by, at=later)
    grant.refresh_from_db()
    assert (anew.from_on, anew.until_on, anew.user) == (TODAY + 7 * DAY, None, grant.user)
    assert grant.until_on == TODAY - DAY


# ---- whose ---------------------------------------------------------------------------------------


def test_a_coordinator_sees_her_own_staff_alone(by: Actor) -> None:
    mine = {own_grant(by), colleague(by)}
    make.grant(Role.SECURITY, make.home(by))
    make.grant(Role.COUNSELLOR)
    assert set(queries.staff_grants(by)) == mine
    assert not policies.staff_grants_visible_to(NOBODY).exists()
    assert policies.staff_grants_visible_to(make.SYSTEM).count() == 3


@pytest.mark.parametrize(
    "act",
    [
        end,
        lambda grant, by: commands.keep_staff_role(grant, by=by, at=NOW),
        lambda grant, by: commands.renew_invitation(grant, by=by, at=NOW),
    ],
    ids=["end", "keep", "renew"],
)
@pytest.mark.parametrize("whose", ["another municipality's", "another role's"])
def test_what_is_not_hers_is_not_there(
    by: Actor, act: Callable[[Grant, Actor], object], whose: str
) -> None:
    theirs = (
        make.grant(Role.COUNSELLOR)
        if whose == "another municipality's"
        else make.grant(Role.SECURITY, make.home(by))
    )
    with pytest.raises(Grant.DoesNotExist):
        act(theirs, by)
    theirs.refresh_from_db()
    assert theirs.until_on is None


# ---- at once -------------------------------------------------------------------------------------


def as_(by: Actor, act: Callable[[], object]) -> Callable[[], object]:
    def acted() -> object:
        with acting(by), transaction.atomic():
            return act()

    return acted


def coordinators(municipality: Municipality) -> int:
    valid = Grant.objects.valid_on(TODAY)
    return valid.filter(role=Role.COORDINATOR, organisation=municipality).count()


def end_each_other(municipality: Municipality) -> list[BaseException]:
    """Two coordinators at once; nobody else is there."""
    one, two = (make.grant(Role.COORDINATOR, municipality) for _ in range(2))
    first, second = make.actor(one), make.actor(two)
    return at_once(as_(first, lambda: end(two, first)), as_(second, lambda: end(one, second)))


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_who_end_each_other_at_once_leave_one() -> None:
    for _ in range(10):
        municipality = make.municipality()
        (fault,) = end_each_other(municipality)
        assert isinstance(fault, Refusal)
        assert coordinators(municipality) == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_they_leave_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock is the municipality's row: here it is read without one, and both look first."""
    from roegfri.accounts.commands import staff

    both_have_looked = threading.Barrier(2)
    as_it_is = staff._check_end

    def looked(*given: Any) -> None:
        as_it_is(*given)
        both_have_looked.wait(5)

    monkeypatch.setattr(staff, "_alone_in", lambda _organisation: None)
    monkeypatch.setattr(staff, "_check_end", looked)
    municipality = make.municipality()
    assert end_each_other(municipality) == []
    assert coordinators(municipality) == 0, "nothing collided: the test above proves nothing"


def invite_twenty_times() -> list[BaseException]:
    by = make.actor(make.grant(Role.COORDINATOR))
    return at_once(*[as_(by, lambda: invite(by))] * 20)


@pytest.mark.django_db(transaction=True)
def test_twenty_equal_invitations_are_one_person_with_one_role() -> None:
    wrong = invite_twenty_times()
    assert {type(fault) for fault in wrong} == {Refusal}
    assert (len(wrong), User.objects.filter(email="ny@kommune.test").count()) == (19, 1)
    assert Grant.objects.filter(user__email="ny@kommune.test").count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_they_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    for where in ("staff", "people"):
        monkeypatch.setattr(f"roegfri.accounts.commands.{where}.alone", lambda *_words: None)
    wrong = invite_twenty_times()
    assert {type(fault) for fault in wrong} - {Refusal}, "nothing collided"
