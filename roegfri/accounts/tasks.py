"""What happens by itself: the hourly clearing out."""

from celery import shared_task

from roegfri import clock
from roegfri.accounts import commands
from roegfri.actor import acting, system


@shared_task(name="accounts.forget_ended_sessions")
def forget_ended_sessions() -> None:
    """Sessions that have run out, and counts of guesses that no longer matter."""
    with acting(system("accounts.forget_ended_sessions")) as actor:
        commands.forget_ended_sessions(by=actor, at=clock.now())
