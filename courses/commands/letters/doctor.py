"""Who her general practitioner is."""

import datetime as dt

from django.db import transaction

from courses.models import Enrolment
from referrals.commands.citizen import change_citizen, own_citizen
from roegfri.actor import Actor


@transaction.atomic
def choose_doctor(enrolment: Enrolment, practice: str, *, by: Actor, at: dt.datetime) -> None:
    """She has that practice, by its id, from now on. Raises Refusal when her case was given on."""
    citizen = own_citizen(enrolment.citizen, by)
    changes = {"practice": (practice, "")}
    change_citizen(citizen, changes, version=citizen.version, by=by, at=at)
