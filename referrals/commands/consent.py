"""What a citizen agrees to, and takes back."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from referrals import policies, rules
from referrals.models import Citizen, Consent
from referrals.states import ConsentForm, ConsentKind
from roegfri import clock
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.organisations import lookup
from roegfri.refusal import Refusal

# The words that are read aloud or signed: templates/referrals/consents, docs/privacy.md.
TEXT_VERSION = "2026-11"


@transaction.atomic
def give_consent(
    citizen: Citizen,
    *,
    kind: ConsentKind,
    form: ConsentForm,
    by: Actor,
    at: dt.datetime,
    guardian_agreed: bool = False,
) -> Consent:
    """Notes a consent; one that already holds is left as it is.

    Raises Refusal when her case was given on, or when she is too young to give it herself and no
    parent or guardian has.
    """
    citizen = _handled(citizen, by)
    if not guardian_agreed:
        _check_age(citizen, by, clock.danish_date(at))
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
    """Notes that a consent no longer holds.

    Raises Refusal when it did not, or when her case was given on.
    """
    _handled(consent.citizen, by)
    consent = Consent.objects.select_for_update().get(pk=consent.pk)
    if consent.withdrawn_at:
        raise Refusal(_("Samtykket er allerede trukket tilbage."))
    consent.withdrawn_at = at
    consent.save(update_fields=["withdrawn_at"])
    record("consent.withdrawn", consent, by=by, at=at, persons=[consent.citizen_id])


def _handled(citizen: Citizen, by: Actor) -> Citizen:
    """The row as it is now, locked. Raises Refusal when her case was given on."""
    own = policies.citizens_handled_by(by).select_for_update(of=("self",))
    found = own.filter(pk=citizen.pk).first()
    if found is None:
        raise Refusal(_("Sagen er ikke længere hos jer. Intet er ændret."))
    return found


def _check_age(citizen: Citizen, by: Actor, on: dt.date) -> None:
    """By the agreement of the newest referral that whoever takes the consent handles."""
    visible = policies.referrals_visible_to(by).filter(citizen=citizen)
    newest = visible.select_related("agreement").order_by("-received_at").first()
    if newest is None:
        return
    age = lookup.terms(newest.agreement, on).target_group.own_consent_age
    if not rules.consents_alone(citizen.birth_date, on, own_consent_age=age):
        raise Refusal(
            _("Borgeren er under %(age)s år: en forælder eller værge skal give samtykket.")
            % {"age": age},
            field="guardian_agreed",
        )
