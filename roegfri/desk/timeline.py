"""A citizen's file as one line through time: the newest on top, with who and when."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from referrals.models import Referral
from referrals.queries import File, Happening
from referrals.states import (
    DAY_PARTS,
    CloseReason,
    ConsentForm,
    ConsentKind,
    HandOverResult,
    Help,
    Known,
    Outcome,
    Product,
    ReferralState,
    Topic,
    WhyAsked,
)
from roegfri import clock
from roegfri.desk import changes
from roegfri.desk.entries import Entry
from roegfri.desk.lines import day_words, moment_words
from roegfri.persons import phone
from roegfri.refusal import Words

# What the line can be narrowed to; each entry is in one of them.
GROUPS: Mapping[str, Words] = {
    "calls": gettext_lazy("Opkald og samtaler"),
    "case": gettext_lazy("Sagens gang"),
    "consents": gettext_lazy("Samtykker"),
    "changes": gettext_lazy("Rettelser"),
}


def of(file: File) -> list[Entry]:
    """Every entry of a file, the newest first."""
    found = [_received(file, one) for one in file.referrals]
    found += _informed(file)
    for one in file.happenings:
        make = _OF.get(one.kind)
        found += make(file, one) if make else ()
    found += _messages(file)
    found += changes.of(file)
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


# ---- calls and conversations ---------------------------------------------------------------------

_KINDS = {Outcome.REACHED: "reached", Outcome.THINKING: "reached", Outcome.DECLINED: "closed"}


def _call(_file: File, one: Happening) -> Iterator[Entry]:
    outcome = one.facts["outcome"]
    title = _call_title(outcome, one.facts["incoming"], translation.get_language())
    if one.facts["call_back_at"]:
        back = dt.datetime.fromisoformat(one.facts["call_back_at"])
        title += ", " + moment_words(back, clock.danish_date(one.at))
    number = phone.display(one.facts["phone"]) if one.facts["phone"] else ""
    yield Entry(
        one.at,
        _KINDS.get(outcome, "attempt"),
        "calls",
        title,
        who=one.who or "",
        text=one.facts["note"],
        about=number,
        undone=_undone(one),
    )


@lru_cache(maxsize=64)
def _call_title(outcome: str, incoming: bool, _language: str) -> str:  # noqa: FBT001
    words = _("Opkald fra borgeren: %s") if incoming else _("Opkald: %s")
    return words % Outcome(outcome).label


def _undone(one: Happening) -> str:
    if one.until is None:
        return ""
    return _("Fortrudt %(when)s af %(who)s") % {
        "when": moment_words(one.until, clock.danish_date(one.at)),
        "who": one.until_who or _("systemet"),
    }


def _talk(file: File, one: Happening) -> Iterator[Entry]:
    words = "\n".join(talk_words(file, one))
    yield Entry(one.at, "reached", "calls", _("Samtale"), who=one.who or "", text=words)


def talk_words(file: File, talk: Happening) -> Iterator[str]:
    """What was said in the conversation, a line for each thing that was."""
    facts = talk.facts
    uses = [one.facts for one in file.happenings if one.kind == "use" and one.about == talk.id]
    if facts["per_day"] is not None:
        yield _("Cigaretter om dagen (eller tilsvarende): %s") % facts["per_day"]
    if uses:
        yield ", ".join(f"{Product(one['product']).label}: {one['amount']}" for one in uses)
    if facts["motivation"] is not None:
        yield _("Motivation: %s af 10") % facts["motivation"]
    if facts["pregnant"] == Known.YES:
        yield _("Gravid")
    if facts["wishes"]:
        yield _("Ønsker: %s") % ", ".join(str(Help(one).label) for one in facts["wishes"])
    if facts["times"]:
        yield _("Kan komme: %s") % ", ".join(times_words(facts["times"]))
    if facts["why_asked"] == WhyAsked.ANSWERED:
        yield _("Meldte sig, fordi: %s") % facts["why"]


_DAYS = (
    gettext_lazy("mandag"),
    gettext_lazy("tirsdag"),
    gettext_lazy("onsdag"),
    gettext_lazy("torsdag"),
    gettext_lazy("fredag"),
    gettext_lazy("lørdag"),
    gettext_lazy("søndag"),
)


def times_words(times: Sequence[str]) -> Iterator[str]:
    """ "tirsdag formiddag", in the order of the week."""
    for one in sorted(times, key=lambda time: (time[0], list(DAY_PARTS).index(time[2:]))):
        yield f"{_DAYS[int(one[0]) - 1]} {str(DAY_PARTS[one[2:]]).lower()}"


def _informed(file: File) -> Iterator[Entry]:
    """What was told at one moment is one entry."""
    told = [one for one in file.happenings if one.kind == "informed"]
    told.sort(key=lambda one: (one.at, str(one.about)))
    for (at, _about), together in groupby(told, key=lambda one: (one.at, one.about)):
        order = list(Topic)
        ticks = sorted(together, key=lambda one: order.index(one.facts["topic"]))
        topics = ", ".join(str(Topic(one.facts["topic"]).label) for one in ticks)
        yield Entry(at, "reached", "calls", _("Oplyst om: %s") % topics, who=ticks[0].who or "")


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
    yield Entry(one.at, "message", "changes", title, who=one.who or "", undone=_undone(one))


def _messages(file: File) -> Iterator[Entry]:
    """The first one of a referral brought it; those that follow correct it."""
    came = sorted((one for one in file.happenings if one.kind == "message"), key=lambda one: one.at)
    first: set[UUID] = set()
    for one in came:
        title = _("MedCom-rettelse læst ind") if one.about in first else _("MedCom-besked læst ind")
        first.add(one.about)
        yield Entry(one.at, "message", "case", title, text=one.facts["filename"])


_OF: Mapping[str, Callable[[File, Happening], Iterator[Entry]]] = {
    "call": _call,
    "talk": _talk,
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
