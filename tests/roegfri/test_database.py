"""What the three database roles may do."""

import os

import psycopg
import pytest

from roegfri import database
from tests.conftest import SETUP_URL

pytestmark = pytest.mark.django_db


def as_role(role: str) -> "psycopg.Connection[tuple[object, ...]]":
    url = database.role_url(SETUP_URL, role, os.environ["SECRET_KEY"])
    return psycopg.connect(url, autocommit=True)


@pytest.mark.parametrize(
    "table", ["accounts_user", "django_session", "mfa_authenticator", "referrals_citizen"]
)
def test_the_report_role_reads_nothing_it_was_not_given(table: str) -> None:
    with as_role("report") as report, pytest.raises(psycopg.errors.InsufficientPrivilege):
        report.execute(f"select * from {table}")


@pytest.mark.parametrize(
    "statement",
    [
        "create table mine (id int)",
        "truncate referrals_citizen",
        "alter table referrals_citizen disable row level security",
        "set role {owner}",
        "drop policy referrals_citizen_scope on referrals_citizen",
    ],
)
def test_the_app_role_owns_nothing(statement: str) -> None:
    owner = database.role_name(SETUP_URL, "owner")
    with as_role("app") as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(statement.format(owner=owner))


def test_control_the_owner_may() -> None:
    with as_role("owner") as owner, owner.transaction(force_rollback=True):
        owner.execute("create table mine (id int)")
        owner.execute("truncate referrals_citizen cascade")
