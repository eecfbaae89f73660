"""Somebody who took part in a course, with a doctor, a number, and what she agreed to."""

import datetime as dt
from dataclasses import dataclass
from itertools import count
from typing import Any

from django.db import transaction

from courses.commands.letters import send_letter
from courses.models import Attendance, Course, DischargeLetter, Enrolment
from courses.queries.letters import Draft, letter_draft
from courses.states import Mark
from referrals.models import Citizen, Referral
from referrals.states import ConsentKind
from roegfri.accounts.models import Grant
from roegfri.actor import Actor, acting, hosting
from roegfri.organisations.models import Practice
from tests import make
from tests.courses import world

BOTH = (ConsentKind.DISCHARGE, ConsentKind.DISCHARGE_RESULT)
# After the last meeting.
AFTER = world.AT + 8 * world.WEEK
_number = count(1)


@dataclass(frozen=True)
class Taken:
    """A participant who came to so many of six meetings, and whose case `by` handles."""

    by: Actor
    grant: Grant
    case: Referral
    course: Course
    enrolment: Enrolment


def ean(stem: int) -> str:
    """Thirteen digits with the right check digit."""
    text = f"{579000000000 + stem:012d}"
    total = sum(int(one) * (3 if place % 2 else 1) for place, one in enumerate(text))
    return f"{text}{-total % 10}"


def practice(**given: Any) -> Practice:
    """A practice that MedCom messages reach."""
    number = next(_number)
    usual = {
        "name": f"Lægehuset {number}",
        "provider_number": f"{50_000 + number}",
        "ean": ean(1000 + number),
        "address": "Lægevej 1, 2650 Hvidovre",
    }
    return Practice.objects.create(**{**usual, **given})


@transaction.atomic
def taken(
    *,
    came: int = 5,
    agreed: tuple[ConsentKind, ...] = (ConsentKind.DISCHARGE,),
    towns: world.Towns | None = None,
    doctor: Practice | None = None,
    **details: Any,
) -> Taken:
    """Somebody of `towns.a` on a course there."""
    here = towns or world.towns()
    town = make.home(here.a)
    if not town.ean:
        town.ean = ean(next(_number))
        town.phone = "36 39 36 39"
        town.save()
    case = make.referral(here.a, **{"civil_number": "2512489996", **details})
    course = world.coming(here.a)
    enrolment = make.enrolment(course, case, here.a)
    attend(enrolment, came, here.a)
    for kind in agreed:
        make.consent(case, here.a, kind)
    with acting(here.a):
        known = doctor or practice()
        Citizen.objects.filter(pk=case.citizen_id).update(practice=known)
    return Taken(here.a, here.grant_a, case, course, enrolment)


def attend(enrolment: Enrolment, meetings: int, by: Actor) -> None:
    """She came to the first so many."""
    with acting(hosting(make.SYSTEM, enrolment.course.host_id)):
        held = list(enrolment.course.all_meetings.order_by("starts_at")[:meetings])
    with acting(by):
        Attendance.objects.bulk_create(
            Attendance(enrolment=enrolment, meeting=one, mark=Mark.ATTENDED, at=world.AT,
                       by_id=by.person)
            for one in held
        )  # fmt: skip


@transaction.atomic
def draft(of: Taken, at: dt.datetime = AFTER) -> Draft:
    """What would be sent."""
    with acting(of.by):
        return letter_draft(of.by, of.enrolment, at=at)


def send(of: Taken, **given: Any) -> DischargeLetter:
    """The letter as it is proposed, or with what is given."""
    text = given.pop("text", None) or draft(of).text() or "Har deltaget."
    made: DischargeLetter = world.do(
        of.by, send_letter, of.enrolment, **{"text": text, "at": AFTER, **given}
    )
    return made


@transaction.atomic
def fresh(letter: DischargeLetter) -> DischargeLetter:
    """The row as it is now, past all walls."""
    with acting(make.SYSTEM):
        return DischargeLetter.objects.get(pk=letter.pk)
