"""How it ended is noted, a course is ended for one or for all, and what is asked for by itself."""

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction

from courses.commands.ending import (
    Differs,
    Line,
    Result,
    ask_for_letters,
    ask_to_finish,
    end_participant,
    note_ending,
    note_endings,
    reopen_participant,
)
from courses.commands.leaving import transfer
from courses.commands.planning import finish_course, reopen_course
from courses.commands.tasks import finish_task
from courses.models import Course, Ending, Enrolment, Task
from courses.states import (
    CourseKind,
    CourseState,
    DropOut,
    EnrolmentState,
    MeetingState,
    SmokeFree,
    TaskKind,
    TaskResult,
)
from referrals.commands.citizen import move_home
from referrals.commands.consent import withdraw_consent
from referrals.commands.merge import merge_citizens
from referrals.states import ConsentKind
from roegfri import clock
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting
from roegfri.refusal import Refusal
from tests import make
from tests.courses.ends import CAME, World
from tests.courses.world import AT, WEEK, citizen, coming, do, fresh, put, wait
from tests.threads import at_once

YES = Result(smoke_free=SmokeFree.YES)
NO = Result(smoke_free=SmokeFree.NO, co=12)
DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def world() -> World:
    return World()


def note(enrolment: Enrolment, by: Actor, result: Result = YES, **given: Any) -> int:
    version: int = do(by, note_ending, enrolment, result, **given)
    return version


@transaction.atomic
def stands(enrolment: Enrolment) -> Ending | None:
    with acting(make.SYSTEM):
        return Ending.objects.filter(pk=enrolment.pk).first()


@transaction.atomic
def tasks(kind: TaskKind) -> list[Task]:
    with acting(make.SYSTEM):
        return list(Task.objects.filter(kind=kind).order_by("made_at"))


def sweep(act: Any, at: dt.datetime) -> int:
    with acting(make.SYSTEM):
        count: int = act(by=make.SYSTEM, at=at)
    return count


# ---- noted ---------------------------------------------------------------------------------------


def test_the_host_and_the_handler_note_it_and_nobody_else(world: World) -> None:
    host, other = world.by, world.towns.b
    case = make.referral(other)
    hers = put(world.course, other, case)
    assert (note(hers, host), note(hers, other, NO)) == (1, 2)
    with acting(other), transaction.atomic():
        moved_to = make.municipality(world.course.agreement)
        move_home(citizen(case), municipality=moved_to, from_on=AT.date(), by=other, at=AT)
    for stranger in (make.actor(), make.actor(make.grant(organisation=moved_to))):
        with pytest.raises(Refusal, match="ikke længere jeres"):
            note(hers, stranger)
    row = stands(hers)
    assert row
    assert (row.smoke_free, row.co, row.by_id) == (SmokeFree.NO, 12, other.person)


def test_late_entry_by_the_host_for_thirty_days_and_by_the_handler_ever_after(
    world: World,
) -> None:
    hers = put(world.course, world.towns.b)
    note(hers, world.by)
    do(world.by, finish_course, world.course, at=world.at)
    with time_machine.travel(world.at + 30 * DAY, tick=False):
        assert note(hers, world.by, NO, at=world.at + 30 * DAY) == 2
    with time_machine.travel(world.at + 31 * DAY, tick=False):
        with pytest.raises(Refusal, match="ikke længere jeres"):
            note(hers, world.by)
        assert note(hers, world.towns.b, YES, at=world.at + 31 * DAY) == 3


def test_said_twice_it_is_said_once(world: World) -> None:
    hers = put(world.course, world.by)
    assert [note(hers, world.by, at=AT + number * DAY) for number in range(2)] == [1, 1]
    row = stands(hers)
    assert row
    assert row.at == AT


def test_what_a_colleague_wrote_in_another_field_stays(world: World) -> None:
    hers = put(world.course, world.by)
    note(hers, world.by)
    note(hers, world.towns.a, Result(smoke_free=SmokeFree.YES, co=4), seen=YES)
    note(hers, world.by, Result(smoke_free=SmokeFree.NO, satisfaction=5), seen=YES)
    row = stands(hers)
    assert row
    assert (row.smoke_free, row.co, row.satisfaction, row.version) == (SmokeFree.NO, 4, 5, 3)


def test_the_same_field_is_shown_and_nothing_is_changed(world: World) -> None:
    hers = put(world.course, world.by)
    note(hers, world.by, NO)
    with pytest.raises(Differs) as told:
        note(hers, world.by, YES, seen=Result())
    assert (told.value.names, told.value.now.smoke_free) == (["smoke_free"], SmokeFree.NO)
    assert told.value.name == world.by.name
    row = stands(hers)
    assert row
    assert (row.smoke_free, row.version) == (SmokeFree.NO, 1)


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"actual_quit_on": AT.date() + DAY}, "actual_quit_on", "fremtiden"),
        ({"actual_quit_on": dt.date(1, 1, 1)}, "actual_quit_on", "årstallet"),
        ({"co": 999}, "co", "fra 0 til 200"),
        ({"co": -1}, "co", "fra 0 til 200"),
        ({"satisfaction": 6}, "satisfaction", "1 til 5"),
        ({"satisfaction": 0}, "satisfaction", "1 til 5"),
        ({"smoke_free": "måske"}, "smoke_free", "Ved ikke"),
        ({"dropped_out": "x"}, "dropped_out", "grundene"),
        ({"note": "n" * 301}, "note", "300"),
        ({"smoke_free": "", "co": 3}, "smoke_free", "eller hvorfor"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    world: World, given: dict[str, Any], field: str, words: str
) -> None:
    hers = put(world.course, world.by)
    with pytest.raises(Refusal, match=words) as refused:
        note(hers, world.by, Result(**{"smoke_free": "yes", **given}))
    assert (refused.value.field, stands(hers)) == (field, None)


def test_a_quit_date_may_stand_before_anything_else_is_known(world: World) -> None:
    hers = put(world.course, world.by)
    assert note(hers, world.by, Result(actual_quit_on=AT.date() - DAY)) == 0
    assert (stands(hers), fresh(hers).actual_quit_on) == (None, AT.date() - DAY)
    assert world.one(hers).missing


def test_of_who_waits_or_has_moved_on_nothing_is_noted(world: World) -> None:
    hers = put(world.course, world.by)
    full = make.course(world.by, capacity=1, meetings=6, first=AT + WEEK)
    put(full, world.by)
    with pytest.raises(Refusal, match="ikke haft en plads"):
        note(wait(full, world.by), world.by)
    do(world.by, transfer, hers, coming(world.by))
    with pytest.raises(Refusal, match="flyttet til et andet forløb"):
        note(hers, world.by)


def test_one_line_that_cannot_be_keeps_no_other_back(world: World) -> None:
    one, two, three = (put(world.course, world.by) for _ in range(3))
    note(three, world.by, NO)
    lines = [
        Line(one.pk, YES, Result()),
        Line(two.pk, Result(smoke_free="yes", co=999), Result()),
        Line(three.pk, YES, Result()),
    ]
    with acting(world.by):
        done = note_endings(lines, by=world.by, at=AT)
    assert (done.saved, set(done.refused), set(done.differing)) == (1, {two.pk}, {three.pk})
    assert [stands(enrolment) is not None for enrolment in (one, two, three)] == [True, False, True]


# ---- two at the same moment ----------------------------------------------------------------------


def both_at_once(world: World, act: Any) -> list[BaseException]:
    hers = put(world.course, world.by)

    def one(result: Result) -> None:
        with acting(world.by):
            act(hers, result, seen=Result(), by=world.by, at=AT)

    return at_once(lambda: one(YES), lambda: one(NO))


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_stands_and_the_other_is_shown() -> None:
    with transaction.atomic():
        world = World()
    (wrong,) = both_at_once(world, note_ending)
    assert isinstance(wrong, Differs)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_one_is_lost() -> None:
    """The same race against a command that looks, waits a moment, and writes."""
    with transaction.atomic():
        world = World()

    @transaction.atomic
    def carelessly(hers: Enrolment, result: Result, *, at: dt.datetime, **_: Any) -> None:
        known = Ending.objects.filter(pk=hers.pk).exists()
        time.sleep(0.3)
        assert not known
        Ending.objects.update_or_create(
            enrolment=hers,
            defaults={"smoke_free": result.smoke_free, "at": at, "by_id": world.by.person},
        )

    # Nobody is told, and what one of them wrote is gone.
    assert both_at_once(world, carelessly) == []


# ---- ended for one -------------------------------------------------------------------------------


@pytest.fixture
def rolling() -> World:
    return World(kind=CourseKind.OPEN, capacity=1, meetings=8)


def test_she_is_done_her_seat_goes_on_and_it_is_taken_back_when_there_is_one(
    rolling: World,
) -> None:
    by = rolling.by
    hers, next_one = put(rolling.course, by), wait(rolling.course, by)
    ahead = make.appointment(hers, AT + DAY, by)
    with pytest.raises(Refusal, match="Skriv resultatet først"):
        do(by, end_participant, hers)
    note(hers, by)
    ended = [do(by, end_participant, hers, at=AT + number * WEEK / 7) for number in range(2)]
    assert [one.left_at for one in ended] == [AT, AT]
    ahead.refresh_from_db()
    assert (fresh(hers).state, fresh(next_one).state, ahead.state) == (
        EnrolmentState.ENDED,
        EnrolmentState.ENROLLED,
        MeetingState.CANCELLED,
    )
    with pytest.raises(Refusal, match="givet til en anden"):
        do(by, reopen_participant, hers)
    note(next_one, by)
    do(by, end_participant, next_one)
    assert [do(by, reopen_participant, hers).state for _ in range(2)] == ["enrolled"] * 2
    assert stands(hers)


def test_a_group_ends_for_all_at_once_and_an_ended_course_reopens_for_nobody_alone(
    world: World, rolling: World
) -> None:
    hers = put(world.course, world.by)
    note(hers, world.by)
    with pytest.raises(Refusal, match="for alle på én gang"):
        do(world.by, end_participant, hers)
    do(world.by, finish_course, world.course, at=world.at)
    with pytest.raises(Refusal, match="afsluttet for alle"):
        do(world.by, reopen_participant, hers, at=world.at)
    waiting = (put(rolling.course, rolling.by), wait(rolling.course, rolling.by))[1]
    with pytest.raises(Refusal, match="venteliste"):
        do(rolling.by, end_participant, waiting)


def test_who_was_done_before_the_course_stays_so_when_it_is_opened_again(rolling: World) -> None:
    by = rolling.by
    before = put(rolling.course, by)
    note(before, by)
    do(by, end_participant, before)
    last = put(rolling.course, by)
    note(last, by)
    planner = make.actor(make.grant(Role.COORDINATOR, make.home(by)))
    do(planner, finish_course, rolling.course, at=rolling.at + WEEK)
    do(planner, reopen_course, rolling.course, at=rolling.at + WEEK)
    assert (fresh(before).state, fresh(last).state) == ("ended", "enrolled")
    assert stands(last)


# ---- ended for all -------------------------------------------------------------------------------


def test_who_left_has_given_a_reason_and_a_drop_out_is_enough(world: World) -> None:
    hers, moved = put(world.course, world.by), put(world.course, world.by)
    do(world.by, transfer, moved, coming(world.by))
    with pytest.raises(Refusal, match="1 deltager har hverken"):
        do(world.by, finish_course, world.course, at=world.at)
    note(hers, world.by, Result(dropped_out=DropOut.NOT_REACHED))
    for _ in range(2):
        done = do(world.by, finish_course, world.course, at=world.at)
    assert done.state == CourseState.FINISHED


# ---- asked for by itself -------------------------------------------------------------------------


def test_a_course_that_is_over_is_asked_about_until_it_is_ended(world: World) -> None:
    hers = put(world.course, world.by)
    last = Course.objects.get(pk=world.course.pk).last_at
    assert last
    assert [sweep(ask_to_finish, last + hours * DAY / 24) for hours in (1, 3, 4)] == [0, 1, 1]
    (task,) = tasks(TaskKind.FINISH)
    due = clock.end_of_day(clock.danish_date(last) + 14 * DAY)
    assert (task.organisation_id, task.course_id, task.due_at) == (
        world.by.organisation_id,
        world.course.pk,
        due,
    )
    make.meeting(world.course, world.at + WEEK)
    assert sweep(ask_to_finish, world.at) == 0
    assert tasks(TaskKind.FINISH)[0].result == TaskResult.NOT_NEEDED
    after = world.at + 2 * WEEK
    sweep(ask_to_finish, after)
    note(hers, world.by)
    do(world.by, finish_course, world.course, at=after)
    again = tasks(TaskKind.FINISH)[1]
    assert (again.done_at, again.done_by_id, again.result) == (after, world.by.person, "done")
    assert sweep(ask_to_finish, after) == 0


def test_kom_og_kvit_and_what_meets_never_are_not_asked_about(rolling: World) -> None:
    make.course(rolling.by)
    assert sweep(ask_to_finish, rolling.at + 9 * WEEK) == 0


def test_the_letter_is_asked_of_whoever_has_the_case(world: World) -> None:
    other = world.towns.b
    case = make.referral(other)
    hers = put(world.course, other, case)
    agreed = make.consent(case, other, ConsentKind.DISCHARGE)
    without, absent = put(world.course, other), make.referral(other)
    make.consent(absent, other, ConsentKind.DISCHARGE)
    never_came = put(world.course, other, absent)
    for one in (hers, without):
        world.came(one, CAME)
    for one in (hers, without, never_came):
        note(one, world.by)
    assert sweep(ask_for_letters, world.at) == 0
    do(world.by, finish_course, world.course, at=world.at)
    assert [sweep(ask_for_letters, world.at) for _ in range(2)] == [1, 1]
    (task,) = tasks(TaskKind.LETTER)
    assert (task.organisation_id, task.enrolment_id) == (other.organisation_id, hers.pk)
    with acting(other):
        withdraw_consent(agreed, by=other, at=world.at)
    sweep(ask_for_letters, world.at)
    assert tasks(TaskKind.LETTER)[0].result == TaskResult.NOT_NEEDED


def test_the_letter_is_asked_for_on_whichever_row_she_agreed(world: World) -> None:
    case, before = make.referral(world.by), make.referral(world.by, number="+4531313131")
    make.consent(before, world.by, ConsentKind.DISCHARGE)
    hers = put(world.course, world.by, case)
    world.came(hers, CAME)
    note(hers, world.by)
    do(world.by, finish_course, world.course, at=world.at)
    assert sweep(ask_for_letters, world.at) == 0
    do(world.by, merge_citizens, case.citizen_id, before.citizen_id)
    assert sweep(ask_for_letters, world.at) == 1


def test_a_letter_that_is_written_or_was_let_be_is_not_asked_for_again(world: World) -> None:
    people = []
    for _ in range(2):
        case = make.referral(world.by)
        hers = put(world.course, world.by, case)
        world.came(hers, CAME)
        note(hers, world.by)
        people.append((hers, make.consent(case, world.by, ConsentKind.DISCHARGE)))
    do(world.by, finish_course, world.course, at=world.at)
    sweep(ask_for_letters, world.at)
    (written, agreed), (let_be, _) = people
    make.letter(written, world.by, agreed)
    (task,) = [one for one in tasks(TaskKind.LETTER) if one.enrolment_id == let_be.pk]
    do(world.by, finish_task, task, result=TaskResult.NOT_NEEDED, at=world.at)
    sweep(ask_for_letters, world.at)
    assert [one.done_at is None for one in tasks(TaskKind.LETTER)] == [False, False]
