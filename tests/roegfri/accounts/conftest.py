from typing import Any

import pytest
from django.db import connection


@pytest.fixture(autouse=True)
def _house_with_probes(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.roegfri.accounts.urls"
    settings.SECOND_FACTOR = True


@pytest.fixture(autouse=True)
def _allauth_has_counted_nothing(request: Any) -> None:
    """Its own limits, by address, are kept in the cache, which outlives a test."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("_django_db_helper")
        with connection.cursor() as cursor:
            cursor.execute("delete from cache_entry")
