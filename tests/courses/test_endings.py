"""How a course ends, participant by participant: what counts, and what one may read of it."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from courses.models import Meeting
from courses.queries.endings import ending_of, endings
from courses.rules.ending import Bar, completed_agreement, completed_stopbase, finish_by, share
from courses.states import CourseKind, MeetingState
from referrals.commands.merge import merge_citizens
from referrals.states import ConsentKind
from roegfri import clock
from roegfri.actor import acting
from roegfri.audit import looks
from tests import make
from tests.courses.ends import AFBUD, AWAY, CAME, World
from tests.courses.world import AT, WEEK, do, put

BAR = Bar(percent=75, open_meetings=4)


@pytest.mark.parametrize(("attended", "is_so"), [(0, False), (2, False), (3, True), (9, True)])
def test_by_the_agreement_from_three_meetings(attended: int, *, is_so: bool) -> None:
    assert completed_agreement(attended, from_meetings=3) is is_so


@pytest.mark.parametrize(
    ("attended", "offered", "shown", "is_so"),
    [
        (0, 0, 0, False),
        (4, 6, 67, False),
        (5, 6, 83, True),
        (6, 8, 75, True),
        (5, 7, 71, False),
        # 74.6 rounds to 75, which is the bar itself: so it is not shown.
        (50, 67, 74, False),
    ],
)
def test_by_stopbasen_from_three_quarters(
    attended: int, offered: int, shown: int, *, is_so: bool
) -> None:
    for kind in (CourseKind.GROUP, CourseKind.INDIVIDUAL):
        assert completed_stopbase(attended, offered, kind=kind, bar=BAR) is is_so
    assert share(attended, offered, percent=75) == shown


@pytest.mark.parametrize(("attended", "is_so"), [(3, False), (4, True)])
def test_by_stopbasen_kom_og_kvit_from_four(attended: int, *, is_so: bool) -> None:
    assert completed_stopbase(attended, 0, kind=CourseKind.OPEN, bar=BAR) is is_so


def test_two_weeks_after_the_last_meeting_whatever_the_clock_does() -> None:
    # The clocks go forward on 29 March 2026: the day ends at 24 o'clock all the same.
    last = clock.danish_time(dt.date(2026, 3, 20), dt.time(19))
    end = clock.danish_time(dt.date(2026, 4, 4), dt.time(0))
    assert finish_by(last, days=14) == end


@pytest.mark.django_db
def test_both_definitions_stand_side_by_side_and_say_how() -> None:
    world = World()
    two, four, all_six = (put(world.course, world.by) for _ in range(3))
    world.came(two, CAME, CAME, AFBUD, AWAY)
    world.came(four, CAME, CAME, AFBUD, CAME, CAME, AWAY)
    world.came(all_six, *[CAME] * 6, co=3)
    found = {one.id: one for one in world.read().rows}
    assert [(found[one.pk].agreement_words, found[one.pk].stopbase_words)
            for one in (two, four, all_six)] == [
        ("nej (2 af 6, mindst 3)", "nej (33 %, mindst 75 %)"),
        ("ja (4 af 6, mindst 3)", "nej (67 %, mindst 75 %)"),
        ("ja (6 af 6, mindst 3)", "ja (100 %, mindst 75 %)"),
    ]  # fmt: skip
    assert [(found[one.pk].at_last, found[one.pk].last_co) for one in (four, all_six)] == [
        (False, None),
        (True, 3),
    ]


@pytest.mark.django_db
def test_what_is_counted_in_a_group() -> None:
    """Not what is cancelled, not what is ahead, not an appointment; extra meetings are."""
    world = World(meetings=5)
    late = put(world.course, world.by)
    make.meeting(world.course, world.at - dt.timedelta(hours=1), extra=True)
    make.meeting(world.course, world.at + WEEK)
    off = make.meeting(
        world.course, world.at - 2 * dt.timedelta(hours=9), state=MeetingState.CANCELLED,
        cancel_reason="Syg",
    )  # fmt: skip
    alone = make.appointment(late, world.at - dt.timedelta(hours=5), world.by)
    for meeting in (off, alone):
        world.mark(late, meeting, CAME)
    world.came(late, AWAY, AWAY, CAME, CAME, CAME)
    row = world.one(late)
    assert (row.attended, row.offered, row.by_agreement, row.by_stopbase) == (3, 6, True, False)


@pytest.mark.django_db
def test_what_is_counted_of_kom_og_kvit_and_of_an_individual_course() -> None:
    rolling = World(kind=CourseKind.OPEN, meetings=4)
    hers = put(rolling.course, rolling.by)
    rolling.came(hers, AWAY, CAME, CAME, CAME)
    intake = make.appointment(hers, rolling.at - dt.timedelta(hours=9), rolling.by)
    with acting(make.SYSTEM), transaction.atomic():
        Meeting.objects.filter(pk=intake.pk).update(intake=True)
    rolling.mark(hers, intake, CAME)
    row = rolling.one(hers)
    assert row.stopbase_words == "nej (3 mødegange, mindst 4)"
    talk = make.appointment(hers, rolling.at - dt.timedelta(hours=5), rolling.by)
    rolling.mark(hers, talk, CAME)
    row = rolling.one(hers)
    assert (row.agreement_words, row.by_stopbase) == ("ja (4 mødegange, mindst 3)", True)

    alone = World(kind=CourseKind.INDIVIDUAL, meetings=0)
    alone.at = AT + 9 * WEEK
    one, other = (put(alone.course, alone.by) for _ in range(2))
    for week in range(4):
        meeting = make.appointment(one, AT + week * WEEK + dt.timedelta(hours=1), alone.by)
        alone.mark(one, meeting, CAME if week else AFBUD)
    assert (alone.one(one).agreement_words, alone.one(one).stopbase_words) == (
        "ja (3 af 4, mindst 3)",
        "ja (75 %, mindst 75 %)",
    )
    assert alone.one(other).stopbase_words == "nej (0 %, mindst 75 %)"


@pytest.mark.django_db
def test_what_an_agreement_does_not_say_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(make.TERMS, "stopbase_completed_percent")
    world = World()
    world.came(hers := put(world.course, world.by), CAME, CAME, CAME)
    row = world.one(hers)
    assert (row.by_agreement, row.by_stopbase) == (True, None)
    assert row.stopbase_words == "aftalen siger intet (50 %)"


@pytest.mark.django_db
def test_who_reads_whom() -> None:
    """The host everybody, the handler her own, where she lives and anybody else nobody."""
    world = World()
    other = world.towns.b
    ours, hers = put(world.course, world.by), put(world.course, other)
    stranger = make.actor()
    assert {one.id for one in world.read().rows} == {ours.pk, hers.pk}
    assert [one.id for one in world.read(other).rows] == [hers.pk]
    assert (world.read().hosted, world.read(other).hosted) == (True, False)
    with acting(stranger), transaction.atomic(), pytest.raises(Http404):
        ending_of(stranger, ours, at=world.at)
    with acting(stranger), transaction.atomic():
        assert endings(stranger, world.course, at=world.at).rows == []


@pytest.mark.django_db
def test_the_letter_and_its_consent_are_the_handlers() -> None:
    world = World()
    other = world.towns.b
    case = make.referral(other)
    hers = put(world.course, other, case)
    agreed = make.consent(case, other, ConsentKind.DISCHARGE)
    make.consent(case, other, ConsentKind.STOPBASE)
    make.letter(hers, other, agreed)
    host, handler = world.one(hers), world.one(hers, other)
    assert (handler.handled, handler.letter_agreed, handler.letter) == (True, True, "on_paper")
    assert (host.handled, host.letter_agreed, host.letter) == (False, False, "")
    assert host.stopbase_agreed


@pytest.mark.django_db
def test_what_she_agreed_to_counts_on_whichever_row_it_was_noted() -> None:
    world = World()
    case, before = make.referral(world.by), make.referral(world.by, number="+4531313131")
    hers = put(world.course, world.by, case)
    make.consent(before, world.by, ConsentKind.STOPBASE)
    make.consent(before, world.by, ConsentKind.DISCHARGE)
    row = world.one(hers)
    assert (row.stopbase_agreed, row.letter_agreed) == (False, False)
    do(world.by, merge_citizens, case.citizen_id, before.citizen_id)
    row = world.one(hers)
    assert (row.stopbase_agreed, row.letter_agreed) == (True, True)


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3])
def test_two_statements_and_everybody_noticed(rows: int) -> None:
    world = World()
    people = [put(world.course, world.by) for _ in range(rows)]
    with (
        acting(world.by),
        transaction.atomic(),
        CaptureQueriesContext(connection) as asked,
        looks.watch() as seen,
    ):
        endings(world.by, world.course, at=world.at)
    selects = [one["sql"] for one in asked if "courses_ending" in one["sql"]]
    assert (len(asked), len(selects)) == (2, 1)
    assert seen.persons == {one.citizen_id for one in people}
