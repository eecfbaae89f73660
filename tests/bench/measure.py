"""CPU time of the application and of its database backend, and the pages the backend touched."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from roegfri import database
from tests.bench import world

Work = Callable[[], object]
_NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one request. Milliseconds of CPU; statements apart from BEGIN and COMMIT; 8 kB pages."""

    app: float
    database: float
    queries: int
    buffers: float

    @property
    def total(self) -> float:
        """Both processes."""
        return self.app + self.database


def cost(work: Work, *, seconds: float = 1.5, rounds: int = 3) -> Cost:
    """The median round of warm calls of `work`, each round about `seconds` long."""
    for _ in range(3):
        work()
    began = time.perf_counter()
    work()
    times = max(2, int(seconds / rounds / (time.perf_counter() - began)))
    found = [_round(work, times) for _ in range(rounds)]
    middle = median(sum(one[:2]) for one in found)
    app, base, buffers = next(one for one in found if sum(one[:2]) == middle)
    return Cost(app, base, queries(work), buffers)


def spent(work: Work, *, times: int) -> float:
    """Milliseconds of CPU of one call, both processes."""
    app, base, _ = _round(work, times)
    return app + base


def queries(work: Work) -> int:
    """How many statements it takes."""
    with CaptureQueriesContext(connection) as captured:
        work()
    said = [query["sql"].lstrip() for query in captured.captured_queries]
    return sum(not words.startswith(_NOT_COUNTED) for words in said)


def percentile(work: Work, share: float, *, times: int = 300) -> float:
    """Milliseconds on the wall that `share` of the calls stay within."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)[int(times * share)]


def _round(work: Work, times: int) -> tuple[float, float, float]:
    backends = _backends()
    base, pages, app = _cpu(backends), _pages(backends), time.process_time()
    for _ in range(times):
        work()
    app = (time.process_time() - app) * 1000 / times
    return app, (_cpu(backends) - base) / times, (_pages(backends) - pages) / times


def _backends() -> Sequence[int]:
    """The app role's connections: a single thread of requests uses those that are open."""
    with world.inside() as inside:
        found = inside.execute(
            "select pid from pg_stat_activity where datname = current_database() and usename = %s",
            [database.role_name(world.URL, "app")],
        )
        return [pid for (pid,) in found]


def _cpu(backends: Sequence[int]) -> float:
    """Milliseconds, from the kernel's scheduler: PostgreSQL has to run on this machine."""
    return sum(int(_schedstat(pid).split()[0]) for pid in backends) / 1e6


def _schedstat(pid: int) -> str:
    return Path("/proc", str(pid), "schedstat").read_text()


def _pages(backends: Sequence[int]) -> int:
    """Pages of relations found in memory or read, since the backends started."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_stat_force_next_flush()")
    connection.close()  # back to the pool
    with world.inside() as inside:
        found = inside.execute(
            "select coalesce(sum(io.hits + coalesce(io.reads, 0)), 0)"
            " from unnest(%s::int[]) as pid, pg_stat_get_backend_io(pid) io"
            " where io.object = 'relation'",
            [list(backends)],
        ).fetchone()
    return int(found[0]) if found else 0


def cores() -> int:
    """For the table's heading."""
    return os.cpu_count() or 1
