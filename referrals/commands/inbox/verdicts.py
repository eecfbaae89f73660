"""What is to become of a letter, by what is known; nothing is written here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from referrals import queries
from referrals.commands.inbox.cases import Case
from referrals.commands.inbox.values import Letter, Place, Unread
from referrals.queries.recognised import Asked, Known
from referrals.states import InboxState
from roegfri.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Again:
    """The message was taken before, as this row."""

    message: UUID


def known_of(letters: Sequence[Letter], place: Place) -> dict[Letter, Known]:
    """What is known of each; one statement."""
    asked = [
        Asked(
            ean=one.message.sender.ean,
            envelope=one.message.envelope.identifier,
            letter=one.message.letter.identifier,
            episode=one.details.episode,
            correction=one.corrects,
            sha256=one.sha256,
            mark=one.mark,
        )
        for one in letters
    ]
    return dict(zip(letters, queries.known(place.by, asked), strict=True)) if asked else {}


def taken_alone(letters: Sequence[Letter], known: dict[Letter, Known]) -> Collection[Letter]:
    """The letters whose outcome hangs on a case that is there, or on an earlier one of the set.

    Whoever has the number or the case of such a letter may be changed by it: what comes later and
    is about her waits for it.
    """
    first: dict[tuple[str, ...], Letter] = {}
    touched: set[object] = set()
    alone = set()
    for one in letters:
        of = known[one]
        before = {first.setdefault(name, one) for name in one.about} - {one}
        hangs = before or (not of.message and (of.referral or of.given_to))
        if hangs or touched & _concerned(one, of):
            alone.add(one)
            touched |= _concerned(one, of)
            touched |= {name for other in before for name in _concerned(other, known[other])}
    return alone


def _concerned(letter: Letter, known: Known) -> set[object]:
    return {one for one in (letter.mark, known.person, known.of_whom) if one}


def verdict(letter: Letter, known: Known, place: Place) -> Case | Again | Unread:
    """Of a letter that is about no case that is there."""
    if known.message:
        if known.same_bytes:
            return Again(known.message)
        return Unread.of(letter, InboxState.UNREADABLE, _other_bytes())
    try:
        place.deadline(letter.delivery)
    except Refusal as refusal:
        # The «no» of an agreement (a term that nobody has added) keeps the letter, with its words.
        return Unread.of(letter, InboxState.MISADDRESSED, str(refusal))
    return Case(letter, known.citizen)


def _other_bytes() -> str:
    return _(
        "Beskeden har samme numre som en, der er læst ind før, men et andet indhold. Intet er"
        " ændret. Spørg afsenderen, hvad der gælder; en rettelse skal have sit eget brevnummer."
    )
