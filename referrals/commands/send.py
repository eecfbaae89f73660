"""A sender refers somebody to a municipality, and may follow how far it comes and no more."""

import base64
import dataclasses
import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from referrals import policies
from referrals.commands.arrivals import Came, note_arrivals
from referrals.commands.details import SOURCES, Details
from referrals.commands.episodes import correct_referral, same_episode
from referrals.commands.receive import receive_referral
from referrals.models import SentReferral
from referrals.states import Channel, Source, Taken, Way
from roegfri.actor import Actor, Kind, acting, receiving
from roegfri.audit import looks
from roegfri.audit.commands import record
from roegfri.organisations.kinds import Kind as OrganisationKind
from roegfri.organisations.models import Municipality, Organisation
from roegfri.refusal import AlreadySent, Refusal
from roegfri.walls.locks import alone, said, whose

BY_NUMBER = "Tlf. … "


@dataclass(frozen=True, slots=True)
class Sending:
    """What became of a referral that was sent; `sent` is all that its sender may know of it."""

    taken: Taken
    sent: SentReferral

    @property
    def referral_id(self) -> uuid.UUID:
        """The case's id: what the sender and the municipality can both name it by."""
        return self.sent.referral_id

    @property
    def contact_by(self) -> dt.date:
        """The last day on which the municipality calls in time."""
        return self.sent.contact_by


@transaction.atomic
def send_referral(
    details: Details,
    *,
    to: Municipality,
    by: Actor,
    at: dt.datetime,
    once: uuid.UUID | None = None,
    reference: str = "",
    name: str = "",
) -> Sending:
    """Refers somebody to a municipality, whose clock starts; the sender may follow it from then on.

    Who sent it, by which channel and when is said by `by` and `at`, whatever `details` say. `once`
    is the form's own number: the same form sent twice is one referral. `reference` is the sender's
    own number of it (at most 40 characters): the same content again changes nothing, other content
    corrects the same case, and its clock runs on. `name` is what the sender calls her on its own
    list; else her name as typed, or the end of her telephone number. Nothing in the answer tells
    whether anybody knew her. Raises Refusal when the municipality takes no referrals, or a
    correction comes after it gave the case away; AlreadySent when the form said something else.
    """
    assert by.organisation_id  # noqa: S101  (nobody sends who acts for nobody)
    sender = Organisation.objects.get(pk=by.organisation_id)
    details = _as_sent(details, sender, reference, by, at)
    said_now = _said(details, to)
    pk = whose(once, by, sender.pk) if once else uuid.uuid4()
    alone("sent", *((sender.pk, to.pk, reference) if reference else (pk,)))
    known = _sent_before(pk, to, reference, by)
    taken = _taken(known, said_now, reference)
    if known is None:
        sent = _sent(pk, details, sender, to, by=by, at=at)
        sent.reference, sent.name, sent.said_sha256 = reference, _listed(name, details), said_now
        sent.save(force_insert=True)
    else:
        sent = known
    if taken == Taken.CORRECTED:
        _correct(details, to, by=by, at=at)
        sent.name, sent.said_sha256 = _listed(name, details), said_now
        sent.save(update_fields=["name", "said_sha256"])
    way = Way.FORM if details.channel == Channel.WEB else Way.API
    with at_the_receiver(to, by):
        note_arrivals(to.pk, [Came(way, taken, at, sender, sender.name)])
    if taken != Taken.DUPLICATE:
        record("referral.sent", sent, by=by, at=at, persons=[sent.citizen_id])
    return Sending(taken, sent)


def sender_mark(organisation_id: uuid.UUID) -> str:
    """What stands for a sender that has no EAN where MedCom's letters have theirs (13 characters).

    With the sender's own reference it names one case, as an EAN and an episode do. It begins with
    a letter, so that it is nobody's EAN; the rest are 60 bits of the id's digest.
    """
    digest = hashlib.sha256(organisation_id.bytes).digest()
    return "R" + base64.b32encode(digest).decode()[:12]


def _as_sent(
    details: Details, sender: Organisation, reference: str, by: Actor, at: dt.datetime
) -> Details:
    """The details with what the sender does not say of itself."""
    person = by.name if by.kind is Kind.PERSON else details.sender_name
    return dataclasses.replace(
        details,
        source=SOURCES.get(OrganisationKind(sender.kind), Source.OTHER),
        channel=Channel.WEB if by.kind is Kind.PERSON else Channel.API,
        received_at=at,
        sender=sender,
        sender_name=", ".join(filter(None, (sender.name, person)))[:160],
        sender_ean=sender_mark(sender.pk) if reference else "",
        episode=reference,
    )


def _said(details: Details, to: Municipality) -> bytes:
    """A digest of what was sent and to whom, without when: it is said again a moment later."""
    content = {field.name: getattr(details, field.name) for field in dataclasses.fields(details)}
    return said(to=to, details=content | {"received_at": None, "sent_at": None})


def _sent_before(pk: uuid.UUID, to: Municipality, reference: str, by: Actor) -> SentReferral | None:
    own = policies.sent_visible_to(by)
    return (
        own.filter(receiver=to, reference=reference) if reference else own.filter(pk=pk)
    ).first()


def _taken(known: SentReferral | None, said_now: bytes, reference: str) -> Taken:
    """What it is beside what came before. Raises AlreadySent for a form that said otherwise."""
    if known is None:
        return Taken.CREATED
    if bytes(known.said_sha256 or b"") == said_now:
        return Taken.DUPLICATE
    if reference:
        return Taken.CORRECTED
    raise AlreadySent(
        _(
            "Henvisningen er allerede sendt, men med andre oplysninger end dem her. Ring til"
            " kommunen med rettelsen. Skal der sendes én til, så åbn en ny formular."
        )
    )


@contextmanager
def at_the_receiver(to: Organisation, by: Actor) -> Iterator[Actor]:
    """In the scope of the municipality that receives. Whom it recognises there is seen by nobody:
    the sender has not looked at her."""
    with acting(receiving(by, to.pk, to.name)) as there, looks.watch():
        yield there


def _sent(
    pk: uuid.UUID,
    details: Details,
    sender: Organisation,
    to: Municipality,
    *,
    by: Actor,
    at: dt.datetime,
) -> SentReferral:
    """The case at the municipality, and the sender's own row of it, not yet saved."""
    with at_the_receiver(to, by) as there:
        referral = receive_referral(details, handler=to, by=there, at=at)
    return SentReferral(
        pk=pk,
        referral=referral,
        citizen_id=referral.citizen_id,
        organisation=sender,
        receiver=to,
        user_id=by.user_id,
        token_id=by.name if by.kind is Kind.TOKEN else None,
        shared=sender.kind != OrganisationKind.MUNICIPALITY,
        at=at,
        contact_by=referral.contact_by,
    )


def _correct(details: Details, to: Municipality, *, by: Actor, at: dt.datetime) -> None:
    """Mends the case of that reference. Raises Refusal when the municipality gave it away."""
    with at_the_receiver(to, by) as there:
        if details.mark:
            alone("citizen", details.mark.hex())  # nobody else takes the number meanwhile
        case = same_episode(details, to, there, or_closed=True)
        if case is None:
            raise given_away(to)
        correct_referral(case, details, by=there, at=at)


def _listed(name: str, details: Details) -> str:
    """What the sender knows her by on its own list."""
    typed = name.strip() or f"{details.given_names} {details.surname}".strip()
    return (typed or (by_number(details.phones[0][0]) if details.phones else ""))[:160]


def by_number(e164: str) -> str:
    """What somebody without a name is known by: as little of her number as tells two apart."""
    return f"{BY_NUMBER}{e164[-3:]}"


def given_away(to: Organisation) -> Refusal:
    """What is said of a correction that comes after the case left for another municipality."""
    words = _(
        "%(name)s har givet sagen videre, så en rettelse kan ikke tages imod her. Ring til"
        " kommunen med den."
    )
    return Refusal(words % {"name": to.name})
