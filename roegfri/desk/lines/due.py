"""What is due on a line of the queue, why, and how urgent it is: a table by its kind."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.states import TaskKind
from referrals.queries.waiting import MESSAGE, Waiting
from referrals.states import InboxState, NextStep
from roegfri import clock
from roegfri.desk.lines.when import day_words, is_on, moment_words, until_words, when_words


@dataclass(frozen=True, slots=True)
class Due:
    """What is due: how it is coloured, in which words, and why (none of it escaped)."""

    kind: str
    words: str
    why: str


def due_of(row: Waiting, at: dt.datetime) -> Due:
    """What is due; of a kind that has no words here yet, what the row itself says."""
    known = _DUE.get(row.kind)
    return known(row, at) if known else Due("new", row.kind, row.note)


def _call(row: Waiting, at: dt.datetime) -> Due:
    assert row.contact_by  # noqa: S101  (only a message has none)
    kind, words = deadline_words(row.contact_by, clock.danish_date(at))
    given = row.days_to_call
    days = f"{given[0]} {given[1].label}, " if given else ""
    # A note stands here when another municipality gave the case on.
    return Due(kind, words, ". ".join(filter(None, (f"{days}{row.sender}", row.note))))


def _retry(row: Waiting, at: dt.datetime) -> Due:
    if row.next_at <= at:
        return Due("today", _("Prøv igen nu"), row.sender)
    kind = "today" if is_on(row.next_at, at) else "new"
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
    # Why, in its first sentence; what to do about it stands on the message's own page.
    why = row.note.partition(". ")[0].removesuffix(".")
    kind = "overdue" if row.state == InboxState.NOT_OURS else "today"
    return Due(kind, str(InboxState(row.state).label), f"{why}." if why else "")


def _task(row: Waiting, at: dt.datetime) -> Due:
    """What is to be done, until when; and why: the meeting it is about, the course, what was noted.

    Once it was tried the time is that of the next try.
    """
    today = clock.danish_date(at)
    when = (moment_words if row.attempts else until_words)(row.next_at, today)
    if row.attempts:
        words = (
            _("%(what)s: prøv igen %(when)s") if row.next_at > at else _("%(what)s: prøv igen nu")
        )
    elif row.next_at <= at:
        words = _("%(what)s: skulle være gjort %(when)s")
    else:
        words = _("%(what)s senest %(when)s")
    what = TaskKind(row.kind).label
    overdue = row.next_at <= at and not row.attempts
    last = row.next_at - dt.timedelta(microseconds=1)
    kind = "overdue" if overdue else "today" if is_on(last, at) else "new"
    return Due(kind, words % {"what": what, "when": when}, ". ".join(_about_task(row, today)))


def _about_task(row: Waiting, today: dt.date) -> list[str]:
    """ "Udeblev tirsdag 3. marts kl. 10.00", "Næste mødegang ...", the course, the note."""
    found = [row.place if row.citizen_id else ""]
    if row.happened_at:
        stayed_away = row.kind == TaskKind.NO_SHOW
        said = _("Udeblev %(when)s") if stayed_away else _("Mødegangen %(when)s")
        found.append(said % {"when": moment_words(row.happened_at, today)})
    if row.before_at and row.before_at != row.next_at:
        when = moment_words(row.before_at, today)
        found.append(_("Næste mødegang %(when)s") % {"when": when})
    return list(filter(None, [*found, row.note]))


# kind of a line -> its words
_DUE: Mapping[str, Callable[[Waiting, dt.datetime], Due]] = {
    NextStep.CALL: _call,
    NextStep.RETRY: _retry,
    NextStep.CALL_BACK: _call_back,
    NextStep.DECIDE: _decide,
    NextStep.TALK: _talk,
    MESSAGE: _message,
    **dict.fromkeys(TaskKind, _task),
}
# What is done on the telephone: that nobody answered can be noted from the list.
BY_PHONE = frozenset({NextStep.CALL, NextStep.RETRY, NextStep.CALL_BACK, NextStep.DECIDE})


def deadline_words(contact_by: dt.date, today: dt.date) -> tuple[str, str]:
    """Its colour and its words."""
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
    if is_on(row.next_at, at):
        return "today"
    return "overdue" if row.next_at <= at else "new"
