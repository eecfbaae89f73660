"""A coordinator lets the public pages be read in a language, or takes that back."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.public.languages import FOREIGN, Language
from roegfri.public.models import Approval
from roegfri.refusal import Conflict, Refusal
from roegfri.walls.locks import alone


@transaction.atomic
def approve_language(language: Language, *, digest: bytes, by: Actor, at: dt.datetime) -> Approval:
    """Shows the public pages of one's own municipality in a language from now on.

    `digest` is of the words that were read: raises Conflict when they are others by now. Approving
    twice is one approval; an older one, of words that have changed, ends.
    """
    _mine(language, by)
    if digest != language.digest:
        raise Conflict(
            _("Teksten er ændret, siden du åbnede siden. Læs den igen, og godkend den så.")
        )
    live = _live(language, by)
    if live and bytes(live.digest) == digest:
        return live
    if live:
        _end(live, by, at)
    approval = Approval.objects.create(
        municipality_id=by.organisation_id,
        language=language.code,
        digest=digest,
        approved_by_id=by.person,
        approved_at=at,
    )
    record("language.approved", approval, by=by, at=at, reason=language.danish_name)
    return approval


@transaction.atomic
def withdraw_language(language: Language, *, by: Actor, at: dt.datetime) -> None:
    """Shows them in that language no longer. Nothing happens where it was not approved."""
    _mine(language, by)
    live = _live(language, by)
    if live:
        _end(live, by, at)
        record("language.withdrawn", live, by=by, at=at, reason=language.danish_name)


def _mine(language: Language, by: Actor) -> None:
    """One at a time for a municipality and a language. Raises Refusal for Danish."""
    if language not in FOREIGN:
        raise Refusal(_("Dansk vises altid og skal ikke godkendes."))
    alone("approval", by.organisation_id, language.code)


def _live(language: Language, by: Actor) -> Approval | None:
    own = Approval.objects.filter(municipality=by.organisation_id, withdrawn_at=None)
    return own.filter(language=language.code).first()


def _end(approval: Approval, by: Actor, at: dt.datetime) -> None:
    approval.withdrawn_at, approval.withdrawn_by_id = at, by.person
    approval.save(update_fields=["withdrawn_at", "withdrawn_by"])
