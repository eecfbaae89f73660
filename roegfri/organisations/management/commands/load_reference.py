"""manage.py load_reference: regions, municipalities, agreements, terms and rates out of files."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from roegfri import clock
from roegfri.actor import acting, system
from roegfri.organisations.commands import Outcome
from roegfri.organisations.intake import DATA, DEMO, SHEETS, ReferenceDataError, load

FAILED = 1


class Command(BaseCommand):
    """Repeatable; exit code 1 and nothing loaded when a file is wrong."""

    help = (
        "Puts the reference data in place (roegfri/organisations/data/README.md). Repeatable: says "
        "what was added, changed and unchanged. With a fault in any file nothing is loaded, every "
        "fault is printed with its line, and the exit code is 1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--folder, --demo, --dry-run and --json."""
        parser.add_argument("--folder", type=Path, default=DATA, help="read these files instead")
        parser.add_argument(
            "--demo", action="store_true", help="made-up numbers and pharmacies too"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen")
        parser.add_argument(
            "--json", action="store_true", help="one JSON object on standard output"
        )

    def handle(self, **options: Any) -> None:
        """Loads under a named system scope."""
        folders = [options["folder"], *([DEMO] if options["demo"] else [])]
        dry_run = options["dry_run"]
        try:
            with acting(system("load_reference")) as by:
                done = load(folders, dry_run=dry_run, by=by, at=clock.now())
        except ReferenceDataError as bad:
            self._fail(bad, as_json=options["json"])
        tables = {
            sheet.file: {str(outcome): done[sheet.file][outcome] for outcome in Outcome}
            for sheet in SHEETS
            if sheet.file in done
        }
        if options["json"]:
            self.stdout.write(json.dumps({"dry_run": dry_run, "tables": tables, "faults": []}))
            return
        for file, counts in tables.items():
            words = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
            self.stdout.write(f"{file:22} {words}")
        if dry_run:
            self.stdout.write("Dry run: nothing was changed.")

    def _fail(self, bad: ReferenceDataError, *, as_json: bool) -> None:
        if as_json:
            faults = [
                {"file": f.file, "line": f.line, "column": f.column, "words": f.words}
                for f in bad.faults
            ]
            self.stdout.write(json.dumps({"tables": {}, "faults": faults}, ensure_ascii=False))
        for fault in bad.faults:
            self.stderr.write(str(fault))
        self.stderr.write(f"Nothing was loaded: {len(bad.faults)} fault(s) to mend.")
        raise SystemExit(FAILED)
