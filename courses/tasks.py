"""What courses do by themselves."""

from typing import Any

from celery import shared_task

from courses.commands import rolling
from roegfri import clock
from roegfri.actor import acting, system


@shared_task(name="courses.ask_for_contacts")
def ask_for_contacts(**_: Any) -> None:
    """Who begins soon and has not been talked with is put on «I dag»."""
    with acting(system("courses.ask_for_contacts")) as by:
        rolling.ask_for_contacts(by=by, at=clock.now())


@shared_task(name="courses.end_long_absent")
def end_long_absent(**_: Any) -> None:
    """Who has stayed away from Kom & Kvit for long, and plans no quit date, takes part no more."""
    with acting(system("courses.end_long_absent")) as by:
        rolling.end_long_absent(by=by, at=clock.now())
