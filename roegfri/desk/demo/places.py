"""Where the made-up people live and are called: a municipality with all that a referral needs."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from roegfri import clock
from roegfri.accounts.models import User
from roegfri.organisations import lookup
from roegfri.organisations.kinds import Scope
from roegfri.organisations.models import Agreement, Municipality, Organisation
from roegfri.organisations.terms import ContactTerms, SmokingTerms

# Those with a sign-in of the trial have more to do; the rest are neighbours.
_WEIGHTS = {"167": 8, "751": 4, "153": 3, "169": 3}


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality; its counsellors with whoever signs in to the trial in front.

    `neighbours`: by code, where some of its citizens turn out to live.
    """

    municipality: Municipality
    agreement: Agreement
    terms: ContactTerms
    smoking: SmokingTerms
    subsidy: bool
    closed: frozenset[dt.date]
    counsellors: Sequence[User]
    senders: Mapping[str, Sequence[Organisation]]
    neighbours: Mapping[str, Municipality]

    @property
    def weight(self) -> int:
        """How many of the referrals come here, beside the other places."""
        return _WEIGHTS.get(self.municipality.code, 2)

    def office(self, at: dt.datetime) -> dt.datetime:
        """The same instant, or the first after it at which somebody is at work (8 to 17)."""
        local = at.astimezone(clock.COPENHAGEN)
        day, time = local.date(), max(local.time(), dt.time(8))
        if local.hour >= 17 or not clock.is_workday(day, closed=self.closed):
            day, time = clock.add_workdays(day, 1, closed=self.closed), local.time().replace(hour=9)
        return clock.danish_time(day, time.replace(microsecond=0))

    def workdays_before(self, day: dt.date, count: int) -> dt.date:
        """The day itself with a count of 0; a day before it otherwise."""
        for _ in range(count):
            day = clock.last_workday_before(day, closed=self.closed)
        return day


def place(
    municipality: Municipality,
    counsellors: Sequence[User],
    senders: Mapping[str, Sequence[Organisation]],
    on: dt.date,
) -> Place:
    """What is looked up once for a municipality."""
    agreement = lookup.agreement_of(municipality, on, Scope.CESSATION)
    assert agreement  # noqa: S101  (only members are asked for)
    terms = lookup.terms(agreement, on)
    others = Municipality.objects.filter(region=municipality.region).exclude(pk=municipality.pk)
    return Place(
        municipality=municipality,
        agreement=agreement,
        terms=terms.contact,
        smoking=terms.smoking,
        subsidy=terms.yes("vouchers"),
        closed=lookup.closing_days(municipality),
        counsellors=counsellors,
        senders=senders,
        neighbours={one.code: one for one in others.order_by("code")},
    )
