"""A referral comes in: the citizen, her number, the clock, and who may see it."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _

from referrals import policies, rules
from referrals.models import Citizen, CivilNumber, Phone, Referral, Residence
from referrals.states import Channel, Ground, GuardianConsent, NextStep, Source
from roegfri import clock, sealed
from roegfri.accounts.models import User
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.organisations import lookup
from roegfri.organisations.kinds import Scope
from roegfri.organisations.models import Agreement, Municipality, Organisation
from roegfri.persons import cpr
from roegfri.refusal import Refusal
from roegfri.walls.locks import alone, whose


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What is known when a referral comes in; S2 asks for no more than a telephone number.

    `phones` are (E.164, note) in the order to call them; times are instants.
    """

    source: Source
    channel: Channel
    received_at: dt.datetime
    given_names: str = ""
    surname: str = ""
    phones: Sequence[tuple[str, str]] = ()
    civil_number: cpr.CivilNumber | None = None
    birth_date: dt.date | None = None
    email: str = ""
    address: str = ""
    postcode: str = ""
    town: str = ""
    home: Municipality | None = None
    text: str = ""
    sender: Organisation | None = None
    sender_name: str = ""
    guardian_consent: GuardianConsent = GuardianConsent.UNKNOWN
    sent_at: dt.datetime | None = None
    sender_ean: str = ""
    episode: str = ""


@transaction.atomic
def receive_referral(
    details: Details,
    *,
    handler: Municipality,
    by: Actor,
    at: dt.datetime,
    once: uuid.UUID | None = None,
    caseworker: User | None = None,
) -> Referral:
    """Takes a referral in for a municipality and starts its clock.

    `once` is the form's own number: the same form sent twice gives the same referral. Raises
    Refusal when the municipality takes no referrals on that day, the time of receipt is ahead, or
    the form has been sent before and said something else.
    """
    if once:
        once = whose(once, by, handler.pk)
        alone("referral", once)
        if known := Referral.objects.filter(once=once).first():
            if (known.source, known.text, known.received_at) != (
                details.source,
                details.text,
                details.received_at,
            ):
                raise Refusal(_("Formularen er allerede sendt. Åbn en ny for at oprette én til."))
            return known
    if details.received_at > at:
        raise Refusal(_("Modtaget kan ikke ligge ude i fremtiden."), field="received_at")
    received_on = clock.danish_date(details.received_at)
    agreement = member_agreement(handler, received_on)
    deadline = rules.contact_deadline(
        received_on,
        terms=lookup.terms(agreement, received_on).contact,
        closed=lookup.closing_days(handler),
    )
    referral = Referral(
        citizen_id=uuid.uuid4(),
        handler=handler,
        received_by=handler,
        agreement=agreement,
        source=details.source,
        channel=details.channel,
        sender=details.sender,
        sender_name=details.sender_name,
        text=details.text,
        guardian_consent=details.guardian_consent,
        received_at=details.received_at,
        sent_at=details.sent_at,
        contact_by=deadline,
        next_at=clock.end_of_day(deadline),
        next_step=NextStep.CALL,
        state_since=details.received_at,
        caseworker=caseworker,
        sender_ean=details.sender_ean,
        episode=details.episode,
    )
    if once:
        referral.once = once
    known_citizen = _known_citizen(details, by)
    if known_citizen:
        referral.citizen = known_citizen
    open_access(referral.citizen_id, handler.pk, Ground.HANDLING, referral.pk, received_on)
    if known_citizen:
        add_phones(known_citizen, details.phones)
    else:
        _add_citizen(referral.citizen_id, details, at)
    referral.save(force_insert=True)
    record("referral.received", referral, by=by, at=at, persons=[referral.citizen_id])
    return referral


def member_agreement(municipality: Municipality, on: dt.date) -> Agreement:
    """The agreement under which it takes referrals on that day. Raises Refusal without one."""
    agreement = lookup.agreement_of(municipality, on, Scope.CESSATION)
    if agreement is None:
        raise Refusal(
            _("%(name)s er ikke med i en aftale om rygestop den %(day)s og kan ikke modtage.")
            % {"name": municipality.name, "day": f"{on:%d.%m.%Y}"}
        )
    return agreement


def open_access(
    citizen: uuid.UUID, organisation: uuid.UUID, ground: Ground, about: uuid.UUID, on: dt.date
) -> None:
    """Lets an organisation see a citizen from a day on; the database refuses what is not ours."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select citizen_access_open(%s, %s, %s, %s, %s)",
            [citizen, organisation, ground.value, about, on],
        )


def _known_citizen(details: Details, by: Actor) -> Citizen | None:
    """Somebody with the same CPR number whom we already may see; locked, so that numbers are added
    to her one referral at a time, and the first referral of two makes her."""
    if details.civil_number is None:
        return None
    mark = sealed.fingerprint(details.civil_number.value, of="cpr")
    alone("citizen", mark.hex())
    return (
        policies.citizens_visible_to(by)
        .select_for_update(of=("self",))
        .filter(civil_numbers__fingerprint=mark)
        .order_by("created_at")
        .first()
    )


def _add_citizen(pk: uuid.UUID, details: Details, at: dt.datetime) -> None:
    born = details.birth_date or (details.civil_number.born if details.civil_number else None)
    citizen = Citizen(
        pk=pk,
        given_names=details.given_names,
        surname=details.surname,
        birth_date=born,
        email=details.email,
        address=details.address,
        postcode=details.postcode,
        town=details.town,
        created_at=at,
    )
    citizen.save(force_insert=True)
    add_phones(citizen, details.phones)
    if details.civil_number:
        add_civil_number(citizen, details.civil_number, at)
    if details.home:
        Residence.objects.create(
            citizen=citizen,
            municipality=details.home,
            from_on=clock.danish_date(details.received_at),
        )


def add_phones(citizen: Citizen, phones: Sequence[tuple[str, str]]) -> None:
    """Adds numbers that are not there yet, behind those that are."""
    have = set(Phone.objects.filter(citizen=citizen).values_list("number", flat=True))
    new = [(number, note) for number, note in dict(phones).items() if number not in have]
    Phone.objects.bulk_create(
        Phone(citizen=citizen, number=number, note=note[:40], rank=len(have) + place)
        for place, (number, note) in enumerate(new)
    )


def add_civil_number(citizen: Citizen, number: cpr.CivilNumber, at: dt.datetime) -> None:
    """Seals a number and lays it beside those that were there before."""
    row = CivilNumber(citizen=citizen, kind=number.kind.value, since=at)
    row.sealed_value = sealed.seal(number.value, place=CivilNumber.PLACE, row=row.pk)
    row.fingerprint = sealed.fingerprint(number.value, of="cpr")
    row.save(force_insert=True)
