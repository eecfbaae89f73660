"""Find et hold as anybody meets it: the list, one course, and the way from it to a call."""

import datetime as dt
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from courses.models import Course, Wish
from courses.states import CourseKind, CourseState
from courses.views.find.listing import SIZE
from referrals.commands.signup import FROM_AN_ADDRESS
from referrals.models import Citizen, Referral
from roegfri import clock
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting
from roegfri.organisations.models import Membership, Municipality
from roegfri.public.commands import approve_language
from roegfri.public.languages import FOREIGN, LANGUAGES, Language
from tests import make
from tests.courses.world import AT, WEEK, coming
from tests.threads import answers_at_once

HERE = {"Origin": "http://testserver"}
TYPED = {"first_name": "Fatma", "phone": "20 12 34 56", "language": "da"}
THANKS = "ringer til dig senest onsdag den 4. marts."
FIND = "/find-hold/"


@pytest.fixture(autouse=True)
def clockwork(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def by() -> Actor:
    """A coordinator of Hvidovre."""
    town = make.municipality(name="Hvidovre Kommune", code="167", phone="36 39 36 39")
    return make.actor(make.grant(Role.COORDINATOR, town))


@pytest.fixture
def course(by: Actor) -> Course:
    with transaction.atomic():
        room = make.venue(make.home(by), name="Sundhedscentret").rooms.get()
        return coming(by, name="Mandagsholdet", room=room, access="Ring på klokken")


def approve(by: Actor, *languages: Language) -> None:
    for one in languages:
        with acting(by):
            approve_language(one, digest=one.digest, by=by, at=clock.now())


def page(path: str = FIND, status: int = 200, **query: Any) -> str:
    answer = Client().get(path, query)
    assert answer.status_code == status, answer
    assert answer.cookies == {}
    assert answer["Cache-Control"] == "no-store"
    return answer.content.decode()


def url(course: Course, *more: str) -> str:
    return f"{FIND}{course.pk}/" + "".join(f"{part}/" for part in more)


def rows() -> list[Referral]:
    with acting(make.SYSTEM), transaction.atomic():
        return list(Referral.objects.select_related("wished_course__course", "citizen"))


# ---- the list ------------------------------------------------------------------------------------


def test_one_chooses_a_place_and_meets_the_courses_there(by: Actor, course: Course) -> None:
    choose = page()
    assert "Mandagsholdet" not in choose
    assert '<a href="?kommune=167">Hvidovre Kommune</a>' in choose
    assert "Antal hold: 1" in choose
    found = page(kommune="167")
    assert "Mandagsholdet" in found
    assert "Begynder mandag den 9. marts kl. 09.00-11.00" in found
    assert "Sundhedscentret, Hvidovre" in found
    assert "Ledige pladser" in found
    assert f'href="{url(course)}?kommune=167"' in found
    assert by.name not in found


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({"postnr": "2650"}, 1),
        ({"postnr": "٢٦٥٠"}, 1),
        ({"postnr": "8000"}, 0),
        ({"dag": "1"}, 1),
        ({"dag": ["2", "3"]}, 0),
        ({"tid": "am"}, 1),
        ({"tid": "ev"}, 0),
        ({"sprog": "dansk"}, 1),
        ({"sprog": "Tyrkisk"}, 0),
        ({"aftale": "en-anden"}, 0),
        ({"kommune": "", "postnr": ""}, 1),
        ({"side": "7"}, 302),
    ],
)
def test_the_address_narrows_the_list(
    by: Actor, course: Course, query: dict[str, Any], number: int
) -> None:
    if number == 302:
        assert Client().get(FIND, query).headers["Location"] == FIND
        return
    found = page(**query)
    assert f"Antal hold: {number}" in found
    assert ("Vi fandt ingen hold" in found) == (number == 0)


def test_the_way_is_told_and_a_postcode_that_is_none_is_said(by: Actor, course: Course) -> None:
    assert "under 2 km væk" in page(postnr="2650")
    assert re.search(r"ca\. \d+ km væk", page(postnr="2610"))
    wrong = page(postnr="26x0")
    assert "Vi kender ikke det postnummer" in wrong
    assert 'value="26x0"' in wrong
    assert "Antal hold: 1" in wrong, "and it narrows nothing"


HOSTILE = [
    "?dag=1&dag=99&dag=-1&dag=x&dag[]=1&dag=%D9%A1",
    "?side=99999999999999999999999999999999999999999999999999999999999999999999",
    "?side=-1",
    "?side=%D9%A3",
    "?postnr=" + "9" * 5000,
    "?postnr=%E2%80%AE2650",
    "?kommune=%27%20or%201=1--",
    "?kommune=0167&kommune=999",
    "?aftale=" + quote("<script>alert(1)</script>"),
    "?sprog=" + quote('"><img src=x onerror=alert(1)>'),
    "?tid=am&tid=pm&tid=ev&tid=%FF%FE",
    "?" + "&".join(f"x{n}=1" for n in range(900)),
    "?dag=0000000001",
    "?postnr=%0a%0d26%0950",
    "?aar=99999&uge=-53&dag=2147483648",
]


@pytest.mark.parametrize("query", HOSTILE)
def test_a_hostile_address_gets_a_page(by: Actor, course: Course, query: str) -> None:
    for path in (FIND, url(course), url(course, "tilmeld"), f"{FIND}{uuid4()}/"):
        answer = Client().get(path + query)
        assert answer.status_code in (
            {404} if "hold/" + str(course.pk) not in path and path != FIND else {200, 302}
        )
        text = answer.content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_a_nul_is_refused_before_it_gets_anywhere(by: Actor) -> None:
    assert Client().get(f"{FIND}?kommune=%00").status_code == 400


def test_a_long_list_comes_in_parts(by: Actor) -> None:
    with transaction.atomic():
        made = [
            coming(by, name=f"Hold-{n:02}-", meetings=1, first=AT + n * dt.timedelta(hours=1))
            for n in range(1, SIZE + 3)
        ]
    first, second = page(dag="1"), page(dag=["1", "2"])
    assert "Hold-01-" in first
    assert f"Antal hold: {len(made)}" in second
    last = made[-1].name
    assert last not in second
    following = re.search(r'href="([^"]+side=2)#found"', second)
    assert following
    assert last in page(unescape(following[1]))


def test_those_of_partners_are_a_click_away(by: Actor, course: Course) -> None:
    with transaction.atomic():
        other = make.municipality(course.agreement, name="Ishøj Kommune", code="183")
        coming(make.actor(make.grant(organisation=other)), name="Ishøjholdet")
        elsewhere = coming(make.actor(make.grant()), name="Aarhusholdet")
    found = page(kommune="167")
    assert "Ishøjholdet" not in found
    link = re.search(r'href="([^"]+)">Se også hold i de kommuner, som Hvidovre Kommune', found)
    assert link
    partners = page(unescape(link[1]))
    assert "Ishøjholdet" in partners
    assert "Mandagsholdet" in partners
    assert elsewhere.name not in partners


def test_a_municipality_that_has_left_is_neither_a_choice_nor_found(
    by: Actor, course: Course
) -> None:
    Membership.objects.update(until_on=AT.date() - dt.timedelta(days=1))
    assert "Hvidovre" not in page()
    assert "Mandagsholdet" not in page(kommune="167")
    page(url(course), 404)


def test_statements_are_few(by: Actor, django_assert_num_queries: Any) -> None:
    with transaction.atomic():
        for _ in range(3):
            coming(by)
    with django_assert_num_queries(6):  # places, languages, three of the list, the agreement
        page(kommune="167")
    with django_assert_num_queries(3):
        page()
    with django_assert_num_queries(4):
        page(url(Course.objects.first()))  # type: ignore[arg-type]
