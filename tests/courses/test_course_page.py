"""The page of one course: what each may see of it, and how much it asks of the database."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from courses.models import Attendance, Course, Enrolment, Meeting, Staffing
from courses.states import CourseState, MeetingState
from roegfri.accounts.models import Grant
from roegfri.accounts.roles import Role
from roegfri.actor import acting
from roegfri.audit.models import AuditEventPerson
from roegfri.organisations.models import Agreement, Term
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.MONDAY + dt.timedelta(days=9)


@pytest.fixture(autouse=True)
def _world(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(NOW, tick=False):
        yield


def signed_in(grant: Grant) -> Client:
    client = Client()
    client.force_login(grant.user)
    return client


def course_of(grant: Grant, participants: int, **given: Any) -> Course:
    """With meetings before and after NOW, marked for all at the first."""
    by = make.actor(grant)
    room = make.venue(make.home(by)).rooms.get()
    course = make.course(by, meetings=8, capacity=participants + 2, room=room, **given)
    first, *_rest, last = course.all_meetings.all()
    with acting(by):
        Staffing.objects.create(
            meeting=last, counsellor_id=by.person, starts_at=last.starts_at, ends_at=last.ends_at
        )
    for number in range(participants):
        case = make.referral(by, surname=f"Deltager{number}", number=f"+452012{number:04d}")
        enrolment = make.enrolment(course, case, by)
        with acting(by):
            Attendance.objects.create(
                enrolment=enrolment, meeting=first, mark="attended", at=NOW, by_id=by.person
            )
    return course


def page(client: Client, course: Course) -> Any:
    return client.get(reverse("courses:course", args=[course.pk]))


@pytest.mark.parametrize("participants", [1, 30])
def test_a_page_asks_twelve_times_at_most_whoever_takes_part(
    participants: int, django_assert_max_num_queries: Any
) -> None:
    grant = make.grant(Role.COORDINATOR)
    course = course_of(grant, participants)
    client = signed_in(grant)
    page(client, course)
    # Two more are the savepoint of a request inside the test's own transaction.
    with django_assert_max_num_queries(12 + 2):
        answer = page(client, course)
    assert f"Deltager{participants - 1}" in answer.content.decode()


def test_each_sees_her_own_and_the_project_leader_counts() -> None:
    within = make.agreement()
    host, partner = (make.grant(organisation=make.municipality(within)) for _ in range(2))
    course = course_of(host, 2)
    by = make.actor(partner)
    make.enrolment(course, make.referral(by, surname="Naboborger", number="+4530303030"), by)
    leader = make.grant(Role.PROJECT_LEADER, Agreement.objects.get(pk=within.pk))
    told = {
        name: page(signed_in(grant), course).content.decode()
        for name, grant in (("host", host), ("partner", partner), ("leader", leader))
    }
    names = ("Deltager0", "Deltager1", "Naboborger")
    assert {who: [name for name in names if name in text] for who, text in told.items()} == {
        "host": list(names), "partner": ["Naboborger"], "leader": []
    }  # fmt: skip
    for text in told.values():
        assert "af 4 er taget" in text
    assert "Deltager</h2>" not in told["leader"]


def test_who_was_looked_at_is_in_the_log() -> None:
    grant = make.grant()
    course = course_of(grant, 2)
    page(signed_in(grant), course)
    with acting(make.SYSTEM):
        seen = set(course.enrolments.values_list("citizen_id", flat=True))
        logged = set(AuditEventPerson.objects.filter(at=NOW).values_list("person", flat=True))
    assert seen
    assert seen <= logged


def test_a_course_says_how_to_get_there_as_it_says_itself_or_as_its_place_says() -> None:
    grant = make.grant()
    by = make.actor(grant)
    room = make.venue(make.home(by), access="Port 3", transport="Bus 4").rooms.get()
    course = make.course(by, meetings=1, room=room, access="Bagindgang")
    text = page(signed_in(grant), course).content.decode()
    assert ("Bagindgang" in text, "Port 3" in text, "Bus 4" in text) == (True, False, True)


def test_the_number_in_stopbasen_is_the_agreements_on_the_day_the_course_begins() -> None:
    grant = make.grant(Role.COORDINATOR)
    client, course = signed_in(grant), course_of(grant, 1)
    begins, known = make.MONDAY.date(), {"agreement": course.agreement, "name": "stopbase_unit"}
    assert "enhedsnummer" not in page(client, course).content.decode()
    Term.objects.create(**known, value="616", from_on=begins)
    Term.objects.create(**known, value="999", from_on=begins + dt.timedelta(days=1))
    said = page(client, course).content.decode()
    assert "Oprettet i STOPbasen, enhedsnummer 616" in said
    assert "rsiden.dk, enhedsnummer" not in said
    assert "enhedsnummer 999" not in said


def test_what_has_been_is_folded_away_and_the_next_meeting_stands_on_top() -> None:
    grant = make.grant()
    by, client = make.actor(grant), signed_in(grant)
    course = make.course(by, meetings=9, first=make.MONDAY - dt.timedelta(weeks=6))
    with acting(by):
        course.all_meetings.filter(ends_at__lt=NOW).update(
            state=MeetingState.HELD, closed_at=NOW, closed_by=by.user_id
        )
    text = page(client, course).content.decode()
    assert "8 mødegange, der har været" in text
    assert text.index("Næste mødegang") < text.index('id="_participants"')
    assert text.index('id="_participants"') < text.index('id="_meetings"'), "once it runs"
    ahead = make.course(by, meetings=6, first=NOW + dt.timedelta(days=3))
    text = page(client, ahead).content.decode()
    assert "der har været" not in text
    assert text.index('id="_meetings"') < text.index('id="_participants"'), "before it begins"


def test_a_group_that_has_lost_a_meeting_says_that_the_agreement_asks_for_more() -> None:
    grant = make.grant()
    by, client = make.actor(grant), signed_in(grant)
    course = make.course(by, meetings=6, first=NOW + dt.timedelta(days=3))
    said = "Kun 5 mødegange: aftalen siger mindst 6."
    assert said not in page(client, course).content.decode()
    with acting(by):
        lost = course.all_meetings.latest("starts_at")
        Meeting.objects.filter(pk=lost.pk).update(
            state=MeetingState.CANCELLED, cancel_reason="Sygdom"
        )
    text = page(client, course).content.decode()
    assert said in text
    assert '<span class="badge badge-error">Aflyst</span>' in text


def test_a_cancelled_course_offers_nothing() -> None:
    grant = make.grant()
    by = make.actor(grant)
    course = make.course(
        by,
        meetings=1,
        state=CourseState.CANCELLED,
        cancelled_at=NOW,
        cancel_reason="For få",
    )
    text = page(signed_in(grant), course).content.decode()
    for words in ("forløbets kalender", "Tilmeld en borger", "Åbn mødegangen"):
        assert words not in text


@pytest.mark.parametrize("kind", ["group", "open"])
def test_those_who_took_part_to_the_end_are_not_said_to_have_left(kind: str) -> None:
    within = make.agreement()
    host, partner = (make.grant(organisation=make.municipality(within)) for _ in range(2))
    course = course_of(host, 3, kind=kind)
    theirs = make.actor(partner)
    make.enrolment(
        course, make.referral(theirs, surname="Naboborger", number="+4530303030"), theirs
    )
    with acting(make.SYSTEM), transaction.atomic():
        rows = Enrolment.objects.filter(course=course)
        gone = rows.order_by("citizen__surname")[0].pk
        rows.exclude(pk=gone).update(state="ended", left_at=NOW)
        rows.filter(pk=gone).update(state="withdrawn", left_at=NOW, left_reason="time")
    running, seats = page(signed_in(host), course).content.decode(), "af 5 er taget"
    assert "1 er stoppet" in running
    assert seats in running
    assert running.count('class="met"') == 3  # the list stands open
    with acting(make.SYSTEM), transaction.atomic():
        Course.objects.filter(pk=course.pk).update(state="finished", finished_at=NOW)
    over = page(signed_in(host), course).content.decode()
    assert "3 deltog til slut" in over
    assert "1 er stoppet" in over
    assert over.count('class="met"') == 3
    assert seats not in over
    assert "Ingen tog del" not in over
    # Whoever sees her own alone is told nothing of how many there were.
    other = page(signed_in(partner), course).content.decode()
    assert "deltog til slut" not in other
    assert "Naboborger" in other
    # Nor is the host, once it no longer sees the others.
    with time_machine.travel(NOW + dt.timedelta(days=31), tick=False):
        late = page(signed_in(host), course).content.decode()
    assert "Det er over 30 dage siden" in late
    assert "deltog til slut" not in late
