"""Who of the staff has the basic course of smoking cessation counsellors."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import Qualification
from courses.queries.staffing import staff
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Refusal


@transaction.atomic
def note_qualification(
    user: User, *, completed_on: dt.date, name: str, by: Actor, at: dt.datetime
) -> Qualification:
    """Notes, or corrects, what a colleague has learned and when.

    S1: «grundkursus til rygestoprådgiver» eller anden uddannelse på tilsvarende niveau. Raises
    Refusal for a day that has not been, and for anybody else's staff.
    """
    _own(user, by, at)
    if completed_on > clock.danish_date(at):
        raise Refusal(
            _("Datoen er ikke kommet endnu. Skriv den dag, uddannelsen blev gennemført."),
            field="completed_on",
        )
    values = {
        "completed_on": completed_on,
        "name": name.strip()[:120],
        "noted_at": at,
        "noted_by_id": by.person,
    }
    noted, _made = Qualification.objects.update_or_create(user=user, defaults=values)
    record("qualification.noted", noted, by=by, at=at)
    return noted


@transaction.atomic
def remove_qualification(user: User, *, by: Actor, at: dt.datetime) -> None:
    """It was noted by mistake. Gone already is gone."""
    _own(user, by, at)
    for noted in Qualification.objects.filter(user=user):
        record("qualification.removed", noted, by=by, at=at)
        noted.delete()


def _own(user: User, by: Actor, at: dt.datetime) -> None:
    if user.pk not in {one.pk for one in staff(by, on=clock.danish_date(at))}:
        raise Refusal(_("Kun kommunens egne rådgivere og koordinatorer kan noteres her."))
