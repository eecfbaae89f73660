"""Calls and conversations on the line through time."""

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from referrals.queries import File, Happening
from referrals.states import DAY_PARTS, Help, Known, Outcome, Product, Topic, WhyAsked
from roegfri import clock
from roegfri.desk.file.entries import Entry
from roegfri.desk.lines import moment_words
from roegfri.persons import phone

_KINDS = {Outcome.REACHED: "reached", Outcome.THINKING: "reached", Outcome.DECLINED: "closed"}


def call(_file: File, one: Happening) -> Iterator[Entry]:
    """A call, whatever came of it."""
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
        undone=undone(one),
    )


@lru_cache(maxsize=64)
def _call_title(outcome: str, incoming: bool, _language: str) -> str:  # noqa: FBT001
    words = _("Opkald fra borgeren: %s") if incoming else _("Opkald: %s")
    return words % Outcome(outcome).label


def undone(one: Happening) -> str:
    """When and by whom it was taken back; empty when it holds."""
    if one.until is None:
        return ""
    return _("Fortrudt %(when)s af %(who)s") % {
        "when": moment_words(one.until, clock.danish_date(one.at)),
        "who": one.until_who or _("systemet"),
    }


def talk(file: File, one: Happening) -> Iterator[Entry]:
    """A conversation, and what was said in it."""
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


def informed(file: File) -> Iterator[Entry]:
    """What was told at one moment is one entry."""
    told = [one for one in file.happenings if one.kind == "informed"]
    told.sort(key=lambda one: (one.at, str(one.about)))
    for (at, _about), together in groupby(told, key=lambda one: (one.at, one.about)):
        order = list(Topic)
        ticks = sorted(together, key=lambda one: order.index(one.facts["topic"]))
        topics = ", ".join(str(Topic(one.facts["topic"]).label) for one in ticks)
        yield Entry(at, "reached", "calls", _("Oplyst om: %s") % topics, who=ticks[0].who or "")
