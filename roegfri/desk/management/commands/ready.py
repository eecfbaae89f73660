"""Whether everything is there, for whoever has no web process to ask (beat's health check)."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from roegfri.desk.views.health import CHECKED, is_well, state


class Command(BaseCommand):
    """The same answer as /readyz."""

    help = (
        "Says what /readyz says, as one JSON object: database, migrations, broker, worker. "
        "Exit code 0 when all are ok, 1 when not."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """--only."""
        parser.add_argument("--only", choices=CHECKED, default="", help="one of them alone")

    def handle(self, *_args: Any, only: str, **_options: Any) -> None:
        """Asks, says, and ends with the exit code."""
        found = state(only)
        self.stdout.write(json.dumps(found))
        if not is_well(found):
            raise SystemExit(1)
