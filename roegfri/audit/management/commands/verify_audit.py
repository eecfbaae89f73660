"""manage.py verify_audit: is the log as it was written?"""

import dataclasses
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from roegfri.actor import acting, system
from roegfri.audit.verify import Findings, verify


class Command(BaseCommand):
    """The chain, recomputed."""

    help = (
        "Recomputes the chain of the log from its first link and reports what was changed, "
        "removed, inserted or re-ordered, and how much is not sealed yet. Values erased under "
        "the rules are no break. Exit code 0: whole; 1: broken."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--json and --expect."""
        parser.add_argument("--json", action="store_true", help="the findings as JSON")
        parser.add_argument(
            "--expect",
            default="",
            metavar="POSITION:HASH",
            help="a head noted earlier (the operators' log has one at each sealing): shows whether "
            "the end of the chain was cut off or rewritten since",
        )

    def handle(self, *_words: str, **options: Any) -> None:
        """Runs in a system scope."""
        with acting(system("audit.verify")):
            found = verify(options["expect"])
        self.stdout.write(_as_json(found) if options["json"] else _as_text(found))
        if not found.whole:
            raise CommandError("The log is broken.", returncode=1)


def _as_json(found: Findings) -> str:
    return json.dumps({"whole": found.whole, **dataclasses.asdict(found)}, indent=2)


def _as_text(found: Findings) -> str:
    lines = [
        f"sealed events:    {found.sealed}",
        f"newest link:      {found.head or 'none'}",
        f"not sealed yet:   {found.unsealed}"
        + (f", the oldest from {found.oldest_unsealed}" if found.unsealed else ""),
        f"values erased:    {found.erased_values}",
    ]
    for broken in found.breaks:
        where = f" at link {broken.position}" if broken.position is not None else ""
        lines.append(f"BROKEN: {broken.kind}, event {broken.event}{where}")
    return "\n".join([*lines, "The log is whole." if found.whole else ""]).rstrip()
