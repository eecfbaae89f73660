"""Files as they came, whatever is in them: each becomes a case, corrects one, or is kept."""

import datetime as dt
from collections.abc import Sequence

import structlog
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from referrals.commands.inbox import Answer, Delivery, Unread, take_letters
from referrals.commands.inbox.reading import read_all
from referrals.commands.inbox.values import Brought
from referrals.states import InboxState
from roegfri.actor import Actor, acting, receiving
from roegfri.organisations.models import Organisation

log = structlog.get_logger(__name__)

# Files that are judged and written together: enough that the cost is shared.
AT_ONCE = 200


@transaction.atomic
def take_delivery(delivery: Delivery, *, inbox: Organisation, by: Actor, at: dt.datetime) -> Answer:
    """One file: a set of one."""
    return take_deliveries([delivery], inbox=inbox, by=by, at=at)[0]


@transaction.atomic
def take_deliveries(
    deliveries: Sequence[Delivery], *, inbox: Organisation, by: Actor, at: dt.datetime
) -> list[Answer]:
    """Takes files in for a municipality, whoever `by` is; an answer for each, in their order.

    As if they came one by one, and many times as fast. Where something fails in a set, for a
    reason of ours, its files are taken one by one; the one that fails again is kept in the inbox,
    and none is ever half written. Raises only what keeps even that from being written. Bring some
    hundreds at a time: each holds three locks until the transaction ends.
    """
    # What is kept is read by the colleagues there, whatever language the one who brings it sees.
    with acting(receiving(by, inbox.pk, inbox.name)) as scope, translation.override("da"):
        sets = [deliveries[nr : nr + AT_ONCE] for nr in range(0, len(deliveries), AT_ONCE)]
        return [answer for some in sets for answer in _taken(some, inbox, scope, at)]


def _taken(
    some: Sequence[Delivery], inbox: Organisation, by: Actor, at: dt.datetime
) -> list[Answer]:
    try:
        return take_letters(_read(some), inbox=inbox, by=by, at=at)
    except Exception:
        # Whatever it is, no file may be lost. Written down are the fault's name and place alone:
        # what a database says of a row that it refuses is the row.
        log.exception("intake.set_failed", count=len(some))
    return [_taken_by_itself(one, inbox, by, at) for one in some]


def _taken_by_itself(delivery: Delivery, inbox: Organisation, by: Actor, at: dt.datetime) -> Answer:
    try:
        return take_letters(_read([delivery]), inbox=inbox, by=by, at=at)[0]
    except Exception as fault:
        reason = _("Filen kunne ikke læses ind på grund af en fejl hos os. Prøv igen senere.")
        unread = [Unread(delivery, InboxState.UNREADABLE, reason)]
        answer = take_letters(unread, inbox=inbox, by=by, at=at)[0]
        log.exception("intake.file_failed", message=str(answer.message.pk), exc_info=fault)
        return answer


def _read(some: Sequence[Delivery]) -> list[Brought]:
    """By itself, so that a question which the database refuses ends no more than the reading."""
    with transaction.atomic():
        return read_all(some)
