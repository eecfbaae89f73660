"""What a participant agrees to and takes back, taken by whoever works with her: the host of her
course as well as whoever handles her case (referrals.commands.consent)."""

import datetime as dt

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from courses.commands.books import locked_participant, own_participant
from courses.models import Baseline, Enrolment
from courses.queries.agreed import OF_A_COURSE, own_consent_age
from referrals.commands.consent import (
    end_consents,
    give_consent,
    handled_person,
    note_consent,
    old_enough,
)
from referrals.models import Citizen, Consent
from referrals.policies import referrals_visible_to
from referrals.states import ConsentForm, ConsentKind
from roegfri import clock
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Refusal


@transaction.atomic
def agree(
    enrolment: Enrolment,
    kind: ConsentKind,
    *,
    form: ConsentForm,
    by: Actor,
    at: dt.datetime,
    guardian_agreed: bool = False,
) -> Consent:
    """Notes one of the three consents that a course needs; one that holds is left as it is.

    Raises Refusal when the participant is not theirs, when it is another consent, or when she is
    too young to give it herself and no parent or guardian has: for a host by the agreement of the
    course, for whoever handles her case by the agreement of that.
    """
    _of_a_course(kind)
    if _handles(enrolment, by):
        person = Citizen.objects.get(pk=enrolment.citizen_id)
        return give_consent(
            person, kind=kind, form=form, by=by, at=at, guardian_agreed=guardian_agreed
        )
    # A new consent locks the citizen whom it is about, and she stands before her enrolment.
    enrolment = own_participant(enrolment, by)
    person = _person(enrolment)
    if not guardian_agreed:
        old_enough(person, own_consent_age(by, enrolment, clock.danish_date(at)), at)
    live = live_agreements(enrolment, by).filter(kind=kind).first()
    return live or note_consent(person.pk, kind=kind, form=form, by=by, at=at)


@transaction.atomic
def withdraw_agreement(
    enrolment: Enrolment, kind: ConsentKind, *, by: Actor, at: dt.datetime
) -> None:
    """Notes that she agrees to this no longer. Without her consent to STOPbasen her CPR number is
    kept with her form no longer either.

    Raises Refusal when it did not hold, or when the participant is not theirs.
    """
    _of_a_course(kind)
    if _handles(enrolment, by):
        handled_person(enrolment.citizen_id, by)
    live = list(live_agreements(enrolment, by).filter(kind=kind))
    if not live:
        raise Refusal(_("Samtykket er allerede trukket tilbage."))
    enrolment = locked_participant(enrolment, by)
    end_consents(live, by=by, at=at)
    if kind == ConsentKind.STOPBASE:
        _forget_number(enrolment, by=by, at=at)


def live_agreements(enrolment: Enrolment, by: Actor) -> QuerySet[Consent]:
    """What holds of all that a participant agreed to, as far as one may see it; locked. Part of
    the commands."""
    root = _person(enrolment).pk
    hers = Q(citizen=root) | Q(citizen__merged_into=root)
    rows = Consent.objects.filter(hers, withdrawn_at=None)
    return rows.select_for_update(of=("self",)).order_by("pk")


def _handles(enrolment: Enrolment, by: Actor) -> bool:
    return referrals_visible_to(by).filter(pk=enrolment.referral_id).exists()


def _person(enrolment: Enrolment) -> Citizen:
    """The row that counts for her."""
    citizen = Citizen.objects.select_related("merged_into").get(pk=enrolment.citizen_id)
    return citizen.merged_into or citizen


def _of_a_course(kind: ConsentKind) -> None:
    if kind not in OF_A_COURSE:
        raise Refusal(
            _("Det samtykke noteres på sagen, af den kommune, der har den."), field="kind"
        )


def _forget_number(enrolment: Enrolment, *, by: Actor, at: dt.datetime) -> None:
    held = Baseline.objects.select_for_update().filter(pk=enrolment.pk)
    row = held.exclude(sealed_number=None).first()
    if row is None:
        return
    row.sealed_number = None
    row.version += 1
    row.save(update_fields=["sealed_number", "version"])
    record("baseline.number_forgotten", row, by=by, at=at, persons=[enrolment.citizen_id])
