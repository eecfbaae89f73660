"""What is typed into STOPbasen, value by value, and whether it is still what was typed there."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext as _

from roegfri import sealed
from roegfri.refusal import Words
from roegfri.sheets.writing import neutral

# Of each value so many bytes of a keyed fingerprint are kept: enough to see that it is another.
MARK = 8


@dataclass(frozen=True, slots=True)
class Value:
    """One value under the name STOPbasen's screen has for it. `raw` is text, a number, a date, a
    truth value or None; `masked` is what stands for it on a screen that does not show it."""

    code: str
    label: Words
    raw: object = field(repr=False)
    masked: str = ""

    @property
    def text(self) -> str:
        """As it is typed; empty where it is not known."""
        match self.raw:
            case None:
                return ""
            case bool():
                return _("Ja") if self.raw else _("Nej")
            case dt.date():
                return f"{self.raw:%d-%m-%Y}"
            case _:
                return str(self.raw)

    @property
    def shown(self) -> str:
        """As it stands on the page."""
        return self.masked or self.text


@dataclass(frozen=True, slots=True)
class Typed:
    """A participant's values in the order they are typed."""

    enrolment: UUID
    values: Sequence[Value]

    @property
    def marks(self) -> bytes:
        """A keyed fingerprint of each value, one after another: nothing can be read from them."""
        return b"".join(map(self._mark, self.values))

    def changed_since(self, marks: bytes) -> list[str]:
        """The names of the values that were others, or none, when those marks were made."""
        known = {marks[at : at + MARK] for at in range(0, len(marks), MARK)}
        return [str(one.label) for one in self.values if self._mark(one) not in known]

    def line(self) -> str:
        """All of them as one line that a spreadsheet takes apart again."""
        return "\t".join(neutral(" ".join(one.shown.split())) for one in self.values)

    def _mark(self, one: Value) -> bytes:
        words = f"{self.enrolment}:{one.code}:{one.text}"
        return sealed.fingerprint(words, of="stopbase.transferred")[:MARK]
