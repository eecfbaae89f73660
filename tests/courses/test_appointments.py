"""Appointments with one participant: proposed, made once, and refused where somebody is busy."""

import datetime as dt
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client

from courses.commands.appointments import make_appointment
from courses.commands.leaving import withdraw
from courses.commands.meetings import cancel_meeting, move_meeting
from courses.models import Appointment, Course, Enrolment, Meeting, Room, Staffing
from courses.queries.appointments import appointments, free_times, without_appointment
from courses.rules.appointments import free_slots
from courses.rules.planning import Slot, slot_on
from courses.states import CourseKind, MeetingForm, WithdrawReason
from roegfri import clock
from roegfri.accounts.models import Grant
from roegfri.actor import Actor, acting
from roegfri.audit.models import AuditEvent
from roegfri.refusal import Refusal
from tests import make
from tests.threads import at_once

# A Wednesday at 10 in Denmark.
NOW = clock.danish_time(dt.date(2026, 3, 4), dt.time(10))
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
SLOT = Slot(NOW + DAY, NOW + DAY + 45 * dt.timedelta(minutes=1))


@pytest.fixture(autouse=True)
def _world(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(NOW, tick=False):
        yield


class Town:
    """A municipality with an individual course, a participant and two counsellors."""

    def __init__(self, kind: CourseKind = CourseKind.INDIVIDUAL) -> None:
        self.grant: Grant = make.grant(person=make.user(name="Mette Bruun"))
        self.by: Actor = make.actor(self.grant)
        self.colleague = make.grant(organisation=make.home(self.by)).user
        self.course: Course = make.course(self.by, kind=kind, name="En ad gangen")
        self.anna: Enrolment = self.enrolled("+4520123456", "Jensen")

    def enrolled(self, number: str, surname: str) -> Enrolment:
        case = make.referral(self.by, number=number, given_names="Anna", surname=surname)
        return make.enrolment(self.course, case, self.by)

    def make(self, slot: Slot = SLOT, of: Enrolment | None = None, **given: Any) -> Meeting:
        usual = {"counsellor": self.by.person, "by": self.by, "at": NOW, **given}
        with acting(usual["by"]), transaction.atomic():
            return make_appointment(of or self.anna, slot, **usual)


@pytest.fixture
def town(db: None) -> Town:
    return Town()


# ---- proposed ------------------------------------------------------------------------------------


def starts(slots: list[Slot]) -> list[str]:
    local = [one.starts_at.astimezone(clock.COPENHAGEN) for one in slots]
    return [f"{one:%d.%m %H.%M}" for one in local]


def test_two_times_a_day_on_five_workdays_are_proposed() -> None:
    found = starts(free_slots(NOW, [], minutes=45, closed={dt.date(2026, 3, 6)}))
    days = ["05.03", "09.03", "10.03", "11.03", "12.03"]
    assert found == [f"{day} {time}" for day in days for time in ("09.00", "15.00")]


def test_what_is_taken_is_not_proposed_and_long_talks_do_not_overlap() -> None:
    thursday = dt.date(2026, 3, 5)
    taken = [slot_on(thursday, dt.time(8, 30), 45), slot_on(thursday, dt.time(15, 30), 60)]
    assert starts(free_slots(NOW, taken, minutes=45, closed=()))[:2] == [
        "05.03 10.30",
        "05.03 13.00",
    ]
    all_day = [slot_on(thursday, dt.time(8), 600)]
    assert starts(free_slots(NOW, all_day, minutes=45, closed=()))[0] == "06.03 09.00"
    for one, other in zip(
        slots := free_slots(NOW, [], minutes=240, closed=()), slots[1:], strict=False
    ):
        assert not one.overlaps(other)


def test_the_time_of_the_last_talk_stands_in_front() -> None:
    last = slot_on(dt.date(2026, 3, 3), dt.time(11, 15), 45)
    assert starts(free_slots(NOW, [], minutes=30, closed=(), like=last))[0] == "10.03 11.15"
    closed = {dt.date(2026, 3, 10)}
    assert "10.03 11.15" not in starts(free_slots(NOW, [], minutes=30, closed=closed, like=last))


def test_whose_times_are_free_is_asked_of_her_and_of_the_counsellor(town: Town) -> None:
    town.make(Slot(SLOT.starts_at - HOUR, SLOT.ends_at - HOUR))
    other = town.enrolled("+4520202020", "Nielsen")
    elsewhere = make.course(town.by)
    group = make.meeting(elsewhere, NOW + DAY + 5 * HOUR)
    with acting(town.by):
        group.staff.create(
            counsellor=town.colleague, starts_at=group.starts_at, ends_at=group.ends_at
        )
        of = partial(free_times, town.by, minutes=45, at=NOW)
        assert starts(of(other, town.by.user_id))[:2] == ["05.03 10.30", "05.03 15.00"]
        assert starts(of(other, town.colleague.pk))[:2] == ["05.03 09.00", "05.03 10.30"]
        # A week after her last talk, which is at nine, too.
        assert starts(of(town.anna, town.colleague.pk))[0] == "12.03 09.00"


# ---- made ----------------------------------------------------------------------------------------


def test_an_appointment_is_a_meeting_of_hers_alone(town: Town) -> None:
    made = town.make(form=MeetingForm.PHONE)
    with acting(town.by):
        made.refresh_from_db()
        assert (made.appointment, made.extra, made.form) == (True, False, MeetingForm.PHONE)
        assert Appointment.objects.get(meeting=made).enrolment == town.anna
        assert [one.counsellor for one in made.staff.all()] == [town.grant.user]
        town.course.refresh_from_db()
        assert (town.course.meetings, town.course.first_at) == (0, None), "is not counted"
        (line,) = AuditEvent.objects.filter(act="appointment.made")
        assert line.subject == f"meeting:{made.pk}"


@pytest.mark.parametrize(
    ("kind", "intake", "extra"),
    [
        (CourseKind.GROUP, False, True),
        (CourseKind.OPEN, False, True),
        (CourseKind.OPEN, True, False),
    ],
)
@pytest.mark.django_db
def test_after_a_group_it_is_an_extra_meeting_and_an_intake_talk_is_none(
    kind: CourseKind, *, intake: bool, extra: bool
) -> None:
    made = Town(kind).make(intake=intake)
    assert (made.extra, made.intake) == (extra, intake)


def test_the_same_form_twice_is_one_appointment(town: Town) -> None:
    assert town.make() == town.make()
    with acting(town.by):
        assert Meeting.objects.count() == 1


def test_late_registration_of_a_talk_is_normal(town: Town) -> None:
    assert town.make(Slot(NOW - 3 * DAY, NOW - 3 * DAY + HOUR)).starts_at == NOW - 3 * DAY


def test_nobody_is_in_two_places(town: Town) -> None:
    town.make()
    other = town.enrolled("+4520202020", "Nielsen")
    later = Slot(SLOT.starts_at + HOUR / 2, SLOT.ends_at + HOUR / 2)
    with pytest.raises(Refusal, match="Mette Bruun er optaget"):
        town.make(later, other)
    with pytest.raises(Refusal, match=r"allerede en aftale torsdag 5\. marts"):
        town.make(later, counsellor=town.colleague.pk)
    assert town.make(later, other, counsellor=town.colleague.pk)
    after = Slot(SLOT.ends_at, SLOT.ends_at + HOUR)
    assert town.make(after, counsellor=town.by.person), "one after the other"


def test_a_room_is_taken_once(town: Town) -> None:
    make.venue(town.course.host)
    with acting(town.by):
        room = Room.objects.get()
    town.make(room=room)
    other = town.enrolled("+4520202020", "Nielsen")
    with pytest.raises(Refusal, match="Lokale 1 er optaget"):
        town.make(of=other, counsellor=town.colleague.pk, room=room)


def test_who_takes_no_part_gets_none_and_no_other_municipality_makes_one(town: Town) -> None:
    stranger = make.actor()
    with pytest.raises(Refusal, match="Kun værtskommunen"):
        town.make(by=stranger, counsellor=stranger.person)
    with pytest.raises(Refusal, match="ikke rådgiver"):
        town.make(counsellor=stranger.person)
    with pytest.raises(Refusal, match="Kun Kom & Kvit"):
        town.make(intake=True)
    with pytest.raises(Refusal, match="slutte"):
        town.make(Slot(SLOT.ends_at, SLOT.starts_at))
    with acting(town.by):
        withdraw(town.anna, reason=WithdrawReason.ILLNESS, by=town.by, at=NOW)
    with pytest.raises(Refusal, match="Frameldt"):
        town.make()


def test_it_is_moved_and_cancelled_like_any_meeting(town: Town) -> None:
    made = town.make()
    later = Slot(SLOT.starts_at + DAY, SLOT.ends_at + DAY)
    with acting(town.by):
        move_meeting(made, later, room=None, form=MeetingForm.PHONE, by=town.by, at=NOW)
        cancel_meeting(made, reason="Anna er syg", by=town.by, at=NOW)
        found = appointments(town.by, town.anna, at=NOW)
        assert [(row.meeting.state, row.coming) for row in found.rows] == [("cancelled", False)]
        assert found.missing
    assert town.make(later), "the time is free again"


@pytest.mark.django_db(transaction=True)
def test_six_who_want_the_same_counsellor_get_her_once() -> None:
    with transaction.atomic():
        town = Town()
        people = [town.enrolled(f"+452020202{n}", f"Nr {n}") for n in range(6)]
    wrong = at_once(*[partial(town.make, SLOT, one) for one in people])
    assert [type(fault).__mro__[1] for fault in wrong] == [Refusal] * 5
    # Each on a day of her own is in nobody's way.
    days = [Slot(SLOT.starts_at + n * DAY, SLOT.ends_at + n * DAY) for n in range(1, 7)]
    assert at_once(*[partial(town.make, *one) for one in zip(days, people, strict=True)]) == []


@pytest.mark.django_db(transaction=True)
def test_control_of_two_who_look_and_then_take_her_one_fails() -> None:
    """Without the lock they both find her free, and it is the database that says no, to nobody."""
    with transaction.atomic():
        town = Town()
        people = [town.anna, town.enrolled("+4520202020", "Nielsen")]
    both_have_looked = threading.Barrier(2)

    def weak(of: Enrolment) -> None:
        with acting(town.by), transaction.atomic():
            taken = Staffing.objects.filter(counsellor=town.by.person).exists()
            both_have_looked.wait()
            if not taken:
                made = make.appointment(of, SLOT.starts_at, town.by)
                made.staff.create(
                    counsellor_id=town.by.person, starts_at=made.starts_at, ends_at=made.ends_at
                )

    (wrong,) = at_once(*[partial(weak, one) for one in people])
    assert isinstance(wrong, DatabaseError)
    assert not isinstance(wrong, Refusal)


# ---- shown ---------------------------------------------------------------------------------------


def test_who_has_no_coming_appointment_is_told(town: Town) -> None:
    with acting(town.by):
        assert without_appointment(town.by, town.course, at=NOW) == [town.anna]
        assert appointments(town.by, town.anna, at=NOW).missing
    town.make()
    with acting(town.by):
        assert without_appointment(town.by, town.course, at=NOW) == []
        assert without_appointment(town.by, town.course, at=NOW + 2 * DAY) == [town.anna]
        assert not appointments(town.by, town.anna, at=NOW).missing


@pytest.fixture
def client(town: Town) -> Client:
    client = Client()
    client.force_login(town.grant.user)
    return client


def test_one_press_on_a_free_time_makes_it(town: Town, client: Client) -> None:
    address = f"/tilmelding/{town.anna.pk}/aftale/"
    page = client.get(address)
    assert page.context["form"]["counsellor"].value() == str(town.by.user_id)
    value, *words = page.context["free"][0]
    assert words == ["torsdag 5. marts", "9.00–9.45"]
    wish = {"counsellor": str(town.colleague.pk), "minutes": "30", "form": "phone"}
    again = client.post(address, {**wish, "show": "1"})
    assert again.context["free"][0][2] == "9.00–9.30"
    assert again.context["form"]["counsellor"].value() == str(town.colleague.pk)
    answer = client.post(address, {**wish, "pick": value})
    assert answer.headers["Location"] == f"/tilmelding/{town.anna.pk}/"
    with acting(town.by):
        meeting = Meeting.objects.get()
        assert (meeting.form, meeting.staff.get().counsellor) == ("phone", town.colleague)
    assert f"/moede/{meeting.pk}/" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Tryk på en ledig tid"),
        ({"starts_0": "2026-03-05"}, "gyldig"),
        ({"starts_0": "2026-03-29", "starts_1": "02:30"}, "findes ikke"),
        ({"starts_0": "2026-03-05", "starts_1": "10:00", "minutes": "0"}, "5"),
        ({"starts_0": "2026-03-05", "starts_1": "10:00", "counsellor": "x"}, "gyldig"),
    ],
)
def test_a_refused_form_says_what_to_do(
    town: Town, client: Client, data: dict[str, str], words: str
) -> None:
    usual = {"counsellor": str(town.by.user_id), "minutes": "45", "form": "in_person"}
    answer = client.post(f"/tilmelding/{town.anna.pk}/aftale/", {**usual, **data})
    assert (answer.status_code, words in answer.content.decode()) == (422, True)


def test_where_she_lives_makes_no_appointment(town: Town) -> None:
    home = make.grant()
    case = make.referral(town.by, home=make.home(make.actor(home)), number="+4520202020")
    hers = make.enrolment(town.course, case, town.by)
    client = Client()
    client.force_login(home.user)
    assert client.get(f"/tilmelding/{hers.pk}/aftale/").status_code == 404
