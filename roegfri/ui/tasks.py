"""What ui does by itself."""

from celery import shared_task

from roegfri import clock
from roegfri.actor import acting, system
from roegfri.ui import drafts


@shared_task(name="ui.forget_old_drafts")
def forget_old_drafts() -> None:
    """Removes drafts of 14 days; twice is once."""
    with acting(system("ui.forget_old_drafts")) as by:
        drafts.forget_old(by=by, at=clock.now())
