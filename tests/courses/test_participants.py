"""Who takes part, as a course's page and a participant's page show it; and the forms there."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.commands.leaving import withdraw
from courses.models import Attendance, Course, Enrolment, Tick
from courses.queries import course as courses
from courses.queries.enrollable import enrollable
from courses.queries.participants import participants
from courses.states import EnrolmentState, Item, Mark, WithdrawReason
from referrals.commands.citizen import move_home
from referrals.commands.merge import merge_citizens
from referrals.models import Citizen
from referrals.states import Outcome
from roegfri.accounts.models import Grant
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting, hosting
from roegfri.audit.models import AuditEvent, AuditEventPerson
from tests import make
from tests.courses.world import (
    AT,
    WEEK,
    Towns,
    citizen,
    coming,
    counted,
    do,
    fresh,
    put,
    staff,
    state,
    towns,
    wait,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def two() -> Towns:
    return towns()


def signed_in(grant: Grant) -> Client:
    client = Client()
    client.force_login(grant.user)
    return client


def known(case: Any, **columns: Any) -> None:
    """What is known of a citizen."""
    with acting(make.SYSTEM):
        Citizen.objects.filter(pk=case.citizen_id).update(**columns)


def read(response: Any) -> str:
    return str(response.content.decode())


def page(grant: Grant, name: str, pk: Any, status: int = 200) -> str:
    response = signed_in(grant).get(reverse(f"courses:{name}", args=[pk]))
    assert response.status_code == status
    return read(response)


def send(grant: Grant, name: str, pk: Any, **data: Any) -> Any:
    return signed_in(grant).post(reverse(f"courses:{name}", args=[pk]), data)


def mark(enrolment: Enrolment, number: int, how: Mark, by: Actor, **given: Any) -> None:
    with acting(by):
        meeting = enrolment.course.all_meetings.order_by("starts_at")[number]
        Attendance.objects.create(
            enrolment=enrolment, meeting=meeting, mark=how, at=AT, by_id=by.person, **given
        )


# ---- the list on the course's page ---------------------------------------------------------------


def test_thirty_participants_are_read_in_four_statements(two: Towns) -> None:
    course = coming(two.b, capacity=30)
    staff(course, 2, two.b)
    for number in range(30):
        made = make.enrolment(course, make.referral(two.a if number % 2 else two.b), two.b
                              if not number % 2 else two.a)  # fmt: skip
        if number < 3:
            mark(made, 0, Mark.ATTENDED, two.b)
    wait(course, two.a)
    with acting(two.b):
        course = courses.course(two.b, course.pk)
    with acting(two.b), CaptureQueriesContext(connection) as asked:
        found = participants(two.b, course)
        assert [len(found.active), len(found.waiting), len(found.left)] == [30, 1, 0]
        assert all(one.phones and one.name and one.met for one in found.active)
    assert len(asked) == 4


def test_the_host_sees_what_is_needed_in_the_room(two: Towns) -> None:
    course, case = coming(two.b), make.referral(two.a, given_names="Fatima", surname="Yıldız")
    known(case, language="Tyrkisk", interpreter=True, address_protected=True, address="Hemmelig 1")
    do(two.a, move_home, citizen(case), make.home(two.a), from_on=AT.date())
    made = put(course, two.a, case)
    mark(made, 0, Mark.ATTENDED, two.b)
    mark(made, 1, Mark.ABSENT, two.b)
    with acting(two.b):
        Tick.objects.create(enrolment=made, item=Item.FORM, at=AT, by_id=two.b.person)
    text = page(two.grant_b, "course", course.pk)
    for words in (
        "Fatima Yıldız", 'href="tel:+4520123456"', "Tolk", "Tyrkisk", "Beskyttet adresse",
        make.home(two.a).name, "Mødegang 1, 9. mar: Mødt", "Udeblevet", "1 af 4",
    ):  # fmt: skip
        assert words in text, words
    assert "Hemmelig 1" not in text
    assert "Henvisning til rygestop" not in text  # the referral's text is the handler's


def test_who_sees_whom_on_a_course(two: Towns) -> None:
    course = coming(two.b)
    put(course, two.b, make.referral(two.b, given_names="Bodil"))
    put(course, two.a, make.referral(two.a, given_names="Aage"))
    lives = make.referral(two.b, given_names="Hjalmar")
    do(two.b, move_home, citizen(lives), make.home(two.a), from_on=AT.date())
    home = put(course, two.b, lives)
    host, handler = (page(grant, "course", course.pk) for grant in (two.grant_b, two.grant_a))
    assert [name in host for name in ("Bodil", "Aage", "Hjalmar")] == [True, True, True]
    assert [name in handler for name in ("Bodil", "Aage", "Hjalmar")] == [False, True, True]
    looks_on = page(two.grant_a, "participant", home.pk)
    assert "fordi borgeren bor hos jer" in looks_on
    for action in ("frameld", "flyt", "ret", "op", "fortryd"):
        assert f"/tilmelding/{home.pk}/{action}/" not in looks_on
    for name in ("change_participant", "withdraw", "take_back", "transfer", "promote"):
        assert send(two.grant_a, name, home.pk, reason="illness").status_code == 404
    assert state(home) == EnrolmentState.ENROLLED


def test_a_project_leader_sees_how_many_and_nobody(two: Towns) -> None:
    course = coming(two.b)
    put(course, two.b, make.referral(two.b, given_names="Kanariefugl"))
    with acting(make.SYSTEM):
        agreement = make.home(two.b).memberships.get().agreement
    leader = make.grant(Role.PROJECT_LEADER, agreement)
    text = page(leader, "course", course.pk)
    assert "Kanariefugl" not in text
    assert 'id="_participants"' not in text
    assert page(leader, "participant", uuid.uuid4(), 403)


def test_who_waits_and_who_has_left_stand_apart(two: Towns) -> None:
    course = coming(two.b, capacity=1)
    first = put(course, two.b, make.referral(two.b, given_names="Bodil"))
    put_back = wait(course, two.b, case=make.referral(two.b, given_names="Aage"))
    text = page(two.grant_b, "course", course.pk)
    assert "Venteliste" in text
    assert "Alle pladser er taget" in text
    do(two.b, withdraw, first, reason=WithdrawReason.TIME)
    text = page(two.grant_b, "course", course.pk)
    assert "frameldt: Tidspunktet passer ikke" in text
    assert "1 er stoppet" in text
    assert state(put_back) == EnrolmentState.ENROLLED


def test_looking_at_the_list_is_in_the_log(two: Towns) -> None:
    course = coming(two.b)
    cases = [make.referral(two.b) for _ in range(2)]
    for case in cases:
        put(course, two.b, case)
    page(two.grant_b, "course", course.pk)
    with acting(make.SYSTEM):
        line = AuditEvent.objects.filter(act="person.read", subject="courses:course").latest("seq")
        seen = AuditEventPerson.objects.filter(event_seq=line.seq).values_list("person", flat=True)
        assert set(seen) >= {case.citizen_id for case in cases}


# ---- one participant -----------------------------------------------------------------------------


def test_the_page_of_a_participant(two: Towns) -> None:
    course, case = coming(two.b), make.referral(two.a, given_names="Fatima")
    made = put(course, two.a, case)
    mark(made, 0, Mark.ATTENDED, two.b, co=7, note="Frisk")
    handler, host = (page(grant, "participant", made.pk) for grant in (two.grant_a, two.grant_b))
    for text in (handler, host):
        for words in ("Fatima", "7 ppm", "Frisk", "Tjekliste", "Frameld", "Rygestop og notat"):
            assert words in text, words
    assert reverse("desk:file", args=[case.pk]) in handler
    assert reverse("desk:file", args=[case.pk]) not in host
    assert page(towns().grant_a, "participant", made.pk, 404)


def test_what_is_noted_is_saved_and_a_difference_is_shown(two: Towns) -> None:
    made = put(coming(two.b), two.a)
    client = signed_in(two.grant_a)
    url = reverse("courses:change_participant", args=[made.pk])
    shown = client.get(reverse("courses:participant", args=[made.pk]))
    seen = shown.context["form"].initial["seen"]
    said = {"planned_quit_on": "2026-04-01", "actual_quit_on": "", "note": "Fra os", "seen": seen}
    assert client.post(url, said).status_code == 302
    row = fresh(made)
    assert (row.planned_quit_on, row.note) == (dt.date(2026, 4, 1), "Fra os")
    other = send(two.grant_b, "change_participant", made.pk, **{**said, "note": "Fra værten"})
    assert other.status_code == 409
    text = read(other)
    assert "Fra værten" in text  # what was typed
    assert "<strong>Notat:</strong> Fra os" in text  # what a colleague wrote
    assert fresh(made).note == "Fra os"
    again = other.context["form"].data["seen"]
    send(two.grant_b, "change_participant", made.pk, **{**said, "note": "Fra os to", "seen": again})
    assert fresh(made).note == "Fra os to"


def test_a_quit_date_ahead_is_refused_on_the_page_and_nothing_is_lost(two: Towns) -> None:
    made = put(coming(two.b), two.a)
    shown = signed_in(two.grant_a).get(reverse("courses:participant", args=[made.pk]))
    said = {
        "actual_quit_on": "2026-03-03", "note": "Skrevet",
        "seen": shown.context["form"].initial["seen"],
    }  # fmt: skip
    response = send(two.grant_a, "change_participant", made.pk, **said)
    assert response.status_code == 422
    assert "ude i fremtiden" in read(response)
    assert "Skrevet" in read(response)
    old = send(two.grant_a, "change_participant", made.pk, **{**said, "seen": "lavet selv"})
    assert (old.status_code, fresh(made).note) == (422, "")


def test_withdrawn_and_taken_back_on_the_page(two: Towns) -> None:
    course = coming(two.b, capacity=1)
    made = put(course, two.a)
    assert send(two.grant_a, "withdraw", made.pk, reason="").status_code == 422
    assert send(two.grant_a, "withdraw", made.pk, reason="cancelled").status_code == 422
    assert send(two.grant_a, "withdraw", made.pk, reason="illness", note="Syg").status_code == 302
    assert "Fortryd framelding" in page(two.grant_a, "participant", made.pk)
    put(course, two.b)
    full = send(two.grant_a, "take_back", made.pk)
    assert (full.status_code, "Sæt på ventelisten" in read(full)) == (422, True)
    assert send(two.grant_a, "take_back", made.pk, when_full="wait").status_code == 302
    assert state(made) == EnrolmentState.WAITING


def test_moved_on_from_the_page(two: Towns) -> None:
    course = coming(two.b)
    made, full, free = put(course, two.a), coming(two.a, capacity=1), coming(two.a)
    put(full, two.a)
    text = page(two.grant_a, "transfer", made.pk)
    assert full.name in text
    assert free.name in text
    assert course.name not in text.split('class="enrol-cases"', 1)[1]
    asked = send(two.grant_a, "transfer", made.pk, to=str(full.pk))
    assert (asked.status_code, "Flyt til ventelisten" in read(asked)) == (422, True)
    assert send(two.grant_a, "transfer", made.pk, to=str(uuid.uuid4())).status_code == 404
    assert send(two.grant_a, "transfer", made.pk, to="nix").status_code == 422
    response = send(two.grant_a, "transfer", made.pk, to=str(free.pk))
    assert response.status_code == 302
    old = page(two.grant_b, "participant", made.pk)
    assert "flyttet til" in old
    new = fresh(made).moved_to_id
    assert f"Flyttet hertil fra {course.name}" in page(two.grant_a, "participant", new)


def test_the_host_gives_a_seat_from_the_page(two: Towns) -> None:
    course = coming(two.b, capacity=1)
    put(course, two.b)
    wait(course, two.b)
    second = wait(course, two.a)
    assert "Giv plads nu" not in page(two.grant_b, "participant", second.pk)
    with acting(hosting(make.SYSTEM, course.host_id)):
        Course.objects.filter(pk=course.pk).update(capacity=2)
    assert "Giv plads nu" not in page(two.grant_a, "participant", second.pk)
    assert "Hvorfor foran de andre?" in page(two.grant_b, "participant", second.pk)
    assert send(two.grant_b, "promote", second.pk).status_code == 422
    assert state(second) == EnrolmentState.WAITING
    assert send(two.grant_b, "promote", second.pk, reason="Gravid").status_code == 302
    assert state(second) == EnrolmentState.ENROLLED


@pytest.mark.parametrize("name", ["change_participant", "take_back", "promote"])
def test_an_address_that_only_changes_leads_to_the_page(two: Towns, name: str) -> None:
    made = put(coming(two.b), two.a)
    response = signed_in(two.grant_a).get(reverse(f"courses:{name}", args=[made.pk]))
    assert (response.status_code, response["Location"]) == (
        302, reverse("courses:participant", args=[made.pk]),
    )  # fmt: skip


# ---- enrolling from the course's page ------------------------------------------------------------


def test_one_chooses_among_ones_own_cases(two: Towns) -> None:
    course = coming(two.b)
    reached = make.referral(two.a, given_names="Truffet")
    make.call(reached, two.a, Outcome.REACHED)
    make.referral(two.a, given_names="Ikketruffet", number="+4531313131")
    make.referral(two.b, given_names="Andens")
    text = page(two.grant_a, "enrol", course.pk)
    assert [name in text for name in ("Truffet", "Ikketruffet", "Andens")] == [True, False, False]
    found = read(send(two.grant_a, "enrol", course.pk, q="Ikketruffet"))
    assert [name in found for name in ("Ikketruffet", "Ikke truffet endnu")] == [True, True]
    assert "Ikketruffet" in read(send(two.grant_a, "enrol", course.pk, q="31 31 31 31"))
    for elsewhere in ("Andens", "Zacharias"):
        assert "Ingen fundet" in read(send(two.grant_a, "enrol", course.pk, q=elsewhere))
    assert send(two.grant_a, "enrol", course.pk, q="").status_code == 422
    with acting(make.SYSTEM):
        assert AuditEvent.objects.filter(act="person.searched", subject="courses:enrol").exists()


def test_who_is_on_another_course_is_shown_with_it_and_enrolled_all_the_same(two: Towns) -> None:
    course, other = coming(two.b, name="Torsdag"), coming(two.b, name="Kom & Kvit i parken")
    case, merged = (make.referral(two.a, given_names=name) for name in ("Fatima", "Fatime"))
    do(two.a, merge_citizens, case.citizen_id, merged.citizen_id)
    left = put(coming(two.b, name="Forladt"), two.a, case)
    do(two.a, withdraw, left, reason=WithdrawReason.TIME)
    text = page(two.grant_a, "enrol", f"{course.pk}") + named(two.grant_a, course, case)
    assert "Er på:" not in text
    put(other, two.a, merged)
    assert "Er på: Kom &amp; Kvit i parken" in named(two.grant_a, course, case)
    assert "Er på:" not in named(two.grant_a, other, make.referral(two.a))
    said = {"referral": str(case.pk), "once": str(uuid.uuid4())}
    assert send(two.grant_a, "enrol", course.pk, **said).status_code == 302
    text = named(two.grant_a, course, case)
    assert "Er på forløbet" in text
    assert "Er på: Kom &amp; Kvit i parken<" in text


def test_other_courses_are_read_in_one_statement_for_all(two: Towns) -> None:
    course, other = coming(two.b), coming(two.b)

    def asked() -> int:
        with acting(two.a), CaptureQueriesContext(connection) as read:
            found = enrollable(two.a, course)
            assert all(one.elsewhere for one in found)
        return len(read)

    counts = []
    for _ in range(2):
        for _ in range(3):
            case = make.referral(two.a)
            make.call(case, two.a, Outcome.REACHED)
            put(other, two.a, case)
        counts.append(asked())
    assert counts[0] == counts[1]


def named(grant: Grant, course: Course, case: Any) -> str:
    url = reverse("courses:enrol", args=[course.pk])
    return read(signed_in(grant).get(url, {"sag": str(case.pk)}))


def test_enrolled_from_the_page_and_from_a_link(two: Towns) -> None:
    course, case = coming(two.b), make.referral(two.a, given_names="Fatima")
    client = signed_in(two.grant_a)
    url = reverse("courses:enrol", args=[course.pk])
    assert "Fatima" in read(client.get(url, {"sag": str(case.pk)}))
    assert client.get(url, {"sag": str(make.referral(two.b).pk)}).status_code == 404
    assert client.get(url, {"sag": "nix"}).status_code == 200
    said = {"referral": str(case.pk), "once": str(uuid.uuid4())}
    assert [client.post(url, said).status_code for _ in range(2)] == [302, 302]
    assert counted(course) == (1, 0)
    twice = client.post(url, {**said, "once": str(uuid.uuid4())})
    assert (twice.status_code, "allerede på forløbet" in read(twice)) == (422, True)
    assert "Er på forløbet" in read(client.get(url, {"sag": str(case.pk)}))
    other = {"referral": str(make.referral(two.b).pk), "once": str(uuid.uuid4())}
    assert client.post(url, other).status_code == 404
    assert counted(course) == (1, 0)


def test_a_full_course_offers_the_waiting_list(two: Towns) -> None:
    course, case = coming(two.b, capacity=1), make.referral(two.a, given_names="Fatima")
    put(course, two.b)
    said = {"referral": str(case.pk), "once": str(uuid.uuid4())}
    full = send(two.grant_a, "enrol", course.pk, **said)
    assert full.status_code == 422
    text = read(full)
    for words in ("ikke flere pladser", "Sæt på ventelisten", "Fatima", said["once"]):
        assert words in text, words
    assert "Tilføj rådgiver" not in text
    assert send(two.grant_a, "enrol", course.pk, **said, when_full="wait").status_code == 302
    assert counted(course) == (1, 1)


def test_the_host_is_offered_to_add_a_counsellor() -> None:
    two = towns(two_counsellors_from="2")
    course = coming(two.b)
    staff(course, 1, two.b)
    put(course, two.b)
    cases = [make.referral(two.a), make.referral(two.b)]
    elsewhere = send(
        two.grant_a, "enrol", course.pk, referral=str(cases[0].pk), once=str(uuid.uuid4())
    )
    assert "Tilføj rådgiver, og tilmeld" not in read(elsewhere)
    said = {"referral": str(cases[1].pk), "once": str(uuid.uuid4())}
    short = read(send(two.grant_b, "enrol", course.pk, **said))
    assert "to rådgivere" in short
    assert "Tilføj rådgiver, og tilmeld" in short
    nobody = send(two.grant_b, "enrol", course.pk, **said, when_full="staff")
    assert (nobody.status_code, "Vælg den rådgiver" in read(nobody)) == (422, True)
    assert "Tilføj rådgiver, og tilmeld" in read(nobody)
    chosen = {"when_full": "staff", "counsellor": str(two.b.person)}
    assert send(two.grant_b, "enrol", course.pk, **said, **chosen).status_code == 302
    assert counted(course) == (2, 0)
    foreign = {**said, "once": str(uuid.uuid4()), "referral": str(make.referral(two.b).pk),
               "when_full": "staff", "counsellor": str(two.a.person)}  # fmt: skip
    assert send(two.grant_b, "enrol", course.pk, **foreign).status_code == 422


def test_a_course_that_takes_nobody_says_so(two: Towns) -> None:
    course: Course = make.course(two.a, meetings=1, first=AT - WEEK)
    text = page(two.grant_a, "enrol", course.pk)
    assert "tager ikke imod tilmeldinger nu" in text
    said = {"referral": str(make.referral(two.a).pk), "once": str(uuid.uuid4())}
    refused = send(two.grant_a, "enrol", course.pk, **said)
    assert (refused.status_code, "Alle mødegange er holdt" in read(refused)) == (422, True)
