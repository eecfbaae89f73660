"""Two rows that are one person: whoever calls has the numbers of both."""

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from referrals import queries
from referrals.commands.consent import give_consent, withdraw_consent
from referrals.commands.merge import merge_citizens
from referrals.commands.talk import Talk
from referrals.models import Citizen, Consent, Phone, Referral
from referrals.queries.wanted import Wanted
from referrals.states import ConsentForm, ConsentKind, Outcome
from roegfri.accounts.models import Grant
from roegfri.actor import Actor, acting
from roegfri.refusal import Refusal
from tests import make

pytestmark = pytest.mark.django_db
OK, REDIRECT, UNPROCESSABLE = 200, 302, 422
NOW = make.MONDAY + dt.timedelta(hours=1)
HERS, OTHER, NEW = "+4530303030", "+4520123456", "+4540404040"


@pytest.fixture(autouse=True)
def monday(settings: Any) -> Any:
    settings.SECOND_FACTOR = False
    with time_machine.travel(NOW, tick=False) as traveller:
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


@pytest.fixture
def kept(by: Actor) -> Referral:
    return make.referral(by, number=OTHER)


@pytest.fixture
def merged(by: Actor, kept: Referral) -> Referral:
    """Her other case, on the row that was merged into the first."""
    made = make.referral(by, given_names="Nancy", surname="Berg", number=HERS)
    with acting(by), transaction.atomic():
        merge_citizens(kept.citizen_id, made.citizen_id, by=by, at=NOW)
    return made


def dialled(client: Client, referral: Referral) -> list[str]:
    """The numbers the call screen lets one choose, in their order."""
    page = client.get(reverse("desk:call", args=[referral.pk]))
    assert page.status_code == OK
    return [one.dial for one in page.context["numbers"] if one.dial and not one.wrong]


def log(client: Client, referral: Referral, outcome: str, phone: str) -> int:
    sent = {"outcome": outcome, "once": str(uuid.uuid4()), "phone": phone}
    return client.post(reverse("desk:call", args=[referral.pk]), sent).status_code


def working(by: Actor, *referrals: Referral) -> dict[uuid.UUID, list[str]]:
    with acting(by):
        rows = Phone.objects.filter(wrong_since=None).order_by("rank")
        return {
            one.citizen_id: [p.number for p in rows if p.citizen_id == one.citizen_id]
            for one in referrals
        }


def lines(by: Actor, referral: Referral) -> tuple[str | None, str | None]:
    """The number on I dag and in the list."""
    with acting(by):
        waiting = queries.queued(by, referral.pk)
        page = queries.listed_page(by, queries.ListedFilters(), queries.SORTS[0])
        (listed,) = [row for row in page.rows if row.id == referral.pk]
        return waiting.number if waiting else None, listed.number


def test_the_call_screen_offers_both_and_calls_her_by_the_name_that_counts(
    client: Client, kept: Referral, merged: Referral
) -> None:
    for case in (kept, merged):
        assert dialled(client, case) == [OTHER, HERS]
        page = client.get(reverse("desk:call", args=[case.pk]))
        assert page.context["citizen"].pk == kept.citizen_id
        assert log(client, case, "no_answer", OTHER) == REDIRECT
        assert log(client, case, "no_answer", HERS) == REDIRECT
        assert log(client, case, "no_answer", NEW) == UNPROCESSABLE


def test_a_number_added_to_her_file_is_dialled_first_and_accepted(
    client: Client, by: Actor, kept: Referral, merged: Referral
) -> None:
    added = client.post(reverse("desk:new_number_to_call", args=[merged.pk]), {"phone": NEW})
    assert added.status_code == REDIRECT
    assert dialled(client, merged) == [NEW, OTHER, HERS]
    assert lines(by, merged) == (NEW, NEW)
    assert log(client, merged, "no_answer", NEW) == REDIRECT


def test_a_number_added_while_calling_goes_to_the_row_that_counts(
    client: Client, by: Actor, kept: Referral, merged: Referral
) -> None:
    address = reverse("desk:new_phone", args=[merged.pk])
    assert client.post(address, {"phone": NEW}).status_code == REDIRECT
    assert working(by, kept, merged) == {
        kept.citizen_id: [NEW, OTHER],
        merged.citizen_id: [HERS],
    }
    # One she has already is moved to the front, and stands once.
    assert client.post(address, {"phone": HERS}).status_code == REDIRECT
    assert dialled(client, merged) == [HERS, NEW, OTHER]


def test_the_wrong_number_is_marked_where_it_stands_and_the_other_tried_at_once(
    client: Client, by: Actor, kept: Referral, merged: Referral
) -> None:
    assert log(client, merged, "wrong_number", OTHER) == REDIRECT
    assert working(by, kept, merged) == {kept.citizen_id: [], merged.citizen_id: [HERS]}
    with acting(by):
        merged.refresh_from_db()
    assert merged.next_at == NOW
    assert dialled(client, merged) == [HERS]
    assert lines(by, merged) == (HERS, HERS)


def test_a_number_on_both_rows_is_offered_once_and_wrong_on_both(
    client: Client, by: Actor, kept: Referral, merged: Referral
) -> None:
    with acting(by), transaction.atomic():
        Phone.objects.filter(citizen=merged.citizen_id).update(number=OTHER)
    assert dialled(client, merged) == [OTHER]
    assert log(client, merged, "wrong_number", OTHER) == REDIRECT
    assert working(by, kept, merged) == {kept.citizen_id: [], merged.citizen_id: []}
    with acting(by):
        (attempt,) = merged.contact_attempts.all()
    undone = client.post(reverse("desk:undo_call", args=[merged.pk, attempt.pk]))
    assert undone.status_code == REDIRECT
    assert working(by, kept, merged) == {kept.citizen_id: [OTHER], merged.citizen_id: [OTHER]}


def test_who_has_a_number_on_either_row_is_not_missing_one(
    client: Client, by: Actor, kept: Referral, merged: Referral
) -> None:
    def without() -> set[uuid.UUID]:
        with acting(by):
            queue = queries.worklist(by, view=queries.View.NO_NUMBER)
            lacks = queries.ListedFilters(lacks="number")
            page = queries.listed_page(by, lacks, queries.SORTS[0])
            count = queries.waiting_counts(by).number[queries.View.NO_NUMBER]
            found = {row.id for row in queue.rows}
            assert found == {row.id for row in page.rows}
            assert str(count) == str(len(found))
            return found

    with acting(by), transaction.atomic():
        Phone.objects.filter(citizen=kept.citizen_id).update(wrong_since=NOW)
    assert without() == set()
    assert lines(by, kept) == (HERS, HERS)
    with acting(by), transaction.atomic():
        Phone.objects.filter(citizen=kept.citizen_id).update(wrong_since=None)
    with acting(by), transaction.atomic():
        Phone.objects.filter(citizen=merged.citizen_id).delete()
    assert without() == set()
    assert lines(by, merged) == (OTHER, OTHER)
    with acting(by), transaction.atomic():
        Phone.objects.filter(citizen=kept.citizen_id).delete()
    assert without() == {kept.pk, merged.pk}


def test_she_has_one_name_and_one_birth_date_wherever_she_stands(
    client: Client, by: Actor, kept: Referral, merged: Referral
) -> None:
    with acting(by), transaction.atomic():
        Citizen.objects.filter(pk=kept.citizen_id).update(birth_date=dt.date(1958, 5, 1))
        Citizen.objects.filter(pk=merged.citizen_id).update(birth_date=dt.date(1985, 1, 5))
    with acting(by):
        waiting = {one.id: one for one in queries.worklist(by).rows}
        page = queries.listed_page(by, queries.ListedFilters(), queries.SORTS[0])
        found = queries.found(by, Wanted.read("Nancy Berg", on=NOW.date())).hits
    assert {waiting[case.pk].name for case in (kept, merged)} == {"Nancy Ann Berggren"}
    assert {waiting[case.pk].birth_date for case in (kept, merged)} == {dt.date(1958, 5, 1)}
    assert {row.name for row in page.rows} == {hit.name for hit in found} == {"Nancy Ann Berggren"}


def test_a_number_on_both_rows_is_corrected_marked_and_removed_on_both(
    client: Client, by: Actor, kept: Referral, merged: Referral
) -> None:
    with acting(by), transaction.atomic():
        Phone.objects.filter(citizen=merged.citizen_id).update(number=OTHER)
        one = Phone.objects.get(citizen=kept.citizen_id)
    act = reverse("desk:phone", args=[merged.pk, one.pk])
    client.post(act, {"act": "change", "was": OTHER, "phone": NEW, "note": "mobil"})
    both = {kept.citizen_id: [NEW], merged.citizen_id: [NEW]}
    assert (working(by, kept, merged), lines(by, merged)) == (both, (NEW, NEW))
    client.post(act, {"act": "wrong"})
    assert working(by, kept, merged) == {kept.citizen_id: [], merged.citizen_id: []}
    client.post(act, {"act": "right"})
    client.post(reverse("desk:new_phone", args=[merged.pk]), {"phone": HERS})
    client.post(act, {"act": "place", "place": "0"})
    assert (dialled(client, merged), lines(by, kept)) == ([NEW, HERS], (NEW, NEW))
    client.post(reverse("desk:remove_phone", args=[merged.pk, one.pk]), {"sure": "on"})
    assert working(by, kept, merged) == {kept.citizen_id: [HERS], merged.citizen_id: []}


TALK = Talk(
    birth_date=dt.date(1960, 5, 1),
    consents={ConsentKind.STOPBASE: ConsentForm.ORAL},
)


def known(by: Actor, referral: Referral) -> tuple[dt.date | None, list[str]]:
    """The birth date of a case's own row, and what is agreed to on it."""
    with acting(by):
        born = Citizen.objects.get(pk=referral.citizen_id).birth_date
        live = Consent.objects.filter(citizen=referral.citizen_id, withdrawn_at=None)
        return born, [one.kind for one in live]


def test_what_is_said_in_a_call_is_written_to_the_row_that_counts_and_taken_back_from_it(
    client: Client, by: Actor, kept: Referral, merged: Referral
) -> None:
    make.call(merged, by, Outcome.REACHED, at=NOW, talk=TALK)
    assert known(by, kept) == (TALK.birth_date, list(TALK.consents))
    assert known(by, merged) == (None, [])
    # What she has agreed to is asked of all her rows.
    make.call(kept, by, Outcome.REACHED, at=NOW, talk=Talk(consents=TALK.consents))
    assert known(by, kept) == (TALK.birth_date, list(TALK.consents))
    with acting(by):
        (attempt,) = merged.contact_attempts.all()
    client.post(reverse("desk:undo_call", args=[merged.pk, attempt.pk]))
    assert (known(by, kept), known(by, merged)) == ((None, []), (None, []))


def test_a_consent_noted_before_the_merge_holds_and_is_withdrawn_on_both_rows(
    by: Actor, kept: Referral
) -> None:
    other = make.referral(by, given_names="Nancy", surname="Berg", number=HERS)
    for case in (kept, other):
        make.call(case, by, Outcome.REACHED, at=NOW, talk=TALK)
    with acting(by), transaction.atomic():
        merge_citizens(kept.citizen_id, other.citizen_id, by=by, at=NOW)
        (one,) = Consent.objects.filter(citizen=other.citizen_id)
        again = give_consent(
            other.citizen, kind=ConsentKind.STOPBASE, form=ConsentForm.ORAL, by=by, at=NOW
        )
        assert again.pk in set(Consent.objects.values_list("pk", flat=True))
        assert Consent.objects.count() == 2
        withdraw_consent(one, by=by, at=NOW)
    assert [known(by, case)[1] for case in (kept, other)] == [[], []]
    with acting(by), transaction.atomic(), pytest.raises(Refusal, match="allerede trukket"):
        withdraw_consent(one, by=by, at=NOW)


def test_a_parent_who_is_known_from_the_merged_row_alone_is_offered_at_the_call(
    client: Client, by: Actor, kept: Referral, merged: Referral
) -> None:
    young = {"birth_date": NOW.date().replace(year=NOW.year - 13)}
    with acting(by), transaction.atomic():
        Citizen.objects.filter(pk=kept.citizen_id).update(**young)
        Citizen.objects.filter(pk=merged.citizen_id).update(
            guardian_name="Anne Berg", guardian_phone="40 40 40 40"
        )
    for case in (kept, merged):
        assert dialled(client, case) == [NEW, OTHER, HERS]
        assert "Anne Berg" in client.get(reverse("desk:call", args=[case.pk])).content.decode()
        assert log(client, case, "no_answer", NEW) == REDIRECT
    # The same number on both rows stands once.
    with acting(by), transaction.atomic():
        Citizen.objects.filter(pk=kept.citizen_id).update(guardian_phone="+45 4040 4040")
    assert dialled(client, kept) == [NEW, OTHER, HERS]
