"""A message came in: it becomes a referral, corrects one, or stays in the inbox with its reason."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext as _

from referrals.commands.details import SOURCES, Details
from referrals.commands.episodes import correct_referral, given_on, same_episode
from referrals.commands.receive import receive_referral
from referrals.models import IncomingMessage
from referrals.states import Channel, InboxState, Source
from roegfri import clock, sealed
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.medcom.messages import Kind, Message, Party, Patient, Status
from roegfri.organisations import lookup
from roegfri.organisations.kinds import Kind as OrganisationKind
from roegfri.organisations.models import Municipality, Organisation
from roegfri.persons import cpr, phone
from roegfri.walls.locks import alone


class Taken(StrEnum):
    """What became of a message."""

    CREATED = "created"
    CORRECTED = "corrected"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to whoever brought a message."""

    taken: Taken
    message: IncomingMessage


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file as it came: its bytes, its name, and when the municipality received it."""

    body: bytes
    filename: str
    received_at: dt.datetime


@transaction.atomic
def take_message(
    message: Message, delivery: Delivery, *, inbox: Organisation, by: Actor, at: dt.datetime
) -> Receipt:
    """Takes a readable message in. `inbox` is whose it was brought to.

    Idempotent: the same envelope and letter give the same receipt and change nothing.
    """
    alone("message", message.sender.ean, message.letter.episode or message.letter.identifier)
    handler, wrong = _receiver(message.receiver, inbox, clock.danish_date(delivery.received_at))
    if handler is None:
        return keep_message(
            delivery, inbox=inbox, state=InboxState.MISADDRESSED, reason=wrong, by=by, at=at
        )
    taken_before = IncomingMessage.objects.filter(
        organisation=inbox,
        state=InboxState.ACCEPTED,
        sender_ean=message.sender.ean,
        envelope=message.envelope.identifier,
        letter=message.letter.identifier,
    )
    if known := taken_before.select_related("referral").first():
        return Receipt(Taken.DUPLICATE, known)
    details = _details(message, delivery)
    corrects = message.letter.status is Status.CORRECTION
    referral = same_episode(details, handler, by, or_closed=corrects)
    if referral is None and (now_at := given_on(details, handler)):
        return keep_message(
            delivery,
            inbox=inbox,
            state=InboxState.MISADDRESSED,
            reason=_("Hører til en sag, som er givet til %(name)s. Giv beskeden videre dertil.")
            % {"name": now_at.name},
            by=by,
            at=at,
        )
    taken = Taken.CORRECTED if referral else Taken.CREATED
    if referral:
        correct_referral(referral, details, by=by, at=at)
    else:
        referral = receive_referral(details, handler=handler, by=by, at=at)
    row = _row(delivery, inbox, InboxState.ACCEPTED, "", at)
    row.sender_ean = message.sender.ean
    row.envelope = message.envelope.identifier
    row.letter = message.letter.identifier
    row.referral = referral
    row.save(force_insert=True)
    record("message.taken", row, by=by, at=at, persons=[referral.citizen_id])
    return Receipt(taken, row)


@transaction.atomic
def keep_message(
    delivery: Delivery,
    *,
    inbox: Organisation,
    state: InboxState,
    reason: str,
    by: Actor,
    at: dt.datetime,
) -> Receipt:
    """Keeps what could not be taken, with its bytes and the reason; the same bytes once."""
    digest = hashlib.sha256(delivery.body).digest()
    alone("inbox", inbox.pk, digest.hex())
    known = IncomingMessage.objects.filter(
        organisation=inbox, state=state, sha256=digest, reason=reason
    ).first()
    if known:
        return Receipt(Taken.DUPLICATE, known)
    row = _row(delivery, inbox, state, reason, at)
    row.save(force_insert=True)
    record("message.kept", row, by=by, at=at, reason=state)
    return Receipt(Taken.REFUSED, row)


@transaction.atomic
def read_message(message: IncomingMessage, *, by: Actor, at: dt.datetime) -> None:
    """Notes who saw a message of the inbox: it may name a person nobody knows here yet."""
    record("message.read", message, by=by, at=at)


def _row(
    delivery: Delivery, inbox: Organisation, state: InboxState, reason: str, at: dt.datetime
) -> IncomingMessage:
    row = IncomingMessage(
        organisation=inbox,
        came_at=at,
        filename=delivery.filename[:200],
        sha256=hashlib.sha256(delivery.body).digest(),
        state=state,
        reason=reason[:300],
    )
    row.body = sealed.seal(delivery.body.decode("latin-1"), place=IncomingMessage.PLACE, row=row.pk)
    return row


def _receiver(party: Party, inbox: Organisation, on: dt.date) -> tuple[Municipality | None, str]:
    """The municipality that takes the message, or None and why it stays in the inbox."""
    found = lookup.receiver_by_ean(party.ean, on)
    if found is None and party.identifier_code == "kommunenummer":
        found = lookup.receiver_by_code(party.identifier, on)
    named = found.municipality.name if found else (party.organisation or party.ean or "?")
    if found is None:
        words = _("Beskeden er adresseret til «%(name)s» (EAN %(ean)s), som ikke kendes her.")
    elif found.agreement is None:
        words = _("%(name)s er ikke med i en aftale om rygestop og kan ikke modtage henvisninger.")
    elif found.municipality.pk != inbox.pk:
        words = _("Beskeden er adresseret til %(name)s og er ikke læst ind. Giv den videre dertil.")
    else:
        return found.municipality, ""
    return None, words % {"name": named, "ean": party.ean or "-"}


_SOURCES = {
    "ydernummer": Source.PRACTICE,
    "sygehusafdelingsnummer": Source.HOSPITAL,
    "sorkode": Source.HOSPITAL,
    "kommunenummer": Source.MUNICIPALITY,
}


def _details(message: Message, delivery: Delivery) -> Details:
    """What a message says, in our terms; what cannot be read as it should stays in the text."""
    sender = lookup.sender(message.sender.identifier_code, message.sender.identifier)
    by_kind = SOURCES.get(OrganisationKind(sender.kind)) if sender else None
    phones, odd_phones = _phones(message.patient)
    number, odd_number = _civil_number(message.patient, clock.danish_date(delivery.received_at))
    names = (message.sender.organisation, message.sender.department)
    diagnoses = [" ".join(filter(None, (d.code, d.text))) for d in message.diagnoses]
    parts = (message.subject, message.clinical_text, *diagnoses, *odd_phones, odd_number)
    return Details(
        source=_SOURCES.get(message.sender.identifier_code) or by_kind or Source.OTHER,
        channel=Channel.CORRESPONDENCE if message.kind is Kind.CORRESPONDENCE else Channel.MEDCOM,
        received_at=delivery.received_at,
        sent_at=message.envelope.sent,
        given_names=message.patient.given_names[:120],
        surname=message.patient.surname[:120],
        phones=phones,
        civil_number=number,
        email=message.patient.email[:254],
        address=", ".join(filter(None, (message.patient.street, message.patient.suburb)))[:200],
        postcode=message.patient.postcode[:10],
        town=message.patient.district[:60],
        text="\n\n".join(part.strip() for part in parts if part.strip()),
        sender=sender,
        sender_name=", ".join(dict.fromkeys(filter(None, names)))[:160],
        sender_ean=message.sender.ean,
        episode=message.letter.episode[:40],
    )


def _phones(patient: Patient) -> tuple[list[tuple[str, str]], list[str]]:
    """The numbers that are numbers; the others as lines for the text, so that nothing is lost."""
    good, odd = [], []
    for given in patient.phones:
        try:
            good.append((phone.parse(given.number).e164, given.kind))
        except phone.PhoneProblem:
            odd.append(_("Telefon i beskeden, som ikke kan læses: %s") % given.number)
    return good, odd


def _civil_number(patient: Patient, on: dt.date) -> tuple[cpr.CivilNumber | None, str]:
    written = patient.civil_number or patient.alternative
    if not written:
        return None, ""
    try:
        return cpr.parse(written, on=on), ""
    except cpr.CprProblem:
        return None, _("Personnummer i beskeden, som ikke kan læses: %s") % written
