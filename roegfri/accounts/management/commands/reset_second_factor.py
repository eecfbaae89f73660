"""For who has lost both phone and recovery codes (docs/sign-in.md says how to be sure)."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from roegfri import clock
from roegfri.accounts import commands
from roegfri.accounts.models import User
from roegfri.actor import acting, system


class Command(BaseCommand):
    """Exit code 1 when nobody has the address."""

    help = "Removes a person's second factor and ends her sessions; she sets up a new one."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Whose."""
        parser.add_argument("email")

    def handle(self, *, email: str, **_: Any) -> None:
        """Removes and says how many."""
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            msg = f"Nobody signs in with {email}"
            raise CommandError(msg)
        with acting(system("reset_second_factor")) as by:
            removed = commands.reset_second_factor(user, by=by, at=clock.now())
        self.stdout.write(f"{removed} removed; {user.email} sets up a new one at the next sign-in")
