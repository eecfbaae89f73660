"""Roles, database, tables: everything the set-up role has to do, and the only thing it does."""

from typing import Any

import environ
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from roegfri import database
from roegfri.actor import acting, system

# A change that waits for a table holds up everybody who comes after it: rather give up.
_PATIENCE = "-c lock_timeout=2s"


class Command(BaseCommand):
    """Repeatable; safe to run at every deployment, before the new web processes start."""

    help = (
        "Makes the three database roles, the database and its tables, as DATABASE_URL's role, "
        "then migrates as the owner. Repeatable. Exit code 0 when all is in place, 1 when a role's "
        "URL does not fit or a table stayed locked for two seconds: run it again."
    )
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Runs the two steps."""
        env = environ.FileAwareEnv()
        given = {
            role: url
            for role in database.ROLES
            if (url := env.str(f"{role.upper()}_DATABASE_URL", default=""))
        }
        try:
            database.prepare(env.str("DATABASE_URL"), settings.SECRET_KEY, given=given)
        except database.WrongUrl as wrong:
            raise CommandError(str(wrong)) from wrong
        migrate(database.owner_url(env))


def migrate(owner_url: str, *, verbosity: int = 0) -> None:
    """Migrates as the owner of the tables, which no other process ever connects as."""
    owner = environ.Env.db_url_config(owner_url)
    connections.databases["owner"] = {
        **connections.databases["default"],
        **owner,
        "ENGINE": "roegfri.walls.postgresql",
        "OPTIONS": {**owner.get("OPTIONS", {}), "options": _PATIENCE},
    }
    try:
        with acting(system("migrate")):
            call_command("migrate", database="owner", verbosity=verbosity, interactive=False)
    finally:
        connections["owner"].close()
        del connections["owner"]
        del connections.databases["owner"]
