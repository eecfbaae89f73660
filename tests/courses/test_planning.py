"""Nyt forløb and what becomes of it: planned, published, corrected by two at once, and ended."""

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from courses.commands.planning import (
    CourseDetails,
    change_course,
    finish_course,
    flag_course,
    plan_course,
    publish_course,
    reopen_course,
    unflag_course,
    unpublish_course,
)
from courses.models import Course, Enrolment, Meeting, Qualification, Task
from courses.models.parts import parts_of
from courses.rules.planning import Slot, slot_on
from courses.states import CourseKind, CourseState, EnrolmentState, Flag, TaskKind
from roegfri import clock
from roegfri.accounts.models import Grant
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting
from roegfri.organisations import kinds
from roegfri.organisations.models import Agreement, Pharmacy, PharmacyAgreement
from roegfri.refusal import AlreadySent, Refusal
from roegfri.ui.differences import Collision
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.MONDAY
FIRST = dt.date(2026, 3, 10)


@pytest.fixture(autouse=True)
def _world(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(NOW, tick=False):
        yield


def coordinator(**given: Any) -> Actor:
    return make.actor(make.grant(Role.COORDINATOR, **given))


def weeks(count: int, first: dt.date = FIRST, time: dt.time = dt.time(16)) -> list[Slot]:
    return [slot_on(first + dt.timedelta(weeks=week), time, 120) for week in range(count)]


def details(**given: Any) -> CourseDetails:
    return CourseDetails(**{"kind": CourseKind.GROUP, "name": "Hold", "capacity": 12, **given})


def planned(by: Actor, count: int = 6, **given: Any) -> Course:
    more: dict[str, Any] = {"times": weeks(count)}
    more |= {name: given.pop(name) for name in ("counsellors", "once", "times") if name in given}
    with acting(by):
        return plan_course(details(**given), **more, by=by, at=NOW)


def do(command: Any, course: Course, by: Actor, at: dt.datetime = NOW, **given: Any) -> Any:
    with acting(by):
        return command(course, by=by, at=at, **given)


# ---- planning ------------------------------------------------------------------------------------


def test_a_course_is_a_draft_with_its_meetings_and_counsellors() -> None:
    by = coordinator()
    room = make.venue(make.home(by)).rooms.get()
    course = planned(by, counsellors=[by.person], room=room)
    assert (course.state, course.meetings, course.host_id) == ("draft", 6, by.organisation_id)
    assert course.provider_id == course.host_id
    meetings = list(course.all_meetings.all())
    assert clock.danish_date(meetings[0].starts_at) == FIRST
    assert {one.room_id for one in meetings} == {room.pk}
    assert {one.staff.get().counsellor_id for one in meetings} == {by.person}


def test_a_form_sent_twice_is_one_course_and_said_otherwise_is_refused() -> None:
    by, once = coordinator(), uuid.uuid4()
    assert planned(by, once=once) == planned(by, once=once)
    with pytest.raises(AlreadySent):
        planned(by, once=once, name="Et andet")
    assert Course.objects.filter(host=by.organisation_id).count() == 1


def test_meetings_out_of_order_are_refused_and_named() -> None:
    times = weeks(3)
    with pytest.raises(Refusal, match=r"Mødegang 3 .* ligger før mødegang 2"):
        planned(coordinator(), times=[times[0], times[2], times[1]])
    assert not Course.objects.exists()


@pytest.mark.parametrize("years", [-3, 4])
def test_a_wrong_year_is_asked_about(years: int) -> None:
    first = FIRST.replace(year=FIRST.year + years)
    with pytest.raises(Refusal, match="Er året rigtigt"):
        planned(coordinator(), times=weeks(6, first))


@pytest.mark.parametrize(
    ("given", "words"),
    [({"capacity": 0}, "hvor mange"), ({"capacity": 201}, "hvor mange"), ({"name": " "}, "navn")],
)
def test_what_cannot_be_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(Refusal, match=words):
        planned(coordinator(), **given)


def test_a_pharmacy_provides_only_under_a_contract_in_force_on_the_first_day() -> None:
    by = coordinator()
    home = make.home(by)
    pharmacy = Pharmacy.objects.create(
        kind=kinds.Kind.PHARMACY, name="Apotek", cvr="10000009", p_number="1000000009",
        municipality=home,
    )  # fmt: skip
    with pytest.raises(Refusal, match="ingen aftale"):
        planned(by, provider=pharmacy)
    agreement = Agreement.objects.get(memberships__municipality=home)
    contract = PharmacyAgreement.objects.create(
        agreement=agreement, pharmacy=pharmacy, from_on=dt.date(2026, 1, 1), until_on=FIRST
    )
    assert planned(by, provider=pharmacy).provider_id == pharmacy.pk
    contract.until_on = FIRST - dt.timedelta(days=1)
    contract.save()
    with pytest.raises(Refusal, match="ingen aftale"):
        planned(by, provider=pharmacy)


def test_another_municipalitys_room_and_a_closed_one_are_refused() -> None:
    by = coordinator()
    other = make.venue(make.municipality()).rooms.get()
    with pytest.raises(Refusal, match="bruges ikke"):
        planned(by, room=other)
    closed = make.venue(make.home(by), closed_at=NOW).rooms.get()
    with pytest.raises(Refusal, match="bruges ikke"):
        planned(by, room=closed)


def test_a_clash_names_the_meeting_and_what_it_collides_with() -> None:
    by = coordinator()
    room = make.venue(make.home(by)).rooms.get()
    planned(by, name="Det gamle", room=room, times=weeks(1, FIRST + dt.timedelta(weeks=2)))
    with pytest.raises(Refusal, match=r"24. marts 2026.*Lokale 1 er optaget.*Det gamle"):
        planned(by, room=room)
    assert Course.objects.filter(host=by.organisation_id).count() == 1


def test_no_agreement_no_course() -> None:
    by = coordinator()
    make.home(by).memberships.update(until_on=FIRST - dt.timedelta(days=1))
    with pytest.raises(Refusal, match="ikke med i en aftale"):
        planned(by)


# ---- publishing ----------------------------------------------------------------------------------


def test_a_group_below_the_minimum_stays_a_draft() -> None:
    by = coordinator()
    course = planned(by, 5)
    with pytest.raises(Refusal, match=r"mindst 6 mødegange .* her er 5"):
        do(publish_course, course, by)
    course.refresh_from_db()
    assert (course.state, course.meetings) == (CourseState.DRAFT, 5)


@pytest.mark.parametrize(
    ("kind", "count", "minimum"),
    [(CourseKind.GROUP, 6, "6"), (CourseKind.GROUP, 1, "0"), (CourseKind.OPEN, 1, "6"),
     (CourseKind.INDIVIDUAL, 0, "6")],
)  # fmt: skip
def test_enough_meetings_are_published(kind: str, count: int, minimum: str) -> None:
    within = make.agreement(group_minimum_meetings=minimum)
    by = coordinator(organisation=make.municipality(within))
    course = do(publish_course, planned(by, count, kind=kind), by)
    assert (course.state, course.published_at) == (CourseState.PUBLISHED, NOW)


@pytest.mark.parametrize("kind", [CourseKind.GROUP, CourseKind.OPEN])
def test_without_meetings_nothing_of_several_is_published(kind: str) -> None:
    by = coordinator(organisation=make.municipality(make.agreement(group_minimum_meetings="0")))
    with pytest.raises(Refusal, match="ingen mødegange"):
        do(publish_course, planned(by, 0, kind=kind), by)


def test_the_minimum_is_that_of_the_first_meetings_day() -> None:
    within = make.agreement()
    within.terms.create(
        name="group_minimum_meetings", value="4", from_on=FIRST + dt.timedelta(days=1)
    )
    by = coordinator(organisation=make.municipality(within))
    with pytest.raises(Refusal, match="mindst 6"):
        do(publish_course, planned(by, 4), by)
    later = planned(by, times=weeks(4, FIRST + dt.timedelta(days=1)))
    assert do(publish_course, later, by).state == CourseState.PUBLISHED


def test_a_course_goes_back_to_a_draft_only_while_nobody_is_on_it() -> None:
    by = coordinator()
    course = do(publish_course, planned(by), by)
    case = make.referral(by)
    enrolment = make.enrolment(course, case, by)
    with pytest.raises(Refusal, match="1 tilmeldt og 0 på venteliste"):
        do(unpublish_course, course, by)
    with acting(make.SYSTEM):
        Enrolment.objects.filter(pk=enrolment.pk).update(state="waiting", waiting_since=NOW)
    with pytest.raises(Refusal, match="0 tilmeldt og 1 på venteliste"):
        do(unpublish_course, course, by)
    empty = do(publish_course, planned(by), by)
    assert do(unpublish_course, empty, by).published_at is None


def test_another_municipality_changes_nothing() -> None:
    by, other = coordinator(), coordinator()
    course = planned(by)
    for command in (publish_course, unpublish_course, finish_course, reopen_course):
        with pytest.raises(Refusal, match="en anden kommunes"):
            do(command, course, other)


# ---- correcting ----------------------------------------------------------------------------------


def test_what_another_has_changed_is_kept_and_the_same_is_a_collision() -> None:
    by = coordinator()
    course = planned(by)
    seen = parts_of(course)
    do(change_course, course, by, changes={"name": ("Nyt navn",)}, version=0, seen=seen)
    mine = {**seen, "capacity": (10,)}
    merged = do(change_course, course, by, changes=mine, version=0, seen=seen)
    assert (set(merged.changed), merged.kept) == ({"capacity"}, ["name"])
    with pytest.raises(Collision):
        do(change_course, course, by, changes={"name": ("Mit",)}, version=0, seen=seen)
    course.refresh_from_db()
    assert (course.name, course.capacity, course.version) == ("Nyt navn", 10, 2)


def test_fewer_seats_than_are_taken_are_refused() -> None:
    by = coordinator()
    course = do(publish_course, planned(by), by)
    for _ in range(2):
        make.enrolment(course, make.referral(by), by)
    with pytest.raises(Refusal, match="Der er tilmeldt 2"):
        do(change_course, course, by, changes={"capacity": (1,)}, version=0)
    do(change_course, course, by, changes={"capacity": (2,)}, version=0)


def test_with_more_seats_the_waiting_list_moves_up() -> None:
    by = coordinator()
    course = do(publish_course, planned(by, capacity=1, counsellors=[by.person]), by)
    make.enrolment(course, make.referral(by), by)
    waits = {"state": EnrolmentState.WAITING, "enrolled_at": None, "waiting_since": NOW}
    waiting = make.enrolment(course, make.referral(by), by, **waits)
    do(change_course, course, by, changes={"capacity": (2,)}, version=0)
    with acting(by):
        waiting.refresh_from_db()
    assert waiting.state == EnrolmentState.ENROLLED


def test_another_room_is_that_of_the_meetings_to_come() -> None:
    by = coordinator()
    venue = make.venue(make.home(by))
    old = venue.rooms.get()
    with acting(make.SYSTEM):
        new, third = (venue.rooms.create(name=name) for name in ("2", "3"))
    course = planned(by, 4, room=old)
    meetings = list(course.all_meetings.all())
    with acting(make.SYSTEM):
        Meeting.objects.filter(pk=meetings[3].pk).update(room=third)
    at = meetings[0].ends_at
    do(change_course, course, by, at, changes={"room": (str(new.pk),)}, version=0)
    meetings = list(course.all_meetings.all())
    assert [one.room_id for one in meetings] == [old.pk, new.pk, new.pk, third.pk]
    # Who has been told of the old one is told again.
    assert [one.revision for one in meetings] == [0, 1, 1, 0]


def test_a_room_that_is_taken_is_refused_and_nothing_saved() -> None:
    by = coordinator()
    venue = make.venue(make.home(by))
    course = planned(by, room=venue.rooms.get())
    other = make.venue(make.home(by)).rooms.get()
    planned(by, name="Naboen", room=other, times=weeks(1))
    with pytest.raises(Refusal, match=r"optaget.*Naboen"):
        do(change_course, course, by, changes={"room": (str(other.pk),)}, version=0)
    course.refresh_from_db()
    assert course.room != other


def test_the_kind_is_that_of_a_draft_alone() -> None:
    by = coordinator()
    course = planned(by)
    do(change_course, course, by, changes={"kind": ("open",)}, version=0)
    course = do(publish_course, course, by)
    with pytest.raises(Refusal, match="kun ændres i en kladde"):
        do(change_course, course, by, changes={"kind": ("individual",)}, version=1)


# ---- the end -------------------------------------------------------------------------------------


def over(course: Course) -> dt.datetime:
    course.refresh_from_db()
    assert course.last_at
    return course.last_at + dt.timedelta(days=1)


def test_a_course_is_over_with_its_participants_and_seen_for_thirty_days() -> None:
    by = coordinator()
    course = do(publish_course, planned(by), by)
    home = coordinator(organisation=make.municipality(course.agreement))
    enrolment = make.enrolment(course, make.referral(home), home)
    with pytest.raises(Refusal, match=r"mødegang endnu: tirsdag 10. marts"):
        do(finish_course, course, by)
    at = over(course)
    with pytest.raises(Refusal, match="1 deltager har hverken et resultat eller en grund"):
        do(finish_course, course, by, at)
    make.ending(enrolment, by)
    do(finish_course, course, by, at)
    with acting(make.SYSTEM):
        enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.left_at) == (EnrolmentState.ENDED, at)
    for days, seen in ((30, True), (31, False)):
        with time_machine.travel(at + dt.timedelta(days=days), tick=False), acting(by):
            assert Enrolment.objects.filter(pk=enrolment.pk).exists() is seen
    with time_machine.travel(at + dt.timedelta(days=90), tick=False):
        do(reopen_course, course, by, at + dt.timedelta(days=90))
        with acting(by):
            assert Enrolment.objects.get(pk=enrolment.pk).state == EnrolmentState.ENROLLED
    course.refresh_from_db()
    assert (course.state, course.finished_at, course.seats_taken) == ("published", None, 1)


def test_nobody_is_called_before_a_course_that_is_over() -> None:
    by = coordinator()
    course = do(publish_course, planned(by), by)
    home = coordinator(organisation=make.municipality(course.agreement))
    enrolment = make.enrolment(course, make.referral(home), home)
    calls = [
        make.task(enrolment, by, TaskKind.CONTACT_FIRST),
        make.task(enrolment, home, TaskKind.TELL_SEAT),
    ]
    still = [
        make.task(enrolment, by, TaskKind.NO_SHOW),
        make.task(enrolment, by, TaskKind.MISSING),
    ]
    at = over(course)
    make.ending(enrolment, by)
    do(finish_course, course, by, at)
    with acting(make.SYSTEM):
        tasks = Task.objects.in_bulk([one.pk for one in [*calls, *still]])
    assert [tasks[one.pk].done_at for one in calls] == [at, at]
    assert [tasks[one.pk].done_at for one in still] == [None, None]


def test_a_course_with_fewer_seats_by_now_is_not_opened_again() -> None:
    by = coordinator()
    course = do(publish_course, planned(by), by)
    for _ in range(2):
        make.ending(make.enrolment(course, make.referral(by), by), by)
    at = over(course)
    course = do(finish_course, course, by, at)
    do(change_course, course, by, at, changes={"capacity": (1,)}, version=0)
    with pytest.raises(Refusal, match="plads til 1, og 2 deltog"):
        do(reopen_course, course, by, at)
    do(change_course, course, by, at, changes={"capacity": (2,)}, version=1)
    assert do(reopen_course, course, by, at).state == "published"


def test_a_course_with_a_waiting_list_is_not_over() -> None:
    by = coordinator()
    course = do(publish_course, planned(by), by)
    waits = {"state": EnrolmentState.WAITING, "enrolled_at": None, "waiting_since": NOW}
    make.enrolment(course, make.referral(by), by, **waits)
    with pytest.raises(Refusal, match="1 på venteliste"):
        do(finish_course, course, by, over(course))


def test_a_flag_is_dated_undone_and_asked_for_by_the_agreement() -> None:
    by = coordinator()
    course = planned(by)
    do(flag_course, course, by, flag=Flag.RSIDEN)
    first = do(flag_course, course, by, NOW + dt.timedelta(days=1), flag=Flag.RSIDEN)
    assert (first.at, first.by_id) == (NOW, by.person)
    do(unflag_course, course, by, flag=Flag.RSIDEN)
    assert not course.flags.exists()
    with pytest.raises(Refusal, match="Aftalen beder ikke"):
        do(flag_course, course, by, flag=Flag.SUNDHED)
    Agreement.objects.filter(pk=course.agreement_id).update(slug="region-midtjylland")
    assert do(flag_course, course, by, flag=Flag.SUNDHED).flag == Flag.SUNDHED


# ---- the screens ---------------------------------------------------------------------------------


@pytest.fixture
def grant() -> Grant:
    return make.grant(Role.COORDINATOR)


@pytest.fixture
def client(grant: Grant) -> Client:
    client = Client()
    client.force_login(grant.user)
    return client


def form(by: Actor, **given: Any) -> dict[str, Any]:
    usual = {
        "act": "publish",
        "kind": "group",
        "target": "all",
        "capacity": "12",
        "provider": str(by.organisation_id),
        "first_on": "2026-03-10",
        "starts": "16:00",
        "ends": "18.00",
        "count": "6",
        "once": str(uuid.uuid4()),
    }
    return {**usual, **given}


def sent(client: Client, data: dict[str, Any], **more: Any) -> Any:
    return client.post(reverse("courses:new"), data, **more)


def test_one_screen_plans_and_publishes(client: Client, grant: Grant) -> None:
    by = make.actor(grant)
    data = form(by, counsellors=[str(by.person)])
    for _ in range(2):
        answer = sent(client, data)
        course = Course.objects.get()
        assert answer.headers["Location"] == reverse("courses:course", args=[course.pk])
    assert (course.state, course.meetings, course.name) == (
        CourseState.PUBLISHED, 6, "Hold, tirsdag kl. 16.00 fra 10. marts"
    )  # fmt: skip


def test_every_page_carries_a_number_of_its_own(client: Client) -> None:
    pages = [client.get(reverse("courses:new")).content.decode() for _ in range(2)]
    first, second = (re.findall(r'name="once" value="([0-9a-f-]{36})"', one) for one in pages)
    assert len({*first, *second}) == 2


def test_an_agreement_that_says_nothing_of_courses_is_no_reason_not_to_plan() -> None:
    silent = Agreement.objects.create(name="Ny", slug="ny", kind=kinds.Kind.AGREEMENT)
    grant = make.grant(Role.COORDINATOR, make.municipality(silent))
    client = Client()
    client.force_login(grant.user)
    assert client.get(reverse("courses:new")).status_code == 200
    page = sent(client, form(make.actor(grant)), follow=True).content.decode()
    assert "siger intet om" in page
    assert Course.objects.get().state == CourseState.DRAFT


def test_too_few_are_saved_as_a_draft_and_said(client: Client, grant: Grant) -> None:
    page = sent(client, form(make.actor(grant), count="5"), follow=True).content.decode()
    assert Course.objects.get().state == CourseState.DRAFT
    assert "Gemt som kladde, men ikke offentliggjort" in page
    assert "mindst 6 mødegange" in page


def days_in(page: str) -> list[str]:
    return re.findall(r'name="on"[^>]*value="([^"]+)"', page)


def test_the_proposal_skips_closed_days_and_says_why(client: Client, grant: Grant) -> None:
    by = make.actor(grant)
    make.home(by).closing_days.create(on=dt.date(2026, 3, 24), reason="Kursusdag")
    data = form(by, act="propose")
    part = sent(client, data, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<section id="_proposal"')
    assert days_in(part) == [
        "2026-03-10", "2026-03-17", "2026-03-31", "2026-04-07", "2026-04-14", "2026-04-21"
    ]  # fmt: skip
    assert "tirsdag 24. marts springes over: Kursusdag" in part
    assert not Course.objects.exists()
    whole = sent(client, data).content.decode()
    assert "<h1>Nyt forløb" in whole
    assert days_in(whole) == days_in(part)


def test_a_day_that_is_changed_counts_and_a_new_first_day_proposes_anew(
    client: Client, grant: Grant
) -> None:
    by = make.actor(grant)
    on = [f"2026-03-{day}" for day in (10, 18, 24)]
    data = form(by, act="draft", count="3", laid="2026-03-10 3", on=on)
    sent(client, data)
    days = [one.starts_at.day for one in Course.objects.get().all_meetings.all()]
    assert days == [10, 18, 24]
    anew = {**data, "act": "propose", "first_on": "2026-03-11"}
    assert days_in(sent(client, anew).content.decode()) == [
        "2026-03-11", "2026-03-18", "2026-03-25"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"first_on": ""}, "Skriv datoen for første mødegang"),
        ({"ends": "15:00"}, "Skal ligge efter"),
        ({"first_on": "9999-12-28"}, "Er året rigtigt"),
        ({"first_on": "0001-01-01"}, "Er året rigtigt"),
        ({"laid": "2026-03-10 6", "on": ["2026-03-10", "9999-12-31"]}, "forkert år"),
        ({"count": ""}, "Skriv, hvor mange"),
        ({"capacity": "0"}, "1"),
        ({"provider": str(uuid.UUID(int=0))}, "Marker en gyldig valgmulighed"),
        ({"laid": "2026-03-10 6", "on": ["2026-03-10", ""]}, "mangler"),
        ({"counsellors": [str(uuid.UUID(int=0))]}, "Marker en gyldig valgmulighed"),
    ],
)
def test_a_mistake_is_said_beside_its_field(
    client: Client, grant: Grant, given: dict[str, Any], words: str
) -> None:
    answer = sent(client, form(make.actor(grant), name="Mit hold", **given))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "Mit hold" in page
    assert not Course.objects.exists()


def test_warnings_stand_in_nobodys_way(client: Client, grant: Grant) -> None:
    by = make.actor(grant)
    room = make.venue(make.home(by)).rooms.get()
    data = form(by, capacity="25", room=str(room.pk), counsellors=[str(by.person)])
    page = sent(client, {**data, "act": "propose"}).content.decode()
    for words in ("20 pladser, og forløbet har 25", "grundkurset", "Fra deltager nr. 13"):
        assert words in page
    noted = {"completed_on": FIRST, "name": "Grundkursus", "noted_at": NOW}
    with acting(by):
        Qualification.objects.create(user_id=by.person, noted_by_id=by.person, **noted)
    assert "grundkurset" not in sent(client, {**data, "act": "propose"}).content.decode()
    sent(client, data)
    assert Course.objects.get().state == CourseState.PUBLISHED


def test_a_clash_stands_beside_its_day_and_refuses(client: Client, grant: Grant) -> None:
    by = make.actor(grant)
    room = make.venue(make.home(by)).rooms.get()
    planned(by, name="Naboen", room=room, times=weeks(1))
    data = form(by, room=str(room.pk))
    part = sent(client, {**data, "act": "propose"}).content.decode()
    assert "Lokale 1 er optaget kl. 16.00–18.00 («Naboen»)" in part
    answer = sent(client, data)
    assert answer.status_code == 422
    assert "Naboen" in answer.content.decode()


def test_a_copy_has_the_same_and_new_days(client: Client, grant: Grant) -> None:
    by = make.actor(grant)
    course = planned(by, name="Det gode hold", language="Arabisk", counsellors=[by.person])
    page = client.get(reverse("courses:copy", args=[course.pk])).content.decode()
    assert days_in(page)[0] == "2026-04-21"
    assert len(days_in(page)) == 6
    assert 'value="Arabisk"' in page
    assert 'value="Det gode hold"' in page
    answer = client.post(
        reverse("courses:copy", args=[course.pk]), form(by, first_on="2026-05-12", act="draft")
    )
    made = Course.objects.exclude(pk=course.pk).get()
    assert (made.copied_from, answer.status_code) == (course, 302)


def test_a_name_that_tells_of_its_first_day_is_not_copied(client: Client, grant: Grant) -> None:
    by = make.actor(grant)
    sent(client, form(by, name="", act="draft"))
    course = Course.objects.get()
    assert " fra " in course.name
    page = client.get(reverse("courses:copy", args=[course.pk])).content.decode()
    assert f'value="{course.name}"' not in page


def test_who_publishes_without_counsellors_is_told_where_to_find_them(
    client: Client, grant: Grant
) -> None:
    by = make.actor(grant)
    answer = sent(client, form(by, act="publish"))
    course = Course.objects.get()
    page = client.get(answer.headers["Location"]).content.decode()
    assert "Ingen mødegang har en rådgiver endnu." in page
    assert reverse("courses:staff_course", args=[course.pk]) in page


@pytest.mark.parametrize(
    ("kind", "count", "cancelled", "proposed"),
    [("group", 6, 1, 6), ("group", 8, 2, 8), ("group", 4, 0, 6), ("open", 4, 1, 4)],
)
def test_a_copy_has_the_cancelled_meetings_too_and_no_fewer_than_agreed(
    client: Client, grant: Grant, kind: str, count: int, cancelled: int, proposed: int
) -> None:
    course = planned(make.actor(grant), count, kind=kind)
    with acting(make.actor(grant)):
        gone = list(course.all_meetings.order_by("starts_at")[:cancelled])
        course.all_meetings.filter(pk__in=[one.pk for one in gone]).update(
            state="cancelled", cancel_reason="Syg"
        )
    page = client.get(reverse("courses:copy", args=[course.pk])).content.decode()
    assert len(days_in(page)) == proposed


def fields_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(version|seen)" value="([^"]*)"', page))


def test_two_who_correct_the_same_choose(client: Client, grant: Grant) -> None:
    by = make.actor(grant)
    course = planned(by)
    url = reverse("courses:edit", args=[course.pk])
    opened = fields_of(client.get(url).content.decode())
    do(change_course, course, by, changes={"name": ("Kollegaens",), "capacity": (9,)}, version=0)
    mine = {**form(by), **opened, "language": "Dansk", "name": "Mit"}
    answer = client.post(url, mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Kollegaens" in page
    assert "Mit" in page
    shown = re.findall(r'name="shown" value="([^"]+)"', page)[0]
    client.post(url, {**mine, "shown": shown, "choice-name": "mine"})
    course.refresh_from_db()
    assert (course.name, course.capacity) == ("Mit", 9)


def test_a_button_that_cannot_says_why_on_the_page(client: Client, grant: Grant) -> None:
    course = planned(make.actor(grant), 5)
    answer = client.post(reverse("courses:publish", args=[course.pk]))
    assert answer.status_code == 422
    assert "mindst 6 mødegange" in answer.content.decode()


def test_a_draft_is_its_municipalitys_alone_and_a_published_course_everybodys() -> None:
    by = coordinator()
    course = planned(by)
    within = course.agreement
    clients = {}
    for name, organisation in (
        ("partner", make.municipality(within)),
        ("outside", make.municipality()),
    ):
        clients[name] = Client()
        clients[name].force_login(make.grant(organisation=organisation).user)
    url = reverse("courses:course", args=[course.pk])
    assert {name: one.get(url).status_code for name, one in clients.items()} == {
        "partner": 404, "outside": 404
    }  # fmt: skip
    do(publish_course, course, by)
    assert {name: one.get(url).status_code for name, one in clients.items()} == {
        "partner": 200, "outside": 404
    }  # fmt: skip
    assert "Kopiér" not in clients["partner"].get(url).content.decode()
