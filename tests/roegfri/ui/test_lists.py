"""Pages by the last row's values: every row once, in order, whatever comes and goes meanwhile."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from django import forms
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roegfri.actor import acting, system
from roegfri.organisations.kinds import Kind
from roegfri.organisations.models import Organisation
from roegfri.outbox.models import Message
from roegfri.ui.lists import (
    Column,
    Listing,
    Page,
    Slice,
    Sort,
    count_up_to,
    every,
    listing,
    page,
    page_of,
)

AT = dt.datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=dt.UTC)
SORTS = [
    Sort("attempt", "Forsøg", (Column("attempt"),)),
    Sort("latest", "Seneste", (Column("attempt", descending=True),)),
    Sort("lease", "Frist", (Column("lease_until", nullable=True), Column("attempt"))),
    Sort(
        "lease-latest",
        "Sidste frist",
        (Column("lease_until", descending=True, nullable=True), Column("kind", nullable=True)),
    ),
]
by_sort = pytest.mark.parametrize("sort", SORTS, ids=lambda sort: sort.key)
pytestmark = pytest.mark.django_db

# Few values, so that ties and missing values are the rule.
ROWS = st.lists(
    st.tuples(st.integers(0, 2), st.none() | st.integers(0, 2)), min_size=0, max_size=18
)
SHORT = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(autouse=True)
def _as_the_system() -> Iterator[None]:
    with acting(system("test")):
        yield


@contextmanager
def undone() -> Iterator[Organisation]:
    """A world for one example; gone afterwards."""
    with transaction.atomic():
        yield Organisation.objects.create(kind=Kind.OPERATOR, name="Drift")
        transaction.set_rollback(True)


def add(organisation: Organisation, key: str, attempt: int, lease: int | None) -> Message:
    # An id between the others', so that a newcomer can fall anywhere among equals.
    return Message.objects.create(
        kind="test",
        dedupe_key=key,
        organisation=organisation,
        recipient="+4520123456",
        body="",
        state_since=AT,
        send_after=AT,
        expires_at=AT + dt.timedelta(days=1),
        created_at=AT,
        attempt=attempt,
        lease_until=None if lease is None else AT + dt.timedelta(microseconds=lease),
    )


def filled(organisation: Organisation, rows: list[tuple[int, int | None]]) -> QuerySet[Message]:
    for number, (attempt, lease) in enumerate(rows):
        add(organisation, str(number), attempt, lease)
    return Message.objects.all()


def in_order(rows: QuerySet[Message], sort: Sort) -> list[Message]:
    """The whole list, by the database's own sorting in one go."""
    whole = Slice(sort.whole, backwards=False, past=(), limit=0)
    return list(rows.order_by(*whole.order_by()))


@by_sort
@SHORT
@given(rows=ROWS, size=st.integers(1, 5))
def test_forwards_and_backwards_every_row_comes_once_and_in_order(
    sort: Sort, rows: list[tuple[int, int | None]], size: int
) -> None:
    with undone() as organisation:
        messages = filled(organisation, rows)
        pages = [page(messages, sort=sort, size=size)]
        while pages[-1].next:
            pages.append(page(messages, sort=sort, after=pages[-1].next, size=size))
        assert [row for p in pages for row in p.rows] == in_order(messages, sort)
        assert not pages[0].previous
        back = pages[-1]
        for expected in reversed(pages[:-1]):
            back = page(messages, sort=sort, after=back.previous, size=size)
            assert back.rows == expected.rows
        assert not back.previous


@by_sort
@SHORT
@given(rows=ROWS, changes=st.lists(st.tuples(st.booleans(), st.integers(0, 2)), max_size=8))
def test_rows_that_come_and_go_disturb_no_other_row(
    sort: Sort, rows: list[tuple[int, int | None]], changes: list[tuple[bool, int]]
) -> None:
    with undone() as organisation:
        messages = filled(organisation, rows)
        stays = set(messages.values_list("pk", flat=True))
        seen: list[Message] = []
        after = ""
        for number in range(len(rows) + len(changes) + 2):
            here = page(messages, sort=sort, after=after, size=2)
            seen += here.rows
            after = here.next
            if not after:
                break
            if number < len(changes):
                stays -= _change(organisation, messages, changes[number], number)
        keys = [row.pk for row in seen]
        assert len(keys) == len(set(keys)), "a row came twice"
        assert stays <= set(keys), "a row that was there all along never came"
        expected = [row.pk for row in in_order(messages, sort) if row.pk in stays]
        assert [pk for pk in keys if pk in stays] == expected


def _change(
    organisation: Organisation, messages: QuerySet[Message], change: tuple[bool, int], number: int
) -> set[UUID]:
    comes, where = change
    if comes:
        add(organisation, f"new {number}", where, where or None)
        return set()
    gone = messages.order_by("attempt", "pk")[where : where + 1]
    keys = set(gone.values_list("pk", flat=True))
    messages.filter(pk__in=keys).delete()
    return keys


def test_counting_from_the_start_does_lose_and_repeat_rows() -> None:
    """The control: with OFFSET the same happenings are seen to do harm."""
    with undone() as organisation:
        messages = filled(organisation, [(n, None) for n in range(1, 7)]).order_by("attempt")
        first = list(messages[0:2])
        add(organisation, "new", 0, None)
        assert messages[2:4][0] == first[1], "twice"
        first = list(messages[0:2])
        third = messages[2:3][0]
        first[0].delete()
        assert third not in messages[2:], "never"


@by_sort
@SHORT
@given(rows=ROWS)
def test_hand_written_sql_gives_the_same_pages(
    sort: Sort, rows: list[tuple[int, int | None]]
) -> None:
    names = {c: f"m.{c}" for c in ("attempt", "lease_until", "kind", "id")}

    def fetch(piece: Slice) -> list[dict[str, object]]:
        condition, values = piece.where(names)
        with connection.cursor() as cursor:
            cursor.execute(
                f"select m.attempt, m.lease_until, m.kind, m.id from outbox_message m"
                f" where {condition} order by {piece.order_sql(names)} limit %s",
                [*values, piece.limit],
            )
            return [
                dict(zip(("attempt", "lease_until", "kind", "id"), r, strict=True)) for r in cursor
            ]

    with undone() as organisation:
        messages = filled(organisation, rows)
        orm: Page[Message] = page(messages, sort=sort, size=3)
        sql = page_of(fetch, sort=sort, size=3)
        while True:
            assert [row["id"] for row in sql.rows] == [row.pk for row in orm.rows]
            assert bool(sql.next) == bool(orm.next)
            if not orm.next:
                break
            before = orm.rows
            orm = page(messages, sort=sort, after=orm.next, size=3)
            sql = page_of(fetch, sort=sort, after=sql.next, size=3)
            back = page_of(fetch, sort=sort, after=sql.previous, size=3)
            assert [row["id"] for row in back.rows] == [row.pk for row in before]


def test_a_cursor_that_is_not_ours_shows_the_first_page() -> None:
    with undone() as organisation:
        messages = filled(organisation, [(n, None) for n in range(6)])
        first = page(messages, sort=SORTS[0], size=2)
        other = page(messages, sort=SORTS[1], size=2)
        middle = len(first.next) // 2
        forged = (
            first.next[:middle]
            + ("A" if first.next[middle] != "A" else "B")
            + first.next[middle + 1 :]
        )
        for cursor in ("x", "æ", "====", forged, first.next[:-4], other.next):
            assert page(messages, sort=SORTS[0], after=cursor, size=2).rows == first.rows


def test_a_cursor_shows_no_values() -> None:
    import base64

    with undone() as organisation:
        messages = filled(organisation, [(1, None), (2, None)])
        sort = Sort("who", "Hvem", (Column("recipient"),))
        cursor = page(messages, sort=sort, size=1).next
        assert b"20123456" not in base64.urlsafe_b64decode(cursor + "==")


def test_a_page_whose_rows_are_gone_falls_back_to_the_first() -> None:
    with undone() as organisation:
        messages = filled(organisation, [(n, None) for n in range(4)])
        first = page(messages, sort=SORTS[0], size=2)
        messages.filter(attempt__gte=2).delete()
        assert page(messages, sort=SORTS[0], after=first.next, size=2).rows == []
        request = RequestFactory().get("/beskeder/", {"fra": first.next, "orden": SORTS[0].key})
        found = listing(request, messages, form=Attempts(request.GET), sorts=SORTS, size=2)
        assert found.page.rows == first.rows


def test_counting_stops_at_the_cap() -> None:
    with undone() as organisation:
        messages = filled(organisation, [(n, None) for n in range(5)])
        assert str(count_up_to(messages, 5)) == "5"
        assert str(count_up_to(messages, 4)) == "4+"
        assert str(count_up_to(messages.none(), 4)) == "0"


class Attempts(forms.Form):
    attempt = forms.IntegerField(required=False)

    def narrow(self, rows: QuerySet[Message]) -> QuerySet[Message]:
        attempt = self.cleaned_data["attempt"]
        return rows if attempt is None else rows.filter(attempt=attempt)


def listed(query: str, rows: QuerySet[Message]) -> Listing[Message]:
    request = RequestFactory().get(f"/beskeder/?{query}")
    return listing(request, rows, form=Attempts(request.GET), sorts=SORTS[:3], size=2)


def test_a_list_screen_keeps_filters_and_order_from_page_to_page() -> None:
    with undone() as organisation:
        messages = filled(organisation, [(1, n) for n in range(5)] + [(2, None)])
        found = listed("attempt=1&orden=lease", messages)
        seen = [*found.page.rows]
        assert [link.current for link in found.sorts] == [False, False, True]
        while found.next_url:
            found = listed(found.next_url.partition("?")[2], messages)
            seen += found.page.rows
        assert [row.attempt for row in seen] == [1] * 5
        assert seen == list(found.every())
        assert str(found.count) == "5"


def test_an_export_has_the_rows_of_the_list_whatever_the_batches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("roegfri.ui.lists.BATCH", 2)
    with undone() as organisation:
        messages = filled(organisation, [(n % 3, None) for n in range(7)])
        assert list(every(messages, sort=SORTS[1])) == in_order(messages, SORTS[1])


def test_a_wrong_filter_shows_its_error_and_no_rows() -> None:
    with undone() as organisation:
        found = listed("attempt=mange", filled(organisation, [(1, None)]))
        assert found.page.rows == []
        assert isinstance(found.form, Attempts)
        assert found.form.errors
