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
from referrals.states import UNDER, ConsentForm, ConsentKind
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
        old_enough(citizen, _own_consent_age(citizen, by, clock.danish_date(at)), at)
    if live := live_consents(citizen, by).filter(kind=kind).first():
        return live
    return note_consent(citizen.pk, kind=kind, form=form, by=by, at=at)


@transaction.atomic
def withdraw_consent(consent: Consent, *, by: Actor, at: dt.datetime) -> None:
    """Notes that she agrees to this no longer, whichever of her rows it was noted on; nor to what
    holds only together with it.

    Raises Refusal when it did not hold, or when her case was given on.
    """
    citizen = handled_person(consent.citizen_id, by)
    kinds = [consent.kind, *(one for one, above in UNDER.items() if above == consent.kind)]
    live = list(live_consents(citizen, by).filter(kind__in=kinds))
    if consent.pk not in {one.pk for one in live}:
        raise Refusal(_("Samtykket er allerede trukket tilbage."))
    end_consents(live, by=by, at=at)


@transaction.atomic
def erase_consents(consents: Collection[UUID], *, by: Actor, at: dt.datetime) -> None:
    """Those of a conversation that is taken back hold no longer; what she agreed to otherwise
    stays. Raises Refusal when her case was given on."""
    rows = list(Consent.objects.filter(pk__in=consents, withdrawn_at=None).order_by("pk"))
    for one in rows:
        handled_person(one.citizen_id, by)
    end_consents(
        Consent.objects.select_for_update().filter(pk__in=[one.pk for one in rows]), by=by, at=at
    )


def note_consent(
    citizen: UUID, *, kind: ConsentKind, form: ConsentForm, by: Actor, at: dt.datetime
) -> Consent:
    """A consent to the words that are read aloud today, on the row that counts for her. Part of the
    commands, whoever takes it; one that somebody else has just taken is that one."""
    given = Consent(
        citizen_id=citizen,
        kind=kind,
        form=form,
        text_version=TEXT_VERSION,
        given_at=at,
        taken_by_id=by.person,
    )
    Consent.objects.bulk_create([given], ignore_conflicts=True)
    live = Consent.objects.get(citizen=citizen, kind=kind, withdrawn_at=None)
    if live.pk == given.pk:
        record("consent.given", live, by=by, at=at, persons=[citizen])
    return live


def end_consents(consents: Iterable[Consent], *, by: Actor, at: dt.datetime) -> None:
    """These hold no longer. Part of the commands."""
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


def old_enough(citizen: Citizen, age: int | None, at: dt.datetime) -> None:
    """Raises Refusal for somebody below the age from which one consents oneself. Part of the
    commands; without an agreement (None) there is no such age."""
    on = clock.danish_date(at)
    if age is None or rules.consents_alone(citizen.birth_date, on, own_consent_age=age):
        return
    raise Refusal(
        _("Borgeren er under %(age)s år: en forælder eller værge skal give samtykket.")
        % {"age": age},
        field="guardian_agreed",
    )


def _own_consent_age(citizen: Citizen, by: Actor, on: dt.date) -> int | None:
    """By the agreement of the newest referral that whoever takes the consent handles."""
    persons = queries.persons_of(by, citizen)
    visible = policies.referrals_visible_to(by).filter(citizen__in=persons)
    newest = visible.select_related("agreement").order_by("-received_at").first()
    if newest is None:
        return None
    return lookup.terms(newest.agreement, on).target_group.own_consent_age
