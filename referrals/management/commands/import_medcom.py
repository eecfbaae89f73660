"""MedCom files from the command line: the same door as the upload screen."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from referrals import intake
from referrals.commands.inbox import Answer
from referrals.states import Taken
from roegfri import clock
from roegfri.actor import acting, system
from roegfri.organisations import lookup
from roegfri.organisations.models import Municipality

_UNREAD = 1


class Command(BaseCommand):
    """Each file by itself: one that cannot be taken does not stop the others."""

    help = (
        "Takes MedCom files in for a municipality, under the system scope import_medcom. "
        "Exit code 0 when every file became, corrected or already was a referral; "
        "1 when some went to the inbox; 2 when a file or the municipality is missing, or "
        "the municipality takes part in no agreement on the day."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The files, whose they are, and when they came."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--municipality", required=True, help="its code, for instance 167")
        parser.add_argument(
            "--received",
            type=dt.datetime.fromisoformat,
            help="when the municipality got them, Danish time: YYYY-MM-DDTHH:MM; else now",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object for each file")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Takes the files and says what became of each."""
        receipts = self._take(options)
        for path, receipt in receipts:
            self.stdout.write(_said(path, receipt, as_json=options["json"]))
        if any(receipt.message.referral_id is None for _, receipt in receipts):
            raise SystemExit(_UNREAD)

    def _take(self, options: dict[str, Any]) -> list[tuple[Path, Answer]]:
        missing = [path for path in options["files"] if not path.is_file()]
        if missing:
            raise CommandError(f"No such file: {missing[0]}", returncode=2)
        now = clock.now()
        received = _instant(options["received"]) if options["received"] else now
        if received > now:
            raise CommandError("--received lies in the future.", returncode=2)
        inbox = _inbox(options["municipality"], clock.danish_date(received))
        with acting(system("import_medcom")) as by:
            return [
                (
                    path,
                    intake.take_file(
                        path.read_bytes(),
                        path.name,
                        inbox=inbox,
                        received_at=received,
                        by=by,
                        at=now,
                    ),
                )
                for path in options["files"]
            ]


def _inbox(code: str, on: dt.date) -> Municipality:
    """Somebody must be there to read it: a municipality that receives referrals on that day."""
    found = lookup.receiver_by_code(code, on)
    if found is None:
        raise CommandError(f"No municipality has the code {code.strip()}.", returncode=2)
    if found.agreement is None:
        words = f"{found.municipality} takes part in no cessation agreement on {on}."
        raise CommandError(words, returncode=2)
    return found.municipality


def _instant(given: dt.datetime) -> dt.datetime:
    return given if given.tzinfo else given.replace(tzinfo=clock.COPENHAGEN)


def _said(path: Path, receipt: Answer, *, as_json: bool) -> str:
    message = receipt.message
    facts = {
        "file": str(path),
        "status": receipt.taken.value,
        "message": str(message.pk),
        "referral": str(message.referral_id) if message.referral_id else None,
        "contact_by": str(message.referral.contact_by) if message.referral else None,
        "reason": message.reason or None,
    }
    if as_json:
        return json.dumps(facts, ensure_ascii=False)
    became = facts["contact_by"] or facts["reason"]
    words = {Taken.REFUSED: "in the inbox"}.get(receipt.taken, receipt.taken.value)
    return f"{path}: {words} ({became})"
