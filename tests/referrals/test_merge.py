"""Two rows that are one person: merged, read as one, taken back; and two merges at once."""

import datetime as dt
import threading
import uuid
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from referrals import policies, queries
from referrals.commands import merge as room
from referrals.commands.merge import merge_citizens, unmerge_citizens
from referrals.models import Citizen, Merge, Referral
from roegfri.accounts.models import Grant
from roegfri.actor import Actor, acting
from roegfri.audit.models import AuditEvent, AuditEventPerson
from roegfri.refusal import Refusal
from tests import make
from tests.threads import at_once

pytestmark = pytest.mark.django_db
OK, REDIRECT, NOT_FOUND, UNPROCESSABLE = 200, 302, 404, 422
LATER = make.MONDAY + dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def monday(settings: Any) -> Any:
    settings.SECOND_FACTOR = False
    with time_machine.travel(LATER, tick=False) as traveller:
        yield traveller


@pytest.fixture
def grant() -> Grant:
    return make.grant()


@pytest.fixture
def by(grant: Grant) -> Actor:
    return make.actor(grant)


@pytest.fixture
def client(grant: Grant) -> Client:
    signed_in = Client()
    signed_in.force_login(grant.user)
    return signed_in


def two(by: Actor) -> tuple[Referral, Referral]:
    """The same woman twice: with her number, and by telephone alone."""
    first = make.referral(by, civil_number="2512489996")
    return first, make.referral(by, given_names="Nancy", surname="Berg", number="+4530303030")


def merge(kept: Referral, merged: Referral, by: Actor) -> Merge:
    with acting(by), transaction.atomic():
        return merge_citizens(kept.citizen_id, merged.citizen_id, by=by, at=LATER)


def rows_of(referral: Referral) -> Citizen:
    with acting(make.SYSTEM), transaction.atomic():
        return Citizen.objects.get(pk=referral.citizen_id)


def test_a_merge_points_and_rewrites_nothing(by: Actor) -> None:
    kept, merged = two(by)
    made = merge(kept, merged, by)
    assert (made.kept_id, made.merged_id, made.at) == (kept.citizen_id, merged.citizen_id, LATER)
    assert rows_of(merged).merged_into_id == kept.citizen_id
    assert rows_of(merged).version == 1
    with acting(by):
        merged.refresh_from_db()
        assert merged.citizen_id != kept.citizen_id
        for citizen in (rows_of(kept), rows_of(merged)):
            assert queries.kept(by, citizen).pk == kept.citizen_id
            assert queries.persons_of(by, citizen) == [kept.citizen_id, merged.citizen_id]


def test_the_file_shows_both(by: Actor) -> None:
    kept, merged = two(by)
    merge(kept, merged, by)
    with acting(by):
        for opened in (kept, merged):
            file = queries.citizen_file(by, opened.pk)
            assert {one.pk for one in file.referrals} == {kept.pk, merged.pk}
            assert file.citizen.pk == kept.citizen_id
            assert {p.number for p in file.phones} == {"+4520123456", "+4530303030"}


def test_a_new_referral_comes_to_whom_is_kept(by: Actor) -> None:
    kept, merged = two(by)
    merge(merged, kept, by)  # the one with the CPR number is given up
    again = make.referral(by, civil_number="2512489996")
    assert again.citizen_id == merged.citizen_id
    with acting(by):
        who = queries.Who(phones=["+4520123456"])
        assert [one.citizen for one in queries.likely_same(by, who)] == [merged.citizen_id]
        both = queries.Who(phones=["+4520123456", "+4530303030"])
        assert len(queries.likely_same(by, both)) == 1


def test_undoing_restores(by: Actor) -> None:
    kept, merged = two(by)
    made = merge(kept, merged, by)
    with acting(by), transaction.atomic():
        unmerge_citizens(made, by=by, at=LATER)
        made.refresh_from_db()
        assert (made.undone_at, made.undone_by_id) == (LATER, by.user_id)
        assert queries.persons_of(by, rows_of(merged)) == [merged.citizen_id]
        assert queries.merges(by, rows_of(kept)) == []
        with pytest.raises(Refusal, match="allerede skilt ad"):
            unmerge_citizens(made, by=by, at=LATER)
    merge(merged, kept, by)
    assert rows_of(kept).merged_into_id == merged.citizen_id


def test_what_is_refused(by: Actor) -> None:
    kept, merged = two(by)
    third = make.referral(by, number="+4531313131")
    with pytest.raises(Refusal, match="samme borger"):
        merge(kept, kept, by)
    merge(kept, merged, by)
    with pytest.raises(Refusal, match="allerede slået sammen"):
        merge(third, merged, by)
    with pytest.raises(Refusal, match="allerede slået sammen"):
        merge(merged, third, by)
    with pytest.raises(Refusal, match="har selv fået andre"):
        merge(third, kept, by)
    assert rows_of(kept).merged_into_id is None
    merge(kept, third, by)  # a second one into the one that is kept


def test_another_municipalitys_citizen_is_not_merged(by: Actor) -> None:
    own, theirs = make.referral(by), make.referral(make.actor())
    for pair in ((own, theirs), (theirs, own)):
        with pytest.raises(Refusal, match="kan ikke åbnes"):
            merge(*pair, by)
    with acting(make.SYSTEM):
        assert not Merge.objects.exists()


def test_both_persons_stand_in_the_log(by: Actor) -> None:
    kept, merged = two(by)
    made = merge(kept, merged, by)
    with acting(by), transaction.atomic():
        unmerge_citizens(made, by=by, at=LATER)
    with acting(make.SYSTEM):
        for act in ("citizen.merged", "citizen.unmerged"):
            event = AuditEvent.objects.get(act=act)
            named = AuditEventPerson.objects.filter(event_seq=event.seq)
            assert {one.person for one in named} == {kept.citizen_id, merged.citizen_id}


# ---- the screen ----------------------------------------------------------------------------------


def ask(client: Client, referral: Referral, **given: str) -> Any:
    usual = {"why": "Samme stemme i telefonen", "step": "find"}
    return client.post(reverse("desk:merge", args=[referral.pk]), {**usual, **given})


@pytest.mark.parametrize("written", ["30 30 30 30", "+4530303030", "case"])
def test_the_other_is_found_compared_and_merged(client: Client, by: Actor, written: str) -> None:
    kept, merged = two(by)
    text = str(merged.pk) if written == "case" else written
    page = ask(client, kept, written=text)
    assert page.status_code == OK
    assert [one.citizen for one in page.context["candidates"]] == [merged.citizen_id]
    given = {"written": text, "other": str(merged.citizen_id)}
    compared = ask(client, kept, **given, step="compare")
    names = next(line for line in compared.context["lines"] if line.label == "Navn")
    assert (names.one, names.other, names.differs) == ("Nancy Ann Berggren", "Nancy Berg", True)
    page_text = compared.content.decode()
    assert "2512489996" not in page_text
    undecided = ask(client, kept, **given, step="merge")
    assert undecided.status_code == UNPROCESSABLE
    assert "Vælg, hvem" in undecided.content.decode()
    assert ask(client, kept, **given, step="find", keep=str(kept.citizen_id)).status_code == OK
    assert rows_of(merged).merged_into_id is None
    done = ask(client, kept, **given, step="merge", keep=str(merged.citizen_id))
    assert done.status_code == REDIRECT
    assert rows_of(kept).merged_into_id == merged.citizen_id
    page = client.get(reverse("desk:merge", args=[kept.pk]))
    (made,) = page.context["merges"]
    undo = reverse("desk:unmerge", args=[kept.pk, made.pk])
    assert client.post(undo).status_code == REDIRECT
    assert rows_of(kept).merged_into_id == merged.citizen_id  # a form without its field is nothing
    assert client.post(undo, {"sure": "on"}).status_code == REDIRECT
    assert rows_of(kept).merged_into_id is None


@pytest.mark.parametrize("written", ["01 61 90 36", "01619036"])
def test_a_number_that_nobody_gives_out_is_found_as_it_is_kept(
    client: Client, by: Actor, written: str
) -> None:
    kept = make.referral(by)
    other = make.referral(by, number="+4501619036", surname="Jørgensen")
    page = ask(client, kept, written=written)
    assert [one.citizen for one in page.context["candidates"]] == [other.citizen_id]


@pytest.mark.parametrize("written", ["", "x", "99999999", "2509479989", str(uuid.UUID(int=7))])
def test_nobody_is_found_by_nonsense(client: Client, by: Actor, written: str) -> None:
    kept, _merged = two(by)
    page = ask(client, kept, written=written)
    assert page.status_code == (OK if written else UNPROCESSABLE)
    assert page.context["candidates"] == []


def test_a_reason_is_asked_for_and_written_down(client: Client, by: Actor) -> None:
    kept, _merged = two(by)
    page = ask(client, kept, written="30303030", why="")
    assert (page.status_code, page.context["candidates"]) == (UNPROCESSABLE, [])
    ask(client, kept, written="30303030")
    with acting(make.SYSTEM):
        reasons = set(AuditEvent.objects.filter(act="person.read").values_list("reason", flat=True))
    assert "Samme stemme i telefonen" in reasons


BORN = dt.date(1948, 12, 25)


@pytest.mark.parametrize(
    ("alike", "told"),
    [
        ({"number": "+4520123456"}, "samme telefonnummer"),
        ({"birth_date": BORN}, "samme fødselsdato"),
    ],
)
def test_who_has_her_number_or_birth_date_is_shown_at_once(
    client: Client, by: Actor, alike: dict[str, Any], told: str
) -> None:
    kept = make.referral(by, number="+4520123456", birth_date=BORN)
    make.referral(by, number="+4532323232")
    other = make.referral(by, **{"number": "+4531313131", "surname": "Berg", **alike})
    page = client.get(reverse("desk:merge", args=[kept.pk]))
    assert [one.citizen for one in page.context["candidates"]] == [other.citizen_id]
    assert told in page.content.decode()
    chosen = {"other": str(other.citizen_id)}
    # Beside each other they stand once a reason is given; to look for another, it is written.
    without = ask(client, kept, **chosen, step="compare", why="")
    assert (without.status_code, without.context["lines"]) == (UNPROCESSABLE, [])
    assert ask(client, kept, **chosen).status_code == UNPROCESSABLE
    assert ask(client, kept, **chosen, step="compare").context["lines"]
    done = ask(client, kept, **chosen, step="merge", keep=str(kept.citizen_id))
    assert done.status_code == REDIRECT
    assert rows_of(other).merged_into_id == kept.citizen_id


def test_nobody_elses_citizen_and_not_herself_is_shown_at_once(client: Client, by: Actor) -> None:
    same: dict[str, Any] = {"number": "+4520123456", "birth_date": BORN}
    kept = make.referral(by, **same)
    make.referral(make.actor(), **same)
    page = client.get(reverse("desk:merge", args=[kept.pk]))
    assert page.context["candidates"] == []


def test_another_municipalitys_citizen_is_not_found(client: Client, by: Actor) -> None:
    own = make.referral(by)
    theirs = make.referral(make.actor(), civil_number="2512489996", number="+4530303030")
    for written in ("30303030", "2512489996", str(theirs.pk)):
        page = ask(client, own, written=written, other=str(theirs.citizen_id), step="merge")
        assert page.context["candidates"] == []
        assert client.get(reverse("desk:merge", args=[theirs.pk])).status_code == NOT_FOUND


# ---- at once -------------------------------------------------------------------------------------


def pointers(*referrals: Referral) -> list[bool]:
    return [rows_of(one).merged_into_id is not None for one in referrals]


@pytest.mark.django_db(transaction=True)
def test_of_two_merges_against_each_other_one_wins() -> None:
    by = make.actor()
    for _ in range(10):
        first = make.referral(by, number="+4530303030")
        second = make.referral(by, number="+4531313131")
        one, other = partial(merge, first, second, by), partial(merge, second, first, by)
        assert [type(fault) for fault in at_once(one, other)] == [Refusal]
        assert sorted(pointers(first, second)) == [False, True]
    with acting(make.SYSTEM), transaction.atomic():
        assert Merge.objects.count() == 10


@pytest.mark.django_db(transaction=True)
def test_of_a_chain_merged_from_both_ends_one_wins() -> None:
    by = make.actor()
    first, second = two(by)
    third = make.referral(by, number="+4531313131")
    wrong = at_once(lambda: merge(first, second, by), lambda: merge(second, third, by))
    assert [type(fault) for fault in wrong] == [Refusal]
    assert sum(pointers(first, second, third)) == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_two_merge_into_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    by = make.actor()
    first, second = two(by)
    barrier = threading.Barrier(2, timeout=20)

    def unlocked(ids: set[uuid.UUID], viewer: Actor) -> dict[uuid.UUID, Citizen]:
        found = {one.pk: one for one in policies.citizens_handled_by(viewer).filter(pk__in=ids)}
        barrier.wait()
        return found

    monkeypatch.setattr(room, "_locked", unlocked)
    wrong = at_once(lambda: merge(first, second, by), lambda: merge(second, first, by))
    assert wrong == []
    assert pointers(first, second) == [True, True]


def test_the_database_lets_nobody_be_merged_twice(by: Actor) -> None:
    kept, merged = two(by)
    merge(kept, merged, by)
    again = Merge(kept_id=kept.citizen_id, merged_id=merged.citizen_id, at=LATER, by_id=by.person)
    with acting(by), pytest.raises(IntegrityError), transaction.atomic():
        again.save(force_insert=True)
