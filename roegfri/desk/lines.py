"""What a line on "I dag" says: whom it is about, what is due and why, and how urgent it is."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.urls import reverse
from django.utils import formats, translation
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from referrals.models import ContactAttempt
from referrals.queries.marks import Mark
from referrals.queries.waiting import MESSAGE, Waiting
from referrals.states import InboxState, NextStep
from roegfri import clock
from roegfri.actor import Actor
from roegfri.ui.templatetags.ui import tag

_NIL = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Line:
    """One line, in words and tags; what is not safe is escaped where it is shown.

    `acts` is "hidden" where nothing can be noted without opening the case. `mark` is what a
    colleague is doing right now.
    """

    id: UUID
    url: str
    name: str
    about: SafeString
    phone: str
    due: SafeString
    mark: SafeString
    received: str
    attempts: str
    caseworker: str
    acts: str


@dataclass(frozen=True, slots=True)
class Due:
    """What is due: how it is coloured, in which words, and why (none of it escaped)."""

    kind: str
    words: str
    why: str


def line(row: Waiting, *, at: dt.datetime) -> Line:
    """A line as it stands at an instant."""
    known = row.kind in _DUE
    due = _DUE[row.kind](row, at) if known else Due("new", row.kind, row.note)
    return Line(
        id=row.id,
        url=_address("referrals:message" if row.is_message else "desk:call", row.id),
        name=_name(row),
        about=_about(row, clock.danish_date(at)),
        phone=_phone(row),
        due=_due(row, due, clock.danish_date(at)),
        mark=calling(row.reserved_by) if row.reserved_by else mark_safe(""),
        received=_received(row.received_at, at),
        attempts="" if row.is_message else str(row.attempts),
        caseworker=row.caseworker or "",
        acts="" if row.free and row.number and row.kind in _BY_PHONE else "hidden",
    )


def calling(name: str) -> SafeString:
    """That a colleague is calling right now."""
    return _tag("today", _("%(name)s ringer nu") % {"name": name})


def mark_words(mark: Mark, *, viewer: Actor) -> SafeString:
    """What has become of a line since it was shown; empty when nothing has."""
    if mark.handled_at:
        mine = mark.handler == viewer.name
        who = _("Håndteret af dig kl. %(time)s") if mine else _("Håndteret af %(who)s kl. %(time)s")
        return _over(who % {"who": mark.handler, "time": clock_words(mark.handled_at)})
    if mark.closed_at:
        return _over(_("Afsluttet kl. %(time)s") % {"time": clock_words(mark.closed_at)})
    if mark.gone:
        return _over(_("Sagen er ikke længere jeres"))
    return calling(mark.caller) if mark.caller else mark_safe("")


def _over(words: str) -> SafeString:
    """The line is over and done with: the stylesheet greys it by this word."""
    return format_html('<span class="mark-over">{}</span>', words)


def logged_words(attempt: ContactAttempt, row: Waiting | None, *, at: dt.datetime) -> str:
    """What was noted, and when the case is due again: `row` is its place in the queue by now."""
    said = _("%(outcome)s noteret kl. %(time)s.") % {
        "outcome": attempt.get_outcome_display(),
        "time": clock_words(attempt.at),
    }
    if attempt.undone_at:
        return _("%(said)s Fortrudt igen.") % {"said": said}
    if row is None:
        return said
    when = moment_words(row.next_at, clock.danish_date(at))
    return _("%(said)s Næste forsøg %(when)s.") % {"said": said, "when": when}


def _name(row: Waiting) -> str:
    if row.is_message:
        return _("Besked i indbakken")
    return row.name or _("Navn ukendt")


def _phone(row: Waiting) -> str:
    if row.is_message:
        return ""
    if row.guardian_first:
        # Her own number beside "ring to a parent first" would be the one that is dialled.
        return _quiet(_("Se opkaldet"))
    return row.phone or _tag("overdue", _("Mangler nummer"))


def _address(view: str, pk: UUID) -> str:
    return _pattern(view).replace(str(_NIL), str(pk))


@lru_cache(maxsize=8)
def _pattern(view: str) -> str:
    return reverse(view, args=[_NIL])


def _received(moment: dt.datetime, at: dt.datetime) -> str:
    """ "25. nov 9.30", with its year when that is another than this."""
    day, year = clock.danish_date(moment), clock.danish_date(at).year
    return f"{_day(day, year, translation.get_language())} {clock_words(moment)}"


@lru_cache(maxsize=4096)
def _day(day: dt.date, this_year: int, _language: str) -> str:
    return formats.date_format(day, "j. b" if day.year == this_year else "j. b Y")


@lru_cache(maxsize=4096)
def _tag(kind: str, words: str) -> SafeString:
    return tag(kind, words)


# ---- whom ----------------------------------------------------------------------------------------


def _about(row: Waiting, today: dt.date) -> SafeString:
    """Age, and what the caller should know before she dials."""
    if row.is_message:
        return format_html(' <span class="quiet">{}</span>', row.sender_name)
    age = f"{clock.age_on(row.birth_date, today)} {_('år')}" if row.birth_date else ""
    known = ", ".join(filter(None, (age, "" if row.home_known else _("bopæl ukendt"))))
    parts = [_quiet(known)] if known else []
    if row.interpreter:
        parts.append(_tag("waiting", f"{_('Tolk')} {row.language}".strip()))
    if row.guardian_first:
        parts.append(_tag("today", _("Ring til en forælder først")))
    if row.too_young:
        parts.append(_tag("waiting", _("Yngre end målgruppen")))
    return mark_safe("".join(f" {part}" for part in parts))  # noqa: S308  (each is safe)


def _quiet(words: str) -> SafeString:
    return format_html('<span class="quiet">{}</span>', words)


# ---- what is due ---------------------------------------------------------------------------------


def _due(row: Waiting, due: Due, today: dt.date) -> SafeString:
    tags = _tag(due.kind, due.words)
    # An agreed time does not move the deadline of the first contact.
    if row.awaits_first_contact and row.kind != NextStep.CALL and row.contact_by:
        kind, words = _deadline(row.contact_by, today)
        if kind != "new":
            tags = mark_safe(f"{tags} {_tag(kind, words)}")  # noqa: S308  (both are safe)
    return mark_safe(f"{tags} {_quiet(due.why)}") if due.why else tags  # noqa: S308


def _call(row: Waiting, at: dt.datetime) -> Due:
    assert row.contact_by  # noqa: S101  (only a message has none)
    kind, words = _deadline(row.contact_by, clock.danish_date(at))
    given = row.days_to_call
    days = f"{given[0]} {given[1].label}, " if given else ""
    # A note stands here when another municipality gave the case on.
    return Due(kind, words, ". ".join(filter(None, (f"{days}{row.sender}", row.note))))


def _retry(row: Waiting, at: dt.datetime) -> Due:
    if row.next_at <= at:
        return Due("today", _("Prøv igen nu"), row.sender)
    kind = "today" if _is_on(row.next_at, at) else "new"
    return Due(kind, _("Prøv igen %(when)s") % {"when": when_words(row.next_at, at)}, row.sender)


def _call_back(row: Waiting, at: dt.datetime) -> Due:
    when = {"when": when_words(row.next_at, at)}
    if row.next_at <= at:
        return Due("overdue", _("Ring nu: aftalt %(when)s") % when, row.note)
    return Due(_soon(row, at), _("Ring som aftalt %(when)s") % when, row.note)


def _decide(row: Waiting, at: dt.datetime) -> Due:
    words = _("Hør, hvad borgeren har besluttet, %(when)s") % {"when": when_words(row.next_at, at)}
    return Due(_soon(row, at), words, row.note)


def _talk(row: Waiting, at: dt.datetime) -> Due:
    when = {"when": when_words(row.next_at, at)}
    if row.next_at <= at:
        return Due(
            "overdue",
            _("Afklarende samtale var %(when)s: notér resultatet") % when,
            row.note,
        )
    return Due(_soon(row, at), _("Afklarende samtale %(when)s") % when, row.note)


def _message(row: Waiting, _at: dt.datetime) -> Due:
    return Due("today", str(InboxState(row.state).label), row.note)


# kind of a line -> its words
_DUE: Mapping[str, Callable[[Waiting, dt.datetime], Due]] = {
    NextStep.CALL: _call,
    NextStep.RETRY: _retry,
    NextStep.CALL_BACK: _call_back,
    NextStep.DECIDE: _decide,
    NextStep.TALK: _talk,
    MESSAGE: _message,
}
# What is done on the telephone: that nobody answered can be noted from the list.
_BY_PHONE = frozenset({NextStep.CALL, NextStep.RETRY, NextStep.CALL_BACK, NextStep.DECIDE})


def _deadline(contact_by: dt.date, today: dt.date) -> tuple[str, str]:
    days = (contact_by - today).days
    if days < 0:
        words = ngettext("%(n)s dag over fristen", "%(n)s dage over fristen", -days)
        return "overdue", words % {"n": -days}
    if days == 0:
        return "today", _("Ring senest i dag")
    if days == 1:
        return "new", _("Ring senest i morgen")
    return "new", _("Ring senest %(day)s") % {"day": day_words(contact_by)}


def _soon(row: Waiting, at: dt.datetime) -> str:
    """The colour of a time that was agreed."""
    if _is_on(row.next_at, at):
        return "today"
    return "overdue" if row.next_at <= at else "new"


def _is_on(moment: dt.datetime, at: dt.datetime) -> bool:
    return clock.danish_date(moment) == clock.danish_date(at)


# ---- when ----------------------------------------------------------------------------------------


def day_words(day: dt.date) -> str:
    """ "onsdag 25. nov." """
    return formats.date_format(day, "l j. b")


def moment_words(moment: dt.datetime, today: dt.date) -> str:
    """ "i dag kl. 16.00", "i morgen kl. 9.30", "onsdag 25. nov. kl. 9.30"."""
    days = (clock.danish_date(moment) - today).days
    day = {-1: _("i går"), 0: _("i dag"), 1: _("i morgen")}.get(days)
    day = day or day_words(clock.danish_date(moment))
    return _("%(day)s kl. %(time)s") % {"day": day, "time": clock_words(moment)}


def when_words(moment: dt.datetime, at: dt.datetime) -> str:
    """The same, but only the time on the day itself: "kl. 13.30"."""
    if _is_on(moment, at):
        return _("kl. %(time)s") % {"time": clock_words(moment)}
    return moment_words(moment, clock.danish_date(at))


def clock_words(moment: dt.datetime) -> str:
    """ "13.30" on a Danish wall clock."""
    local = moment.astimezone(clock.COPENHAGEN)
    return f"{local.hour}.{local.minute:02d}"
