"""The one way to make a list screen: filters, three sorts, pages, and an export of the same rows.

Pages are found by the last row's values, not by counting rows from the start (OFFSET): page 2,000
costs what page 1 does, and a row that comes or goes meanwhile makes no other row appear twice or
not at all. The place is carried by a cursor, sealed because the values may be a person's name.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Generic, Literal, Protocol, TypeVar

from django.db.models import F, Model, Q, QuerySet
from django.http import HttpRequest

from roegfri import sealed
from roegfri.refusal import Words

SIZE = 25
BATCH = 1000
_PLACE = "lists.cursor"

Row = TypeVar("Row")
M = TypeVar("M", bound=Model)
Compare = Literal["=", ">", "<", "null", "filled"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a list is sorted by: a field, a path over foreign keys, or an annotation.

    Rows without a value stand last, upwards and downwards alike; `nullable` says there may be such.
    """

    name: str
    descending: bool = False
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Sort:
    """One order of a list. The last column must be unique; it is "id" unless told."""

    key: str
    label: Words
    columns: tuple[Column, ...]
    last: str = "id"

    @property
    def whole(self) -> tuple[Column, ...]:
        """The columns, and the unique one that settles ties."""
        return (*self.columns, Column(self.last, descending=self.columns[-1].descending))


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison of a column with a value of the row at the edge of a page."""

    __test__ = False  # not for pytest

    name: str
    compare: Compare
    value: Any = None


@dataclass(frozen=True, slots=True)
class Slice:
    """Which rows to fetch: those past the cursor, how ordered, how many.

    `past` is a disjunction of conjunctions; empty means from the start.
    """

    columns: tuple[Column, ...]
    backwards: bool
    past: tuple[tuple[Test, ...], ...]
    limit: int

    def q(self) -> Q:
        """For a queryset."""
        return reduce(Q.__or__, (_all_of(tests) for tests in self.past), Q())

    def order_by(self) -> list[Any]:
        """For a queryset."""
        return [self._ordered(column) for column in self.columns]

    def where(self, names: Mapping[str, str]) -> tuple[str, list[Any]]:
        """For hand-written SQL: a condition and its parameters; `names` maps columns to SQL."""
        if not self.past:
            return "true", []
        branches = [" and ".join(_in_sql(test, names) for test in tests) for tests in self.past]
        values = [t.value for tests in self.past for t in tests if t.compare in "=<>"]
        return f"({' or '.join(branches)})", values

    def order_sql(self, names: Mapping[str, str]) -> str:
        """For hand-written SQL: what follows "order by"."""
        return ", ".join(self._ordered_in_sql(column, names) for column in self.columns)

    def _ordered(self, column: Column) -> Any:
        nulls = {"nulls_first" if self.backwards else "nulls_last": True} if column.nullable else {}
        expression = F(column.name)
        return expression.desc(**nulls) if self._down(column) else expression.asc(**nulls)

    def _ordered_in_sql(self, column: Column, names: Mapping[str, str]) -> str:
        way = "desc" if self._down(column) else "asc"
        nulls = f" nulls {'first' if self.backwards else 'last'}" if column.nullable else ""
        return f"{names[column.name]} {way}{nulls}"

    def _down(self, column: Column) -> bool:
        return column.descending != self.backwards


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and the cursors of the pages around them (empty: there is none)."""

    rows: list[Row]
    next: str
    previous: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are, counted no further than a cap."""

    number: int
    capped: bool

    def __str__(self) -> str:
        return f"{self.number}+" if self.capped else str(self.number)


def count_up_to(rows: QuerySet[M], cap: int = 100) -> Count:
    """The number of rows, or "100+": never the price of counting them all."""
    found = rows.order_by()[: cap + 1].count()
    return Count(min(found, cap), capped=found > cap)


def page(rows: QuerySet[M], *, sort: Sort, after: str = "", size: int = SIZE) -> Page[M]:
    """The page at the cursor `after`; the first one when it is empty or not one of ours."""
    return page_of(
        lambda piece: list(rows.filter(piece.q()).order_by(*piece.order_by())[: piece.limit]),
        sort=sort,
        after=after,
        size=size,
    )


def page_of(
    fetch: Callable[[Slice], Sequence[Row]], *, sort: Sort, after: str = "", size: int = SIZE
) -> Page[Row]:
    """The same for hand-written SQL: `fetch` answers a Slice with rows (tuples or mappings)."""
    place = _opened(after, sort)
    if place is None:
        return _forwards(fetch, sort, (), size, began=True)
    way, values = place
    if way == "previous":
        return _backwards(fetch, sort, values, size)
    return _forwards(fetch, sort, _past(sort.whole, values, backwards=False), size)


def shown(pages: Callable[[str], Page[Row]], after: str) -> Page[Row]:
    """For a screen: the page at the cursor, or the first when nothing stands there any more."""
    found = pages(after)
    return found if found.rows or not after else pages("")


def every(rows: QuerySet[M], *, sort: Sort) -> Iterator[M]:
    """All rows in the list's order, fetched in batches: for the export of what the list shows."""
    after = ""
    while True:
        batch = page(rows, sort=sort, after=after, size=BATCH)
        yield from batch.rows
        after = batch.next
        if not after:
            return


def _forwards(
    fetch: Callable[[Slice], Sequence[Row]],
    sort: Sort,
    past: tuple[tuple[Test, ...], ...],
    size: int,
    *,
    began: bool = False,
) -> Page[Row]:
    found = list(fetch(Slice(sort.whole, backwards=False, past=past, limit=size + 1)))
    rows = found[:size]
    return Page(
        rows,
        next=_sealed("next", rows[-1], sort) if len(found) > size else "",
        previous=_sealed("previous", rows[0], sort) if rows and not began else "",
    )


def _backwards(
    fetch: Callable[[Slice], Sequence[Row]], sort: Sort, values: list[object], size: int
) -> Page[Row]:
    past = _past(sort.whole, values, backwards=True)
    found = list(fetch(Slice(sort.whole, backwards=True, past=past, limit=size + 1)))
    rows = found[:size][::-1]
    return Page(
        rows,
        next=_sealed("next", rows[-1], sort) if rows else "",
        previous=_sealed("previous", rows[0], sort) if len(found) > size else "",
    )


def _past(
    columns: tuple[Column, ...], values: Sequence[object], *, backwards: bool
) -> tuple[tuple[Test, ...], ...]:
    """(a, b, id) lies past the cursor: a does; or a is equal and b does; or ... id does."""
    branches: list[tuple[Test, ...]] = []
    equal: tuple[Test, ...] = ()
    for column, value in zip(columns, values, strict=True):
        branches += [(*equal, test) for test in _beyond(column, value, backwards=backwards)]
        same = Test(column.name, "null") if value is None else Test(column.name, "=", value)
        equal = (*equal, same)
    return tuple(branches)


def _beyond(column: Column, value: object, *, backwards: bool) -> list[Test]:
    """One column strictly past a value. Rows without a value stand last: nothing is past them."""
    if value is None:
        return [Test(column.name, "filled")] if backwards else []
    tests = [Test(column.name, "<" if column.descending != backwards else ">", value)]
    if column.nullable and not backwards:
        tests.append(Test(column.name, "null"))
    return tests


_LOOKUPS = {"=": "exact", ">": "gt", "<": "lt"}
_IN_SQL = {"=": "= %s", ">": "> %s", "<": "< %s", "null": "is null", "filled": "is not null"}


def _all_of(tests: Sequence[Test]) -> Q:
    return reduce(Q.__and__, (_one(test) for test in tests))


def _one(test: Test) -> Q:
    if test.compare in _LOOKUPS:
        return Q((f"{test.name}__{_LOOKUPS[test.compare]}", test.value))
    return Q((f"{test.name}__isnull", test.compare == "null"))


def _in_sql(test: Test, names: Mapping[str, str]) -> str:
    return f"{names[test.name]} {_IN_SQL[test.compare]}"


# ---- the cursor ----------------------------------------------------------------------------------


def _value(row: Any, name: str) -> object:
    if isinstance(row, Mapping):
        return row[name]
    return reduce(getattr, name.split("__"), row)


def _plain(value: object) -> object:
    """As JSON holds it; instants to the microsecond, which Django's encoder would cut."""
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _sealed(way: str, row: Any, sort: Sort) -> str:
    values = [_plain(_value(row, column.name)) for column in sort.whole]
    inside = sealed.seal(json.dumps([way, values]), place=_PLACE, row=sort.key)
    return base64.urlsafe_b64encode(inside).decode().rstrip("=")


def _opened(cursor: str, sort: Sort) -> tuple[str, list[object]] | None:
    """None for the first page, and for a cursor that is cut, forged, or another list's."""
    try:
        inside = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        way, values = json.loads(sealed.unseal(inside, place=_PLACE, row=sort.key))
    except (sealed.Unsealable, binascii.Error, ValueError):
        return None
    return (way, values) if len(values) == len(sort.whole) else None


# ---- the screen ----------------------------------------------------------------------------------


class Filters(Protocol[M]):
    """A form over the query string that narrows the rows; the same for screen, count and export."""

    def is_valid(self) -> bool:
        """Django's."""

    def narrow(self, rows: QuerySet[M]) -> QuerySet[M]:
        """The rows that meet its clean data."""


@dataclass(frozen=True, slots=True)
class SortLink:
    """One of the orders to choose from."""

    label: Words
    url: str
    current: bool


@dataclass(frozen=True)
class Shown(Generic[Row]):
    """What a list screen shows: a page, and the ways to the others."""

    form: Any
    sort: Sort
    page: Page[Row]
    sorts: list[SortLink]
    next_url: str
    previous_url: str


@dataclass(frozen=True)
class Listing(Shown[M]):
    """The same with the rows of all pages, for an export."""

    rows: QuerySet[M]

    @property
    def count(self) -> Count:
        """How many the filters leave, up to 100; a query of its own."""
        return count_up_to(self.rows)

    def every(self) -> Iterator[M]:
        """The rows of all pages."""
        return every(self.rows, sort=self.sort)


def listing(
    request: HttpRequest,
    rows: QuerySet[M],
    *,
    form: Filters[M],
    sorts: Sequence[Sort],
    size: int = SIZE,
) -> Listing[M]:
    """The list that the query string asks for: ?orden=<sort>&fra=<cursor> and the form's fields.

    A form that is filled in wrongly shows no rows, and its errors.
    """
    narrowed = form.narrow(rows) if form.is_valid() else rows.none()
    found = listing_of(
        request,
        lambda sort, after: page(narrowed, sort=sort, after=after, size=size),
        form=form,
        sorts=sorts,
    )
    return Listing(**vars(found), rows=narrowed)


def listing_of(
    request: HttpRequest,
    pages: Callable[[Sort, str], Page[Row]],
    *,
    form: Any,
    sorts: Sequence[Sort],
) -> Shown[Row]:
    """The same for a query of one's own: `pages` answers an order and a cursor with a page."""
    asked = request.GET.get("orden", "")
    sort = next((one for one in sorts if one.key == asked), sorts[0])
    found = shown(lambda after: pages(sort, after), request.GET.get("fra", ""))
    return Shown(
        form=form,
        sort=sort,
        page=found,
        sorts=[SortLink(s.label, _url(request, orden=s.key), s is sort) for s in sorts],
        next_url=found.next and _url(request, orden=sort.key, fra=found.next),
        previous_url=found.previous and _url(request, orden=sort.key, fra=found.previous),
    )


def _url(request: HttpRequest, **changed: str) -> str:
    query = request.GET.copy()
    query.pop("fra", None)
    for name, value in changed.items():
        query[name] = value
    return f"{request.path}?{query.urlencode()}"
