"""The workers. Celery carries wake-ups only; what is to be done stands in the database."""

import os
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roegfri.settings")

app = Celery("roegfri")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.worker_init.connect
def refuse_an_unsafe_database(**_: Any) -> None:
    """A worker does not start on a database role that the walls do not bind."""
    from roegfri import walls

    walls.refuse_unsafe()
