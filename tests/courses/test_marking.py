"""Who came: marked once, late, in any order; a difference is shown; and a meeting is closed."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction

from courses.commands.marking import (
    AlreadyClosed,
    Differs,
    Line,
    Marked,
    NotRegistered,
    Quits,
    Said,
    close_meeting,
    mark,
    mark_all,
    mark_sheet,
    reopen_meeting,
)
from courses.models import Attendance, Course, Enrolment, Marking, Meeting, Task
from courses.rules.contact import no_show_call_by
from courses.states import EnrolmentState, Mark, MeetingState, TaskKind, WithdrawReason
from roegfri import clock
from roegfri.actor import Actor, acting, hosting
from roegfri.refusal import Conflict, Refusal
from tests import make
from tests.threads import answers_at_once

pytestmark = pytest.mark.django_db
DAY, WEEK, HOUR = dt.timedelta(days=1), dt.timedelta(weeks=1), dt.timedelta(hours=1)
FIRST = make.MONDAY + 10 * HOUR  # 19.00
DURING = FIRST + HOUR
CAME, AFBUD, AWAY = Said(mark=Mark.ATTENDED), Said(mark=Mark.CANCELLED), Said(mark=Mark.ABSENT)


@dataclass
class World:
    """A course of three meetings with three participants; one of them is another town's."""

    host: Actor
    colleague: Actor
    other: Actor
    course: Course
    meetings: list[Meeting]
    people: list[Enrolment]
    theirs: Enrolment
    onces: Iterator[uuid.UUID] = field(default_factory=lambda: iter(uuid.uuid4, None))

    def mark(
        self, who: int | Enrolment = 0, said: Said = CAME, seen: int = 0, **given: Any
    ) -> Marked:
        by = given.pop("by", self.host)
        one = self.people[who] if isinstance(who, int) else who
        given.setdefault("once", next(self.onces))
        meeting = given.pop("meeting", self.meetings[0])
        with acting(by):
            at = given.pop("at", DURING)
            return mark(one, meeting, said=said, seen=seen, by=by, at=at, **given)

    def stands(self, who: int = 0) -> Attendance:
        with transaction.atomic(), acting(self.host):
            return Attendance.objects.get(enrolment=self.people[who], meeting=self.meetings[0])

    def calls(self) -> list[tuple[uuid.UUID | None, dt.datetime]]:
        with acting(self.host):
            open_ones = Task.objects.filter(kind=TaskKind.NO_SHOW, done_at=None).order_by("due_at")
            return [(one.enrolment_id, one.due_at) for one in open_ones]

    def close(self, by: Actor | None = None, at: dt.datetime = DURING, **given: Any) -> Meeting:
        by = by or self.host
        with acting(by):
            return close_meeting(self.meetings[0], by=by, at=at, **given)


def lay() -> World:
    agreement = make.agreement()
    here = make.municipality(agreement, name="Hvidovre Kommune")
    host, colleague = (make.actor(make.grant(organisation=here)) for _ in range(2))
    other = make.actor(make.grant(organisation=make.municipality(agreement, name="Ishøj Kommune")))
    course = make.course(host, meetings=3, first=FIRST)
    people = [
        make.enrolment(course, make.referral(host, given_names=name, home=make.home(host)), host)
        for name in ("Anna", "Bo")
    ]
    case = make.referral(other, given_names="Carla", number="+4531313131", home=make.home(other))
    theirs = make.enrolment(course, case, other)
    meetings = list(course.all_meetings.order_by("starts_at"))
    return World(host, colleague, other, course, meetings, [*people, theirs], theirs)


@pytest.fixture
def world() -> World:
    return lay()


# ---- one participant -----------------------------------------------------------------------------


def test_what_is_said_stands_and_the_rest_stays(world: World) -> None:
    assert world.mark(0, Said(mark=Mark.ATTENDED, co=14)).version == 1
    assert world.mark(0, Said(note="Hoster mindre"), seen=1).version == 2
    planned, actual = DURING.date() + 7 * DAY, DURING.date() - 3 * DAY
    quits = Said(planned_quit_on=planned, actual_quit_on=actual)
    # What stands on the participant is no change of the meeting's own.
    assert world.mark(0, quits, seen=2, quits=Quits()).version == 2
    stands = world.stands()
    assert (stands.mark, stands.co, stands.note, stands.by_id) == (
        Mark.ATTENDED, 14, "Hoster mindre", world.host.person,
    )  # fmt: skip
    assert world.mark(0, Said(co=None, mark=""), seen=2).version == 3
    assert (world.stands().mark, world.stands().co) == ("", None)
    with acting(world.host):
        row = Enrolment.objects.get(pk=world.people[0].pk)
        assert (row.planned_quit_on, row.actual_quit_on, row.version) == (planned, actual, 1)


def test_sent_again_it_counts_once_and_answers_the_same(world: World) -> None:
    once = uuid.uuid4()
    answers = [world.mark(0, CAME, once=once) for _ in range(3)]
    assert answers == [Marked(world.people[0].pk, 1)] * 3
    # Also when something else was said in between.
    world.mark(0, AFBUD, seen=1)
    assert world.mark(0, CAME, once=once).version == 1
    assert world.stands().mark == Mark.CANCELLED


@pytest.mark.parametrize(
    "changed",
    [{"said": AWAY}, {"who": 1}, {"said": Said(mark=Mark.ATTENDED, co=1)}, {"meeting": 1}],
    ids=["mark", "participant", "more", "meeting"],
)
def test_the_same_number_with_something_else_is_refused(world: World, changed: Any) -> None:
    once = uuid.uuid4()
    world.mark(0, CAME, once=once)
    if "meeting" in changed:
        changed["meeting"] = world.meetings[1]
    with pytest.raises(Conflict, match="allerede gemt, men med noget andet"):
        world.mark(**{"who": 0, "said": CAME, "once": once, **changed})
    assert world.stands().mark == Mark.ATTENDED


def test_a_number_of_somebody_elses_is_ones_own(world: World) -> None:
    once = uuid.uuid4()
    world.mark(0, CAME, once=once)
    assert world.mark(1, AWAY, once=once, by=world.colleague).version == 1


def test_another_thing_said_meanwhile_is_a_difference(world: World) -> None:
    world.mark(0, AWAY, by=world.colleague)
    with pytest.raises(Differs) as found:
        world.mark(0, CAME, seen=0)
    difference = found.value
    assert (difference.yours, difference.theirs) == (
        {"mark": Mark.ATTENDED}, {"mark": Mark.ABSENT},
    )  # fmt: skip
    assert (difference.name, difference.at) == (world.colleague.name, DURING)
    assert world.stands().mark == Mark.ABSENT
    # Having seen it one may still mean it.
    world.mark(0, CAME, seen=difference.version)
    assert world.stands().mark == Mark.ATTENDED


def test_the_same_thing_or_another_field_is_no_difference(world: World) -> None:
    world.mark(0, CAME, by=world.colleague)
    assert world.mark(0, CAME, seen=0).version == 1
    assert world.mark(0, Said(co=9), seen=0).version == 2
    with pytest.raises(Differs):
        world.mark(0, Said(co=8), seen=0, by=world.colleague)


def test_a_quit_date_noted_elsewhere_is_a_difference(world: World) -> None:
    day = DURING.date()
    with acting(world.host):
        Enrolment.objects.filter(pk=world.people[0].pk).update(planned_quit_on=day)
    with pytest.raises(Differs) as found:
        world.mark(0, Said(planned_quit_on=day + DAY), quits=Quits())
    assert (found.value.name, found.value.quits.planned_quit_on) == ("", day)
    world.mark(0, Said(planned_quit_on=day + DAY), quits=found.value.quits)


def both_at_once(world: World, *, seen: int = 0) -> list[object]:
    """Two colleagues at the same instant, one saying that she came, the other that she did not."""
    whose = iter([(world.host, CAME), (world.colleague, AWAY)])

    def one() -> object:
        by, said = next(whose)
        try:
            return world.mark(0, said, seen, by=by)
        except Differs as difference:
            return difference

    return answers_at_once(one, 2)


# ---- what cannot be ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "words", "field"),
    [
        (Said(actual_quit_on=DURING.date() + DAY), "fremtiden", "actual_quit_on"),
        (Said(co=201), "ppm", "co"),
        (Said(co=-1), "ppm", "co"),
        (Said(mark="maybe"), "Vælg", "mark"),
    ],
)
def test_what_cannot_be_is_refused(world: World, said: Said, words: str, field: str) -> None:
    with pytest.raises(Refusal, match=words) as refused:
        world.mark(0, said)
    assert refused.value.field == field
    with acting(world.host):
        assert not Attendance.objects.exists()


def cancelled(world: World) -> None:
    with acting(hosting(world.host, world.course.host_id)):
        Meeting.objects.filter(pk=world.meetings[0].pk).update(
            state=MeetingState.CANCELLED, cancel_reason="Syg"
        )


def left_before(world: World) -> None:
    left(world, FIRST)


def left(world: World, at: dt.datetime) -> None:
    with acting(world.host):
        Enrolment.objects.filter(pk=world.people[0].pk).update(
            state=EnrolmentState.WITHDRAWN, left_at=at, left_reason=WithdrawReason.TIME
        )


def far_ahead(world: World) -> None:
    later = DURING + 13 * HOUR
    with acting(hosting(world.host, world.course.host_id)):
        Meeting.objects.filter(pk=world.meetings[0].pk).update(
            starts_at=later, ends_at=later + HOUR
        )


@pytest.mark.parametrize(
    ("happened", "words"),
    [(cancelled, "er aflyst"), (left_before, "stoppede på forløbet"), (far_ahead, "12 timer før")],
)
def test_a_meeting_she_cannot_have_been_at(
    world: World, happened: Callable[[World], None], words: str
) -> None:
    happened(world)
    for said in (CAME, AWAY, Said(co=3)):
        with pytest.raises(Refusal, match=words):
            world.mark(0, said)


def test_an_afbud_is_given_ahead(world: World) -> None:
    far_ahead(world)
    world.mark(0, AFBUD)
    assert world.stands().mark == Mark.CANCELLED


def test_who_left_later_is_marked_late_and_meetings_in_any_order(world: World) -> None:
    left(world, FIRST + 2 * DAY)
    world.mark(0, CAME)
    late = DURING + 3 * WEEK
    with pytest.raises(Refusal, match="stoppede"):
        world.mark(0, CAME, meeting=world.meetings[1], at=late)
    with acting(world.host):
        for meeting in reversed(world.meetings):
            mark(world.people[1], meeting, said=CAME, seen=0, once=uuid.uuid4(),
                 by=world.host, at=late)  # fmt: skip


def test_a_meeting_of_another_course_or_another_participant(world: World) -> None:
    elsewhere = make.course(world.host, meetings=1, first=FIRST)
    with pytest.raises(Refusal, match="et andet forløb"):
        world.mark(0, CAME, meeting=elsewhere.all_meetings.get())
    own = make.appointment(world.people[0], FIRST, world.host)
    with pytest.raises(Refusal, match="en anden deltager"):
        world.mark(1, CAME, meeting=own)
    assert world.mark(0, CAME, meeting=own).version == 1


# ---- who may -------------------------------------------------------------------------------------


def test_the_handler_marks_her_own_citizen_alone(world: World) -> None:
    world.mark(world.theirs, CAME, by=world.other)
    with pytest.raises(Refusal, match="Kun værtskommunen"):
        world.mark(0, CAME, by=world.other)


def test_where_she_lives_only_looks_on(world: World) -> None:
    third = make.actor(make.grant(organisation=make.municipality(world.course.agreement)))
    case = make.referral(world.host, home=make.home(third), number="+4541414141")
    hers = make.enrolment(world.course, case, world.host)
    with acting(third):
        assert Enrolment.objects.filter(pk=hers.pk).exists()
    with pytest.raises(Refusal, match="Kun værtskommunen"):
        world.mark(hers, CAME, by=third)
    world.mark(hers, CAME)


def test_the_host_of_a_finished_course_registers_as_long_as_it_sees_who_was_there(
    world: World,
) -> None:
    today = clock.today()
    with connection.cursor() as cursor, acting(world.host):
        cursor.execute("select course_access_until(%s, %s)", [world.course.pk, today + 30 * DAY])
    world.mark(world.theirs, CAME)
    with time_machine.travel(clock.end_of_day(today + 31 * DAY)):
        with pytest.raises(Refusal, match="Kun værtskommunen"):
            world.mark(world.theirs, AWAY, seen=1)
        world.mark(world.theirs, AWAY, seen=1, by=world.other)


# ---- where she lives -----------------------------------------------------------------------------


def homes(world: World) -> list[dt.date | None]:
    with acting(world.host):
        rows = [Enrolment.objects.get(pk=one.pk) for one in world.people]
        return [one.home_frozen_on for one in rows]


def test_where_she_lives_counts_from_the_first_meeting_she_came_to(world: World) -> None:
    second = world.meetings[1]
    late = {"meeting": second}
    with acting(world.host):
        mark(world.people[0], second, said=CAME, seen=0, once=uuid.uuid4(), by=world.host,
             at=DURING + WEEK)  # fmt: skip
    assert homes(world)[0] == second.starts_at.date()
    world.mark(0, CAME)
    assert homes(world)[0] == FIRST.date()
    world.mark(0, AWAY, seen=1)
    assert homes(world)[0] == second.starts_at.date()
    world.mark(0, Said(mark=""), seen=1, **late)
    assert homes(world)[0] is None


def test_the_intake_talk_is_no_meeting_of_the_agreement(world: World) -> None:
    with acting(hosting(world.host, world.course.host_id)):
        Meeting.objects.filter(pk=world.meetings[0].pk).update(intake=True)
    world.mark(0, CAME)
    with acting(world.host):
        mark_all(world.meetings[0], once=uuid.uuid4(), by=world.host, at=DURING)
    assert homes(world) == [None, None, None]


# ---- all of them ---------------------------------------------------------------------------------


def test_all_came_who_are_not_marked_yet(world: World) -> None:
    world.mark(0, AWAY)
    once = uuid.uuid4()
    with acting(world.host):
        done = mark_all(world.meetings[0], once=once, by=world.host, at=DURING)
        assert {one.enrolment for one in done} == {one.pk for one in world.people[1:]}
        assert homes(world) == [None, FIRST.date(), FIRST.date()]
        # One who was taken back since is not marked again by the same tap; by a new one she is.
        world.mark(1, Said(mark=""), seen=1)
        assert mark_all(world.meetings[0], once=once, by=world.host, at=DURING) == []
        again = mark_all(world.meetings[0], once=uuid.uuid4(), by=world.host, at=DURING)
    assert again == [Marked(world.people[1].pk, 3)]
    assert [world.stands(n).mark for n in range(3)] == ["absent", "attended", "attended"]


def test_all_is_ones_own_citizens_for_another_municipality(world: World) -> None:
    with acting(world.other):
        done = mark_all(world.meetings[0], once=uuid.uuid4(), by=world.other, at=DURING)
    assert [one.enrolment for one in done] == [world.theirs.pk]


def test_who_waits_or_had_left_or_came_later_is_not_all(world: World) -> None:
    left(world, FIRST)
    waits = {"state": EnrolmentState.WAITING, "waiting_since": make.MONDAY, "enrolled_at": None}
    new = {"enrolled_at": FIRST + DAY}
    for given in (waits, new):
        make.enrolment(world.course, make.referral(world.host), world.host, **given)
    with acting(world.host):
        done = mark_all(world.meetings[0], once=uuid.uuid4(), by=world.host, at=DURING)
    assert {one.enrolment for one in done} == {one.pk for one in world.people[1:]}


@pytest.mark.parametrize("happened", [cancelled, far_ahead])
def test_all_did_not_come_to_what_was_not_held(
    world: World, happened: Callable[[World], None]
) -> None:
    happened(world)
    with acting(world.host), pytest.raises(Refusal):
        mark_all(world.meetings[0], once=uuid.uuid4(), by=world.host, at=DURING)


def test_thirty_cost_as_little_as_three(world: World, django_assert_max_num_queries: Any) -> None:
    for number in range(9):
        case = make.referral(world.host, number=f"+45222222{number:02d}")
        make.enrolment(world.course, case, world.host)
    with acting(world.host), django_assert_max_num_queries(24):
        mark_all(world.meetings[0], once=uuid.uuid4(), by=world.host, at=DURING)


# ---- the whole sheet -----------------------------------------------------------------------------


def lines(world: World, *said: Said) -> list[Line]:
    return [Line(one.pk, what, 0, Quits()) for one, what in zip(world.people, said, strict=False)]


def test_a_sheet_is_saved_whole_but_for_what_differs(world: World) -> None:
    world.mark(1, AWAY, by=world.colleague)
    once = uuid.uuid4()
    with acting(world.host):
        for _twice in range(2):
            differing = mark_sheet(
                world.meetings[0], lines(world, CAME, CAME, Said()), once=once, by=world.host,
                at=DURING,
            )  # fmt: skip
            assert list(differing) == [world.people[1].pk]
        assert Marking.objects.count() == 2
    assert (world.stands(0).mark, world.stands(1).mark) == (Mark.ATTENDED, Mark.ABSENT)


def test_of_a_sheet_with_something_impossible_nothing_is_saved(world: World) -> None:
    with acting(world.host), pytest.raises(Refusal):
        mark_sheet(
            world.meetings[0], lines(world, CAME, Said(co=999)), once=uuid.uuid4(),
            by=world.host, at=DURING,
        )  # fmt: skip
    with acting(world.host):
        assert not Attendance.objects.exists()


# ---- closing -------------------------------------------------------------------------------------


def test_whoever_stayed_away_is_rung_before_the_next_meeting(world: World) -> None:
    for who, said in enumerate((CAME, AFBUD, AWAY)):
        world.mark(who, said)
    assert world.calls() == []
    closed = world.close()
    assert (closed.state, closed.closed_by_id) == (MeetingState.HELD, world.host.person)
    assert world.calls() == [(world.theirs.pk, FIRST + WEEK)]
    # A mark that changes takes the call with it, whoever changes it.
    world.mark(world.theirs, AFBUD, seen=1, by=world.other)
    assert world.calls() == []
    world.mark(1, AWAY, seen=1)
    assert world.calls() == [(world.people[1].pk, FIRST + WEEK)]


def test_the_last_meeting_gives_seven_days() -> None:
    assert no_show_call_by(FIRST, None, days=7) == clock.end_of_day(FIRST.date() + 7 * DAY)
    assert no_show_call_by(FIRST, FIRST + WEEK, days=7) == FIRST + WEEK


def test_of_an_appointment_the_next_one_is_hers(world: World) -> None:
    with acting(hosting(world.host, world.course.host_id)):
        Meeting.objects.filter(course=world.course, starts_at__gt=FIRST).delete()
    make.appointment(world.people[1], FIRST + DAY, world.host)
    make.appointment(world.people[0], FIRST + 2 * DAY, world.host)
    for who in range(3):
        world.mark(who, AWAY)
    world.close()
    assert world.calls() == [
        (world.people[1].pk, FIRST + DAY),
        (world.people[0].pk, FIRST + 2 * DAY),
        (world.theirs.pk, no_show_call_by(FIRST, None, days=7)),
    ]


def test_who_is_not_registered_is_asked_about(world: World) -> None:
    world.mark(0, CAME)
    with pytest.raises(NotRegistered, match="2 deltagere er ikke registreret") as asked:
        world.close()
    assert {one.pk for one in asked.value.missing} == {one.pk for one in world.people[1:]}
    assert world.close(anyway=True).state == MeetingState.HELD
    assert world.calls() == []


def test_the_second_to_close_is_told_who_was_first(world: World) -> None:
    world.close(anyway=True)
    assert world.close(anyway=True).closed_by_id == world.host.person
    with pytest.raises(AlreadyClosed, match=world.host.name):
        world.close(world.colleague)
    # Her marks are not lost by it.
    world.mark(0, CAME, by=world.colleague)
    assert world.stands().mark == Mark.ATTENDED


def test_a_closed_meeting_is_opened_again(world: World) -> None:
    world.mark(0, AWAY)
    world.close(anyway=True)
    assert len(world.calls()) == 1
    with acting(world.host):
        opened = reopen_meeting(world.meetings[0], by=world.host, at=DURING)
    assert (opened.state, opened.closed_at, opened.closed_by_id) == ("planned", None, None)
    assert world.calls() == []
    world.close(world.colleague, anyway=True)
    assert len(world.calls()) == 1


@pytest.mark.parametrize("act", [close_meeting, reopen_meeting])
def test_only_the_host_closes_and_opens(world: World, act: Any) -> None:
    with acting(world.other), pytest.raises(Refusal, match="Kun værtskommunen"):
        act(world.meetings[0], by=world.other, at=DURING)


def test_before_it_begins_and_when_it_is_cancelled_nothing_is_closed(world: World) -> None:
    with pytest.raises(Refusal, match="begynder først"):
        world.close(at=FIRST - HOUR, anyway=True)
    cancelled(world)
    with pytest.raises(Refusal):
        world.close(anyway=True)


# ---- at the same instant -------------------------------------------------------------------------


def committed() -> World:
    with transaction.atomic():
        return lay()


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_stands_and_the_other_is_shown() -> None:
    world = committed()
    (difference,) = [one for one in both_at_once(world) if isinstance(one, Differs)]
    assert world.stands().mark == difference.theirs["mark"]


@pytest.mark.django_db(transaction=True)
def test_control_who_does_not_say_what_she_saw_overwrites() -> None:
    world = committed()
    assert [one for one in both_at_once(world, seen=99) if isinstance(one, Differs)] == []
    assert world.stands().version == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_registration_twenty_times_at_once_is_one() -> None:
    world, once = committed(), uuid.uuid4()
    answers = answers_at_once(lambda: world.mark(0, CAME, once=once), 20)
    assert answers == [Marked(world.people[0].pk, 1)] * 20
    with transaction.atomic(), acting(world.host):
        assert Marking.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_with_a_number_each_it_is_twenty_registrations() -> None:
    world = committed()
    answers_at_once(lambda: world.mark(0, CAME, once=uuid.uuid4()), 20)
    with transaction.atomic(), acting(world.host):
        assert Marking.objects.count() == 20
