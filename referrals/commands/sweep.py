"""What the sweep of the watched folder writes down about itself."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from referrals.models import Sweep
from referrals.queries.sweep import REFRESHED
from roegfri.actor import Actor


@dataclass(frozen=True, slots=True)
class Seen:
    """What a sweep saw of one folder (queries/sweep.py, Place)."""

    folder: str
    waiting: int = 0
    taken: bool = False
    trouble: str = ""


@transaction.atomic
def note_sweep(seen: Sequence[Seen], *, by: Actor, at: dt.datetime) -> None:
    """Notes what a sweep saw; a folder in which nothing has changed is noted now and then."""
    known = {row.folder: row for row in Sweep.objects.all()}
    news = [one for one in seen if _is_news(one, known.get(one.folder), at)]
    Sweep.objects.bulk_create(
        [_row(one, known.get(one.folder), at) for one in sorted(news, key=lambda one: one.folder)],
        update_conflicts=True,
        unique_fields=["folder"],
        update_fields=["last_at", "taken_at", "waiting", "trouble"],
    )


def _row(seen: Seen, before: Sweep | None, at: dt.datetime) -> Sweep:
    earlier = before.taken_at if before else None
    return Sweep(
        folder=seen.folder,
        last_at=at,
        taken_at=at if seen.taken else earlier,
        waiting=seen.waiting,
        trouble=seen.trouble[:300],
    )


def _is_news(seen: Seen, before: Sweep | None, at: dt.datetime) -> bool:
    if before is None or seen.taken or at - before.last_at >= REFRESHED:
        return True
    return (seen.waiting, seen.trouble[:300]) != (before.waiting, before.trouble)
