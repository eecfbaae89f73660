"""What `make bench` prints."""

from collections.abc import Iterable, Iterator

from django.test import override_settings

from tests.bench import course, measure, people, rows
from tests.bench.measure import Cost
from tests.bench.rows import Result

_lists: list[tuple[int, Result]] = []
_rest: list[tuple[str, ...]] = []
FIRST = ("list", "referrals", "CPU ms (app + db)", "queries", "buffers", "textbook", "admin")


def add_lists(scale: int) -> None:
    """Measures the lists as the database stands now."""
    with override_settings(ROOT_URLCONF="tests.bench.urls"):
        _lists.extend((scale, result) for result in rows.lists(people.browser()))


def add_courses() -> None:
    """Measures a course's page and its room, without the lists."""
    with override_settings(ROOT_URLCONF="tests.bench.urls"):
        hello = measure.cost(rows.getter(people.browser(), "/hej/"))
        _add_pages(course.pages(people.browser()), hello)


def add_the_rest() -> None:
    """Measures what does not depend on the scale."""
    with override_settings(ROOT_URLCONF="tests.bench.urls"):
        file, hello = rows.file(people.browser())
        pages = [("file: 60 events", file), *course.pages(people.browser())]
    _add_pages(pages, hello)
    _add_messages()


def _add_pages(pages: Iterable[tuple[str, Cost]], hello: Cost) -> None:
    _rest.extend(
        (
            what,
            f"{one.total:.1f} ms CPU ({one.app:.1f} + {one.database:.1f}), {one.queries} queries",
            f"hello, signed in: {hello.total:.1f} ms, {hello.queries} queries",
            f"{one.total / hello.total:.1f} x hello",
        )
        for what, one in pages
    )


def _add_messages() -> None:
    intake = rows.intake()
    for what, rate in (
        ("200 files at once", intake.in_sets),
        ("200 at once, all of one citizen", intake.same_person),
        ("one file at a time", intake.alone),
    ):
        _rest.append(
            (
                f"intake: MedCom parsed and stored, {what}",
                f"{rate:.0f} messages/s of one core",
                f"lxml's parsing alone: {intake.parsed:,.0f}/s",
                f"1/{intake.parsed / rate:.0f}",
            )
        )
    middle, most = rows.look()
    _rest.append(
        ("audit: a look-up of 25 persons", f"{middle:.2f} ms on the wall", f"p95 {most:.2f} ms", "")
    )


def lines() -> Iterator[str]:
    """Two tables in Markdown."""
    yield from _table(FIRST, [_list_row(scale, result) for scale, result in _lists])
    yield ""
    yield from _growth()
    yield ""
    yield from pages()


def pages() -> Iterator[str]:
    """The last of them alone."""
    yield from _table(("what", "ours", "beside it", "ratio"), _rest)


def _list_row(scale: int, result: Result) -> tuple[str, ...]:
    ours = result.ours
    peers = (
        f"{peer.total:.1f} ms, {peer.queries} queries: **{peer.total / ours.total:.1f} x**"
        for peer in (result.textbook, result.admin)
    )
    return (
        result.screen,
        f"{scale:,}",
        f"{ours.total:.1f} ({ours.app:.1f} + {ours.database:.1f})",
        str(ours.queries),
        f"{ours.buffers:.0f}",
        *peers,
    )


def _growth() -> Iterator[str]:
    """Buffers at the largest scale over those at the smallest."""
    for screen in dict.fromkeys(result.screen for _, result in _lists):
        found = [(scale, one.ours.buffers) for scale, one in _lists if one.screen == screen]
        (small, first), (large, last) = found[0], found[-1]
        yield f"{screen}: buffers at {large:,} are {last / first:.2f} x those at {small:,}."


def _table(head: tuple[str, ...], body: list[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + " --- |" * len(head)
    for row in body:
        yield "| " + " | ".join(row) + " |"
