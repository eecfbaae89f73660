"""What the API does by itself."""

from celery import shared_task

from roegfri import clock
from roegfri.actor import acting, system
from roegfri.api import commands


@shared_task(name="api.forget_answers")
def forget_answers() -> None:
    """Removes answers of seven days; twice is once."""
    with acting(system("api.forget_answers")) as by:
        commands.forget_answers(by=by, at=clock.now())
