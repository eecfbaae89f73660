"""A screen is read and sent; whatever else is asked of it is refused at the door."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from roegfri.accounts.roles import Role
from tests import make

pytestmark = pytest.mark.django_db
SCREENS = ("desk:today", "desk:agreements", "referrals:inbox", "admin:index")


@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("known", [True, False], ids=["signed in", "nobody"])
def test_only_get_head_and_post_reach_a_screen(
    settings: Any,
    name: str,
    method: str,
    known: bool,  # noqa: FBT001
) -> None:
    settings.SECOND_FACTOR = False
    client = Client()
    if known:
        client.force_login(make.grant(Role.COUNSELLOR).user)
    answer = client.generic(method, reverse(name))
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD, POST"


def test_reading_still_works(settings: Any) -> None:
    settings.SECOND_FACTOR = False
    client = Client()
    client.force_login(make.grant(Role.COUNSELLOR).user)
    assert client.get(reverse("desk:today")).status_code == 200
    assert client.head(reverse("desk:today")).status_code == 200
