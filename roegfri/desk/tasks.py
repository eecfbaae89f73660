"""What the roof does by itself."""

from typing import Any

from celery import shared_task, signals

from roegfri import clock
from roegfri.actor import acting, system
from roegfri.desk import commands


@shared_task(name="desk.heartbeat")
def heartbeat(**_: Any) -> None:
    """Shows that beat asks and a worker answers."""
    with acting(system("desk.heartbeat")) as by:
        commands.beat(by=by, at=clock.now())


@signals.worker_ready.connect
def first_heartbeat(**_: Any) -> None:
    """A worker that has just started is alive before beat has asked it anything."""
    heartbeat()
