"""A receipt to a letter of ours: told to whoever sent that letter, and kept with its case.

Letters are sent by a storey above, which is named in the settings (MEDCOM_ANSWERS) and never
imported. It answers which case the letter was about; what answers no letter of this municipality
stays in the inbox.
"""

from collections.abc import Sequence

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from referrals.commands.inbox.keeping import keep_all, reply_row, write_rows
from referrals.commands.inbox.values import Answer, Place, Reply, Unread
from referrals.models import IncomingMessage
from referrals.states import InboxState, Taken
from roegfri.actor import acting, hosting
from roegfri.audit.commands import record


def take_replies(replies: Sequence[Reply], place: Place) -> dict[Reply, Answer]:
    """Each by itself, in their order; the caller holds their locks. Part of a command."""
    return {one: _taken(one, place) for one in replies}


def _taken(reply: Reply, place: Place) -> Answer:
    if known := _before(reply, place):
        return Answer(Taken.DUPLICATE, known)
    note = import_string(settings.MEDCOM_ANSWERS)
    with acting(hosting(place.by, place.inbox.pk, place.inbox.name)) as host:
        case = note(reply.said, by=host, at=place.at)
    if case is None:
        kept = Unread(reply.delivery, InboxState.NOT_OURS, _answers_nothing(reply))
        return keep_all([kept], place)[0]
    row = reply_row(reply, case, place)
    write_rows([row])
    record("message.taken", row, by=place.by, at=place.at)
    return Answer(Taken.ANSWERED, row)


def _before(reply: Reply, place: Place) -> IncomingMessage | None:
    """The same receipt, taken before."""
    sender_ean, envelope, letter = reply.key
    taken = IncomingMessage.objects.filter(
        organisation_id=place.inbox.pk, state=InboxState.ACCEPTED, sender_ean=sender_ean
    )
    return taken.filter(envelope=envelope, letter=letter).defer("body").first()


def _answers_nothing(reply: Reply) -> str:
    words = _(
        "Kvittering for brevet %(number)s, som ikke er sendt herfra, eller som er stoppet. Intet er"
        " ændret."
    )
    return words % {"number": reply.said.letter or reply.said.envelope}
