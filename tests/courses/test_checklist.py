"""The checklist of a participant: each item once, dated and by whom."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from courses.commands.ticks import tick, untick
from courses.models import Attendance, Course, Enrolment, Meeting, Task, Tick
from courses.queries.checklist import checklist, meetings_of
from courses.states import Item, Mark, TaskKind
from referrals.states import Outcome
from roegfri import clock
from roegfri.accounts.models import Grant
from roegfri.actor import Actor, acting, hosting
from roegfri.refusal import Refusal
from tests import make

pytestmark = pytest.mark.django_db
NOW = clock.danish_time(dt.date(2026, 3, 4), dt.time(10))
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _world(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(NOW, tick=False):
        yield


class Town:
    """A participant who stayed away yesterday; the next meeting is in a week."""

    def __init__(self, **terms: str) -> None:
        within = make.agreement(**terms)
        self.grant: Grant = make.grant(
            organisation=make.municipality(within), person=make.user(name="Mette Bruun")
        )
        self.by: Actor = make.actor(self.grant)
        self.course: Course = make.course(self.by)
        self.first: Meeting = make.meeting(self.course, NOW - DAY)
        self.second: Meeting = make.meeting(self.course, NOW + 6 * DAY)
        self.case = make.referral(self.by)
        self.anna: Enrolment = make.enrolment(self.course, self.case, self.by)
        with acting(self.by):
            Attendance.objects.create(
                enrolment=self.anna,
                meeting=self.first,
                mark=Mark.ABSENT,
                at=NOW,
                by_id=self.by.person,
            )

    def list(self, viewer: Actor | None = None) -> Any:
        viewer = viewer or self.by
        with acting(viewer):
            return checklist(viewer, self.anna)

    def tick(self, item: Item, meeting: Meeting | None = None, **given: Any) -> Tick:
        usual = {"by": self.by, "at": NOW, **given}
        with acting(usual["by"]):
            return tick(self.anna, item=item, meeting=meeting, **usual)

    def untick(self, item: Item, meeting: Meeting | None = None) -> None:
        with acting(self.by):
            untick(self.anna, item=item, meeting=meeting, by=self.by, at=NOW + HOUR)


@pytest.fixture
def town() -> Town:
    return Town()


def test_each_item_is_dated_and_says_by_whom(town: Town) -> None:
    before = town.list()
    assert [line.item for line in before.once] == [
        Item.CONTACTED,
        Item.FORM,
        Item.APP,
        Item.DIPLOMA,
    ]
    assert [line.meeting for line in before.reminders] == [town.first, town.second]
    assert [line.meeting for line in before.calls] == [town.first]
    assert (before.done, before.missing_calls, before.open) == (0, 1, True)
    town.tick(Item.FORM)
    town.tick(Item.FORM, at=NOW + DAY)
    town.tick(Item.NO_SHOW_CALLED, town.first)
    after = town.list()
    assert (after.done, after.missing_calls) == (1, 0)
    assert [(line.at, line.by) for line in after.once if line.done] == [(NOW, "Mette Bruun")]
    town.untick(Item.FORM)
    town.untick(Item.FORM)
    assert town.list().done == 0


def test_a_meeting_before_she_was_enrolled_is_hers_only_where_she_was_marked(town: Town) -> None:
    make.meeting(town.course, NOW - 14 * DAY)
    late = make.enrolment(
        town.course, make.referral(town.by, number="+4520202020"), town.by, enrolled_at=NOW
    )
    with acting(town.by):
        assert meetings_of(town.by, town.anna) == [town.first, town.second]
        assert meetings_of(town.by, late) == [town.second]
    stranger = make.actor()
    with acting(stranger):
        assert meetings_of(stranger, town.anna) == []


@pytest.mark.parametrize(
    ("item", "of", "words"),
    [
        (Item.SMS, None, "mødegang"),
        (Item.DIPLOMA, "first", "mødegang"),
        (Item.NO_SHOW_CALLED, "second", "udeblevet"),
        (Item.SMS, "strange", "andet forløb"),
    ],
)
def test_what_cannot_be_ticked_is_refused(
    town: Town, item: Item, of: str | None, words: str
) -> None:
    strange = make.meeting(make.course(town.by), NOW)
    meeting = {"strange": strange, None: None}.get(of) or (getattr(town, of) if of else None)
    with pytest.raises(Refusal, match=words):
        town.tick(item, strange if of == "strange" else meeting)


def test_a_logged_talk_counts_and_cannot_be_unticked(town: Town) -> None:
    make.call(town.case, town.by, Outcome.NO_ANSWER, at=NOW - 2 * DAY)
    assert not town.list().once[0].done
    make.call(town.case, town.by, Outcome.REACHED, at=NOW - DAY)
    line = town.list().once[0]
    assert (line.at, line.by, line.ticked) == (NOW - DAY, "Mette Bruun", False)


def test_a_tick_ends_the_task_and_taking_it_away_opens_it_again(town: Town) -> None:
    with acting(hosting(town.by, town.course.host_id)):
        Task.objects.create(
            organisation_id=town.course.host_id,
            kind=TaskKind.NO_SHOW,
            course=town.course,
            meeting=town.first,
            enrolment=town.anna,
            citizen_id=town.anna.citizen_id,
            due_at=NOW,
            made_at=NOW,
        )
    town.tick(Item.NO_SHOW_CALLED, town.first)
    with acting(town.by):
        assert not Task.objects.filter(done_at=None).exists()
    town.untick(Item.NO_SHOW_CALLED, town.first)
    with acting(town.by):
        assert Task.objects.filter(done_at=None).count() == 1


def test_the_agreement_says_what_the_app_is_called() -> None:
    label = {line.item: line.label for line in Town(quit_app_name="Xhale").list().once}
    assert label[Item.APP] == "Introduceret til Xhale"


def test_where_she_lives_only_looks_on_and_others_see_nothing(town: Town) -> None:
    home = make.actor()
    case = make.referral(town.by, home=make.home(home), number="+4520202020")
    town.anna = make.enrolment(town.course, case, town.by)
    town.tick(Item.FORM)
    seen = town.list(home)
    assert (seen.done, seen.open) == (1, False)
    with pytest.raises(Refusal, match="jeres"):
        town.tick(Item.DIPLOMA, by=home)
    assert town.list(make.actor()).done == 0


@pytest.fixture
def client(town: Town) -> Client:
    client = Client()
    client.force_login(town.grant.user)
    return client


def test_one_press_ticks_and_one_takes_it_away(town: Town, client: Client) -> None:
    address = f"/tilmelding/{town.anna.pk}/punkt/"
    page = client.post(address, {"item": "diploma", "done": "ja"})
    assert page.headers["Location"] == f"/tilmelding/{town.anna.pk}/"
    part = client.post(
        address,
        {"item": "sms", "meeting": str(town.first.pk), "done": "ja"},
        headers={"HX-Request": "true"},
    ).content.decode()
    assert part.count("checklist-done") == 2
    assert "Mette Bruun" in part
    client.post(address, {"item": "diploma", "done": "nej"})
    assert town.list().done == 0
    assert "Diplom udleveret" in client.get(page.headers["Location"]).content.decode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"item": "no_show_called", "meeting": "second", "done": "ja"}, "ikke noteret som"),
        ({"item": "sms", "done": "ja"}, "Vælg den mødegang"),
        ({"item": "x", "done": "ja"}, "gyldig"),
        ({"item": "sms", "meeting": "x", "done": "ja"}, "gyldig"),
    ],
)
def test_a_refused_tick_says_why(
    town: Town, client: Client, data: dict[str, str], words: str
) -> None:
    sent = {**data, "meeting": str(town.second.pk)} if data.get("meeting") == "second" else data
    address = f"/tilmelding/{town.anna.pk}/punkt/"
    part = client.post(address, sent, headers={"HX-Request": "true"})
    assert words in part.content.decode()
    assert client.post(address, sent).status_code == 302
    with acting(town.by):
        assert not Tick.objects.exists()
