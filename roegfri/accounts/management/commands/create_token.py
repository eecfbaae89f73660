"""A key for another system, where nobody can or wants to make it on the screen."""

import argparse
import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from roegfri import clock
from roegfri.accounts import commands
from roegfri.accounts.models import TokenPurpose
from roegfri.actor import acting, system
from roegfri.organisations import lookup
from roegfri.organisations.models import Organisation
from roegfri.refusal import Refusal


class Command(BaseCommand):
    """The key alone on standard output, all else beside it; exit code 1 and the reason, or 0."""

    help = "Makes a key by which another system reaches the API, and prints it: once, never again."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Whose, for what, called what, for how long."""
        parser.add_argument(
            "--organisation",
            required=True,
            help="municipality code, ydernummer, department number, name, or id",
        )
        parser.add_argument("--purpose", required=True, choices=TokenPurpose.values)
        parser.add_argument("--name", required=True, help="which system it is for")
        parser.add_argument("--days", type=int, default=365, help="how long it holds: 1 to 730")

    def handle(self, **given: Any) -> None:
        """Makes it and says what it is for."""
        if not 1 <= given["days"] <= 730:
            raise CommandError(f"--days {given['days']}: must be from 1 to 730")
        organisation = _organisation(given["organisation"])
        at = clock.now()
        last_day = clock.danish_date(at) + dt.timedelta(days=given["days"])
        try:
            with acting(system("create_token")) as by:
                token, secret = commands.create_token(
                    organisation,
                    purpose=given["purpose"],
                    name=given["name"],
                    expires_on=last_day,
                    by=by,
                    at=at,
                )
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stderr.write(
            f"{token.name}: {token.purpose} for {organisation.name}, valid to the end of"
            f" {last_day}. Keep the key now: it is shown this one time."
        )
        self.stdout.write(secret)


def _organisation(text: str) -> Organisation:
    found = lookup.known_as(text)
    if len(found) == 1:
        return found[0]
    if not found:
        msg = f"no organisation has the number or the name {text!r}"
        raise CommandError(msg)
    named = "; ".join(f"{one.name} ({one.get_kind_display()}, {one.pk})" for one in found)
    msg = f"{text!r} may be several, take a number or the id: {named}"
    raise CommandError(msg)
