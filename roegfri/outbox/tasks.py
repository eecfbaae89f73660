"""What the outbox does by itself."""

from celery import shared_task

from roegfri import clock
from roegfri.actor import acting, system
from roegfri.outbox import delivery
from roegfri.outbox.commands import LIMIT


@shared_task(name="outbox.send")
def send() -> None:
    """Sends what is due, batch by batch. A wake-up only: the table says what there is to send."""
    with acting(system("outbox.send")) as by:
        while delivery.send_due(by=by, at=clock.now()) == LIMIT:
            pass
