"""Whether the process lives (/healthz), and whether it can serve (/readyz); without sign-in."""

import datetime as dt
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from referrals.queries.sweep import folder_health
from roegfri import clock
from roegfri.actor import system
from roegfri.desk.models import Heartbeat

_OLDEST = dt.timedelta(minutes=2)
# A folder that somebody must look at takes no web process out of service; one that is not watched
# is nobody's fault.
_WELL = ("ok", "off", "trouble")


@transaction.non_atomic_requests
def healthz(_request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@transaction.non_atomic_requests
def readyz(_request: HttpRequest) -> JsonResponse:
    """Database, migrations, broker, worker and sweep, each with "ok" or what is wrong; 503 if any
    is."""
    found = state()
    well = is_well(found)
    return JsonResponse(
        {"status": "ok" if well else "not ready", **found}, status=200 if well else 503
    )


def state(only: str = "") -> dict[str, str]:
    """What each check says, or the one that is named."""
    return {name: check() for name, check in _CHECKS.items() if only in ("", name)}


def is_well(found: dict[str, str]) -> bool:
    """Whether each of them says "ok", or something that people can go on working with."""
    return all(words.startswith(_WELL) for words in found.values())


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


def _sweep() -> str:
    """The watched folder: "off" without one; a sweep that has stopped is a fault."""
    try:
        health = folder_health(system("desk.readyz"))
    except DatabaseError:
        return "unknown"
    if health is None:
        return "off"
    if health.last_at is None:
        return "never swept"
    age = clock.now() - health.last_at
    if age >= _OLDEST:
        return f"last swept {int(age.total_seconds())} seconds ago"
    wrong = ", ".join(place.folder for place in health.trouble)
    return f"trouble in {wrong}" if wrong else "ok"


_CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "worker": _worker,
    "sweep": _sweep,
}
CHECKED = tuple(_CHECKS)
