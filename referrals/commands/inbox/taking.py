"""A set of messages is taken: each as if it had come alone, in its order.

Most are new referrals, known already, or kept: those are judged together and written together.
What hangs on another message of the set, or on a case that is there, is taken alone, after the
rest: so two letters about the same message, episode or citizen keep their order.
"""

import datetime as dt
from collections.abc import Sequence

from django.db import connection, transaction

from referrals.commands.arrivals import Came, note_arrivals
from referrals.commands.inbox.alone import take_alone
from referrals.commands.inbox.cases import Case, make_cases
from referrals.commands.inbox.keeping import keep_all, lock_of_bytes
from referrals.commands.inbox.receivers import misaddressed
from referrals.commands.inbox.replies import take_replies
from referrals.commands.inbox.values import Answer, Brought, Letter, Place, Reply, Unread
from referrals.commands.inbox.verdicts import Again, known_of, taken_alone, verdict
from referrals.commands.people import many_persons
from referrals.commands.receipts import ask_again, make_receipts
from referrals.models import IncomingMessage
from referrals.queries.recognised import Known
from referrals.states import InboxState, Taken
from roegfri.actor import Actor
from roegfri.organisations import many
from roegfri.organisations.models import Organisation
from roegfri.walls import prepared
from roegfri.walls.locks import all_alone

# Up to so many, planning a statement costs more than running it.
FEW = 20


@transaction.atomic
def take_letters(
    brought: Sequence[Brought], *, inbox: Organisation, by: Actor, at: dt.datetime
) -> list[Answer]:
    """What was brought to an inbox, in one transaction; an answer for each, in their order.

    Idempotent: the same message gives the same answer and changes nothing. `by` acts for the
    inbox's municipality (actor.receiving). All or nothing: whoever calls takes the messages of a
    set that failed one by one.
    """
    with prepared.plans_kept(len(brought) <= FEW):
        all_alone(lock for one in brought for lock in _locks(one, inbox))
        answers = _taken(brought, inbox, by, at)
    # A key that points nowhere is found here, where the set can still be taken back.
    connection.check_constraints()
    return answers


def _taken(
    brought: Sequence[Brought], inbox: Organisation, by: Actor, at: dt.datetime
) -> list[Answer]:
    days = {one.delivery.received_on for one in brought}
    place = Place(inbox, by, at, many.standings(inbox.pk, days))
    answers = _answers([_addressed(one, place) for one in brought], place)
    _answer_senders(brought, answers, at)
    pairs = zip(brought, answers, strict=True)
    came = [_came(one, answer, at) for one, answer in pairs if not one.delivery.row]
    note_arrivals(inbox.pk, came)
    return answers


def _locks(one: Brought, inbox: Organisation) -> Sequence[tuple[object, ...]]:
    of_bytes = lock_of_bytes(one.delivery, inbox)
    return [of_bytes] if isinstance(one, Unread) else one.locks


def _addressed(one: Brought, place: Place) -> Brought:
    """The letter, or that it stays in the inbox because it is not for whoever has it."""
    if isinstance(one, Letter) and (reason := misaddressed(one, place)):
        return Unread.of(one, InboxState.MISADDRESSED, reason)
    return one


def _answers(brought: Sequence[Brought], place: Place) -> list[Answer]:
    letters = [one for one in brought if isinstance(one, Letter)]
    known = known_of(letters, place)
    alone = taken_alone(letters, known)
    if alone:
        # Every citizen at once and in one order, before any case of hers is locked.
        people = {pk for one in known.values() for pk in (one.person, one.of_whom) if pk}
        many_persons(people, place.by)
    replies = [one for one in brought if isinstance(one, Reply)]
    others = [one for one in brought if not isinstance(one, Reply)]
    answers = _together([one for one in others if one not in alone], known, place)
    for letter in letters:
        if letter in alone:
            answers[letter] = take_alone(letter, place)
    # Last: a letter is locked behind every citizen and case.
    for one, answer in take_replies(replies, place).items():
        answers[one] = answer
    return [answers[one] for one in brought]


def _together(
    brought: Sequence[Letter | Unread], known: dict[Letter, Known], place: Place
) -> dict[Brought, Answer]:
    """What needs no other message to be judged; each table is written once."""
    verdicts = {
        one: verdict(one, known[one], place) if isinstance(one, Letter) else one for one in brought
    }
    kept = {one: said for one, said in verdicts.items() if isinstance(said, Unread)}
    cases = {one: said for one, said in verdicts.items() if isinstance(said, Case)}
    again = {one: said.message for one, said in verdicts.items() if isinstance(said, Again)}
    rows = (
        IncomingMessage.objects.select_related("referral")
        .defer("body")
        .in_bulk(list(again.values()))
        if again
        else {}
    )
    made = make_cases(list(cases.values()), place)
    return {
        **dict(zip(kept, keep_all(list(kept.values()), place), strict=True)),
        **{one: Answer(Taken.CREATED, row) for one, row in zip(cases, made, strict=True)},
        **{one: Answer(Taken.DUPLICATE, rows[pk]) for one, pk in again.items()},
    }


def _answer_senders(brought: Sequence[Brought], answers: Sequence[Answer], at: dt.datetime) -> None:
    """The receipts that were asked for: made for what was taken, given again for what was known."""
    taken = []
    for one, answer in zip(brought, answers, strict=True):
        if not isinstance(one, Letter) or answer.message.state != InboxState.ACCEPTED:
            continue
        if answer.taken != Taken.DUPLICATE:
            taken.append((answer.message, one.message))
        elif one.message.envelope.wants_receipt:
            ask_again(answer.message)
    if taken:
        make_receipts(taken, at=at)


def _came(one: Brought, answer: Answer, at: dt.datetime) -> Came:
    spoken = one.spoken if isinstance(one, Unread) else ""
    said = one.details if isinstance(one, Letter) else one
    known = None if isinstance(said, Reply) else said
    return Came(
        way=one.delivery.way,
        result=answer.taken,
        at=at,
        sender=known.sender if known else None,
        sender_name=known.sender_name[:160] if known else "",
        reason=(spoken or answer.reason) if answer.taken == Taken.REFUSED else "",
    )
