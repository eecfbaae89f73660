"""How the watched folder is, as the sweep has written it down; and whose folders it sweeps."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from referrals.models import Sweep
from roegfri.actor import Actor
from roegfri.organisations.dated import holds
from roegfri.organisations.kinds import Scope
from roegfri.organisations.models import Membership, Municipality

ROOT = "."
SHARED = ("ind", "ud", ROOT)
# A row is written at least this often (commands/sweep.py), and counts for twice as long.
REFRESHED = dt.timedelta(seconds=30)
FORGOTTEN = 2 * REFRESHED


@dataclass(frozen=True, slots=True)
class Place:
    """One folder: "167/ind", "167/ud", "ind" and "ud" (shared by all).

    And ".", the whole of it, where that is in trouble.

    `waiting` counts files that lie there, and receipts that could not be written; `trouble` is ""
    or what keeps it from working, in Danish.
    """

    folder: str
    last_at: dt.datetime
    taken_at: dt.datetime | None
    waiting: int
    trouble: str

    @property
    def goes_out(self) -> bool:
        """Whether it holds receipts, written here and fetched by others."""
        return self.folder.rpartition("/")[2] == "ud"


@dataclass(frozen=True, slots=True)
class FolderHealth:
    """`last_at` is when any folder was last swept; None: never yet."""

    last_at: dt.datetime | None
    places: tuple[Place, ...]

    @property
    def trouble(self) -> tuple[Place, ...]:
        """The folders that somebody must look at."""
        return tuple(place for place in self.places if place.trouble)


def folder_health(viewer: Actor) -> FolderHealth | None:
    """The viewer's municipality's folders and the shared ones; None where no folder is watched.

    A system scope sees them all. A folder that is gone is left out: it was not swept of late.
    """
    if not settings.MEDCOM_FOLDER:
        return None
    rows = [Place(*row) for row in Sweep.objects.values_list(*Place.__dataclass_fields__)]
    last = max((row.last_at for row in rows), default=None)
    ours = Municipality.objects.filter(pk__in=[viewer.organisation_id or UUID(int=0)])
    codes = set(ours.values_list("code", flat=True))
    return FolderHealth(
        last,
        tuple(
            row
            for row in sorted(rows, key=lambda one: one.folder)
            if last and last - row.last_at < FORGOTTEN
            if row.folder != ROOT or row.trouble
            if viewer.is_system or row.folder in SHARED or row.folder[:3] in codes
        ),
    )


def swept_municipalities(viewer: Actor, on: dt.date) -> dict[str, Municipality]:
    """By code, those that receive referrals on a day. Everybody may know who they are."""
    members = Membership.objects.filter(holds(on), scope=Scope.CESSATION)
    found = Municipality.objects.filter(memberships__in=members).exclude(code="").distinct()
    return {one.code: one for one in found}


def municipality_codes(viewer: Actor) -> dict[UUID, str]:
    """Every municipality's code. Everybody may know them."""
    return dict(Municipality.objects.exclude(code="").values_list("pk", "code"))
