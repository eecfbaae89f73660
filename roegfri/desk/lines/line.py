"""What a line on "I dag" says: whom it is about, what is due and why, and how urgent it is."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.urls import reverse
from django.utils import formats, translation
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from referrals.models import ContactAttempt
from referrals.queries.marks import Mark
from referrals.queries.waiting import Waiting
from referrals.states import NextStep
from roegfri import clock
from roegfri.actor import Actor
from roegfri.desk.lines.due import BY_PHONE, Due, deadline_words, due_of
from roegfri.desk.lines.when import clock_words, moment_words
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


def line(row: Waiting, *, at: dt.datetime) -> Line:
    """A line as it stands at an instant."""
    due = due_of(row, at)
    return Line(
        id=row.id,
        url=_address(_page(row), row.id),
        name=_name(row),
        about=_about(row, clock.danish_date(at)),
        phone=_phone(row),
        due=_due(row, due, clock.danish_date(at)),
        mark=calling(row.reserved_by) if row.reserved_by else mark_safe(""),
        received=_received(row.received_at, at),
        attempts="" if row.is_message else str(row.attempts),
        caseworker=row.caseworker or "",
        acts="" if row.free and row.number and row.kind in BY_PHONE else "hidden",
    )


def calling(name: str) -> SafeString:
    """That a colleague is calling right now."""
    return _tag("today", _("%(name)s ringer nu") % {"name": name})


def mark_words(mark: Mark, *, viewer: Actor) -> SafeString:
    """What has become of a line since it was shown; empty when nothing has."""
    if mark.handled_at and not mark.handler:
        words = _("Ikke længere nødvendigt, siden kl. %(time)s")
        return _over(words % {"time": clock_words(mark.handled_at)})
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
    if not row.is_case and row.citizen_id is None:
        return row.place
    return row.name or _("Navn ukendt")


def _phone(row: Waiting) -> str:
    if row.citizen_id is None:
        return ""
    if row.guardian_first:
        # Her own number beside "ring to a parent first" would be the one that is dialled.
        return _quiet(_("Se opkaldet") if row.is_case else _("Se opgaven"))
    return row.phone or _tag("overdue", _("Mangler nummer"))


def _page(row: Waiting) -> str:
    """Where a line leads."""
    if row.is_case:
        return "desk:call"
    return "referrals:message" if row.is_message else "courses:task"


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
    if row.citizen_id is None:
        return mark_safe("")
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
        kind, words = deadline_words(row.contact_by, today)
        if kind != "new":
            tags = mark_safe(f"{tags} {_tag(kind, words)}")  # noqa: S308  (both are safe)
    return mark_safe(f"{tags} {_quiet(due.why)}") if due.why else tags  # noqa: S308
