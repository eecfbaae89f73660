"""What a citizen agrees to, and takes back."""

import datetime as dt
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from referrals import policies, queries, rules
from referrals.commands.people import one_person
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
    """Notes a consent on the row that counts for her; one that already holds is left as it is.

    Raises Refusal when her case was given on, or when she is too young to give it herself and no
    parent or guardian has.
    """
    citizen = handled_person(citizen.pk, by)
    if not guardian_agreed:
        _check_age(citizen, by, clock.danish_date(at))
    if live := live_consents(citizen, by).filter(kind=kind).first():
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
    """Notes that she agrees to this no longer, whichever of her rows it was noted on.

    Raises Refusal when it did not hold, or when her case was given on.
    """
    citizen = handled_person(consent.citizen_id, by)
    live = list(live_consents(citizen, by).filter(kind=consent.kind))
    if consent.pk not in {one.pk for one in live}:
        raise Refusal(_("Samtykket er allerede trukket tilbage."))
    _end(live, by=by, at=at)


@transaction.atomic
def erase_consents(consents: Collection[UUID], *, by: Actor, at: dt.datetime) -> None:
    """Those of a conversation that is taken back hold no longer; what she agreed to otherwise
    stays. Raises Refusal when her case was given on."""
    rows = list(Consent.objects.filter(pk__in=consents, withdrawn_at=None).order_by("pk"))
    for one in rows:
        handled_person(one.citizen_id, by)
    _end(Consent.objects.select_for_update().filter(pk__in=[one.pk for one in rows]), by=by, at=at)


def _end(consents: Iterable[Consent], *, by: Actor, at: dt.datetime) -> None:
    for one in consents:
        one.withdrawn_at = at
        one.save(update_fields=["withdrawn_at"])
        record("consent.withdrawn", one, by=by, at=at, persons=[one.citizen_id])


def live_consents(citizen: Citizen, by: Actor) -> QuerySet[Consent]:
    """What holds of all that she agreed to, on every row that is her; locked."""
    hers = Consent.objects.filter(citizen__in=queries.persons_of(by, citizen), withdrawn_at=None)
    return hers.select_for_update().order_by("pk")


def handled_person(pk: UUID, by: Actor) -> Citizen:
    """The row that counts for her, locked. Raises Refusal when her case was given on."""
    found = one_person(pk, by)
    if found is None:
        raise Refusal(_("Sagen er ikke længere hos jer. Intet er ændret."))
    return found


def _check_age(citizen: Citizen, by: Actor, on: dt.date) -> None:
    """By the agreement of the newest referral that whoever takes the consent handles."""
    persons = queries.persons_of(by, citizen)
    visible = policies.referrals_visible_to(by).filter(citizen__in=persons)
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
