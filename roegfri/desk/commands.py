"""Changes that belong to no app below."""

import datetime as dt

from django.db import transaction

from roegfri.actor import Actor
from roegfri.desk.models import Heartbeat


@transaction.atomic
def beat(*, by: Actor, at: dt.datetime) -> None:
    """Notes that the worker is alive."""
    Heartbeat.objects.update_or_create(name=by.name, defaults={"at": at})
