"""What a citizen agrees to, and takes back."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from referrals import policies
from referrals.models import Citizen, Consent
from referrals.states import ConsentForm, ConsentKind
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Refusal

# The words that are read aloud or signed stand in docs/privacy.md under this version.
TEXT_VERSION = "2026-11"


@transaction.atomic
def give_consent(
    citizen: Citizen, *, kind: ConsentKind, form: ConsentForm, by: Actor, at: dt.datetime
) -> Consent:
    """Notes a consent; one that already holds is left as it is."""
    citizen = policies.citizens_visible_to(by).select_for_update().get(pk=citizen.pk)
    live = Consent.objects.filter(citizen=citizen, kind=kind, withdrawn_at=None).first()
    if live:
        return live
    consent = Consent.objects.create(
        citizen=citizen,
        kind=kind,
        form=form,
        text_version=TEXT_VERSION,
        given_at=at,
        taken_by_id=by.person,
    )
    record("consent.given", consent, by=by, at=at, persons=[citizen.pk])
    return consent


@transaction.atomic
def withdraw_consent(consent: Consent, *, by: Actor, at: dt.datetime) -> None:
    """Notes that a consent no longer holds. Raises Refusal when it did not."""
    policies.citizens_visible_to(by).select_for_update().get(pk=consent.citizen_id)
    consent = Consent.objects.select_for_update().get(pk=consent.pk)
    if consent.withdrawn_at:
        raise Refusal(_("Samtykket er allerede trukket tilbage."))
    consent.withdrawn_at = at
    consent.save(update_fields=["withdrawn_at"])
    record("consent.withdrawn", consent, by=by, at=at, persons=[consent.citizen_id])
