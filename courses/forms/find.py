"""What somebody looks for on Find et hold, out of an address that anybody may have written."""

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from courses.queries.found import MONDAY_TO_SUNDAY, Wanted
from courses.rules.spread import Part
from roegfri.organisations.numbers import municipality_code

# The words of the address, in the order they are written.
FIELDS = ("postnr", "kommune", "aftale", "dag", "tid", "sprog")
_PAGE = "side"
_LONGEST = 60
_MOST_PAGES = 1000
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


@dataclass(frozen=True, slots=True)
class Asked:
    """An address, read kindly: what nobody can mean narrows nothing. `postcode` is as it was typed
    (digits of any script are 0 to 9); `page` counts from 1. `is_elsewhere`: a municipality is asked
    for that is none of ours."""

    postcode: str
    municipality: str
    agreement: str
    weekdays: frozenset[int]
    parts: frozenset[str]
    language: str
    page: int
    is_asked: bool
    is_elsewhere: bool

    @property
    def wanted(self) -> Wanted:
        """For courses_found."""
        return Wanted(
            agreement=self.agreement,
            municipality=self.municipality,
            weekdays=self.weekdays,
            parts=self.parts,
            languages=frozenset({self.language} if self.language else ()),
            postcode=self.postcode,
        )

    @property
    def more_asked(self) -> bool:
        """Whether something under the fold narrows the list."""
        return bool(self.weekdays or self.parts or self.language)

    def address(self, page: int = 1) -> str:
        """The same again as the end of an address, and nothing else of what was written there."""
        given: list[tuple[str, object]] = [
            ("postnr", self.postcode),
            ("kommune", self.municipality),
            ("aftale", self.agreement),
            *(("dag", day) for day in sorted(self.weekdays)),
            *(("tid", part) for part in Part if part in self.parts),
            ("sprog", self.language),
            (_PAGE, page if page > 1 else ""),
        ]
        words = urlencode([(name, value) for name, value in given if value])
        return f"?{words}" if words else ""


def asked(query: QueryDict, *, municipalities: Collection[str]) -> Asked:
    """What an address asks for; a municipality whose code is not among those is none."""
    named = _word(query, "kommune")
    municipality = municipality_code(named)
    known = municipality in municipalities
    return Asked(
        postcode=_word(query, "postnr").translate(_DIGITS).replace(" ", ""),
        municipality=municipality if known else "",
        agreement="" if known else _word(query, "aftale"),
        weekdays=frozenset(day for day in MONDAY_TO_SUNDAY if str(day) in query.getlist("dag")),
        parts=frozenset(str(part) for part in Part if part in query.getlist("tid")),
        language=_word(query, "sprog"),
        page=_page(_word(query, _PAGE)),
        is_asked=any(name in query for name in (*FIELDS, _PAGE)),
        is_elsewhere=bool(named) and not known,
    )


def _word(query: QueryDict, name: str) -> str:
    """A short text without what nobody types."""
    text = query.get(name, "")[:_LONGEST].strip()
    return text if text.isprintable() else ""


def _page(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() else 1
    return min(max(number, 1), _MOST_PAGES)
