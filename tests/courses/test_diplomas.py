"""Diplomas: who gets one, what stands on it, and how it is handed out."""

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from courses.commands.diplomas import hand_out_diplomas, print_diplomas
from courses.letters import diploma
from courses.models import Attendance, Enrolment, Staffing, Tick
from courses.queries.diplomas import Diplomas, diploma_of, diplomas
from courses.states import CourseKind, EnrolmentState, Item, Mark
from roegfri.accounts.roles import Role
from roegfri.actor import acting, hosting
from roegfri.audit.models import AuditEvent, AuditEventPerson
from roegfri.refusal import Refusal
from tests import make

pytestmark = pytest.mark.django_db
# Three meetings on Mondays at nine; the last one on 16 March.
LAST = make.MONDAY + dt.timedelta(weeks=2)
HOUR_BEFORE, HOUR_AFTER = LAST - dt.timedelta(hours=1), LAST + dt.timedelta(hours=3)
_phones = itertools.count(20_000_000)


class World:
    """A counsellor, her course, and those who take part."""

    def __init__(self, **course: Any) -> None:
        self.by = make.actor(make.grant(Role.COUNSELLOR))
        self.course = make.course(self.by, meetings=3, **course)
        self.meetings = list(self.course.all_meetings.order_by("starts_at"))
        self.second = make.user(name="Mette Holm")
        for one in self.meetings:
            self.staff(one, self.by.person)

    def staff(self, meeting: Any, who: UUID) -> None:
        with acting(hosting(make.SYSTEM, self.course.host_id)):
            Staffing.objects.create(
                meeting=meeting,
                counsellor_id=who,
                starts_at=meeting.starts_at,
                ends_at=meeting.ends_at,
            )

    def joins(self, given_names: str, *marks: str, **given: Any) -> Enrolment:
        case = make.referral(self.by, given_names=given_names, number=f"+45{next(_phones)}")
        made = make.enrolment(self.course, case, self.by, **given)
        with acting(self.by):
            for meeting, mark in zip(self.meetings, marks, strict=False):
                if mark:
                    self.mark(made, meeting, mark)
        return made

    def mark(self, of: Enrolment, meeting: Any, mark: str) -> None:
        Attendance.objects.create(
            enrolment=of, meeting=meeting, mark=mark, at=meeting.starts_at, by_id=self.by.person
        )

    def found(self, at: dt.datetime = HOUR_AFTER) -> Diplomas:
        with acting(self.by), time_machine.travel(at, tick=False):
            return diplomas(self.by, self.course, at=at)

    def text(self, *wanted: Enrolment, at: dt.datetime = HOUR_AFTER) -> list[str]:
        found = self.found(at)
        ids = {one.pk for one in wanted}
        rows = [one for one in found.rows if not ids or one.id in ids]
        return pages(diploma.diplomas_pdf(found, rows))

    def client(self) -> Client:
        client = Client()
        client.force_login(self.second.__class__.objects.get(pk=self.by.person))
        return client


def pages(pdf: bytes) -> list[str]:
    """The text of each page, on one line."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


@pytest.fixture
def world(settings: Any) -> Iterator[World]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(HOUR_AFTER, tick=False):
        yield World()


A, C, B = Mark.ATTENDED, Mark.CANCELLED, Mark.ABSENT


def test_who_was_at_the_last_meeting_is_ticked_and_anybody_else_can_be(world: World) -> None:
    there = world.joins("Anna", A, A, A)
    away = world.joins("Bo", A, A, B)
    ill = world.joins("Cai", A, A, C)
    world.joins("Dan", state=EnrolmentState.WAITING, enrolled_at=None, waiting_since=make.MONDAY)
    found = world.found()
    assert [one.id for one in found.rows] == [there.pk, away.pk, ill.pk]
    assert found.expected == {there.pk}


def test_an_hour_before_the_last_meeting_those_who_can_still_come_are_ticked(world: World) -> None:
    coming = world.joins("Anna", A, A)
    said_no = world.joins("Bo", A, A, C)
    found = world.found(HOUR_BEFORE)
    assert found.expected == {coming.pk}
    assert said_no.pk in {one.id for one in found.rows}
    # Her third meeting is the one it is given at.
    assert [one.completed for one in found.rows] == [True, False]


def test_the_words_follow_the_agreements_definition(world: World) -> None:
    world.joins("Anna", A, A, A)
    world.joins("Bo", "", A, A)
    completed, took_part = world.text()
    assert "Anna har gennemført et rygestopforløb" in completed
    assert "Bo har deltaget i et rygestopforløb" in took_part
    host = world.course.host.name
    for one in (completed, took_part):
        assert f"i {host} fra 2. marts til 16. marts 2026." in one
        assert world.course.agreement.name in one
        assert "Berggren" not in one


def test_where_the_agreement_says_nothing_nobody_is_said_to_have_completed(world: World) -> None:
    world.joins("Anna", A, A, A)
    [one] = world.found().rows
    assert [one.completed, replace(one, from_meetings=None).completed] == [True, False]


def test_the_counsellors_of_the_last_meeting_have_a_line_each(world: World) -> None:
    world.staff(world.meetings[-1], world.second.pk)
    world.joins("Anna", A, A, A)
    [said] = world.text()
    assert said.count("Rygestoprådgiver") == 2
    assert "Mette Holm" in said
    assert "16. marts 2026" in said


def test_one_who_moved_away_was_there_and_has_one_made(world: World) -> None:
    """Of a group somebody who left, but came to the last meeting, is on the list."""
    gone = world.joins("Anna", A, A, A, state=EnrolmentState.WITHDRAWN,
                       left_at=HOUR_AFTER, left_reason="no_wish")  # fmt: skip
    assert [one.id for one in world.found().rows] == [gone.pk]


def test_an_individual_course_goes_by_her_own_meetings(settings: Any) -> None:
    with time_machine.travel(HOUR_AFTER, tick=False):
        world = World(kind=CourseKind.OPEN)
        with acting(hosting(make.SYSTEM, world.course.host_id)):
            world.meetings[0].intake = True
            world.meetings[0].save(update_fields=["intake"])
        here = world.joins("Anna", A, A, "")
        never = world.joins("Bo")
        with acting(world.by):
            found = diploma_of(world.by, here.pk, at=HOUR_AFTER)
            [said] = pages(diploma.diplomas_pdf(found, found.rows))
            assert "Anna har deltaget i et rygestopforløb" in said
            assert "den 9. marts 2026" in said
            none = diploma_of(world.by, never.pk, at=HOUR_AFTER)
            with pytest.raises(Refusal, match="ingen mødegang"):
                diploma.diplomas_pdf(none, none.rows)


def test_the_whole_group_is_one_document_of_a_sheet_each(world: World) -> None:
    world.joins("Anna", A, A, A)
    world.joins("Bo", A, A, A)
    client = world.client()
    page = client.get(reverse("courses:diplomas", args=[world.course.pk]))
    assert page.content.decode().count(" checked") == 2
    ids = [str(one.id) for one in world.found().rows]
    made = client.post(reverse("courses:diplomas_pdf", args=[world.course.pk]), {"who": ids})
    assert made.headers["Content-Type"] == "application/pdf"
    assert made.headers["Content-Disposition"] == 'attachment; filename="diplomer.pdf"'
    assert "Anna" not in str(made.headers)
    said = pages(made.content)
    assert [one.split(" har ")[0].split()[-1] for one in said] == ["Anna", "Bo"]


def test_making_them_and_handing_them_out_stand_in_the_log(world: World) -> None:
    anna, bo = world.joins("Anna", A, A, A), world.joins("Bo", A, A, A)
    client, who = world.client(), {"who": [str(anna.pk), str(bo.pk)]}
    client.post(reverse("courses:diplomas_pdf", args=[world.course.pk]), who)
    with acting(make.SYSTEM):
        line = AuditEvent.objects.get(act="diploma.printed")
        assert line.subject == f"course:{world.course.pk}"
        assert AuditEventPerson.objects.filter(event_seq=line.seq).count() == 2
        assert not Tick.objects.filter(item=Item.DIPLOMA).exists()
    url = reverse("courses:diplomas", args=[world.course.pk])
    for _twice in range(2):
        assert client.post(url, who).status_code == 302
    with acting(make.SYSTEM):
        assert Tick.objects.filter(item=Item.DIPLOMA).count() == 2
    assert world.found().expected == frozenset()


@pytest.mark.parametrize("name", ["diplomas", "diplomas_pdf"])
def test_nobody_or_somebody_elses_is_refused_in_words(world: World, name: str) -> None:
    world.joins("Anna", A, A, A)
    client, url = world.client(), reverse(f"courses:{name}", args=[world.course.pk])
    nobody = client.post(url, {})
    assert (nobody.status_code, "mindst én deltager" in nobody.content.decode()) == (422, True)
    for other in (str(uuid4()), str(World().joins("Frida", A, A, A).pk), "x"):
        said = client.post(url, {"who": [other]})
        assert (said.status_code, "Frida" in said.content.decode()) == (422, False)
    with acting(make.SYSTEM):
        assert not Tick.objects.filter(item=Item.DIPLOMA).exists()
        assert not AuditEvent.objects.filter(act="diploma.printed").exists()


@pytest.mark.parametrize("command", [print_diplomas, hand_out_diplomas])
def test_a_command_takes_nobody_who_is_not_ones_own(world: World, command: Any) -> None:
    other = World().joins("Frida", A, A, A)
    own = world.joins("Anna", A, A, A)
    with acting(world.by), pytest.raises(Refusal):
        command(world.course, [own.pk, other.pk], by=world.by, at=HOUR_AFTER)


def test_the_page_costs_the_same_for_one_and_for_three(
    world: World, django_assert_num_queries: Any
) -> None:
    world.joins("Anna", A, A, A)
    with acting(world.by), django_assert_num_queries(2):
        diplomas(world.by, world.course, at=HOUR_AFTER)
    world.joins("Bo", A, A, A)
    world.joins("Cai", A, A, A)
    with acting(world.by), django_assert_num_queries(2):
        diplomas(world.by, world.course, at=HOUR_AFTER)
