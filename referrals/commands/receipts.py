"""Receipts: MedCom's answers to whoever sent a message. Made with it, written when there is room.

A receipt is rendered once and kept with its bytes; the sweep writes it to the outbound folder.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from referrals import policies
from referrals.commands.outgoing import Deliver, Outgoing
from referrals.models import IncomingMessage, Receipt
from referrals.queries.receipts import waiting_receipts
from referrals.states import InboxState, ReceiptKind
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.medcom import Message, Unreadable, receipts
from roegfri.medcom.receipts import RefuseCode
from roegfri.medcom.writing import new_identifier
from roegfri.refusal import Refusal
from roegfri.walls.inserts import insert

AT_ONCE = 100
_CODES = {
    InboxState.UNREADABLE: RefuseCode.SYNTAX,
    InboxState.MISADDRESSED: RefuseCode.RECEIVER,
}


def make_receipts(pairs: Sequence[tuple[IncomingMessage, Message]], *, at: dt.datetime) -> None:
    """The positive receipts of messages that were taken in, for those that asked for one.

    Part of the command that takes them, so that a receipt says what has been done. A message
    without an EAN at either end has no address to answer to, and gets none.
    """
    asked = [
        (row, receipts.original_of(message))
        for row, message in pairs
        if message.envelope.wants_receipt
    ]
    made = [
        _row(
            row, ReceiptKind.POSITIVE, name, receipts.positive(original, identifier=name, at=at), at
        )
        for row, original in asked
        if original.answerable and (name := new_identifier())
    ]
    insert(made)


def ask_again(message: IncomingMessage) -> None:
    """The message came once more: its newest receipt, the same bytes, is written again.

    Part of the command that met it again.
    """
    newest = Receipt.objects.filter(message=message).order_by("-made_at", "pk").values("pk")[:1]
    Receipt.objects.filter(pk__in=newest, written_at__isnull=False).update(written_at=None)


@transaction.atomic
def refuse_sender(message: IncomingMessage, *, reason: str, by: Actor, at: dt.datetime) -> Receipt:
    """Tells the sender, by a negative receipt, that a message was not taken in, and why.

    Raises Refusal where it was, where the sender was told before, and where the file does not say
    who sent it.
    """
    visible = policies.messages_visible_to(by)
    message = visible.select_for_update(of=("self",)).get(pk=message.pk)
    if message.state == InboxState.ACCEPTED:
        raise Refusal(_("Beskeden er læst ind, så den kan ikke afvises."))
    if Receipt.objects.filter(message=message, kind=ReceiptKind.NEGATIVE).exists():
        raise Refusal(_("Afsenderen har allerede fået at vide, at beskeden ikke er læst ind."))
    try:
        original = receipts.read_original(message.bytes)
    except Unreadable:
        original = None
    if original is None or not original.answerable:
        raise Refusal(_("Filen siger ikke, hvem afsenderen er. Ring eller skriv til afsenderen."))
    name = new_identifier()
    code = _CODES.get(InboxState(message.state), RefuseCode.UNSPECIFIED)
    xml = receipts.negative(original, code=code, reason=reason, identifier=name, at=at)
    receipt = _row(message, ReceiptKind.NEGATIVE, name, xml, at)
    receipt.save(force_insert=True)
    record("receipt.made", receipt, by=by, at=at, reason=reason)
    return receipt


@transaction.atomic
def write_receipts(
    deliver: Deliver,
    *,
    but_not: Collection[UUID] = (),
    by: Actor,
    at: dt.datetime,
) -> bool:
    """Has the oldest receipts that wait written by `deliver`, which answers which of them were.

    `but_not` are organisations whose folder has just refused one. False when none waits. Whoever
    is killed between the folder and the mark writes the same file again, under the same name.
    """
    waiting = Receipt.objects.filter(written_at=None).exclude(organisation__in=but_not)
    due = list(
        waiting.select_for_update(skip_locked=True, of=("self",)).order_by("made_at", "pk")[
            :AT_ONCE
        ]
    )
    if due:
        Receipt.objects.filter(pk__in=deliver(due)).update(written_at=at)
    return bool(due)


def _row(
    message: IncomingMessage, kind: ReceiptKind, identifier: str, xml: bytes, at: dt.datetime
) -> Receipt:
    return Receipt(
        message=message,
        organisation_id=message.organisation_id,
        kind=kind,
        identifier=identifier,
        filename=f"{identifier}.xml",
        xml=xml,
        made_at=at,
    )


OUT = Outgoing(write_receipts, waiting_receipts)
