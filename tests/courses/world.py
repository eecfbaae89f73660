"""Two municipalities of one agreement, each with a counsellor, and how they enrol somebody."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from courses.commands.enrol import WhenFull, enrol
from courses.models import Course, Enrolment, Staffing
from courses.states import EnrolmentState
from referrals.models import Citizen, Referral
from roegfri.accounts.models import Grant
from roegfri.actor import Actor, acting, hosting
from tests import make

AT = make.MONDAY
WEEK = dt.timedelta(weeks=1)


@dataclass(frozen=True)
class Towns:
    """`a` and `b` work in two municipalities of one agreement, under the two grants."""

    a: Actor
    b: Actor
    grant_a: Grant
    grant_b: Grant


def towns(**terms: str) -> Towns:
    agreement = make.agreement(**terms)
    grants = [make.grant(organisation=make.municipality(agreement)) for _ in range(2)]
    return Towns(make.actor(grants[0]), make.actor(grants[1]), *grants)


@transaction.atomic
def coming(by: Actor, **given: Any) -> Course:
    """A course with six weekly meetings, the first a week from now."""
    return make.course(by, **{"meetings": 6, "first": AT + WEEK, **given})


def do(by: Actor, act: Callable[..., Any], *args: Any, **given: Any) -> Any:
    """A command by somebody, now."""
    with acting(by):
        return act(*args, **{"at": AT, **given}, by=by)


def put(course: Course, by: Actor, case: Referral | None = None, **given: Any) -> Enrolment:
    """Enrols somebody new, or the one whose case it is."""
    made: Enrolment = do(by, enrol, course, case or make.referral(by), **given)
    return made


def wait(course: Course, by: Actor, **given: Any) -> Enrolment:
    """The same, on the waiting list where there is no place."""
    return put(course, by, when_full=WhenFull.WAIT, **given)


@transaction.atomic
def citizen(case: Referral) -> Citizen:
    """Whose case it is."""
    with acting(make.SYSTEM):
        return Citizen.objects.get(pk=case.citizen_id)


@transaction.atomic
def fresh(enrolment: Enrolment) -> Enrolment:
    """The row as it is now, past all walls."""
    with acting(make.SYSTEM):
        return Enrolment.objects.select_related("course").get(pk=enrolment.pk)


def state(enrolment: Enrolment) -> str:
    return fresh(enrolment).state


def since(enrolment: Enrolment) -> dt.datetime:
    """Since when she waits, or waited."""
    found = fresh(enrolment).waiting_since
    assert found
    return found


def books(course: Course) -> tuple[int, int]:
    """Seats taken and how many wait, as the course keeps them."""
    course.refresh_from_db()
    return course.seats_taken, course.waiting


@transaction.atomic
def counted(course: Course) -> tuple[int, int]:
    """The same, counted."""
    with acting(make.SYSTEM):
        rows = Enrolment.objects.filter(course=course)
        return (
            rows.filter(state=EnrolmentState.ENROLLED).count(),
            rows.filter(state=EnrolmentState.WAITING).count(),
        )


@transaction.atomic
def staff(course: Course, count: int, by: Actor) -> None:
    """So many counsellors more at every coming meeting."""
    with acting(hosting(make.SYSTEM, course.host_id)):
        for _ in range(count):
            person = make.grant(organisation=make.home(by)).user
            Staffing.objects.bulk_create(
                Staffing(meeting=one, counsellor=person, starts_at=one.starts_at,
                         ends_at=one.ends_at)
                for one in course.all_meetings.all()
            )  # fmt: skip
