"""A message that waits in the inbox goes on: tried again, to another municipality, to its sender,
or into a referral that a person writes from it.

The row is locked first, then whatever taking it in locks: so a double click has one effect, and
nothing is lost between this and the same message coming by another door.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from referrals import policies, queries
from referrals.commands.aside import put_away, waiting_message
from referrals.commands.cases import handled
from referrals.commands.deliveries import take_deliveries, take_delivery
from referrals.commands.details import Details
from referrals.commands.episodes import add_text
from referrals.commands.inbox import Answer, Delivery
from referrals.commands.people import add_phones
from referrals.commands.receipts import refuse_sender
from referrals.commands.receive import member_agreement, receive_referral
from referrals.commands.typed import type_in_referral
from referrals.models import Citizen, IncomingMessage, Referral
from referrals.states import InboxState, ReferralState, Taken, Way
from roegfri import clock
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.organisations.models import Municipality
from roegfri.refusal import Refusal

# How much is tried in one go: a page answers within seconds, and its process holds what it reads.
RETRY_MOST, RETRY_BYTES = 500, 25_000_000


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of some that waited; `more`: some are left that were not tried."""

    answers: Sequence[Answer]
    more: bool


@transaction.atomic
def retry_message(message: IncomingMessage, *, by: Actor, at: dt.datetime) -> Answer:
    """Reads the kept bytes again, as received when they came.

    The row itself becomes the accepted one, or stays with what is wrong now. One that was taken in
    meanwhile is DUPLICATE. Raises Refusal when a colleague has dealt with it.
    """
    visible = policies.messages_visible_to(by).select_for_update(of=("self",))
    row = visible.select_related("organisation").get(pk=message.pk)
    if row.referral_id:
        return Answer(Taken.DUPLICATE, row)
    (answer,) = _tried([waiting_message(row, by)], by=by, at=at)
    return answer


@transaction.atomic
def retry_messages(ids: Collection[UUID] | None, *, by: Actor, at: dt.datetime) -> Tried:
    """The same for some that wait, or for all (None): those that came first, up to RETRY_MOST files
    and RETRY_BYTES of them.

    Those that a colleague has dealt with meanwhile are left alone, and have no answer.
    """
    waiting = policies.messages_visible_to(by).filter(handled_at=None)
    waiting = waiting.exclude(state=InboxState.ACCEPTED).order_by("came_at", "pk")
    if ids is not None:
        waiting = waiting.filter(pk__in=ids)
    first, more = _first_of(waiting)
    rows = list(waiting.filter(pk__in=first).select_for_update(of=("self",)))
    return Tried(_tried(rows, by=by, at=at), more)


@transaction.atomic
def forward_message(
    message: IncomingMessage, *, to: Municipality, by: Actor, at: dt.datetime
) -> bool:
    """Gives a message to another municipality, whose clock starts when it gets it: now.

    Whether it was taken in there, or waits in their inbox: that is all the giver is told. Raises
    Refusal when a colleague has dealt with it, or that municipality takes no referrals.
    """
    row = waiting_message(message, by)
    if to.pk == row.organisation_id:
        raise Refusal(_("Beskeden ligger allerede hos jer. Vælg en anden kommune."), field="to")
    member_agreement(to, clock.danish_date(at))
    filename = "" if row.posted else row.filename
    delivery = Delivery(row.bytes, filename, at, Way.FORWARDED)
    answer = take_delivery(delivery, inbox=to, by=by, at=at)
    taken = answer.message.state == InboxState.ACCEPTED
    there = _("læst ind dér") if taken else _("ligger i deres indbakke")
    note = _("Givet videre til %(name)s: %(there)s.") % {"name": to.name, "there": there}
    put_away(row, note=note, by=by, at=at, forwarded_to=to)
    record("message.forwarded", row, by=by, at=at)
    return taken


@transaction.atomic
def answer_sender(message: IncomingMessage, *, reason: str, by: Actor, at: dt.datetime) -> None:
    """Tells the sender by a negative receipt that a message was not taken in, and why.

    Raises Refusal when a colleague has dealt with it, or nobody can be told (refuse_sender).
    """
    row = waiting_message(message, by)
    refuse_sender(row, reason=reason, by=by, at=at)
    put_away(row, note=_("Afvist over for afsenderen: %s") % reason, by=by, at=at)
    record("message.answered", row, by=by, at=at)


@transaction.atomic
def write_referral(
    details: Details,
    *,
    message: UUID | None,
    handler: Municipality,
    by: Actor,
    at: dt.datetime,
    **how: Any,
) -> Referral:
    """A referral that a person has typed in. `message` is the one of the inbox that it was written
    from, which is dealt with by it, and was counted when it came; `how` is receive_referral's.

    Raises its Refusals, and when that message waits no more.
    """
    if message is None:
        return type_in_referral(details, handler=handler, by=by, at=at, **how)
    row = _written_from(message, by)
    referral = receive_referral(details, handler=handler, by=by, at=at, **how)
    if row.referral_id == referral.pk:
        return referral
    if row.referral_id:
        raise Refusal(_("En kollega har allerede oprettet en henvisning ud fra beskeden."))
    note = _("Oprettet som henvisning i hånden.")
    put_away(row, note=note, by=by, at=at, referral=referral.pk)
    record("message.set_aside", row, by=by, at=at, persons=[referral.citizen_id])
    return referral


@transaction.atomic
def add_to_case(
    message: IncomingMessage,
    *,
    referral: Referral,
    text: str,
    phones: Sequence[tuple[str, str]] = (),
    by: Actor,
    at: dt.datetime,
) -> Referral:
    """Adds what a message says to the open case that a person says it is about, under the day on
    which it was received, and its numbers to hers; the message is dealt with by it.

    `phones` as in Details. No clock starts. The same twice is once. Raises Refusal when the message
    waits no more, and when the case is closed or no longer the municipality's.
    """
    row = _written_from(message.pk, by)
    case = handled(referral, by)
    if row.referral_id == case.pk:
        return case
    if row.referral_id:
        raise Refusal(_("En kollega har allerede føjet beskeden til en sag. Genindlæs siden."))
    if case.state == ReferralState.CLOSED:
        raise Refusal(_("Sagen er afsluttet i mellemtiden. Opret en henvisning i stedet."))
    add_text(case, [text], received_at=row.received_at or row.came_at)
    citizen = Citizen.objects.get(pk=case.citizen.merged_into_id or case.citizen_id)
    add_phones(citizen, phones)
    put_away(row, note=_("Føjet til en åben sag."), by=by, at=at, referral=case.pk)
    record("referral.corrected", case, by=by, at=at, persons=[citizen.pk])
    record("message.added", row, by=by, at=at, persons=[citizen.pk])
    return case


def _written_from(message: UUID, by: Actor) -> IncomingMessage:
    """The row, locked: it waits, or the same form made a referral of it a moment ago."""
    visible = policies.messages_visible_to(by).exclude(state=InboxState.ACCEPTED)
    row = visible.select_for_update(of=("self",)).filter(pk=message).first()
    if row is None:
        raise Refusal(_("Beskeden ligger ikke længere i indbakken. Se, om den er læst ind."))
    return row if row.referral_id else waiting_message(row, by)


def _first_of(waiting: QuerySet[IncomingMessage]) -> tuple[list[UUID], bool]:
    """As many as are tried in one go, one at least; and whether there are more."""
    sized = list(waiting.values_list("pk", Length("body"))[: RETRY_MOST + 1])
    together = accumulate(size for _pk, size in sized)
    fit = sum(1 for size in together if size <= RETRY_BYTES)
    first = [pk for pk, _size in sized[: min(max(fit, 1), RETRY_MOST)]]
    return first, len(sized) > len(first)


def _tried(rows: Sequence[IncomingMessage], *, by: Actor, at: dt.datetime) -> Sequence[Answer]:
    """Takes locked rows in anew. One whose letter came by another door meanwhile is dealt with."""
    inbox = queries.own_municipality(by)
    kept = [_as_it_came(row) for row in rows]
    answers = take_deliveries(kept, inbox=inbox, by=by, at=at) if kept else []
    for row, answer in zip(rows, answers, strict=True):
        if answer.taken == Taken.DUPLICATE:
            note, referral = _("Læst ind ad en anden vej."), answer.message.referral_id
            put_away(row, note=note, by=by, at=at, referral=referral)
        record("message.retried", row, by=by, at=at, reason=answer.taken)
    return answers


def _as_it_came(row: IncomingMessage) -> Delivery:
    received_at = row.received_at or row.came_at
    return Delivery(row.bytes, row.filename, received_at, Way(row.way), row)
