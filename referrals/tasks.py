"""What referrals do by themselves."""

from pathlib import Path
from typing import Any

from celery import shared_task, signals
from django.conf import settings

from referrals.intake import folder
from roegfri import clock
from roegfri.actor import acting, system


@shared_task(name="referrals.sweep")
def sweep(**_: Any) -> None:
    """Takes in what lies in the watched folder, where there is one, and writes receipts to it."""
    if settings.MEDCOM_FOLDER:
        with acting(system("referrals.sweep")) as by:
            folder.sweep(Path(settings.MEDCOM_FOLDER), by=by, now=clock.now)


@signals.worker_ready.connect
def first_sweep(**_: Any) -> None:
    """What came while no worker ran is taken in as soon as one does."""
    sweep()
