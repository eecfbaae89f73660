"""A counsellor calls: what came of it, and what comes next."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence
from enum import StrEnum, auto

from django.db import transaction
from django.utils.translation import gettext as _

from referrals import queries
from referrals.commands.cases import handled
from referrals.commands.closing import reopen_referral
from referrals.commands.handover import hand_to_quitline
from referrals.commands.outcomes import AFTER, TALKS, Wish, agreed_time, mark_wrong
from referrals.commands.talk import Talk, Then, write_talk
from referrals.models import Citizen, ContactAttempt, Interview, Phone, Referral, Reservation
from referrals.queries import moved
from referrals.states import MOVES, Outcome, ReferralState
from roegfri import lifecycle
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.persons import phone as phones
from roegfri.refusal import AlreadySent, Conflict, Refusal
from roegfri.walls.locks import alone, said, whose


class Anyway(StrEnum):
    """What the caller chose when the case had moved on: nothing yet, to keep the call beside what
    happened, or to open the closed case again and go on as she meant to."""

    NO = ""
    KEEP = auto()
    REOPEN = auto()


@dataclasses.dataclass(frozen=True, slots=True)
class Seen:
    """How the case stood on the caller's screen."""

    state: str
    talked_at: dt.datetime | None


class MovedOn(Conflict):
    """Somebody else closed the case, or talked with the citizen, while this call was made."""


@transaction.atomic
def log_call(  # noqa: PLR0913  (what one form says)
    referral: Referral,
    *,
    outcome: Outcome,
    once: uuid.UUID,
    by: Actor,
    at: dt.datetime,
    note: str = "",
    call_back_at: dt.datetime | None = None,
    retry_at: dt.datetime | None = None,
    phone: str = "",
    incoming: bool = False,
    talk: Talk | None = None,
    seen: Seen | None = None,
    anyway: Anyway = Anyway.NO,
) -> ContactAttempt:
    """Logs a call and moves the referral on; the same form sent twice is one call.

    `call_back_at` is the time promised (CALL_BACK, THINKING: a week on where none is given),
    `retry_at` when to try again who did not answer, where it is not to be the proposed time.
    `phone` is the number dialled, E.164; `incoming`: she called herself. `talk` is what was said,
    where somebody talked with her.

    Raises MovedOn (a Conflict) when the case has been closed, or is not as it was `seen`, unless
    `anyway` says what to do; AlreadySent when the form has been sent before and said something
    else; Refusal when it was handed over, a time is past, or the number is none of hers.
    """
    digest = said(
        outcome=outcome,
        note=note,
        call_back_at=call_back_at,
        retry_at=retry_at,
        phone=phone,
        incoming=incoming,
        talk=talk,
        anyway=anyway,
    )
    once = whose(once, by, referral.pk)
    alone("call", once)
    if known := ContactAttempt.objects.filter(once=once).first():
        return _same(known, digest)
    referral = handled(referral, by)
    persons = queries.persons_of(by, referral.citizen)
    _check(persons, outcome, phone, incoming=incoming)
    _has_moved_on(referral, seen, anyway)
    if referral.state == ReferralState.CLOSED and anyway == Anyway.REOPEN:
        reopen_referral(referral, why=_("Opkald efter afslutning"), by=by, at=at)
        referral.refresh_from_db()
    attempt = ContactAttempt(
        referral=referral,
        at=at,
        outcome=outcome,
        note=note,
        call_back_at=agreed_time(referral, outcome, call_back_at, at),
        phone=phone,
        incoming=incoming,
        caller_id=by.person,
        once=once,
        request_sha256=digest,
    )
    then = talk.then if talk else Then()
    _carry_out(referral, attempt, Wish(retry_at, then, persons), talk, by=by)
    Reservation.objects.filter(referral=referral, holder_id=by.person).delete()
    record("call.logged", referral, by=by, at=at, persons=[referral.citizen_id])
    if then.quitline and outcome == Outcome.REACHED and referral.state == ReferralState.REACHED:
        hand_to_quitline(referral, agreed=True, note=then.note, by=by, at=at)
    return attempt


def _same(known: ContactAttempt, digest: bytes) -> ContactAttempt:
    if known.undone_at:
        raise AlreadySent(_("Opkaldet er gemt og fortrudt. Åbn sagen igen for at logge et nyt."))
    if known.request_sha256 is None or bytes(known.request_sha256) != digest:
        raise AlreadySent(_("Opkaldet er allerede gemt. Åbn sagen igen for at logge et nyt."))
    return known


_NOT_INCOMING = frozenset({Outcome.NO_ANSWER, Outcome.VOICEMAIL, Outcome.WRONG_NUMBER})


def _check(persons: Sequence[uuid.UUID], outcome: str, phone: str, *, incoming: bool) -> None:
    if incoming and outcome in _NOT_INCOMING:
        raise Refusal(
            _("Borgeren ringede selv op. Vælg et andet resultat, eller fjern fluebenet."),
            field="incoming",
        )
    if phone and phone not in _numbers(persons):
        raise Refusal(
            _("Nummeret står ikke længere på sagen. Vælg det nummer, der blev ringet til."),
            field="phone",
        )


def _numbers(persons: Sequence[uuid.UUID]) -> set[str]:
    """What she may have been called on: the numbers of every row that is her, and her parents'."""
    hers = Phone.objects.filter(citizen__in=persons).values_list("number", flat=True)
    parents = Citizen.objects.filter(pk__in=persons).values_list("guardian_phone", flat=True)
    return {*hers, *map(phones.understood, parents)}


def _has_moved_on(referral: Referral, seen: Seen | None, anyway: Anyway) -> None:
    if anyway == Anyway.NO and referral.state == ReferralState.CLOSED:
        raise MovedOn(
            _("Sagen er afsluttet i mellemtiden. Dit opkald er ikke gemt endnu: vælg nedenfor.")
        )
    talked = Interview.objects.filter(referral=referral).values_list("at", flat=True).first()
    if anyway == Anyway.NO and seen and seen != Seen(referral.state, talked):
        raise MovedOn(
            _("Sagen er ændret i mellemtiden. Dit opkald er ikke gemt endnu: se, hvad der er nyt.")
        )


def _carry_out(
    referral: Referral, attempt: ContactAttempt, wish: Wish, talk: Talk | None, *, by: Actor
) -> None:
    """The case after the call; `before` and `left` are what it was and became, for undo."""
    before = moved.case_facts(by, referral)
    attempt.save(force_insert=True)
    referral.attempts += 1
    wrong = (
        mark_wrong(wish.persons, attempt.phone, attempt.at)
        if attempt.outcome == Outcome.WRONG_NUMBER
        else ""
    )
    if referral.state == ReferralState.CLOSED:
        # Kept beside what happened: somebody talked with her, nothing else is moved.
        if attempt.outcome in TALKS:
            referral.reached_at = referral.reached_at or attempt.at
        to = None
    else:
        to = AFTER[attempt.outcome](referral, attempt, wish)
    if to and to != referral.state:
        lifecycle.move(referral, MOVES, to=to, at=attempt.at, facts=moved.FACTS)
    else:
        referral.save(update_fields=moved.FACTS)
    told = None
    if talk and attempt.outcome in TALKS:
        told = write_talk(referral, talk, by=by, at=attempt.at)
    attempt.before = {
        "was": before,
        "left": moved.case_facts(by, referral),
        "wrong_number": wrong,
        "talk": told,
    }
    attempt.save(update_fields=["before"])
