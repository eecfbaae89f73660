"""The first people of an installation, and whoever is locked out of the screens that make them."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from roegfri import clock
from roegfri.accounts import commands
from roegfri.accounts.invitations import password_link
from roegfri.accounts.roles import Role
from roegfri.actor import acting, system
from roegfri.organisations.models import Organisation
from roegfri.refusal import Refusal


class Command(BaseCommand):
    """Exit code 1 and one line on what is wrong, or 0 and a link."""

    help = "Makes a user with a role, and prints a link by which she sets her password once."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Who, as what, where."""
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--organisation", required=True, help="its name, or its id")
        parser.add_argument("--site", default="http://127.0.0.1:8000", help="where people sign in")

    def handle(self, **given: Any) -> None:
        """Makes both in one transaction."""
        at = clock.now()
        with acting(system("create_user")) as by, transaction.atomic():
            try:
                user = commands.create_user(given["email"], given["name"], by=by, at=at)
                commands.give_grant(
                    user,
                    given["role"],
                    _organisation(given["organisation"]),
                    from_on=clock.danish_date(at),
                    by=by,
                    at=at,
                )
            except Refusal as refusal:
                raise CommandError(str(refusal)) from refusal
        self.stdout.write(given["site"].rstrip("/") + password_link(user))


def _organisation(text: str) -> Organisation:
    found = [o for o in Organisation.objects.all() if text in {str(o.pk), o.name}]
    if len(found) != 1:
        msg = f"{len(found)} organisations are called {text!r}"
        raise CommandError(msg)
    return found[0]
