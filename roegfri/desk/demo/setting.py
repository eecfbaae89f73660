"""Where it all happens: the municipalities, their people and senders, and Stoplinien."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from roegfri import clock
from roegfri.accounts.models import User
from roegfri.desk.demo import past, staff
from roegfri.desk.demo.courses.ground import Ground, ground
from roegfri.desk.demo.places import Place, place
from roegfri.organisations import lookup
from roegfri.organisations.kinds import Kind, Scope
from roegfri.organisations.models import Agreement, Municipality, Organisation, Practice

# The eight of Røgfri på Tværs come by themselves; these take part from Region Midtjylland.
MIDTJYLLAND = ("751", "741", "791", "615", "730")
# Who signs in to the trial works here, and next door.
SHOWN, NEIGHBOURS = "167", ("153", "751")


@dataclass(frozen=True, slots=True)
class Setting:
    """All that is looked up before anybody is made up; `caller` is Stoplinien's, `senders` who
    signs in for an organisation that refers, by its id."""

    places: Sequence[Place]
    quitline: Organisation
    caller: User
    senders: Mapping[UUID, User]
    ground: Ground

    def at(self, code: str) -> Place:
        """A municipality by its code."""
        return next(one for one in self.places if one.municipality.code == code)


def setting(now: dt.datetime) -> Setting:
    """Hires the people, too. Raises LookupError when the reference data are not there."""
    since = clock.danish_date(now) - dt.timedelta(days=past.YEAR + 30)
    east = Agreement.objects.get(slug="roegfri-paa-tvaers")
    municipalities = lookup.members(east, since, Scope.CESSATION)
    municipalities += Municipality.objects.filter(code__in=MIDTJYLLAND).order_by("name")
    yesterday = clock.last_workday_before(clock.danish_date(now))
    seen = clock.danish_time(yesterday, dt.time(8, 15))
    counsellors = staff.hire(municipalities, since, seen)
    quitline = lookup.quitline()
    assert quitline  # noqa: S101  (somebody of hers was hired a moment ago)
    places = [place(one, counsellors[one.pk], _senders(one), since) for one in municipalities]
    return Setting(
        places=places,
        quitline=quitline,
        caller=staff.quitline_caller(),
        senders=staff.senders(),
        ground=ground(places, now),
    )


def _senders(municipality: Municipality) -> dict[str, Sequence[Organisation]]:
    region = municipality.region
    departments = Organisation.objects.filter(
        kind=Kind.DEPARTMENT, as_hospitaldepartment__hospital__region=region
    )
    pharmacies = Organisation.objects.filter(
        kind=Kind.PHARMACY, as_pharmacy__municipality=municipality
    )
    return {
        "hospital": list(departments.order_by("name", "pk")),
        "practice": list(Practice.objects.filter(municipality=municipality).order_by("name", "pk")),
        "pharmacy": list(pharmacies.order_by("name", "pk")),
        "quitline": list(Organisation.objects.filter(kind=Kind.QUITLINE)),
    }
