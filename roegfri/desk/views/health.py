"""Whether the process lives (/healthz), and whether it can serve (/readyz); without sign-in."""

import datetime as dt
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from roegfri import clock
from roegfri.desk.models import Heartbeat

_OLDEST = dt.timedelta(minutes=2)


@transaction.non_atomic_requests
def healthz(_request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@transaction.non_atomic_requests
def readyz(_request: HttpRequest) -> JsonResponse:
    """Database, migrations, broker and worker, each with "ok" or what is wrong; 503 if any is."""
    found = state()
    well = is_well(found)
    return JsonResponse(
        {"status": "ok" if well else "not ready", **found}, status=200 if well else 503
    )


def state(only: str = "") -> dict[str, str]:
    """What each check says, or the one that is named."""
    return {name: check() for name, check in _CHECKS.items() if only in ("", name)}


def is_well(found: dict[str, str]) -> bool:
    """Whether all of them say "ok"."""
    return all(words == "ok" for words in found.values())


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except DatabaseError:
        return "no answer"
    return "ok"


def _migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "unknown"
    return f"{len(missing)} missing" if missing else "ok"


def _broker() -> str:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2) as broker:
            broker.ping()
    except (redis.RedisError, OSError):
        return "no answer"
    return "ok"


def _worker() -> str:
    try:
        last = Heartbeat.objects.order_by("-at").values_list("at", flat=True).first()
    except DatabaseError:
        return "unknown"
    if last is None:
        return "never seen"
    age = clock.now() - last
    return "ok" if age < _OLDEST else f"last seen {int(age.total_seconds())} seconds ago"


_CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "worker": _worker,
}
CHECKED = tuple(_CHECKS)
