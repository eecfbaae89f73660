"""A form without its CSRF token is answered in our own words, and changes nothing."""

import pytest
from django.test import Client

from roegfri.accounts.models import User
from tests import make

pytestmark = pytest.mark.django_db


def test_a_forged_form_is_told_to_reload(settings: object) -> None:
    settings.SECOND_FACTOR = False  # type: ignore[attr-defined]
    grant = make.grant()
    client = Client(enforce_csrf_checks=True)
    client.force_login(grant.user)
    answer = client.post("/konto/", {"name": "En anden", "language": "da"})
    assert answer.status_code == 403
    assert "Siden var for gammel" in answer.content.decode()
    assert User.objects.get(pk=grant.user_id).name == grant.user.name
