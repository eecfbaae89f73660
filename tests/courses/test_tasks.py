"""Opgaver: made once, on «I dag» until they are done, finished by one press, and taken back."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client

from courses.commands.tasks import drop_tasks, finish_task, make_task, take_up_task
from courses.models import Course, Enrolment, Meeting, Task, Tick
from courses.states import EnrolmentState, Item, TaskKind, TaskResult
from referrals import queries
from referrals.queries import View
from referrals.states import GuardianConsent
from roegfri import clock
from roegfri.accounts.models import Grant
from roegfri.actor import Actor, acting, hosting
from roegfri.audit.models import AuditEvent
from roegfri.desk.lines import line, mark_words
from roegfri.organisations.models import Agreement
from roegfri.refusal import Conflict, Refusal
from tests import make
from tests.conftest import setup_connection
from tests.threads import answers_at_once, at_once

NOW = clock.danish_time(dt.date(2026, 3, 4), dt.time(10))
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
database = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(NOW, tick=False):
        yield


class Town:
    """A municipality with a course of two meetings, of which the first was yesterday."""

    def __init__(self) -> None:
        self.grant: Grant = make.grant(person=make.user(name="Mette Bruun"))
        self.by: Actor = make.actor(self.grant)
        self.course: Course = make.course(self.by, name="Torsdagsholdet", meetings=0)
        self.first: Meeting = make.meeting(self.course, NOW - DAY)
        self.second: Meeting = make.meeting(self.course, NOW + 6 * DAY)
        case = make.referral(self.by, surname="Jensen", given_names="Anna")
        self.anna: Enrolment = make.enrolment(self.course, case, self.by)

    def task(self, kind: TaskKind = TaskKind.NO_SHOW, **given: Any) -> Task:
        meeting = self.first if kind == TaskKind.NO_SHOW else None
        usual = {"enrolment": self.anna, "meeting": meeting, "due_at": self.second.starts_at}
        with acting(hosting(self.by, self.course.host_id)):
            make_task(kind, course=self.course, at=NOW, **{**usual, **given})
        with acting(self.by):
            return Task.objects.filter(kind=kind).latest("made_at", "pk")

    def finish(self, task: Task, result: TaskResult = TaskResult.DONE, **given: Any) -> Task:
        usual = {"by": self.by, "at": NOW}
        with acting(given.get("by", self.by)):
            return finish_task(task, result=result, **{**usual, **given})


@pytest.fixture
def town(db: None) -> Town:
    return Town()


# ---- made, dropped -------------------------------------------------------------------------------


def test_a_task_is_made_once_and_again_when_it_was_dropped(town: Town) -> None:
    task = town.task()
    town.task()
    with acting(town.by):
        assert Task.objects.count() == 1
        assert (task.organisation_id, task.citizen_id) == (
            town.course.host_id,
            town.anna.citizen_id,
        )
        assert drop_tasks(meeting=town.first, at=NOW) == 1
        assert drop_tasks(meeting=town.first, at=NOW) == 0
    town.task()
    with acting(town.by):
        dropped, again = Task.objects.order_by("done_at")
    assert (dropped.result, dropped.done_by, again.result) == (TaskResult.NOT_NEEDED, None, "")


@pytest.mark.parametrize(
    ("kind", "again"), [(TaskKind.NO_SHOW, 0), (TaskKind.CONTACT_FIRST, 0), (TaskKind.MISSING, 1)]
)
def test_what_a_person_has_finished_comes_again_only_where_it_can(
    town: Town, kind: TaskKind, again: int
) -> None:
    town.finish(town.task(kind))
    town.task(kind)
    with acting(town.by):
        assert Task.objects.filter(done_at=None).count() == again


def test_nobody_drops_all_tasks_there_are(town: Town) -> None:
    with pytest.raises(ValueError, match="whose"):
        drop_tasks(at=NOW)


@pytest.mark.django_db(transaction=True)
def test_six_who_make_the_same_task_make_one() -> None:
    with transaction.atomic():
        town = Town()

    def work() -> None:
        with acting(hosting(town.by, town.course.host_id)), transaction.atomic():
            make_task(
                TaskKind.NO_SHOW,
                course=town.course,
                enrolment=town.anna,
                meeting=town.first,
                due_at=NOW,
                at=NOW,
            )

    answers_at_once(work, 6)
    with acting(town.by), transaction.atomic():
        assert Task.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_of_two_who_look_and_then_make_it_one_fails() -> None:
    with transaction.atomic():
        town = Town()
    both_have_looked = threading.Barrier(2)

    def weak() -> None:
        with acting(town.by), transaction.atomic():
            there = Task.objects.filter(enrolment=town.anna, done_at=None).exists()
            both_have_looked.wait()
            if not there:
                make.task(town.anna, town.by)

    (wrong,) = at_once(weak, weak)
    assert isinstance(wrong, IntegrityError)


# ---- finished ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "item"),
    [
        (TaskKind.NO_SHOW, Item.NO_SHOW_CALLED),
        (TaskKind.CONTACT_FIRST, Item.CONTACTED),
        (TaskKind.MISSING, None),
    ],
)
def test_what_is_done_is_ticked_and_taking_it_back_removes_the_tick(
    town: Town, kind: TaskKind, item: Item | None
) -> None:
    task = town.finish(town.task(kind), note="Kommer næste gang")
    meeting = town.first.pk if item == Item.NO_SHOW_CALLED else None
    with acting(town.by):
        ticks = list(Tick.objects.values_list("item", "meeting", "by", "at"))
        assert ticks == ([(item, meeting, town.by.user_id, NOW)] if item else [])
        assert (task.done_by_id, task.done_note) == (town.by.user_id, "Kommer næste gang")
        take_up_task(task, by=town.by, at=NOW + HOUR)
        assert not Tick.objects.exists()
        assert Task.objects.filter(done_at=None).count() == 1
        acts = AuditEvent.objects.filter(act__startswith="task.").values_list("act", flat=True)
        assert sorted(acts) == ["task.finished", "task.taken_up"]


def test_what_was_not_needed_is_not_ticked(town: Town) -> None:
    town.finish(town.task(), TaskResult.NOT_NEEDED)
    with acting(town.by):
        assert not Tick.objects.exists()


def test_an_attempt_is_counted_once_and_the_task_waits_for_the_next(town: Town) -> None:
    task = town.task()
    for _twice in range(2):
        found = town.finish(task, TaskResult.NO_ANSWER, seen=0, next_at=NOW + 6 * HOUR)
    assert (found.attempts, found.due_at, found.done_at) == (1, NOW + 6 * HOUR, None)
    with acting(town.by):
        back = take_up_task(found, by=town.by, at=NOW)
        assert (back.attempts, back.due_at) == (0, town.second.starts_at)
        assert take_up_task(back, by=town.by, at=NOW).attempts == 0
    with pytest.raises(Refusal, match="gået"):
        town.finish(task, TaskResult.NO_ANSWER, next_at=NOW - HOUR)


def test_two_who_finish_the_same_task_differently_are_told(town: Town) -> None:
    task, other = town.task(), make.actor(make.grant(organisation=make.home(town.by)))
    town.finish(task)
    assert town.finish(task).result == TaskResult.DONE, "the same press twice"
    with pytest.raises(Conflict, match="Mette Bruun: Gjort"):
        town.finish(task, TaskResult.NOT_NEEDED, by=other)
    with pytest.raises(Refusal, match="en anden"), acting(other):
        take_up_task(task, by=other, at=NOW)
    with pytest.raises(Refusal, match="længe siden"), acting(town.by):
        take_up_task(task, by=town.by, at=NOW + 2 * HOUR)


def test_another_municipality_finishes_nothing(town: Town) -> None:
    task, other = town.task(), make.actor()
    with pytest.raises(Refusal, match="ikke længere jeres"):
        town.finish(task, by=other)


def test_a_task_that_has_come_again_is_not_taken_up_beside_it(town: Town) -> None:
    task = town.finish(town.task(TaskKind.MISSING))
    town.task(TaskKind.MISSING)
    with pytest.raises(Refusal, match="igen"), acting(town.by):
        take_up_task(task, by=town.by, at=NOW)


# ---- its line on «I dag» -------------------------------------------------------------------------


def words_of(town: Town, at: dt.datetime = NOW) -> Any:
    with acting(town.by):
        (row,) = queries.worklist(town.by, view=View.TASKS).rows
        return line(row, at=at)


def test_a_line_says_whom_what_until_when_and_why(town: Town) -> None:
    task = town.task(note="Ring efter kl. 12")
    shown = words_of(town)
    assert (shown.name, shown.phone) == ("Anna Jensen", "20 12 34 56")
    assert shown.url == f"/opgave/{task.pk}/"
    for words in (
        "Ring efter udeblivelse senest tirsdag 10. mar",
        "badge-info",
        "Torsdagsholdet",
        "Udeblev i går kl. 10.00",
        "Ring efter kl. 12",
    ):
        assert words in shown.due
    assert "badge-error" in words_of(town, NOW + 7 * DAY).due
    town.finish(task, TaskResult.NO_ANSWER, next_at=NOW + 6 * HOUR)
    shown = words_of(town)
    assert "prøv igen i dag kl. 16.00" in shown.due
    assert "Næste mødegang tirsdag 10. mar" in shown.due
    assert shown.attempts == "1"
    assert "prøv igen nu" in words_of(town, NOW + 7 * HOUR).due


# Fifteen on 4 March 2026 or before is old enough.
@pytest.mark.parametrize(
    ("born", "consent", "handles", "first"),
    [
        (dt.date(2011, 3, 5), GuardianConsent.UNKNOWN, True, True),
        (dt.date(2011, 3, 4), GuardianConsent.UNKNOWN, True, False),
        (dt.date(2011, 3, 5), GuardianConsent.YES, True, False),
        (dt.date(2011, 3, 5), GuardianConsent.UNKNOWN, False, False),
        (None, GuardianConsent.UNKNOWN, True, False),
    ],
)
def test_whoever_handles_the_case_of_a_child_is_told_to_call_a_parent_first(
    town: Town, born: dt.date | None, consent: GuardianConsent, *, handles: bool, first: bool
) -> None:
    within = Agreement.objects.get(memberships__municipality=town.course.host_id)
    other = make.actor(make.grant(organisation=make.municipality(within)))
    handler = town.by if handles else other
    case = make.referral(handler, birth_date=born, guardian_consent=consent, number="+4530303030")
    child = make.enrolment(town.course, case, handler)
    task = town.task(TaskKind.CONTACT_FIRST, enrolment=child)
    shown = words_of(town)
    assert ("Ring til en forælder først" in shown.about) == first
    assert ("Se opgaven" in shown.phone) == first
    assert ("30 30 30 30" in shown.phone) != first
    client = Client()
    client.force_login(town.grant.user)
    for address in (f"/opgave/{task.pk}/", f"/tilmelding/{child.pk}/"):
        page = client.get(address)
        assert page.status_code == 200
        assert ("Ring til en forælder først" in page.content.decode()) == first


def test_a_line_about_no_participant_says_which_course(town: Town) -> None:
    town.task(TaskKind.COUNSELLOR, enrolment=None)
    shown = words_of(town)
    assert (shown.name, shown.phone, shown.about) == ("Torsdagsholdet", "", "")


def mark_of(town: Town, task: Task) -> str:
    with acting(town.by):
        (mark,) = queries.marks(town.by, [task.pk], since=NOW)
        return str(mark_words(mark, viewer=town.by))


def test_a_line_that_stays_on_the_screen_says_what_became_of_it(town: Town) -> None:
    task = town.task()
    assert mark_of(town, task) == ""
    town.finish(task)
    assert "Håndteret af dig kl. 10.00" in mark_of(town, task)
    dropped = town.task(TaskKind.MISSING)
    with acting(town.by):
        drop_tasks(enrolment=town.anna, at=NOW)
    assert "Ikke længere nødvendigt" in mark_of(town, dropped)
    stranger = make.actor()
    with acting(stranger):
        assert queries.marks(stranger, [task.pk], since=NOW)[0].gone


# ---- the index ----------------------------------------------------------------------------------

# 20,000 tasks of twenty municipalities, spread over half a year.
MANY = """
insert into courses_task (id, organisation_id, kind, course_id, enrolment_id, citizen_id, due_at,
    made_at, note)
  select gen_random_uuid(), case when n % 20 = 0 then t.organisation_id else gen_random_uuid() end,
    t.kind, t.course_id, gen_random_uuid(), t.citizen_id,
    t.due_at + random() * interval '180 days', t.made_at, ''
  from courses_task t, generate_series(1, 20000) n
"""


def whole_reads() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select seq_scan from pg_stat_xact_user_tables where relname = 'courses_task'"
        )
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_the_queue_reads_no_tasks_but_those_of_a_page() -> None:
    with transaction.atomic():
        town = Town()
        town.task()
    with setup_connection() as inside:
        inside.execute("set session_replication_role = replica")
        inside.execute(MANY)
        inside.execute("vacuum analyze courses_task")
    with acting(town.by), transaction.atomic():
        before = whole_reads()
        for view in (View.ALL, View.TASKS):
            # Seven times: from the sixth on the server may use the plan it keeps.
            for _ in range(7):
                first = queries.worklist(town.by, view=view)
                queries.worklist(town.by, view=view, after=first.next)
                queries.waiting_counts(town.by)
                queries.marks(town.by, [row.id for row in first.rows], since=NOW)
        assert len(first.rows) == 25
        assert whole_reads() == before
        # What it looks like when it does happen.
        assert Task.objects.filter(note="?").count() == 0
        assert whole_reads() > before


# ---- its page ------------------------------------------------------------------------------------


@pytest.fixture
def client(town: Town) -> Client:
    client = Client()
    client.force_login(town.grant.user)
    return client


def test_one_press_finishes_and_the_next_task_is_open(town: Town, client: Client) -> None:
    task, later = town.task(), town.task(TaskKind.MISSING, due_at=NOW + HOUR)
    page = client.get(f"/opgave/{task.pk}/").content.decode()
    for words in ("Anna Jensen", "20 12 34 56", "Torsdagsholdet", "3. mar 10.00", "10. mar 10.00"):
        assert words in page
    answer = client.post(f"/opgave/{task.pk}/", {"result": "done", "note": "", "seen": "0"})
    assert answer.headers["Location"] == f"/opgave/{later.pk}/"
    page = client.get(answer.headers["Location"]).content.decode()
    assert f'href="/opgave/{task.pk}/" data-key="z"' in page
    assert client.post(f"/opgave/{later.pk}/", {"result": "done"}).headers["Location"] == "/"
    assert "noteret af Mette Bruun" in client.get(f"/opgave/{task.pk}/").content.decode()
    client.post(f"/opgave/{task.pk}/", {"undo": "1"})
    with acting(town.by):
        assert list(Task.objects.filter(done_at=None)) == [task]


def test_what_a_seat_takes_is_said_where_one_is_to_be_found(town: Town, client: Client) -> None:
    waits = make.enrolment(
        town.course,
        make.referral(town.by, number="+4540404040"),
        town.by,
        state=EnrolmentState.WAITING,
        enrolled_at=None,
        waiting_since=NOW,
    )
    task = town.task(TaskKind.PLACE, enrolment=waits)

    def said(**given: int) -> str:
        with acting(hosting(make.SYSTEM, town.course.host_id)):
            Course.objects.filter(pk=town.course.pk).update(**given)
        return client.get(f"/opgave/{task.pk}/").content.decode()

    full = said(capacity=1)
    assert "Alle pladser er taget" in full
    assert "Koordinatoren kan rette antallet" in full
    assert f"/tilmelding/{waits.pk}/flyt/" in full
    assert f"/sag/{waits.referral_id}/" in full
    assert "Giv plads</a>" in said(capacity=20)
    assert "mangler en rådgiver" in said(capacity=20, seats_taken=12)


def test_a_deadline_of_a_day_is_said_as_that_day(town: Town, client: Client) -> None:
    task = town.task(due_at=clock.end_of_day(NOW.date() + DAY))
    assert "senest i morgen<" in words_of(town).due
    page = client.get(f"/opgave/{task.pk}/").content.decode()
    assert '<span class="num">5. mar</span>' in page


def test_nobody_answered_and_the_proposed_time_is_taken(town: Town, client: Client) -> None:
    task = town.task(due_at=NOW + HOUR)
    form = client.get(f"/opgave/{task.pk}/").context["form"]
    second = list(form.retries)[1]
    for retry, at in (("", next(iter(form.retries))), (second, second), ("i går", None)):
        client.post(f"/opgave/{task.pk}/", {"result": "no_answer", "retry": retry})
        with acting(town.by):
            task.refresh_from_db()
        assert task.due_at == dt.datetime.fromisoformat(at or next(iter(form.retries)))
    assert task.attempts == 3


def test_a_refused_form_keeps_what_was_typed(town: Town, client: Client) -> None:
    task = town.task()
    answer = client.post(f"/opgave/{task.pk}/", {"note": "Lang besked"})
    assert (answer.status_code, "Lang besked" in answer.content.decode()) == (422, True)
    other = make.actor(make.grant(organisation=make.home(town.by)))
    town.finish(task, TaskResult.NOT_NEEDED, by=other)
    answer = client.post(f"/opgave/{task.pk}/", {"result": "done", "note": "Talt med Anna"})
    assert (answer.status_code, "allerede afsluttet" in answer.content.decode()) == (409, True)
    assert client.post(f"/opgave/{task.pk}/", {"result": "x"}).status_code == 422


def test_whoever_opens_a_task_has_looked_at_her(town: Town, client: Client) -> None:
    task = town.task()
    client.get(f"/opgave/{task.pk}/")
    client.get("/?vis=opgaver")
    with acting(make.SYSTEM):
        seen = AuditEvent.objects.filter(act="person.read")
        assert {event.subject for event in seen} == {"courses:task", "desk:today"}


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_reads_as_many_statements_whatever_there_is(
    town: Town, client: Client, many: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    for number in range(many):
        case = make.referral(town.by, number=f"+45200000{number:02d}")
        town.task(enrolment=make.enrolment(town.course, case, town.by))
    act = partial(client.get, "/?vis=opgaver")
    act()
    with acting(town.by), django_assert_num_queries(2):
        queries.worklist(town.by, view=View.TASKS)
        queries.waiting_counts(town.by)
    assert len(act().context["lines"]) == many
