"""manage.py verify_search: is everybody found by what stands in her row today?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from roegfri.actor import acting, system


class Command(BaseCommand):
    """The search's table, compared with the tables it is kept from."""

    help = (
        "Compares the table that citizens are searched by with their names, numbers, birth dates "
        "and access. Triggers keep it; what it misses is rows laid with triggers off. Exit code "
        "0: whole, or mended; 1: somebody is found by the wrong words, or not at all."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--mend."""
        parser.add_argument("--mend", action="store_true", help="make the wrong rows anew")

    def handle(self, *_words: str, **options: Any) -> None:
        """Runs in a system scope; names no citizen."""
        with acting(system("search.verify")), transaction.atomic(), connection.cursor() as cursor:
            mended = 0
            # The check tells a thousand at a time.
            while options["mend"] and (more := self._number(cursor, "select find_mend()")):
                mended += more
            wrong = self._number(cursor, "select count(*) from find_faults()")
        if options["mend"]:
            self.stdout.write(f"Mended: {mended}")
        if wrong:
            words = f"{wrong} citizens or more are not found as they should be: run it with --mend."
            raise CommandError(words, returncode=1)
        self.stdout.write("The search's table is whole.")

    def _number(self, cursor: Any, statement: str) -> int:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])
