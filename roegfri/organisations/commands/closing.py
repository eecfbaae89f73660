"""The days on which a municipality is closed, as its own coordinator sets them."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from roegfri import clock
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.organisations import lookup, policies
from roegfri.organisations.kinds import Scope
from roegfri.organisations.models import ClosingDay, Municipality
from roegfri.organisations.terms import MissingTerm
from roegfri.refusal import Refusal
from roegfri.walls.locks import alone

# The longest stretch that is closed in one go, and how far ahead, both in days.
LONGEST, FURTHEST = 60, 3 * 366


@dataclass(frozen=True, slots=True)
class Closed:
    """What closing a stretch of days did: the new closing days, and those that were one before."""

    added: list[dt.date]
    known: list[dt.date]


@transaction.atomic
def close_days(
    *, from_on: dt.date, until_on: dt.date, reason: str, by: Actor, at: dt.datetime
) -> Closed:
    """Closes one's own municipality on the workdays of a stretch, both ends included.

    Weekends and holidays in it stay what they are. Stored deadlines are not moved: the day counts
    for what is received or reckoned from now on. Raises Refusal when there is nothing to close.
    """
    own = _own_municipality(by)
    _check_stretch(from_on, until_on, clock.danish_date(at))
    alone("closing days", own.pk)
    days = [from_on + dt.timedelta(days=n) for n in range((until_on - from_on).days + 1)]
    saturday = _saturday_counts(own, from_on)
    workdays = [day for day in days if clock.is_workday(day, saturday_counts=saturday)]
    known = set(own.closing_days.filter(on__in=workdays).values_list("on", flat=True))
    added = [
        ClosingDay.objects.create(municipality=own, on=day, reason=reason)
        for day in workdays
        if day not in known
    ]
    if not added:
        raise Refusal(_nothing_to_close(from_on, until_on, known), field="from_on")
    for row in added:
        record("closing_day.added", row, by=by, at=at)
    return Closed([row.on for row in added], sorted(known))


@transaction.atomic
def remove_closing_day(day: ClosingDay, *, by: Actor, at: dt.datetime) -> None:
    """Makes a day to come a workday again; stored deadlines stay. A past one stays too."""
    day = policies.closing_days_set_by(by).select_for_update(of=("self",)).get(pk=day.pk)
    if day.on <= clock.danish_date(at):
        raise Refusal(
            _("Dagen er kommet: fristerne er regnet med den, og den kan ikke fjernes længere.")
        )
    record("closing_day.removed", day, by=by, at=at)
    day.delete()


def _own_municipality(by: Actor) -> Municipality:
    own = Municipality.objects.filter(pk__in=[by.organisation_id]).first()
    if own is None:
        raise Refusal(_("Lukkedage hører til en kommune. Skift til din rolle i kommunen."))
    return own


def _check_stretch(from_on: dt.date, until_on: dt.date, today: dt.date) -> None:
    if from_on > until_on:
        raise Refusal(_("Den sidste dag ligger før den første. Byt dem om."), field="until_on")
    if from_on < today:
        raise Refusal(
            _("Dagen er gået. En lukkedag skal skrives senest den dag, der er lukket."),
            field="from_on",
        )
    if (until_on - from_on).days >= LONGEST:
        raise Refusal(
            _("Højst %(most)s dage ad gangen. Del perioden op, hvis den er rigtig.")
            % {"most": LONGEST},
            field="until_on",
        )
    if (until_on - today).days > FURTHEST:
        raise Refusal(_("Dagen ligger mere end tre år fremme. Er året rigtigt?"), field="until_on")


def _saturday_counts(municipality: Municipality, on: dt.date) -> bool:
    agreement = lookup.agreement_of(municipality, on, Scope.CESSATION)
    try:
        return agreement is not None and lookup.terms(agreement, on).contact.saturday_counts
    except MissingTerm:
        return False


def _nothing_to_close(from_on: dt.date, until_on: dt.date, known: set[dt.date]) -> str:
    if known:
        several = _("Dagene er lukkedage i forvejen.")
        return several if len(known) > 1 else _("Dagen er en lukkedag i forvejen.")
    if from_on != until_on:
        return _("Der er ingen hverdage i perioden: der er lukket i forvejen.")
    name = clock.holiday_names(from_on.year).get(from_on)
    if name:
        return _("Dagen er %(name)s: der er lukket i forvejen.") % {"name": name}
    return _("Dagen ligger i en weekend: der er lukket i forvejen.")
