"""What a MedCom message says, in our terms; what cannot be read as it should stays in the text."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from referrals.commands.details import SOURCES, Details
from referrals.commands.inbox.values import Brought, Delivery, Letter, Reply, Unread
from referrals.states import Channel, InboxState, Source
from roegfri import medcom
from roegfri.medcom.faults import reason
from roegfri.medcom.messages import Kind, Message, Patient
from roegfri.organisations import many
from roegfri.organisations.kinds import Kind as OrganisationKind
from roegfri.organisations.models import Organisation
from roegfri.persons import cpr, phone

_SOURCES = {
    "ydernummer": Source.PRACTICE,
    "sygehusafdelingsnummer": Source.HOSPITAL,
    "sorkode": Source.HOSPITAL,
    "kommunenummer": Source.MUNICIPALITY,
}
# The faults that are told with words of the file.
_QUOTING = {
    medcom.Fault.VERSION,
    medcom.Fault.STATUS,
    medcom.Fault.DATE,
    medcom.Fault.OTHER_LETTER,
}


def read_all(deliveries: Sequence[Delivery]) -> list[Brought]:
    """Each delivery as a letter, or why it stays in the inbox; senders are looked up together."""
    parsed = [_parsed(one) for one in deliveries]
    messages = [one for one in parsed if isinstance(one, Message)]
    senders = many.senders([_number(one) for one in messages])
    return [
        Letter(delivery, one, _details(one, delivery, senders.get(_number(one))))
        if isinstance(one, Message)
        else one
        for delivery, one in zip(deliveries, parsed, strict=True)
    ]


def _parsed(delivery: Delivery) -> Message | Unread | Reply:
    try:
        return medcom.parse(delivery.body)
    except (medcom.NotOurs, medcom.Unreadable) as fault:
        if said := medcom.read_answer(delivery.body):
            return Reply(delivery, said)
        ours = isinstance(fault, medcom.Unreadable)
        state = InboxState.UNREADABLE if ours else InboxState.NOT_OURS
        spoken = reason(fault.code, "…") if fault.code in _QUOTING else ""
        seen = medcom.glance(delivery.body)
        return Unread(delivery, state, fault.reason, spoken, seen.sender.name if seen else "")


def _number(message: Message) -> many.Number:
    return message.sender.identifier_code, message.sender.identifier


def _details(message: Message, delivery: Delivery, sender: Organisation | None) -> Details:
    """What a message says; `sender` is who sent it, when known here."""
    by_kind = SOURCES.get(OrganisationKind(sender.kind)) if sender else None
    phones, odd_phones = _phones(message.patient)
    number, odd_number = _civil_number(message.patient, delivery)
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


def _civil_number(patient: Patient, delivery: Delivery) -> tuple[cpr.CivilNumber | None, str]:
    written = patient.civil_number or patient.alternative
    if not written:
        return None, ""
    try:
        return cpr.parse(written, on=delivery.received_on), ""
    except cpr.CprProblem:
        return None, _("Personnummer i beskeden, som ikke kan læses: %s") % written
