"""Meetings are laid, added, moved, cancelled and restored; and what is in their way."""

import datetime as dt

import pytest

from courses.commands.booking import Taken
from courses.commands.meetings import lay_meetings
from courses.models import Course, Meeting, Room
from courses.rules.planning import Slot
from roegfri.accounts.models import User
from roegfri.actor import Actor, acting
from roegfri.organisations.models import Municipality
from roegfri.refusal import Refusal
from tests import make

pytestmark = pytest.mark.django_db
AT = make.MONDAY
HOUR = dt.timedelta(hours=1)


def slot(hours: float, length: float = 2) -> Slot:
    begins = AT + HOUR * hours
    return Slot(begins, begins + HOUR * length)


def colleague(of: Actor) -> Actor:
    return make.actor(make.grant(organisation=make.home(of)))


@pytest.fixture
def by() -> Actor:
    return make.actor()


def lay(course: Course, by: Actor, *slots: Slot, staff: tuple[Actor, ...] = ()) -> list[Meeting]:
    with acting(by):
        return lay_meetings(course, slots, [one.person for one in staff], at=AT)


def room_of(by: Actor) -> Room:
    return make.venue(make.home(by)).rooms.get()


def test_meetings_are_laid_in_order_with_room_and_counsellors(by: Actor) -> None:
    course = make.course(by, room=room_of(by))
    laid = lay(course, by, slot(48), slot(24), staff=(by,))
    assert [one.starts_at for one in laid] == [AT + 24 * HOUR, AT + 48 * HOUR]
    assert {one.room for one in laid} == {course.room}
    assert [one.counsellor_id for made in laid for one in made.staff.all()] == [by.person] * 2
    course.refresh_from_db()
    assert (course.meetings, course.first_at) == (2, AT + 24 * HOUR)


@pytest.mark.parametrize(
    ("slots", "said"),
    [
        ([slot(24), slot(25)], "ligger oven i hinanden"),
        ([slot(24), slot(24)], "ligger oven i hinanden"),
        ([Slot(AT, AT)], "skal slutte, efter"),
    ],
)
def test_impossible_times_are_refused(by: Actor, slots: list[Slot], said: str) -> None:
    with pytest.raises(Refusal, match=said):
        lay(make.course(by), by, *slots)


def test_a_room_that_is_taken_is_refused_with_the_course_that_has_it(by: Actor) -> None:
    room = room_of(by)
    lay(make.course(by, name="Det første", room=room), by, slot(24))
    with pytest.raises(Taken) as refused:
        lay(make.course(by, room=room), by, slot(25))
    assert str(refused.value) == (
        "Tirsdag 3. marts 2026 kl. 10.00-12.00: Lokale 1 er optaget kl. 9.00-11.00 («Det første»)."
        " Vælg et andet tidspunkt, et andet lokale eller en anden."
    )
    assert Meeting.objects.count() == 1


def test_one_course_after_the_other_in_a_room(by: Actor) -> None:
    room = room_of(by)
    lay(make.course(by, room=room), by, slot(24))
    assert lay(make.course(by, room=room), by, slot(26))


def test_another_municipality_is_told_when_and_where_and_no_more(by: Actor) -> None:
    elsewhere: Municipality = make.municipality()
    there = make.actor(make.grant(organisation=elsewhere, person=make.user(name="Anne Olsen")))
    lay(make.course(there, name="Hemmeligt hold"), there, slot(24), staff=(there,))
    make.grant(organisation=make.home(by), person=User.objects.get(pk=there.person))
    with pytest.raises(Taken) as refused:
        lay(make.course(by), by, slot(25), staff=(there,))
    assert f"Anne Olsen er optaget kl. 9.00-11.00 ({elsewhere.name})" in str(refused.value)
    assert "Hemmeligt" not in str(refused.value)


def test_all_meetings_in_the_way_are_counted(by: Actor) -> None:
    days = [slot(24 * n) for n in range(1, 6)]
    lay(make.course(by), by, *days, staff=(by,))
    with pytest.raises(Taken, match="Og 2 mødegange mere"):
        lay(make.course(by), by, *days, staff=(by,))


def test_who_does_not_work_there_on_the_day_is_refused(by: Actor) -> None:
    stranger = make.actor()
    with pytest.raises(Refusal, match="er ikke rådgiver eller koordinator"):
        lay(make.course(by), by, slot(24), staff=(stranger,))


def test_who_has_left_by_then_is_refused_and_what_is_past_is_not_asked(by: Actor) -> None:
    leaving = make.grant(organisation=make.home(by))
    leaving.until_on = (AT + dt.timedelta(days=7)).date()
    leaving.save()
    person = make.actor(leaving)
    with pytest.raises(Refusal, match=r"den 10\.03\.2026"):
        lay(make.course(by), by, slot(24), slot(24 * 8), staff=(person,))
    assert lay(make.course(by), by, slot(-24 * 400), staff=(person, by))
