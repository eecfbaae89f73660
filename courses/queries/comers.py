"""Who comes from where: how many of each municipality take part in whose courses. Counts alone."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from courses.states import CourseKind
from roegfri import clock
from roegfri.accounts.roles import Right
from roegfri.actor import Actor
from roegfri.organisations import lookup
from roegfri.organisations.kinds import Scope
from roegfri.organisations.models import Agreement, Municipality
from roegfri.ui.danish import DaSortKey
from roegfri.walls import prepared

# The door counts for those who may see the whole agreement (migration 0002), and nobody else.
_COMERS = """
select host, home, kind, enrolled, waiting, came
from course_comers(%(agreement)s::uuid, %(from)s::timestamptz, %(until)s::timestamptz)
"""


@dataclass(frozen=True, slots=True)
class Numbers:
    """`enrolled` in the period, `waiting` now, and `came` to a first meeting in the period."""

    enrolled: int = 0
    waiting: int = 0
    came: int = 0

    def __add__(self, other: "Numbers") -> "Numbers":
        return Numbers(
            self.enrolled + other.enrolled, self.waiting + other.waiting, self.came + other.came
        )

    def __bool__(self) -> bool:
        return bool(self.enrolled or self.waiting or self.came)


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality; without an id: where she lives is not known. `member` of the agreement."""

    id: UUID | None
    name: str
    member: bool

    @property
    def short(self) -> str:
        """As one says it among municipalities: "Ishøj"."""
        return self.name.removesuffix(" Kommune")


@dataclass(frozen=True, slots=True)
class Row:
    """One host: the numbers of each home, in the order of the matrix's homes."""

    host: Place
    cells: Sequence[Numbers]
    total: Numbers


@dataclass(frozen=True, slots=True)
class Matrix:
    """Hosts down, homes across. `own` are those who stay at home, of all in `total`."""

    homes: Sequence[Place]
    rows: Sequence[Row]
    totals: Sequence[Numbers]
    total: Numbers
    own: Numbers

    @property
    def strangers(self) -> Numbers:
        """Those whose home is unknown, or no member: they are decided on by hand."""
        homes = zip(self.homes, self.totals, strict=True)
        return sum((number for home, number in homes if not home.member), Numbers())


@dataclass(frozen=True, slots=True)
class Comers:
    """An agreement's matrices of a period: groups and Kom & Kvit together, individual apart."""

    agreement: Agreement
    period: clock.Period
    together: Matrix
    individual: Matrix


def comers(viewer: Actor, period: clock.Period, *, on: dt.date) -> Comers | None:
    """Who comes from where in the agreement one belongs to; two statements, and two about its
    members. None for whoever belongs to none."""
    agreement = _agreement(viewer, on)
    if agreement is None:
        return None
    until = min(period.last, on) if period.first <= on else period.last
    members = lookup.members(agreement, until, Scope.CESSATION)
    values = {"agreement": agreement.pk, "from": period.starts_at, "until": period.ends_at}
    found = prepared.tuples(_COMERS, values)
    others = _others({one for row in found for one in row[:2] if one}, members)
    places = [Place(one.pk, one.name, member=True) for one in members]
    places += [Place(one.pk, one.name, member=False) for one in others]
    apart = CourseKind.INDIVIDUAL
    return Comers(
        agreement,
        period,
        _matrix([row for row in found if row[2] != apart], places),
        _matrix([row for row in found if row[2] == apart], places),
    )


def _agreement(viewer: Actor, on: dt.date) -> Agreement | None:
    if not viewer.may(Right.COMERS_READ):
        return None
    if own := Agreement.objects.filter(pk=viewer.organisation_id or UUID(int=0)).first():
        return own
    home = Municipality.objects.filter(pk=viewer.organisation_id or UUID(int=0)).first()
    return lookup.agreement_of(home, on, Scope.CESSATION) if home else None


def _others(ids: set[UUID], members: Sequence[Municipality]) -> list[Municipality]:
    """Those of some municipalities that are no members, in Danish order."""
    strange = ids - {one.pk for one in members}
    return list(Municipality.objects.filter(pk__in=strange).order_by(DaSortKey("name")))


def _matrix(
    found: Sequence[tuple[UUID, UUID | None, str, int, int, int]], places: Sequence[Place]
) -> Matrix:
    """The members whether anybody comes or not; others where somebody does, and last those of whom
    nobody knows where they live."""
    numbers: dict[tuple[UUID | None, UUID | None], Numbers] = defaultdict(Numbers)
    for host, home, _kind, *counted in found:
        numbers[host, home] += Numbers(*counted)
    at, of = {host for host, _home in numbers}, {home for _host, home in numbers}
    hosts = [one for one in places if one.member or one.id in at]
    homes = [one for one in places if one.member or one.id in of]
    homes += [Place(None, "", member=False)] if None in of else []
    rows = [_row(host, [numbers[host.id, home.id] for home in homes]) for host in hosts]
    columns = zip(*(row.cells for row in rows), strict=True)
    totals = [sum(column, Numbers()) for column in columns]
    own = sum((number for (host, home), number in numbers.items() if host == home), Numbers())
    return Matrix(homes, rows, totals, sum(totals, Numbers()), own)


def _row(host: Place, cells: Sequence[Numbers]) -> Row:
    return Row(host, cells, sum(cells, Numbers()))
