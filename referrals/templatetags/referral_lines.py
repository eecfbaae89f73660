"""What a line of the referral list says."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from referrals.queries import ListedRow
from referrals.states import ReferralState
from roegfri.ui.templatetags.rows import day, moment
from roegfri.ui.templatetags.ui import tag

register = template.Library()


@dataclass(frozen=True, slots=True)
class Line:
    """One referral, in words and tags; what is not safe is escaped where it is shown."""

    id: UUID
    name: str
    phone: str
    contact_by: str
    state: SafeString
    sender: str
    received: str
    caseworker: str


@register.filter
def as_lines(rows: Iterable[ListedRow], today: dt.date) -> Iterator[Line]:
    """The rows of queries.listed_page, as they stand on a Danish date."""
    missing, unknown, states = tag("overdue", _("Mangler")), _("Navn ukendt"), _states()
    for row in rows:
        yield Line(
            id=row.id,
            name=row.name or unknown,
            phone=row.phone or missing,
            contact_by=day(row.contact_by),
            state=states[_state(row, today)],
            sender=row.sender,
            received=moment(row.received_at),
            caseworker=row.caseworker or "",
        )


def _states() -> dict[str, SafeString]:
    """The tags of a page; made once, because every label is a look-up in the catalogue."""
    return {
        "overdue": tag("overdue", _("Over fristen")),
        "today": tag("today", _("Frist i dag")),
        ReferralState.RECEIVED: tag("new", ReferralState.RECEIVED.label),
        ReferralState.REACHED: tag("done", ReferralState.REACHED.label),
        ReferralState.CLOSED: tag("waiting", ReferralState.CLOSED.label),
    }


def _state(row: ListedRow, today: dt.date) -> str:
    """A state, or how a waiting referral stands with its deadline."""
    if row.state != ReferralState.RECEIVED or row.contact_by > today:
        return row.state
    return "overdue" if row.contact_by < today else "today"
