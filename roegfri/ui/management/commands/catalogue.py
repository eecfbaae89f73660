"""The English texts: `catalogue` updates, `--check` judges, `--compile` builds."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from roegfri.ui import catalogue


class Command(BaseCommand):
    """Works on files alone: no database."""

    help = (
        "Brings roegfri/locale/en up to the strings in the sources. New strings stand there with "
        "an empty translation, to be filled in by hand."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """--check or --compile."""
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--check",
            action="store_true",
            help="change nothing; exit 1 if a string is missing, untranslated, fuzzy or obsolete",
        )
        what.add_argument(
            "--compile", action="store_true", help="write the .mo file that the server reads"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Does the one asked for."""
        if options["check"]:
            found = catalogue.faults()
            if found:
                raise CommandError(catalogue.report(found))
        elif options["compile"]:
            catalogue.compile_po()
        else:
            self.stdout.write(f"{catalogue.update()} strings in {catalogue.po_path().name}")
