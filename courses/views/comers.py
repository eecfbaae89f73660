"""Hvem kommer hvorfra: whose citizens take part in whose courses."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _

from courses.exports import comers as sheets
from courses.queries.comers import Matrix, Numbers, comers
from referrals.commands.extracts import extract_list
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.refusal import Words
from roegfri.ui.screens import show

# measure -> its word; in the order they stand
MEASURES: dict[str, Words] = {
    "enrolled": _("tilmeldt i perioden"),
    "came": _("mødt første gang i perioden"),
    "waiting": _("på venteliste nu"),
}
_PERIOD = re.compile(r"(20[0-9]{2})-([12])", re.ASCII)


@screen(Right.COMERS_READ)
def table(request: SignedIn) -> HttpResponse:
    """A half-year of the agreement, one measure at a time; or all of it as a file."""
    on = clock.today()
    period = period_of(request.GET.get("periode", ""), now=clock.half_year(on))
    found = comers(request.actor, period, on=on)
    if found is None:
        raise Http404
    if kind := request.GET.get("hent"):
        file = sheets.comers(found, kind)
        rows = sum(1 for _line in sheets.lines(found))
        extract_list("comers", kind=kind, rows=rows, by=request.actor, at=clock.now())
        return file
    asked = request.GET.get("vis", "")
    measure = asked if asked in MEASURES else next(iter(MEASURES))
    both = (found.together, found.individual)
    context = {
        "found": found,
        "period": period,
        "measure": measure,
        "words": MEASURES[measure],
        "figures": [(name, _sum(both, name), words) for name, words in MEASURES.items()],
        "tables": [
            _Shown("together", _("Hold og Kom & Kvit"), found.together, measure),
            _Shown("individual", _("Individuelle forløb"), found.individual, measure),
        ],
    }
    return show(request, "courses/comers.html", context)


def period_of(text: str, *, now: clock.Period) -> clock.Period:
    """ "2026-1" is the first half of that year; what is no half-year is the present one."""
    given = _PERIOD.fullmatch(text)
    return clock.Period(int(given[1]), int(given[2]), 6) if given else now


@dataclass(frozen=True, slots=True)
class _Shown:
    """One matrix as the page shows it: the numbers of one measure, and in one column all homes that
    are no members; the file has each of them."""

    key: str
    words: Words
    matrix: Matrix
    measure: str

    @property
    def rows(self) -> Sequence[tuple[str, bool, Sequence[tuple[int, bool]], int]]:
        """Host, whether it is a member, its numbers (with whether that is its own), their sum."""
        return [
            (
                row.host.short,
                row.host.member,
                [
                    *(
                        (self._of(cell), home.id == row.host.id)
                        for home, cell in zip(self.matrix.homes, row.cells, strict=True)
                        if home.member
                    ),
                    *((number, False) for number in self._outside(row.cells)),
                ],
                self._of(row.total),
            )
            for row in self.matrix.rows
        ]

    @property
    def totals(self) -> Sequence[int]:
        """Of each home."""
        homes = zip(self.matrix.homes, self.matrix.totals, strict=True)
        members = [self._of(one) for home, one in homes if home.member]
        return [*members, *self._outside(self.matrix.totals)]

    @property
    def homes(self) -> Sequence[str]:
        """The members, as the columns name them."""
        return [home.short for home in self.matrix.homes if home.member]

    @property
    def has_outside(self) -> bool:
        """Whether somebody comes from elsewhere."""
        return len(self.homes) < len(self.matrix.homes)

    @property
    def total(self) -> int:
        """Of all."""
        return self._of(self.matrix.total)

    @property
    def away(self) -> int:
        """Those who go to another municipality than their own."""
        return self.total - self._of(self.matrix.own)

    @property
    def strangers(self) -> int:
        """Those whose home is unknown or no member."""
        return self._of(self.matrix.strangers)

    def _outside(self, cells: Sequence[Numbers]) -> Sequence[int]:
        """Of all homes that are no members together; nothing where there are none."""
        homes = zip(self.matrix.homes, cells, strict=True)
        there = [self._of(cell) for home, cell in homes if not home.member]
        return [sum(there)] if there else []

    def _of(self, numbers: Numbers) -> int:
        return int(getattr(numbers, self.measure))


def _sum(matrices: Sequence[Matrix], name: str) -> int:
    return sum(int(getattr(one.total, name)) for one in matrices)
