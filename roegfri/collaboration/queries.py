"""The shelf as it stands on a day."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, Q
from django.http import Http404

from roegfri.accounts.roles import Right
from roegfri.actor import Actor
from roegfri.collaboration import files, policies
from roegfri.collaboration.models import Document, Edition
from roegfri.ui.danish import DaSortKey


@dataclass(frozen=True, slots=True)
class Copy:
    """One edition, without the file itself. `size` is in bytes, `sha256` in hexadecimal."""

    id: UUID
    name: str
    from_on: dt.date
    changes: str
    filename: str
    kind: str
    size: int
    sha256: str
    at: dt.datetime
    by: str


@dataclass(frozen=True, slots=True)
class Title:
    """A document: the edition in force (None: the first is still to come), those that are to come,
    the next one first, and those before, the newest first. `kept`: whoever looks keeps it."""

    id: UUID
    title: str
    about: str
    withdrawn_at: dt.datetime | None
    now: Copy | None
    coming: Sequence[Copy]
    before: Sequence[Copy]
    kept: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """What belongs to one owner; what has been taken down is seen by who keeps it."""

    id: UUID
    owner: str
    kept: bool
    titles: Sequence[Title]
    taken_down: Sequence[Title]


def shelves(viewer: Actor, *, on: dt.date) -> list[Shelf]:
    """What one may read, one's own first; two statements. Who keeps some sees her own shelf also
    while it is empty."""
    mine = viewer.organisation_id if viewer.may(Right.DOCUMENTS_KEEP) else None
    found = _read(viewer, Q(withdrawn_at=None) | Q(owner=mine))
    owners = {row.owner_id: row.owner.name for row in found}
    if mine is not None:
        owners.setdefault(mine, viewer.organisation_name)
    titles = [(row.owner_id, _title(row, on, kept=row.owner_id == mine)) for row in found]
    return [
        Shelf(
            id=pk,
            owner=name,
            kept=pk == mine,
            titles=[one for owner, one in titles if owner == pk and not one.withdrawn_at],
            taken_down=[one for owner, one in titles if owner == pk and one.withdrawn_at],
        )
        for pk, name in sorted(owners.items(), key=lambda one: one[0] != viewer.organisation_id)
    ]


def kept(viewer: Actor, pk: UUID) -> Document:
    """One that one keeps. Raises Http404."""
    found = policies.documents_kept_by(viewer).filter(pk=pk).select_related("owner").first()
    if found is None:
        raise Http404
    return found


def edition(viewer: Actor, pk: UUID) -> Edition:
    """One with its file; of a document that was taken down for who keeps it alone. Raises
    Http404."""
    on_it = policies.documents_visible_to(viewer).filter(withdrawn_at=None)
    own = policies.documents_kept_by(viewer)
    rows = Edition.objects.filter(Q(document__in=on_it) | Q(document__in=own), pk=pk)
    if (found := rows.select_related("document").first()) is None:
        raise Http404
    return found


def _read(viewer: Actor, wanted: Q) -> list[Document]:
    files_apart = Edition.objects.defer("body").select_related("by").order_by("-from_on", "-at")
    rows = policies.documents_visible_to(viewer).filter(wanted).select_related("owner")
    return list(rows.order_by(DaSortKey("title"), "pk").prefetch_related(
        Prefetch("editions", files_apart)
    ))  # fmt: skip


def _title(row: Document, on: dt.date, *, kept: bool) -> Title:
    copies = [_copy(one) for one in row.editions.all()]
    held = [one for one in copies if one.from_on <= on]
    return Title(
        id=row.pk,
        title=row.title,
        about=row.about,
        withdrawn_at=row.withdrawn_at,
        now=held[0] if held else None,
        coming=[one for one in reversed(copies) if one.from_on > on],
        before=held[1:],
        kept=kept,
    )


def _copy(one: Edition) -> Copy:
    return Copy(
        id=one.pk,
        name=one.name,
        from_on=one.from_on,
        changes=one.changes,
        filename=one.filename,
        kind=files.label_of(one.content_type),
        size=one.size,
        sha256=bytes(one.sha256).hex(),
        at=one.at,
        by=one.by.name,
    )
