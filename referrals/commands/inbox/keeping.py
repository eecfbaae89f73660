"""The inbox: what could not be taken, with its bytes and the reason, once."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from referrals.commands.inbox.values import Answer, Delivery, Letter, Place, Reply, Unread
from referrals.models import IncomingMessage, Referral
from referrals.states import InboxState, Taken
from roegfri import sealed
from roegfri.actor import Actor
from roegfri.audit.commands import name_of, record
from roegfri.audit.many import Line, record_all
from roegfri.organisations.models import Organisation
from roegfri.walls.inserts import insert
from roegfri.walls.locks import alone


@transaction.atomic
def keep_message(
    delivery: Delivery,
    *,
    inbox: Organisation,
    state: InboxState,
    reason: str,
    by: Actor,
    at: dt.datetime,
) -> Answer:
    """Keeps what could not be taken, with its bytes and the reason; the same bytes once."""
    alone(*lock_of_bytes(delivery, inbox))
    return keep_all([Unread(delivery, state, reason)], Place(inbox, by, at))[0]


@transaction.atomic
def read_message(message: IncomingMessage, *, by: Actor, at: dt.datetime) -> None:
    """Notes who saw a message of the inbox: it may name a person nobody knows here yet."""
    record("message.read", message, by=by, at=at)


def lock_of_bytes(delivery: Delivery, inbox: Organisation) -> tuple[str, UUID, str]:
    """The name of bytes in an inbox: the same twice at once are kept once."""
    return "inbox", inbox.pk, delivery.sha256.hex()


def keep_all(unread: Sequence[Unread], place: Place) -> list[Answer]:
    """Keeps a set, in a command that holds its locks; one statement for each table."""
    if not unread:
        return []
    there = _kept_before(unread, place.inbox)
    answers, rows = [], []
    for one in unread:
        known = None if one.delivery.row else there.get(one.key)
        if known:
            answers.append(Answer(Taken.DUPLICATE, known))
            continue
        row = _row(
            one.delivery,
            place,
            state=one.state,
            reason=one.reason[:300],
            sender_name=one.sender_name[:160],
        )
        there[one.key] = row
        rows.append(row)
        answers.append(Answer(Taken.REFUSED, row))
    write_rows(rows)
    kept = [Line("message.kept", name_of(row), reason=row.state) for row in rows]
    record_all(kept, by=place.by, at=place.at)
    return answers


def _kept_before(
    unread: Sequence[Unread], inbox: Organisation
) -> dict[tuple[str, bytes, str], IncomingMessage]:
    """What waits for somebody already. What somebody has dealt with is new when it comes again."""
    digests = [one.delivery.sha256 for one in unread]
    kept = IncomingMessage.objects.filter(organisation_id=inbox.pk, sha256__in=digests)
    rows = kept.exclude(state=InboxState.ACCEPTED).filter(handled_at=None).defer("body")
    return {(row.state, bytes(row.sha256), row.reason): row for row in rows.order_by("-came_at")}


def accepted_row(letter: Letter, referral: Referral, place: Place) -> IncomingMessage:
    """The row of a letter that is taken, as the case it became or is about."""
    return _row(
        letter.delivery,
        place,
        state=InboxState.ACCEPTED,
        reason="",
        sender_name=letter.details.sender_name[:160],
        sender_ean=letter.message.sender.ean,
        envelope=letter.message.envelope.identifier,
        letter=letter.message.letter.identifier,
        referral=referral,
    )


def reply_row(reply: Reply, case: UUID, place: Place) -> IncomingMessage:
    """The row of a receipt for a letter about that case."""
    sender_ean, envelope, letter = reply.key
    return _row(
        reply.delivery,
        place,
        state=InboxState.ACCEPTED,
        reason="",
        sender_ean=sender_ean,
        envelope=envelope,
        letter=letter,
        referral_id=case,
    )


def _row(delivery: Delivery, place: Place, **became: Any) -> IncomingMessage:
    """A delivery and what became of it; its bytes sealed, where no row has them yet."""
    if delivery.row:
        for name, value in became.items():
            setattr(delivery.row, name, value)
        return delivery.row
    row = IncomingMessage(
        organisation_id=place.inbox.pk,
        came_at=place.at,
        received_at=delivery.received_at,
        way=delivery.way,
        filename=_storable(delivery.filename)[:200],
        sha256=delivery.sha256,
        **became,
    )
    row.body = sealed.seal(delivery.body.decode("latin-1"), place=IncomingMessage.PLACE, row=row.pk)
    return row


_BECAME = ("state", "reason", "sender_name", "sender_ean", "envelope", "letter", "referral")


def write_rows(rows: Sequence[IncomingMessage]) -> None:
    """New rows in one statement; those that were tried again, as they are now."""
    there = {row.pk for row in rows if not row._state.adding}  # noqa: SLF001  (Django's mark)
    insert([row for row in rows if row.pk not in there])
    for row in rows:
        if row.pk in there:
            row.save(update_fields=_BECAME)


def _storable(filename: str) -> str:
    """A file's name can be any bytes; a column's text cannot."""
    return filename.replace("\0", "").encode("utf-8", "replace").decode()
