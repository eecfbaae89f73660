"""Two rows turn out to be one person: one is kept, the other points at it. It can be undone."""

import datetime as dt
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from referrals import policies
from referrals.models import Citizen, Merge
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Refusal


@transaction.atomic
def merge_citizens(kept: uuid.UUID, merged: uuid.UUID, *, by: Actor, at: dt.datetime) -> Merge:
    """From now on `merged` is read as `kept`; no key is rewritten.

    Raises Refusal when they are one row already, one of them is not ours, or one of them is part of
    another merge that must be undone first: a person is never more than one step away.
    """
    if kept == merged:
        raise Refusal(_("Det er den samme borger. Vælg en anden."), field="other")
    locked = _locked({kept, merged}, by)
    stays, goes = locked.get(kept), locked.get(merged)
    if stays is None or goes is None:
        raise Refusal(_("En af de to borgere kan ikke åbnes her længere. Find borgeren igen."))
    if stays.merged_into_id or goes.merged_into_id:
        raise Refusal(_("En af de to er allerede slået sammen med en anden. Genindlæs siden."))
    if Citizen.objects.filter(merged_into=goes).exists():
        raise Refusal(
            _(
                "%(name)s har selv fået andre slået sammen med sig. Behold den borger, eller"
                " skil dem ad først."
            )
            % {"name": goes.name or _("Borgeren uden navn")},
            field="keep",
        )
    merge = Merge.objects.create(kept=stays, merged=goes, at=at, by_id=by.person)
    _point(goes, stays)
    record("citizen.merged", merge, by=by, at=at, persons=[stays.pk, goes.pk])
    return merge


@transaction.atomic
def unmerge_citizens(merge: Merge, *, by: Actor, at: dt.datetime) -> None:
    """They are two again, each with what was hers. Raises Refusal when they are already."""
    locked = _locked({merge.kept_id, merge.merged_id}, by)
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    if merge.undone_at:
        raise Refusal(_("De to borgere er allerede skilt ad igen."))
    if len(locked) < 2:
        raise Refusal(_("En af de to borgere behandles ikke længere her."))
    merge.undone_at, merge.undone_by_id = at, by.person
    merge.save(update_fields=["undone_at", "undone_by"])
    _point(locked[merge.merged_id], None)
    record("citizen.unmerged", merge, by=by, at=at, persons=[merge.kept_id, merge.merged_id])


def _locked(ids: set[uuid.UUID], by: Actor) -> dict[uuid.UUID, Citizen]:
    """Always in the same order, so that two merges of one person wait for each other."""
    own = policies.citizens_handled_by(by).select_for_update(of=("self",))
    return {one.pk: one for one in own.filter(pk__in=ids).order_by("pk")}


def _point(citizen: Citizen, into: Citizen | None) -> None:
    citizen.merged_into = into
    citizen.version += 1
    citizen.save(update_fields=["merged_into", "version"])
