"""Fills the trial with half a year of made-up referrals."""

import datetime as dt
import json
import time
from typing import Any

import environ
import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from roegfri import clock, database
from roegfri.actor import acting, system
from roegfri.desk.demo import documents, drawing, languages, looks, setting, staff, store, ways
from roegfri.desk.demo.courses import letters

LEAST, MOST = 10, 1_000_000


class Command(BaseCommand):
    """Test numbers only (day + 60); the same seed and day give the same world."""

    help = (
        "Adds made-up referrals for the trial, ending at --today. Refuses outside the trial. "
        "Exit code 0 when laid, 1 when refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """How many, ending when, from which seed."""
        parser.add_argument("--scale", type=int, default=600, help=f"referrals, {LEAST} to {MOST}")
        parser.add_argument("--today", type=dt.date.fromisoformat, help="YYYY-MM-DD, else today")
        parser.add_argument("--seed", type=int, default=1, help="another number, another world")
        parser.add_argument(
            "--json", action="store_true", help="one JSON object on standard output"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Staff, referrals, and some look-ups for the log."""
        if not settings.TRIAL:
            raise CommandError("Made-up data are for the trial only (ROEGFRI_TRIAL=1).")
        if not LEAST <= options["scale"] <= MOST:
            raise CommandError(f"--scale {options['scale']}: must be from {LEAST} to {MOST}.")
        began = time.perf_counter()
        now = clock.now()
        if options["today"]:
            now = clock.danish_time(options["today"], dt.time(10))
        with acting(system("demo_data")):
            laid = self._fill(options["scale"], now, options["seed"])
        seconds = round(time.perf_counter() - began, 1)
        if options["json"]:
            self.stdout.write(json.dumps({"referrals": laid, "seconds": seconds}))
        else:
            self.stdout.write(f"{laid} referrals laid in {seconds} s")

    def _fill(self, scale: int, now: dt.datetime, seed: int) -> int:
        here = setting.setting(now)
        with psycopg.connect(database.owner_url(environ.FileAwareEnv())) as owner:
            try:
                laid = store.lay(owner, drawing.draw(here, scale, now, seed))
            except psycopg.errors.UniqueViolation as known:
                raise CommandError(
                    "These people live here already: take another --seed."
                ) from known
            letters.lay(here.places, now)
            looks.lay(here.places, now, seed)
            ways.lay(here, now, seed)
            shown = here.at(setting.SHOWN)
            staff.cover(shown.municipality, shown.counsellors, clock.danish_date(now))
            staff.keep_filters(shown.counsellors[0])
            languages.approve(shown.municipality, now)
            documents.lay(now)
            # The planner knows nothing of rows that came a moment ago, until it has looked.
            owner.execute("analyze")
        return laid
