"""What the log does by itself: seals, and makes room for next year."""

import structlog
from celery import shared_task

from roegfri import clock
from roegfri.actor import acting, system
from roegfri.audit import commands

log = structlog.get_logger(__name__)


@shared_task(name="audit.seal")
def seal() -> None:
    """Every second. The newest link goes to the operators' log, out of the database's reach."""
    with acting(system("audit.seal")) as scope:
        head = commands.seal(by=scope, at=clock.now())
        if head and head.added:
            log.info("audit.sealed", head=str(head), count=head.added)
        commands.make_year(by=scope, at=clock.now())
