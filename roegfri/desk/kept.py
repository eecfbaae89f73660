"""Frister overholdt as it is drawn: a chart of weeks, and a table whose numbers open their rows."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from referrals.forms.lists import CAME_AS, VERDICTS
from referrals.queries.deadlines import Kept, Kind
from roegfri.refusal import Words
from roegfri.ui.charts import Part, Series


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, and where the rows behind it are listed; empty where there are none."""

    number: int
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """A week, or all of them: what was received, the four verdicts, and the rest as it stands."""

    kept: Kept
    received: Figure
    verdicts: list[Figure]


@dataclass(frozen=True, slots=True)
class Tab:
    """One kind, with its sum."""

    label: Words
    url: str
    kept: Kept
    current: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """What the page shows of one kind, the newest week first; and the others to choose."""

    tabs: list[Tab]
    total: Line
    lines: list[Line]
    series: Series

    @property
    def is_blank(self) -> bool:
        """Nobody of any kind has come in these weeks."""
        return not any(tab.kept.received for tab in self.tabs)


def kind_of(text: str) -> Kind:
    """The kind that the address asks for; those sent by others when it says nothing."""
    return next((kind for kind in Kind if CAME_AS[kind][0] == text), Kind.SENT)


def picture(weeks: Sequence[Kept], kind: Kind) -> Picture:
    """`weeks` are all kinds, the oldest first."""
    mine = [week for week in weeks if week.kind == kind]
    total = Kept.in_all(weeks, kind)
    until = mine[-1].last if mine else total.last
    return Picture(
        tabs=[
            Tab(CAME_AS[one][1], f"?slags={CAME_AS[one][0]}", Kept.in_all(weeks, one), one is kind)
            for one in Kind
        ],
        total=_line(total, until),
        lines=[_line(week, week.last) for week in reversed(mine)],
        series=_series(mine, total),
    )


def _line(kept: Kept, until: dt.date) -> Line:
    return Line(
        kept=kept,
        received=_figure(kept, until, kept.received, ""),
        verdicts=[
            _figure(kept, until, getattr(kept, verdict), word)
            for verdict, (word, _label) in VERDICTS.items()
        ],
    )


def _figure(kept: Kept, until: dt.date, number: int, verdict: str) -> Figure:
    if not number:
        return Figure(0, "")
    asked = {
        "modtaget_fra": kept.week.isoformat(),
        "modtaget_til": until.isoformat(),
        "slags": CAME_AS[kept.kind][0],
        "kontakt": verdict,
    }
    query = urlencode({name: value for name, value in asked.items() if value})
    return Figure(number, f"{reverse('referrals:list')}?{query}")


def _series(weeks: Iterable[Kept], total: Kept) -> Series:
    rows = list(weeks)
    return Series(
        key="frister",
        title=_("Truffet inden fristen, uge for uge"),
        text=_(
            "Af %(received)s modtagne blev %(in_time)s truffet inden fristen og %(late)s efter. "
            "%(waiting)s venter stadig inden for fristen, og %(missed)s blev ikke truffet i tide."
        )
        % {
            "received": total.received,
            "in_time": total.in_time,
            "late": total.late,
            "waiting": total.waiting,
            "missed": total.missed,
        },
        columns=tuple(
            _("uge %(number)s") % {"number": row.week.isocalendar().week} for row in rows
        ),
        bars=tuple(
            Part(label, tuple(getattr(row, verdict) for row in rows))
            for verdict, (_word, label) in VERDICTS.items()
        ),
    )
