"""A citizen's file as one line through time: the newest on top, with who and when."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import DischargeLetter
from courses.queries.enrolled import Enrolled
from referrals.models import Referral
from referrals.queries import File, Happening
from referrals.states import (
    CloseReason,
    ConsentForm,
    ConsentKind,
    HandOverResult,
    ReferralState,
)
from roegfri.desk.file import changes, courses, posted, talks
from roegfri.desk.file.entries import Entry
from roegfri.desk.lines import day_words
from roegfri.refusal import Words

# What the line can be narrowed to; each entry is in one of them.
GROUPS: Mapping[str, Words] = {
    "calls": gettext_lazy("Opkald og samtaler"),
    "courses": gettext_lazy("Hold og fremmøde"),
    "case": gettext_lazy("Sagens gang"),
    "letters": gettext_lazy("Breve til egen læge"),
    "consents": gettext_lazy("Samtykker"),
    "changes": gettext_lazy("Rettelser"),
}


def of(
    file: File, enrolled: Sequence[Enrolled] = (), letters: Sequence[DischargeLetter] = ()
) -> list[Entry]:
    """Every entry of a file, the newest first; `enrolled` is what she takes and took part in, and
    `letters` are those to her general practitioner."""
    found = [_received(file, one) for one in file.referrals]
    found += talks.informed(file)
    for one in file.happenings:
        make = _OF.get(one.kind)
        found += make(file, one) if make else ()
    found += _messages(file)
    found += changes.of(file)
    found += courses.entries(enrolled)
    found += posted.entries(letters)
    found += _closed_before_the_log(file)
    return sorted(found, key=lambda entry: entry.at, reverse=True)


def groups(entries: Sequence[Entry]) -> list[tuple[str, Words, int]]:
    """The groups that have entries: key, label, how many."""
    numbers = {key: sum(one.group == key for one in entries) for key in GROUPS}
    return [(key, GROUPS[key], number) for key, number in numbers.items() if number]


def _received(file: File, referral: Referral) -> Entry:
    sender = referral.sender_name or str(referral.get_source_display())
    return Entry(
        referral.received_at,
        "referral",
        "case",
        _("Henvist fra %(sender)s. Frist %(day)s")
        % {"sender": sender, "day": day_words(first_deadline(file, referral))},
        who=str(referral.get_channel_display()),
        text=referral.text,
    )


def first_deadline(file: File, referral: Referral) -> dt.date:
    """The deadline it came with: each hand-over gives a new one, and keeps the old."""
    given_on = [
        one for one in file.happenings if one.kind == "hand_over" and one.about == referral.pk
    ]
    if not given_on:
        return referral.contact_by
    first = min(given_on, key=lambda one: one.at)
    return dt.date.fromisoformat(first.facts["contact_by_before"])


# ---- consents ------------------------------------------------------------------------------------


def _consent(file: File, one: Happening) -> Iterator[Entry]:
    about = {
        "kind": ConsentKind(one.facts["kind"]).label,
        "form": str(ConsentForm(one.facts["form"]).label).lower(),
    }
    title = _("Samtykke givet: %(kind)s (%(form)s)") % about
    version = _("Tekst %s") % one.facts["text_version"]
    yield Entry(one.at, "consent", "consents", title, who=one.who or "", about=version)
    if one.until:
        title = _("Samtykke trukket tilbage: %(kind)s") % about
        who = changes.who_changed(file, one.id)
        yield Entry(one.until, "closed", "consents", title, who=who, about=version)


# ---- the case ------------------------------------------------------------------------------------


def _hand_over(_file: File, one: Happening) -> Iterator[Entry]:
    old = dt.date.fromisoformat(one.facts["contact_by_before"])
    words = _("Givet videre fra %(giver)s til %(receiver)s")
    yield Entry(
        one.at,
        "received",
        "case",
        words % one.facts,
        who=one.who or "",
        text=one.facts["reason"],
        about=_("Fristen var %s") % day_words(old),
    )
    if one.until:
        answer = HandOverResult(one.facts["result"]).label if one.facts["result"] else ""
        title = _("%(receiver)s svarer: %(answer)s") % {
            "receiver": one.facts["receiver"],
            "answer": answer,
        }
        yield Entry(
            one.until,
            "closed",
            "case",
            title,
            who=one.until_who or "",
            text=one.facts["note"],
        )


def _merge(_file: File, one: Happening) -> Iterator[Entry]:
    title = _("Slået sammen med en anden oprettelse af samme person")
    yield Entry(one.at, "message", "changes", title, who=one.who or "", undone=talks.undone(one))


def _messages(file: File) -> Iterator[Entry]:
    """The first one of a referral brought it; those that follow correct it."""
    came = sorted((one for one in file.happenings if one.kind == "message"), key=lambda one: one.at)
    first: set[UUID] = set()
    for one in came:
        title = _("MedCom-rettelse læst ind") if one.about in first else _("MedCom-besked læst ind")
        first.add(one.about)
        whence = ", ".join(filter(None, (one.facts["sender"], one.facts["filename"])))
        yield Entry(one.at, "message", "case", title, text=whence)


_OF: Mapping[str, Callable[[File, Happening], Iterator[Entry]]] = {
    "call": talks.call,
    "talk": talks.talk,
    "consent": _consent,
    "hand_over": _hand_over,
    "merge": _merge,
}


def _closed_before_the_log(file: File) -> Iterator[Entry]:
    """Closed by what our own change log does not tell: another municipality, or a made-up past."""
    told = changes.closed_in(file)
    for referral in file.referrals:
        if referral.state == ReferralState.CLOSED and referral.pk not in told:
            reason = CloseReason(referral.close_reason).label
            yield Entry(referral.state_since, "closed", "case", _("Afsluttet: %s") % reason)
