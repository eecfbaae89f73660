"""What somebody says of a participant at a meeting."""

import datetime as dt
import enum
from dataclasses import dataclass, fields
from typing import Any, Final

from django.utils.translation import gettext as _

from courses.states import Mark
from roegfri import clock
from roegfri.refusal import Refusal

# The most carbon monoxide, in ppm, that a reading can show (models.Attendance).
MOST_CO = 200
# Who writes a year of two digits, or the year of her birth, is asked to look again.
YEARS = dt.timedelta(days=5 * 366)


class Keep(enum.Enum):
    """Nothing is said of it: it stays as it is."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP
# What stands on the meeting, and what on the participant herself.
AT_THE_MEETING = ("mark", "co", "note")
QUIT_DATES = ("planned_quit_on", "actual_quit_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said of one participant; empty takes away what stood there.

    `co` in ppm. `planned_quit_on` is any day; `actual_quit_on` one that has come, and it may lie
    before the first meeting.
    """

    mark: Mark | str | Keep = KEEP
    co: int | Keep | None = KEEP
    note: str | Keep = KEEP
    planned_quit_on: dt.date | Keep | None = KEEP
    actual_quit_on: dt.date | Keep | None = KEEP

    def values(self) -> dict[str, Any]:
        """What is said, by the names of the fields."""
        named = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value for name, value in named.items() if value is not KEEP}

    def as_json(self) -> dict[str, Any]:
        """The same as it is kept with the marking: sent twice it says the same."""
        return {
            name: value.isoformat() if isinstance(value, dt.date) else value
            for name, value in self.values().items()
        }

    def __bool__(self) -> bool:
        return bool(self.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Quits:
    """The two quit dates as the person had them in front of her."""

    planned_quit_on: dt.date | None = None
    actual_quit_on: dt.date | None = None


def possible(said: Said, at: dt.datetime) -> None:
    """Raises Refusal for what cannot be, whoever the participant is. Part of a command."""
    if isinstance(said.actual_quit_on, dt.date) and said.actual_quit_on > clock.danish_date(at):
        raise Refusal(
            _(
                "Den faktiske rygestopdato kan ikke ligge ude i fremtiden. Skriv den som planlagt,"
                " til dagen er kommet."
            ),
            field="actual_quit_on",
        )
    for name in QUIT_DATES:
        day = getattr(said, name)
        if isinstance(day, dt.date) and abs(day - clock.danish_date(at)) > YEARS:
            raise Refusal(_("Datoen ligger mange år herfra. Ret årstallet."), field=name)
    if isinstance(said.co, int) and not 0 <= said.co <= MOST_CO:
        raise Refusal(
            _("Kulilte måles i ppm, fra 0 til %(most)d. Ret tallet.") % {"most": MOST_CO},
            field="co",
        )
    if not isinstance(said.mark, Keep) and said.mark not in ("", *Mark.values):
        raise Refusal(_("Vælg «Mødt», «Afbud» eller «Udeblevet»."), field="mark")
