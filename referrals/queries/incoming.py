"""What came in and could not be taken: the inbox."""

import datetime as dt
from uuid import UUID

from django.db.models import Case, Prefetch, QuerySet, When
from django.http import Http404

from referrals import policies
from referrals.models import HandOver, IncomingMessage, Receipt
from referrals.queries.duplicates import Candidate, likely_same
from referrals.queries.handover import may_receive
from referrals.queries.persons import Who
from referrals.states import InboxState, ReceiptKind
from roegfri.actor import Actor
from roegfri.medcom import Glance
from roegfri.organisations import lookup
from roegfri.organisations.kinds import Kind
from roegfri.organisations.models import Municipality


def inbox(viewer: Actor, *, handled: bool) -> QuerySet[IncomingMessage]:
    """Those that wait for somebody, or those somebody has dealt with, with the receipts that told
    their senders (`refusals`). `first` is 1 for one that somebody may be waiting for elsewhere
    (IncomingMessage.urgent), else 0.
    """
    kept = policies.messages_visible_to(viewer).exclude(state=InboxState.ACCEPTED)
    urgent = When(state=InboxState.NOT_OURS, then=1)
    rows = kept.filter(handled_at__isnull=not handled).annotate(first=Case(urgent, default=0))
    told = Receipt.objects.filter(kind=ReceiptKind.NEGATIVE).defer("xml")
    refusals = Prefetch("receipts", told, to_attr="refusals")
    return rows.select_related("handled_by").defer("body").prefetch_related(refusals)


def incoming(viewer: Actor, pk: UUID) -> IncomingMessage:
    """One message of one's own inbox, with its bytes. Raises Http404.

    One that was taken in is read in the citizen's file, which asks why where it has to.
    """
    waiting = policies.messages_visible_to(viewer).exclude(state=InboxState.ACCEPTED)
    told = Receipt.objects.filter(kind=ReceiptKind.NEGATIVE).defer("xml")
    rows = waiting.prefetch_related(Prefetch("receipts", told, to_attr="refusals"))
    found = rows.select_related("handled_by", "forwarded_to").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def came_in(viewer: Actor, pk: UUID) -> IncomingMessage:
    """The same without its bytes, and also when it was taken in meanwhile: to act on, not to read.

    Raises Http404.
    """
    found = policies.messages_visible_to(viewer).defer("body").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def may_take_up(viewer: Actor, message: IncomingMessage) -> bool:
    """Whether one that was dealt with may wait again: it is in nobody else's hands.

    The message is one the viewer was given to see.
    """
    if message.forwarded_to_id or message.referral_id:
        return False
    return not message.receipts.filter(kind=ReceiptKind.NEGATIVE).exists()


def belongs_to(viewer: Actor, letter: Glance, on: dt.date) -> Municipality | None:
    """Another municipality that a letter is for, by what it says: whoever has the case of the
    same episode now, if it was given on from here; else the one it is addressed to. None when that
    is our own, not known here, or takes no referrals on that day.
    """
    given = HandOver.objects.filter(
        giver_id=viewer.organisation_id,
        sender_ean=letter.sender.ean,
        episode=letter.episode,
        receiver__kind=Kind.MUNICIPALITY,
    )
    has_it = given.order_by("-at").values_list("receiver_id", flat=True)[:1]
    to = has_it.first() if letter.sender.ean and letter.episode else None
    if to is None:
        end = letter.receiver
        named = lookup.receiver_by_ean(end.ean, on) or lookup.receiver_by_code(end.code, on)
        to = named.municipality.pk if named else None
    return may_receive(viewer, on).filter(pk=to).first() if to else None


def open_cases_of(viewer: Actor, who: Who) -> list[Candidate]:
    """Who of one's own a message may be about: those with an open case here, and no other CPR
    number than the one it gives."""
    return [one for one in likely_same(viewer, who) if one.is_open and not one.another]
