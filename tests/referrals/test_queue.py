"""I dag: what stands in the queue, in which order, how it is counted, and what became of it."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from referrals import queries
from referrals.commands.inbox import Delivery, keep_message
from referrals.commands.reserve import reserve
from referrals.commands.undo import undo_call
from referrals.models import Cover, IncomingMessage, Referral, Reservation
from referrals.queries import View, counts
from referrals.queries.counts import CAP, DEPTH
from referrals.states import InboxState, NextStep, Outcome
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.actor import Actor, acting
from roegfri.organisations.kinds import Kind
from roegfri.organisations.models import Agreement
from tests import make

pytestmark = pytest.mark.django_db
# A Wednesday at 10 in Denmark.
NOW = clock.danish_time(dt.date(2026, 3, 4), dt.time(10))
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _at_ten() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def numbered(by: Actor, number: int, **given: Any) -> Referral:
    """One of several citizens, told apart by the telephone number."""
    return make.referral(by, number=f"+452000{number:04d}", surname=f"Nr {number:04d}", **given)


def message(by: Actor, came: dt.datetime, words: str = "x") -> IncomingMessage:
    with acting(by):
        return keep_message(
            Delivery(words.encode(), f"{words}.xml", came),
            inbox=make.home(by),
            state=InboxState.UNREADABLE,
            reason="Mangler afslutning",
            by=by,
            at=came,
        ).message


def due(referral: Referral, at: dt.datetime, step: NextStep, **more: Any) -> Referral:
    """As a call would leave it."""
    with acting(make.SYSTEM):
        Referral.objects.filter(pk=referral.pk).update(next_at=at, next_step=step, **more)
    return referral


def walk(viewer: Actor, view: View = View.ALL) -> list[list[uuid.UUID]]:
    """The pages from the first to the last, and back again to see the same."""
    pages, after = [], ""
    while True:
        found = queries.worklist(viewer, after=after, view=view)
        pages.append([row.id for row in found.rows])
        if not found.next:
            break
        after = found.next
    back = [pages[-1]]
    while found.previous:
        found = queries.worklist(viewer, after=found.previous, view=view)
        back.insert(0, [row.id for row in found.rows])
    assert back == pages
    return pages


def seen(viewer: Actor, view: View = View.ALL) -> list[uuid.UUID]:
    return [pk for page in walk(viewer, view) for pk in page]


def received(number: int) -> dt.datetime:
    """One of three Mondays, and any minute of it: later numbers were received earlier."""
    return make.MONDAY - 7 * DAY * (number % 3) - dt.timedelta(minutes=number // 2)


# ---- order ---------------------------------------------------------------------------------------


def test_the_pages_hold_everything_once_though_many_are_due_at_the_same_time() -> None:
    """Whoever was received first stands first of those."""
    by = make.actor()
    with acting(by):
        for number in range(45):
            # Three deadlines among forty-five: the pages break within a tie, across both sources.
            numbered(by, number, received_at=received(number))
        deadline = Referral.objects.order_by("next_at").values_list("next_at", flat=True)[20]
        assert deadline
        for number in range(15):
            message(by, deadline, f"b{number}")
        pages = walk(by)
        people = Referral.objects.values_list("next_at", "received_at", "pk")
        letters = IncomingMessage.objects.values_list("came_at", "came_at", "pk")
        wanted = [pk for *_, pk in sorted([*people, *letters])]
    assert [len(one) for one in pages] == [25, 25, 10]
    assert [pk for one in pages for pk in one] == wanted


def test_whoever_is_due_stands_by_the_time_of_the_next_step_whatever_it_is() -> None:
    by = make.actor()
    reached = numbered(by, 1)
    make.call(reached, by, Outcome.REACHED)
    due(reached, NOW - HOUR, NextStep.TALK, next_note="lokale 2")
    later = due(numbered(by, 2), NOW + HOUR, NextStep.CALL_BACK, attempts=1)
    letter = message(by, NOW - 2 * HOUR)
    finished = numbered(by, 3)
    make.call(finished, by, Outcome.REACHED)
    with acting(by):
        rows = queries.worklist(by).rows
    assert [(row.id, row.kind) for row in rows] == [
        (letter.pk, "message"),
        (reached.pk, NextStep.TALK),
        (later.pk, NextStep.CALL_BACK),
    ]
    assert rows[1].note == "lokale 2"


# ---- views and their numbers ---------------------------------------------------------------------


def world(by: Actor) -> dict[str, uuid.UUID]:
    """One of each, for a counsellor who covers for a colleague today."""
    town = make.home(by)
    away: User = make.grant(organisation=town).user
    found = {
        "late": numbered(by, 1, received_at=NOW - 7 * DAY),
        "today": numbered(by, 2, received_at=NOW - 2 * DAY),
        "agreed": due(numbered(by, 3, received_at=NOW), NOW + HOUR, NextStep.CALL_BACK),
        "agreed tomorrow": due(numbered(by, 4, received_at=NOW), NOW + DAY, NextStep.DECIDE),
        "no number": numbered(by, 5, received_at=NOW, phones=[]),
        "covered": numbered(by, 6, received_at=NOW),
        "mine": numbered(by, 7, received_at=NOW),
        "theirs": numbered(by, 8, received_at=NOW),
    }
    with acting(by):
        for key, person in (("covered", away.pk), ("mine", by.user_id), ("theirs", make.user().pk)):
            Referral.objects.filter(pk=found[key].pk).update(caseworker_id=person)
    make.cover(by, away.pk, NOW.date())
    ids = {name: referral.pk for name, referral in found.items()}
    participant = make.enrolment(make.course(by), found["agreed"], by)
    return ids | {"message": message(by, NOW).pk, "task": make.task(participant, by).pk}


VIEWS = {
    View.MINE: {"covered", "mine"},
    View.OVERDUE: {"late"},
    View.TODAY: {"today"},
    View.AGREED: {"agreed"},
    View.NO_NUMBER: {"no number"},
    View.MESSAGES: {"message"},
    View.TASKS: {"task"},
}


def test_a_view_shows_what_its_number_counts() -> None:
    by, other = make.actor(), make.actor()
    things = world(by)
    world(other)
    with acting(by):
        counted = queries.waiting_counts(by)
        shown = {view: set(seen(by, view)) for view in VIEWS}
        whole = seen(by)
    assert shown == {view: {things[name] for name in names} for view, names in VIEWS.items()}
    assert {v: str(n) for v, n in counted.number.items()} == {v: str(len(VIEWS[v])) for v in VIEWS}
    assert set(whole) == set(things.values())
    assert [(one.until) for one in counted.covering] == [NOW.date()]


@pytest.mark.parametrize(("from_on", "until_on"), [(1, 5), (-5, -1)])
def test_who_is_not_covered_for_today_has_her_cases_to_herself(from_on: int, until_on: int) -> None:
    by = make.actor()
    things = world(by)
    with acting(by):
        Cover.objects.update(
            from_on=NOW.date() + DAY * from_on, until_on=NOW.date() + DAY * until_on
        )
        assert seen(by, View.MINE) == [things["mine"]]
        assert queries.waiting_counts(by).covering == []


def test_the_counts_stop_at_a_hundred() -> None:
    by = make.actor()
    with acting(by):
        for number in range(CAP + 2):
            numbered(by, number)
        found = queries.waiting_counts(by).number
    assert (str(found[View.OVERDUE]), str(found[View.TODAY])) == ("0", f"{CAP}+")


def test_of_a_queue_too_long_to_look_through_the_least_number_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    by = make.actor()
    for number in range(3):
        numbered(by, number, phones=[])
    shallow = counts._COUNTS.replace(str(DEPTH), "2")
    monkeypatch.setattr("referrals.queries.counts._COUNTS", shallow)
    with acting(by):
        found = queries.waiting_counts(by).number
    assert (str(found[View.NO_NUMBER]), str(found[View.AGREED])) == ("2+", "0+")


# ---- what a line knows ---------------------------------------------------------------------------


def row_of(by: Actor, referral: Referral) -> Any:
    with acting(by):
        return queries.queued(by, referral.pk)


def test_a_line_says_what_the_agreement_said_when_the_referral_came() -> None:
    by = make.actor()
    here = numbered(by, 1, received_at=NOW - DAY)
    with acting(by):
        here.agreement.terms.create(name="contact_deadline_count", value="5", from_on=NOW.date())
    assert row_of(by, here).days_to_call[0] == 2
    assert row_of(by, numbered(by, 2, received_at=NOW)).days_to_call[0] == 5


def test_an_agreement_that_says_nothing_takes_no_line_away() -> None:
    by = make.actor()
    young = numbered(by, 1, birth_date=dt.date(2012, 1, 1))
    assert row_of(by, young).guardian_first
    with acting(make.SYSTEM):
        empty = Agreement.objects.create(name="Tavs", slug="tavs", kind=Kind.AGREEMENT)
        Referral.objects.filter(pk=young.pk).update(agreement=empty)
    row = row_of(by, young)
    assert (row.guardian_first, row.too_young, row.days_to_call) == (False, False, None)


@pytest.mark.parametrize(
    ("born", "consent", "guardian", "young"),
    [
        (dt.date(2011, 3, 3), "unknown", False, False),
        (dt.date(2011, 3, 5), "unknown", True, False),
        (dt.date(2011, 3, 5), "yes", False, False),
        (dt.date(2013, 3, 5), "no", True, True),
        (None, "unknown", False, False),
    ],
)
def test_a_line_marks_whose_parent_is_called_first_and_who_is_too_young(
    born: dt.date | None, consent: str, *, guardian: bool, young: bool
) -> None:
    within = make.agreement(minimum_age="14")
    by = make.actor(make.grant(organisation=make.municipality(within)))
    here = numbered(by, 1, birth_date=born, guardian_consent=consent, received_at=NOW)
    row = row_of(by, here)
    assert (row.guardian_first, row.too_young) == (guardian, young)


# ---- what has happened since ---------------------------------------------------------------------


def mark(viewer: Actor, pk: uuid.UUID, since: dt.datetime = NOW) -> queries.Mark:
    with acting(viewer):
        (found,) = queries.marks(viewer, [pk], since=since)
    return found


def colleague(by: Actor) -> Actor:
    return make.actor(make.grant(organisation=make.home(by)))


def test_a_mark_tells_who_is_calling_and_who_has_called() -> None:
    by = make.actor()
    here, mette = numbered(by, 1), colleague(by)
    plain = mark(by, here.pk)
    assert (plain.gone, plain.closed, plain.caller, plain.handler) == (False, False, None, None)
    with acting(mette):
        reserve(here, by=mette, at=NOW)
    assert mark(by, here.pk).caller == mette.name
    assert mark(mette, here.pk).caller is None, "her own"
    logged = make.call(here, mette, at=NOW + HOUR)
    found = mark(by, here.pk)
    assert (found.caller, found.handler, found.handled_at) == (None, mette.name, NOW + HOUR)
    assert mark(by, here.pk, since=NOW + 2 * HOUR).handler is None, "known when it was shown"
    with acting(mette):
        undo_call(logged, by=mette, at=NOW + HOUR)
    assert mark(by, here.pk).handler is None


def test_a_reservation_is_over_by_itself() -> None:
    by = make.actor()
    here, mette = numbered(by, 1), colleague(by)
    with acting(mette):
        reserve(here, by=mette, at=NOW - HOUR)
        assert Reservation.objects.count() == 1
    assert mark(by, here.pk).caller is None
    assert row_of(by, here).reserved_by is None


def test_a_mark_tells_that_a_case_was_closed_or_is_another_s_and_a_message_handled() -> None:
    by, other = make.actor(), make.actor()
    here, foreign, letter = numbered(by, 1), numbered(other, 2), message(by, NOW)
    make.call(here, by, Outcome.DECLINED, at=NOW)
    with acting(make.SYSTEM):
        IncomingMessage.objects.filter(pk=letter.pk).update(handled_at=NOW, handled_by_id=by.person)
    assert mark(by, here.pk).closed_at == NOW
    assert mark(by, letter.pk).handler == by.name
    gone = mark(by, foreign.pk)
    assert (gone.gone, gone.closed, gone.handler) == (True, None, None)


def test_newcomers_are_those_that_stand_above_the_last_line_and_are_not_on_the_screen() -> None:
    by = make.actor()
    first = numbered(by, 1, received_at=NOW - 7 * DAY)
    last = numbered(by, 2, received_at=NOW - DAY)
    shown = [first.pk, last.pk]
    numbered(make.actor(), 9, received_at=NOW - 5 * DAY)

    def new(**more: Any) -> str:
        usual = {"view": View.ALL, "shown": shown, "since": None, "until": last.next_at}
        with acting(by):
            return str(queries.newcomers(by, **{**usual, **more}))

    assert new() == "0"
    numbered(by, 3, received_at=NOW - 5 * DAY)
    numbered(by, 4, received_at=NOW)
    message(by, NOW - 7 * DAY)
    assert new() == "2"
    assert new(until=None) == "3"
    assert new(since=first.next_at) == "1"
    assert new(view=View.MESSAGES) == "1"
    assert new(view=View.MINE) == "0"
