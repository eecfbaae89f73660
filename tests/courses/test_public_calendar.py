"""The calendar of a course that anybody may find: read back, and what never stands in it."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from courses.models import Course, Meeting
from courses.rules.neutral import is_telling
from courses.states import MeetingState
from courses.views import public_calendar
from roegfri.actor import Actor, acting, hosting
from tests import make

pytestmark = pytest.mark.django_db
AT = make.MONDAY
SOON = AT + dt.timedelta(days=1, hours=8)


@pytest.fixture(autouse=True)
def on_monday() -> Iterator[Any]:
    with time_machine.travel(AT, tick=False) as travelled:
        yield travelled


@pytest.fixture
def mette() -> Actor:
    return make.actor(make.grant(organisation=make.municipality(name="Hvidovre Kommune")))


def read(course: Course) -> str:
    """The calendar with its folded lines whole."""
    response = Client().get(reverse("find:calendar", args=[course.pk]))
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response.cookies == {}
    return response.content.decode().replace("\r\n ", "")


def values(text: str, name: str) -> list[str]:
    return re.findall(rf"^{name}:(.*)\r$", text, re.MULTILINE)


@transaction.atomic
def put(row: Any, host: Any, **columns: Any) -> None:
    with acting(hosting(make.SYSTEM, host)):
        type(row).objects.filter(pk=row.pk).update(**columns)


def test_its_meetings_stand_in_it_and_nothing_that_tells(mette: Actor) -> None:
    room = make.venue(make.home(mette), name="Røgfri Hus", street="Rygestopvej 3").rooms.get()
    course = make.course(mette, name="Rygestophold tirsdag", concept="Kom & Kvit", room=room)
    first = make.meeting(course, SOON, room=room)
    make.meeting(course, SOON + dt.timedelta(weeks=1), room=room)
    hers = make.enrolment(course, make.referral(mette), mette)
    make.appointment(hers, SOON + dt.timedelta(days=2), mette)
    text = read(course)
    assert values(text, "DTSTART") == ["20260303T160000Z", "20260310T160000Z"]
    assert values(text, "UID")[0] == str(first.pk)
    assert values(text, "SUMMARY") == [
        "Mødegang 1 af 2 · Hvidovre Kommune", "Mødegang 2 af 2 · Hvidovre Kommune"
    ]  # fmt: skip
    assert not is_telling(text)


def test_what_was_cancelled_stays_in_it_as_cancelled(mette: Actor) -> None:
    course = make.course(mette, meetings=3, first=SOON)
    one = Meeting.objects.filter(course=course).earliest("starts_at")
    put(one, course.host_id, state=MeetingState.CANCELLED, cancel_reason="Sygdom")
    text = read(course)
    assert values(text, "STATUS") == ["CANCELLED", "CONFIRMED", "CONFIRMED"]
    assert "Sygdom" not in text


@pytest.mark.parametrize("columns", [{"listed": False}, {"state": "draft"}])
def test_a_course_that_is_not_to_be_found_has_none(mette: Actor, columns: dict[str, Any]) -> None:
    course = make.course(mette, meetings=3, first=SOON)
    put(course, course.host_id, **columns)
    response = Client().get(reverse("find:calendar", args=[course.pk]))
    assert response.status_code == 404
    assert b"BEGIN" not in response.content


def test_nor_has_one_that_is_over(mette: Actor, on_monday: Any) -> None:
    course = make.course(mette, meetings=1, first=SOON)
    on_monday.move_to(SOON + dt.timedelta(days=1))
    assert Client().get(reverse("find:calendar", args=[course.pk])).status_code == 404


def test_it_is_only_read_and_not_without_end(mette: Actor, monkeypatch: Any) -> None:
    monkeypatch.setattr(public_calendar, "READINGS", 2)
    address = reverse("find:calendar", args=[make.course(mette, meetings=1, first=SOON).pk])
    assert Client().post(address).status_code == 405
    assert [Client().get(address).status_code for _ in range(3)] == [200, 200, 429]
    other = Client().get(address, REMOTE_ADDR="192.0.2.7")
    assert other.status_code == 200
    assert int(Client().get(address)["Retry-After"]) > 0
