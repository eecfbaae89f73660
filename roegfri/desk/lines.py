"""What a line on "I dag" says: whom to call, what is due, and how urgent it is."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from referrals.queries.lists import Waiting
from roegfri import clock
from roegfri.ui.templatetags.rows import moment
from roegfri.ui.templatetags.ui import tag


@dataclass(frozen=True, slots=True)
class Line:
    """One person to call, in words and tags; what is not safe is escaped where it is shown."""

    id: UUID
    name: str
    about: str
    phone: str
    due: SafeString
    next: str
    sender: str
    received: str
    attempts: int
    caseworker: str


def line(row: Waiting, *, at: dt.datetime) -> Line:
    """A waiting referral as it stands at an instant."""
    today = clock.danish_date(at)
    return Line(
        id=row.id,
        name=row.name or _("Navn ukendt"),
        about=_about(row, today),
        phone=row.phone or tag("overdue", _("Mangler nummer")),
        due=tag(*_deadline(row.contact_by, today)),
        next=_next(row, at),
        sender=row.sender,
        received=moment(row.received_at),
        attempts=row.attempts,
        caseworker=row.caseworker or "",
    )


def _about(row: Waiting, today: dt.date) -> str:
    """Age, and whether an interpreter is needed."""
    years = _("år")
    age = (
        format_html(' <span class="quiet">{} {}</span>', clock.age_on(row.birth_date, today), years)
        if row.birth_date
        else ""
    )
    return format_html("{} {}", age, tag("waiting", _("Tolk"))) if row.interpreter else age


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
    when = _("nu") if row.next_at <= at else moment_words(row.next_at, clock.danish_date(at))
    return format_html(' <span class="quiet nowrap">{} {}</span>', _("næste forsøg"), when)


def day_words(day: dt.date) -> str:
    """ "onsdag 25. nov." """
    return formats.date_format(day, "l j. b")


def moment_words(moment: dt.datetime, today: dt.date) -> str:
    """ "i dag kl. 16.00", "i morgen kl. 9.30", "onsdag 25. nov. kl. 9.30"."""
    local = moment.astimezone(clock.COPENHAGEN)
    days = (local.date() - today).days
    day = {0: _("i dag"), 1: _("i morgen")}.get(days) or day_words(local.date())
    return _("%(day)s kl. %(time)s") % {"day": day, "time": f"{local.hour}.{local.minute:02d}"}
