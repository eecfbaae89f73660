"""A citizen's file as one line through time: the newest on top, with who and when."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from referrals.models import Consent, ContactAttempt, IncomingMessage, Referral
from referrals.queries import File
from referrals.states import Outcome, ReferralState
from roegfri import clock
from roegfri.desk.lines import day_words, moment_words


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `kind` chooses its icon and colour."""

    at: dt.datetime
    kind: str
    title: str
    who: str = ""
    text: str = ""


def of(file: File) -> list[Entry]:
    """Every entry of a file, the newest first."""
    found = [entry for referral in file.referrals for entry in _referral(referral)]
    found += [entry for consent in file.consents for entry in _consent(consent)]
    found += [_message(message) for message in file.messages]
    return sorted(found, key=lambda entry: entry.at, reverse=True)


def _referral(referral: Referral) -> Iterator[Entry]:
    sender = referral.sender_name or str(referral.get_source_display())
    yield Entry(
        referral.received_at,
        "received",
        _("Henvist fra %(sender)s. Frist %(day)s")
        % {"sender": sender, "day": day_words(referral.contact_by)},
        who=str(referral.get_channel_display()),
        text=referral.text,
    )
    for attempt in referral.contact_attempts.all():
        yield _call(attempt)
    if referral.state == ReferralState.CLOSED:
        reason = str(referral.get_close_reason_display())
        yield Entry(referral.state_since, "closed", _("Afsluttet: %s") % reason)


_KINDS = {Outcome.REACHED: "reached", Outcome.DECLINED: "closed"}


def _call(attempt: ContactAttempt) -> Entry:
    title = _("Opkald: %s") % attempt.get_outcome_display()
    if attempt.call_back_at:
        title += ", " + moment_words(attempt.call_back_at, clock.danish_date(attempt.at))
    kind = _KINDS.get(Outcome(attempt.outcome), "attempt")
    return Entry(attempt.at, kind, title, who=attempt.caller.name, text=attempt.note)


def _consent(consent: Consent) -> Iterator[Entry]:
    about = {"kind": consent.get_kind_display(), "form": str(consent.get_form_display()).lower()}
    yield Entry(
        consent.given_at,
        "consent",
        _("Samtykke givet: %(kind)s (%(form)s)") % about,
        who=consent.taken_by.name,
    )
    if consent.withdrawn_at:
        yield Entry(consent.withdrawn_at, "closed", _("Samtykke trukket tilbage: %(kind)s") % about)


def _message(message: IncomingMessage) -> Entry:
    return Entry(
        message.came_at,
        "message",
        _("MedCom-besked læst ind"),
        text=message.filename,
    )
