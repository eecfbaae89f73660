"""Signing in through a municipality's own identity provider, which speaks HTTP on loopback."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import time_machine
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from roegfri import clock
from roegfri.accounts.models import Grant, User
from roegfri.accounts.roles import Role
from tests.roegfri.accounts import provider as providers
from tests.roegfri.accounts.people import (
    LOGIN,
    agreement,
    grant,
    municipality,
    person,
    signed_in,
)
from tests.roegfri.accounts.people import counsellor as local_counsellor

START = "/konto/oidc/odense/login/"
ROLES = {
    "claim": "groups",
    "map": {
        "roegfri-raadgiver": {"role": "counsellor", "municipality": "461"},
        "roegfri-leder": [
            {"role": "project_leader", "agreement": "fyn"},
            {"role": "coordinator", "municipality": "461"},
        ],
        "roegfri-ukendt": {"role": "counsellor", "municipality": "999"},
    },
}
RIKKE = {
    "sub": "odense-17",
    "email": "Rikke@Odense.example",
    "name": "Rikke Rask",
    "groups": ["roegfri-raadgiver", "andet"],
    "amr": ["pwd", "mfa"],
}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def provider(settings: Any) -> Iterator[providers.Provider]:
    municipality()
    agreement()
    with providers.running() as running:
        running.claims = dict(RIKKE)
        app = {
            "provider_id": "odense",
            "name": "Odense Kommune",
            "client_id": providers.CLIENT,
            "secret": providers.CLIENT_SECRET,
            "settings": {
                "server_url": running.url,
                "roles": ROLES,
                "second_factor": {"claim": "amr", "values": ["mfa"]},
            },
        }
        other = {**app, "provider_id": "nyborg", "name": "Nyborg Kommune"}
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app, other]}
        }
        yield running


def come_through(client: Client | None = None, start: str = START) -> tuple[Client, Any]:
    """As a browser does it: there, and back with a code."""
    client = client or Client()
    there = client.post(start)
    assert there.status_code == 302, there.content.decode()
    back = requests.get(there["Location"], allow_redirects=False, timeout=5).headers["Location"]
    parts = urlsplit(back)
    return client, client.get(f"{parts.path}?{parts.query}")


def held(user: User) -> set[tuple[str, str, str]]:
    valid = Grant.objects.valid_on(clock.today()).filter(user=user)
    return {(g.role, g.organisation.name, g.source) for g in valid}


def test_a_new_person_comes_in_with_the_roles_of_her_claim(provider: providers.Provider) -> None:
    client, response = come_through()
    assert response.status_code == 302, response.content.decode()
    user = User.objects.get()
    assert (user.email, user.name) == ("rikke@odense.example", "Rikke Rask")
    assert not user.has_usable_password()
    assert held(user) == {("counsellor", "Odense Kommune", "odense")}
    page = client.get("/proeve/").content.decode()
    assert page == "Rikke Rask counsellor Odense Kommune"


@pytest.mark.parametrize("groups", [[], ["andet"], ["roegfri-ukendt"]])
def test_without_a_role_nobody_is_made(provider: providers.Provider, groups: list[str]) -> None:
    provider.claims["groups"] = groups
    _, response = come_through()
    assert response.status_code == 403
    assert "ikke givet dig en rolle" in response.content.decode()
    assert not User.objects.exists()


def test_roles_follow_the_claim_at_every_sign_in(provider: providers.Provider) -> None:
    come_through()
    user = User.objects.get()
    by_hand = grant(user, Role.SECURITY)
    provider.claims["groups"] = ["roegfri-leder"]
    tomorrow = clock.now() + dt.timedelta(days=1)
    with time_machine.travel(tomorrow):
        provider.claims["groups"] = ["roegfri-leder"]
        come_through()
        assert held(user) == {
            ("project_leader", "Røgfri Fyn", "odense"),
            ("coordinator", "Odense Kommune", "odense"),
            ("security", "Odense Kommune", ""),
        }
        ended = Grant.objects.get(user=user, role=Role.COUNSELLOR)
        assert ended.until_on == clock.today() - dt.timedelta(days=1)
    by_hand.refresh_from_db()
    assert by_hand.until_on is None


def test_a_role_given_and_gone_on_one_day_is_gone_at_once(provider: providers.Provider) -> None:
    come_through()
    provider.claims["groups"] = []
    client, _ = come_through()
    assert held(User.objects.get()) == set()
    assert client.get("/proeve/").status_code == 403


def test_the_same_claim_twice_changes_nothing(provider: providers.Provider) -> None:
    come_through()
    before = list(Grant.objects.values())
    come_through()
    assert list(Grant.objects.values()) == before


def test_an_address_that_is_known_is_no_proof_of_who_it_is(provider: providers.Provider) -> None:
    local = person("rikke@odense.example")
    _, response = come_through()
    assert response.status_code == 403
    assert "allerede en bruger" in response.content.decode()
    assert not SocialAccount.objects.exists()
    assert held(local) == set()


def test_the_same_id_at_another_provider_is_another_person(provider: providers.Provider) -> None:
    come_through()
    provider.claims["email"] = "en.anden@nyborg.example"
    come_through(start="/konto/oidc/nyborg/login/")
    assert User.objects.count() == 2


def test_who_she_is_is_the_providers_id_not_the_address(provider: providers.Provider) -> None:
    come_through()
    provider.claims["email"] = "nyt.navn@odense.example"
    come_through()
    assert User.objects.get().email == "rikke@odense.example"


def test_without_a_stated_second_factor_she_sets_one_up(provider: providers.Provider) -> None:
    provider.claims["amr"] = ["pwd"]
    client, _ = come_through()
    assert client.get("/proeve/")["Location"] == "/konto/andet-trin/"


def test_the_providers_roles_need_the_providers_sign_in(provider: providers.Provider) -> None:
    """Who is dismissed there must not go on here by a password of ours."""
    user = local_counsellor("lokal@odense.example")
    SocialAccount.objects.create(user=user, provider="odense", uid="odense-17")
    come_through()
    Grant.objects.filter(user=user, source="").delete()
    provider.claims["groups"] = ["roegfri-leder"]
    come_through()
    assert ("project_leader", "Røgfri Fyn", "odense") in held(user)
    assert signed_in(user).get("/proeve/").status_code == 403


def test_two_answers_about_two_people_are_turned_away(provider: providers.Provider) -> None:
    provider.userinfo = {**RIKKE, "sub": "odense-1"}
    _, response = come_through()
    assert response.status_code == 403
    assert not User.objects.exists()


def test_a_token_for_somebody_else_is_turned_away(provider: providers.Provider) -> None:
    provider.claims["aud"] = "en-anden-klient"
    client, _ = come_through()
    assert not User.objects.exists()
    assert client.get("/proeve/")["Location"].startswith(LOGIN)
