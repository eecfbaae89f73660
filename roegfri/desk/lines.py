"""What a line on "I dag" says: what is due, and how urgent it is, in words and a kind of tag."""

import datetime as dt
from dataclasses import dataclass

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from referrals.queries.lists import Waiting
from roegfri import clock


@dataclass(frozen=True, slots=True)
class Line:
    """One person to call. `mark` is a kind of tag: overdue, today, later, new or waiting."""

    row: Waiting
    mark: str
    due: str
    next: str
    age: int | None


def line(row: Waiting, *, at: dt.datetime) -> Line:
    """A waiting referral as it stands at an instant."""
    today = clock.danish_date(at)
    mark, due = _deadline(row.contact_by, today)
    return Line(
        row=row,
        mark=mark,
        due=due,
        next=_next(row, at),
        age=clock.age_on(row.birth_date, today) if row.birth_date else None,
    )


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


def _next(row: Waiting, at: dt.datetime) -> str:
    """When the next attempt is, once there has been one."""
    if not row.attempts:
        return ""
    if row.next_at <= at:
        return _("nu")
    return moment_words(row.next_at, clock.danish_date(at))


def day_words(day: dt.date) -> str:
    """ "onsdag 25. nov." """
    return formats.date_format(day, "l j. b")


def moment_words(moment: dt.datetime, today: dt.date) -> str:
    """ "i dag kl. 16.00", "i morgen kl. 9.30", "onsdag 25. nov. kl. 9.30"."""
    local = moment.astimezone(clock.COPENHAGEN)
    days = (local.date() - today).days
    day = {0: _("i dag"), 1: _("i morgen")}.get(days) or day_words(local.date())
    return _("%(day)s kl. %(time)s") % {"day": day, "time": f"{local.hour}.{local.minute:02d}"}
