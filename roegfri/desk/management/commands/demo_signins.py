"""Who can sign in to the trial."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from roegfri.desk.demo import signins


class Command(BaseCommand):
    """For the trial's greeting."""

    help = "Lists the demo sign-ins. Exit code 1 where there is no trial."

    def add_arguments(self, parser: CommandParser) -> None:
        """--json for scripts."""
        parser.add_argument(
            "--json", action="store_true", help="one JSON object on standard output"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Prints them."""
        if not settings.TRIAL:
            raise CommandError("There are demo sign-ins in the trial only.")
        found = signins()
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        for person in found["people"]:
            self.stdout.write(f"{person['email']}  {person['role']}, {person['organisation']}")
        self.stdout.write(f"Password: {found['password']}")
