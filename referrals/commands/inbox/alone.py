"""A letter about a case that is there, or whose outcome hangs on the letter before it."""

from django.utils.translation import gettext as _

from referrals.commands.episodes import add_letter, correct_referral, given_on, same_episode
from referrals.commands.inbox.cases import make_cases
from referrals.commands.inbox.keeping import accepted_row, keep_all, write_rows
from referrals.commands.inbox.values import Answer, Letter, Place, Unread
from referrals.commands.inbox.verdicts import Again, known_of, verdict
from referrals.models import IncomingMessage, Referral
from referrals.states import InboxState, Taken
from roegfri.audit.commands import record


def take_alone(letter: Letter, place: Place) -> Answer:
    """One letter; the caller holds its locks."""
    known = known_of([letter], place)[letter]
    if not known.message:
        if referral := _case_of(letter, place):
            return _about(referral, letter, place)
        if now_at := given_on(letter.details, place.inbox):
            words = _("Hører til en sag, som er givet til %(name)s. Giv beskeden videre dertil.")
            reason = words % {"name": now_at.name}
            return keep_all([Unread.of(letter, InboxState.MISADDRESSED, reason)], place)[0]
    said = verdict(letter, known, place)
    if isinstance(said, Unread):
        return keep_all([said], place)[0]
    if isinstance(said, Again):
        rows = IncomingMessage.objects.select_related("referral").defer("body")
        return Answer(Taken.DUPLICATE, rows.get(pk=said.message))
    return Answer(Taken.CREATED, make_cases([said], place)[0])


def _case_of(letter: Letter, place: Place) -> Referral | None:
    return same_episode(letter.details, place.inbox, place.by, or_closed=letter.corrects)


def _about(referral: Referral, letter: Letter, place: Place) -> Answer:
    """The case is mended by a rettetbrev; what a further nytbrev says is added to it."""
    change = correct_referral if letter.corrects else add_letter
    change(referral, letter.details, by=place.by, at=place.at)
    row = accepted_row(letter, referral, place)
    write_rows([row])
    record("message.taken", row, by=place.by, at=place.at, persons=[referral.citizen_id])
    return Answer(Taken.CORRECTED, row)
