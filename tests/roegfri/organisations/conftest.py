"""The reference data and the demo's made-up numbers, loaded once for all tests of a file."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.roegfri.organisations.people import load_reference


@pytest.fixture(scope="module")
def reference(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Each test's own transaction is a savepoint inside this one, which is rolled back at last."""
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        load_reference()
    yield
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)
