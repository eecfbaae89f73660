"""What a hostile browser sends: addresses and forms that were answered with a 500."""

import uuid

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from referrals.models import ContactAttempt, Phone, Referral
from roegfri.accounts.models import Grant
from roegfri.accounts.roles import Role
from roegfri.actor import acting
from tests import make

pytestmark = pytest.mark.django_db
OK, BAD_REQUEST, CONFLICT, REDIRECT = 200, 400, 409, 302
FORM = {
    "phone": "20 30 40 50",
    "source": "hospital",
    "channel": "email",
    "received_at_0": "2026-03-02",
    "received_at_1": "08:00",
}


@pytest.fixture(autouse=True)
def monday(settings: object) -> object:
    settings.SECOND_FACTOR = False  # type: ignore[attr-defined]
    with time_machine.travel(make.MONDAY, tick=False) as clock:
        yield clock


def signed_in(grant: Grant) -> Client:
    client = Client()
    client.force_login(grant.user)
    return client


@pytest.mark.parametrize(
    "address",
    ["/konto/oidc/a%00b/login/", "/konto/login/?next=a%00b", "/a%00b", "/log/?bruger=%00"],
)
def test_a_nul_in_an_address_is_refused(address: str) -> None:
    assert Client().get(address).status_code == BAD_REQUEST


@pytest.mark.parametrize("target", ["//[", "http://[", "https://evil.example/", "//evil.example"])
def test_an_address_that_is_none_is_no_way_on_from_sign_in(target: str) -> None:
    user = make.grant().user
    user.set_password("Roegfri-proeve-2026")
    user.save()
    url, typed = reverse("account_login"), {"login": user.email, "password": "Roegfri-proeve-2026"}
    assert Client().get(url, {"next": target}).status_code == OK
    assert Client().post(url, {**typed, "next": target})["Location"] == "/"


@pytest.mark.parametrize("name", ["ui:draft", "ui:discard"])
@pytest.mark.parametrize("key", ["//[", "http://[", "/henvisninger/a%00b/"])
def test_a_draft_for_an_address_that_is_none_is_not_found(name: str, key: str) -> None:
    url = f"{reverse(name)}?for={key}"
    assert signed_in(make.grant()).post(url, {"note": "x"}).status_code in (BAD_REQUEST, 404)


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "0000-00-00", "10000-01-01"])
@pytest.mark.parametrize("name", ["fra_dag", "til_dag"])
def test_the_log_of_a_day_that_cannot_be_asks_again(name: str, day: str) -> None:
    officer = make.grant(role=Role.SECURITY)
    assert signed_in(officer).get(reverse("desk:log"), {name: day}).status_code == OK


def test_a_reset_for_an_unknown_address_is_answered_like_one_for_a_known() -> None:
    known = make.grant().user.email
    answers = [
        Client().post(reverse("account_reset_password"), {"email": email})
        for email in (known, "nobody@example.org")
    ]
    assert [(a.status_code, a["Location"]) for a in answers] == [
        (REDIRECT, reverse("account_reset_password_done"))
    ] * 2
    assert [one.to for one in mail.outbox] == [[known], ["nobody@example.org"]]


def test_the_list_comes_as_csv_and_as_xlsx() -> None:
    grant = make.grant()
    make.referral(make.actor(grant))
    for kind, starts in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
        found = signed_in(grant).get(reverse("referrals:list"), {"hent": kind})
        assert found.content.startswith(starts)


def test_long_words_around_a_number_are_cut() -> None:
    grant = make.grant()
    referral = make.referral(make.actor(grant))
    typed = "20304050 " + "m" * 50
    url = reverse("desk:new_phone", args=[referral.pk])
    assert signed_in(grant).post(url, {"phone": typed}).status_code == REDIRECT
    with acting(make.SYSTEM):
        assert Phone.objects.filter(number="+4520304050", note="m" * 40).exists()


def test_the_number_of_anothers_form_is_no_obstacle_and_tells_nothing() -> None:
    one, other = make.grant(), make.grant()
    once = str(uuid.uuid4())
    for grant in (one, other):
        found = signed_in(grant).post(reverse("referrals:new"), FORM | {"once": once})
        assert found.status_code == REDIRECT
    with acting(make.SYSTEM):
        first, second = Referral.objects.order_by("pk")
    for grant in (one, other):
        mine = first if first.handler_id == grant.organisation_id else second
        url = reverse("desk:call", args=[mine.pk])
        call = {"outcome": "no_answer", "once": once}
        assert signed_in(grant).post(url, call).status_code == REDIRECT
    with acting(make.SYSTEM):
        assert ContactAttempt.objects.count() == 2


def test_a_form_sent_again_with_other_words_is_not_said_to_be_saved() -> None:
    grant, once = make.grant(), str(uuid.uuid4())
    client = signed_in(grant)
    url = reverse("referrals:new")
    assert client.post(url, FORM | {"once": once, "text": "En"}).status_code == REDIRECT
    assert client.post(url, FORM | {"once": once, "text": "To"}).status_code == CONFLICT
    with acting(make.SYSTEM):
        url = reverse("desk:call", args=[Referral.objects.get().pk])
    sent = [{"outcome": outcome, "once": once} for outcome in ("no_answer", "wrong_number")]
    assert client.post(url, sent[0]).status_code == REDIRECT
    assert client.post(url, sent[1]).status_code == CONFLICT
    with acting(make.SYSTEM):
        assert ContactAttempt.objects.get().outcome == "no_answer"
