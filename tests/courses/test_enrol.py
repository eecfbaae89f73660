"""Enrolling: who may, in which course, and what happens when there is no place."""

import datetime as dt

import pytest

from courses.commands.enrol import NoSeat, WhenFull, enrol
from courses.commands.leaving import take_back, transfer, withdraw
from courses.models import Course, Enrolment
from courses.rules.seats import Lack
from courses.states import EnrolmentState, WithdrawReason
from roegfri.actor import Actor, acting
from tests import make

pytestmark = pytest.mark.django_db
AT = make.MONDAY


@pytest.fixture
def town() -> Actor:
    return make.actor()


def put(course: Course, by: Actor, **given: object) -> Enrolment:
    case = make.referral(by)
    with acting(by):
        return enrol(course, case, by=by, at=AT, **given)


def test_smoke(town: Actor) -> None:
    course = make.course(town, meetings=6, first=AT + dt.timedelta(days=7), capacity=1)
    first = put(course, town)
    assert first.state == EnrolmentState.ENROLLED
    with pytest.raises(NoSeat) as full:
        put(course, town)
    assert full.value.lacks is Lack.SEAT
    second = put(course, town, when_full=WhenFull.WAIT)
    assert second.state == EnrolmentState.WAITING
    with acting(town):
        withdraw(first, reason=WithdrawReason.ILLNESS, by=town, at=AT)
        second.refresh_from_db()
        assert second.state == EnrolmentState.ENROLLED
        other = make.course(town, meetings=6, first=AT + dt.timedelta(days=8))
        moved = transfer(second, other, by=town, at=AT)
        assert moved.state == EnrolmentState.ENROLLED
        take_back(first, by=town, at=AT)
