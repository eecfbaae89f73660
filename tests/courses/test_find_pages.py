"""Find et hold as anybody meets it: the list, one course, and the way from it to a call."""

import datetime as dt
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from courses.models import Course, Wish
from courses.states import CourseKind, CourseState
from courses.views.find.listing import SIZE
from referrals.models import Citizen, Referral
from roegfri import clock
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting
from roegfri.organisations.models import Membership
from roegfri.public.commands import approve_language
from roegfri.public.languages import FOREIGN, LANGUAGES, Language
from tests import make
from tests.courses.world import AT, WEEK, coming
from tests.threads import answers_at_once

HERE = {"Origin": "http://testserver"}
TYPED = {"first_name": "Fatma", "phone": "20 12 34 56", "language": "da"}
THANKS = "ringer til dig senest onsdag den 4. marts."
FIND = "/find-hold/"
GONE = f"{FIND}{UUID(int=0)}/"


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


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"postnr": "abc"}, "bad_postcode"),
        ({"postnr": "9999"}, "bad_postcode"),
        ({"kommune": "999"}, "bad_municipality"),
        ({"kommune": "Atlantis"}, "bad_municipality"),
    ],
)
def test_what_is_not_known_is_said_beside_the_field(
    course: Course, by: Actor, asked: dict[str, Any], words: str
) -> None:
    approve(by, *FOREIGN)
    for one in LANGUAGES.values():
        path = FIND if one.code == "da" else f"{FIND}{one.code}/"
        assert one.words["find"][words] in unescape(page(path, **asked))
        assert 'class="error"' not in page(path, postnr="2650", kommune="167")


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
    assert '<a href="?kommune=167"><bdi>Hvidovre Kommune</bdi></a>' in choose
    assert "Antal hold: 1" in choose
    found = page(kommune="167")
    assert "Mandagsholdet" in found
    assert "Begynder mandag den 9. marts kl. 09.00-11.00" in found
    assert "Sundhedscentret, Hvidovre" in found
    assert "Ledige pladser" in found
    assert f'href="{url(course)}?kommune=167"' in found
    assert by.name not in found


NARROWED: list[tuple[dict[str, Any], int]] = [
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
    ({"kommune": "0167"}, 1),
    ({"kommune": "", "postnr": ""}, 1),
]


def test_the_address_narrows_the_list(by: Actor, course: Course) -> None:
    for query, number in NARROWED:
        found = page(**query)
        assert f"Antal hold: {number}" in found, query
        assert ("Vi fandt ingen hold" in found) == (number == 0)
    assert Client().get(FIND, {"side": "7"}).headers["Location"] == FIND


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


def test_a_hostile_address_gets_a_page(by: Actor, course: Course) -> None:
    for query in HOSTILE:
        for path, statuses in ((FIND, {200, 302}), (url(course), {200})):
            answer = Client().get(path + query)
            assert answer.status_code in statuses, path + query
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
        last = [coming(by) for _ in range(3)][-1]
    # Two of them begin the transaction and say who asks.
    with django_assert_num_queries(2 + 6):  # places, languages, three of the list, the agreement
        page(kommune="167")
    with django_assert_num_queries(2 + 3):
        page()
    with django_assert_num_queries(2 + 4):
        page(url(last))


# ---- one course ----------------------------------------------------------------------------------


def test_a_course_says_when_where_and_for_whom(by: Actor, course: Course) -> None:
    told = page(url(course), postnr="2610", kommune="167")
    for words in (
        "Mandagsholdet",
        "Mandag den 9. marts kl. 09.00-11.00",
        "Mandag den 13. april kl. 09.00-11.00",
        "<bdi>Sundhedscentret, Lokale 1<br>Prøvevej 1<br>2650 Hvidovre",
        "Ring på klokken",
        "For alle",
        "Dansk",
        "Hvidovre Kommune",
        "Tilmeld mig",
    ):
        assert words in told, words
    assert f'href="{url(course, "tilmeld")}?postnr=2610&amp;kommune=167"' in told
    assert f'href="{FIND}?postnr=2610&amp;kommune=167"' in told, "back to the same list"
    assert by.name not in told


def test_a_full_course_offers_its_waiting_list(by: Actor) -> None:
    with transaction.atomic():
        full = coming(by, capacity=1)
    make.enrolment(full, make.referral(by), by)
    told = page(url(full))
    assert "Kom på venteliste" in told
    assert "Tilmeld mig" not in told
    assert "til dig om ventelisten" in page(url(full, "tilmeld"))


def test_next_year_is_said(by: Actor) -> None:
    with transaction.atomic():
        far = coming(by, first=dt.datetime(2027, 1, 4, 16, tzinfo=dt.UTC))
    assert "Begynder mandag den 4. januar 2027 kl. 17.00-19.00" in page(url(far))


def test_what_is_by_appointment_and_what_one_joins_any_time(by: Actor) -> None:
    with transaction.atomic():
        alone = coming(by, kind=CourseKind.INDIVIDUAL, meetings=0)
        rolling = coming(by, kind=CourseKind.OPEN, first=AT - 2 * WEEK)
        running = coming(by, first=AT - 2 * WEEK + dt.timedelta(hours=1))
    assert "Tiden aftaler du med rådgiveren" in page(url(alone))
    assert "Næste gang er mandag den 9. marts" in page(url(rolling))
    assert "Du kan begynde, hvornår du vil." in page(url(rolling))
    assert "Er begyndt. Næste gang er mandag den 2. marts kl. 10.00-12.00 (nr. 3 af 6)" in page(
        url(running)
    )


@pytest.mark.parametrize("way", [(), ("tilmeld",)])
def test_a_course_that_is_gone_is_told_kindly_with_others(
    by: Actor, course: Course, way: tuple[str, ...]
) -> None:
    with transaction.atomic():
        other = coming(by, name="Tirsdagsholdet")
    close(course)
    told = page(url(course, *way), 404, kommune="167")
    assert "Holdet er ikke længere åbent" in told
    assert other.name in told
    assert course.name not in told
    alone = page(GONE, 404)
    assert "Holdet er ikke længere åbent" in alone
    assert other.name not in alone


@transaction.atomic
def close(course: Course) -> None:
    with acting(make.SYSTEM):
        Course.objects.filter(pk=course.pk).update(
            state=CourseState.CANCELLED, cancelled_at=AT, cancel_reason="Sygdom"
        )


def test_markup_in_what_a_host_wrote_is_text(by: Actor) -> None:
    bad = "<b onclick=x>\"'&{{ 1 }}"
    with transaction.atomic():
        course = coming(by, name=bad, access=bad, transport=bad, language=bad[:40])
    for told in (page(kommune="167"), page(url(course)), page(url(course, "tilmeld"))):
        assert "<b onclick" not in told
        assert "&lt;b onclick" in told


# ---- in other languages, and under a neutral name ------------------------------------------------


@pytest.mark.parametrize("language", FOREIGN, ids=lambda one: one.code)
def test_every_page_is_in_every_language(by: Actor, course: Course, language: Language) -> None:
    code, words = language.code, language.words["find"]
    for path in (f"{FIND}{code}/", url(course, code), url(course, "tilmeld", code)):
        assert Client().get(path).status_code == 302, "not approved yet"
    approve(by, language)
    pages = [
        (page(f"{FIND}{code}/"), words["choose"]),
        (page(f"{FIND}{code}/", kommune="167", postnr="2650"), words["near"]),
        (page(url(course, code)), words["sign_up"]),
        (page(url(course, "tilmeld", code)), words["form_heading"]),
    ]
    close(course)
    pages.append((page(url(course, code), 404), words["gone_heading"]))
    for text, said in pages:
        assert said in unescape(text)
        assert f'<html lang="{code}" dir="{language.direction}">' in text
        assert not re.search(r"\{\w+\}", text), "a placeholder was left"
    assert '<bdi lang="da">Mandagsholdet' in pages[1][0]
    assert language.day(dt.date(2026, 3, 9)) in unescape(pages[2][0])


def test_the_same_search_goes_along_into_another_language(by: Actor, course: Course) -> None:
    approve(by, LANGUAGES["tr"])
    found = page(kommune="167", dag=["1", "2"])
    assert f'href="{FIND}tr/?kommune=167&amp;dag=1&amp;dag=2" lang="tr"' in found
    assert Client().get(f"{FIND}pl/?dag=1").headers["Location"] == f"{FIND}?dag=1"
    page(f"{FIND}xx/", 404)
    page(url(course, "xx"), 404)


def test_a_host_that_does_not_show_the_language_is_met_in_danish(by: Actor, course: Course) -> None:
    with transaction.atomic():
        other = make.actor(make.grant(organisation=make.municipality(course.agreement)))
        theirs = coming(other, name="Deres")
    approve(by, LANGUAGES["ar"])
    found = page(f"{FIND}ar/", postnr="")
    assert f'href="{url(course, "ar")}"' in found
    assert f'href="{url(theirs)}"' in found
    assert Client().get(url(theirs, "ar")).headers["Location"] == url(theirs)


def test_under_a_neutral_name_nothing_tells(by: Actor, course: Course, settings: Any) -> None:
    settings.PUBLIC_HOSTS = ["ring-op.example"]
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "ring-op.example"]
    neutral = Client(SERVER_NAME="ring-op.example")
    for path in (FIND, f"{FIND}?kommune=167", url(course), url(course, "tilmeld"), "/tilmeld/"):
        answer = neutral.get(path)
        assert answer.status_code == 200, path
        title = re.search(r"<title>(.*?)</title>", answer.content.decode())
        heading = re.search(r"<h1.*?>(.*?)</h1>", answer.content.decode())
        assert title
        assert heading
        assert not re.search("ryg|røg|kvit", title[1] + heading[1], re.IGNORECASE), path
    assert neutral.get("/hold/").status_code == 404


def test_whoever_is_signed_in_elsewhere_is_nobody_here(by: Actor, course: Course) -> None:
    signed_in = Client()
    signed_in.force_login(make.grant(Role.COUNSELLOR, make.home(by)).user)
    for path in (FIND, url(course), url(course, "tilmeld")):
        ours = signed_in.get(path)
        assert ours.cookies == {}
        anybodys = Client().get(path).content
        assert without_stamp(ours.content) == without_stamp(anybodys)


def without_stamp(text: bytes) -> bytes:
    return re.sub(rb'name="stamp" value="[^"]+"', b"", text)


# ---- to sign up ----------------------------------------------------------------------------------


def stamp_on(answer: Any) -> str:
    found = re.search(r'name="stamp" value="([^"]+)"', answer.content.decode())
    assert found, "no form on the page"
    return unescape(found[1])


def opened(course: Course) -> str:
    """The stamp of a form that was opened ten seconds ago."""
    with time_machine.travel(clock.now() - dt.timedelta(seconds=10), tick=False):
        return stamp_on(Client().get(url(course, "tilmeld")))


def send(course: Course, stamp: str | None = None, path: str = "", **typed: Any) -> Any:
    stamp = opened(course) if stamp is None else stamp
    data = {**TYPED, "stamp": stamp, **typed}
    return Client().post(path or url(course, "tilmeld"), data, headers=HERE)


def test_the_case_is_there_with_its_wish(by: Actor, course: Course) -> None:
    answer = send(course, message="Jeg kan ikke tirsdag")
    assert answer.status_code == 200
    assert THANKS in answer.content.decode()
    (referral,) = rows()
    assert referral.handler_id == course.host_id
    wish = referral.wished_course
    assert (wish.course, wish.at) == (course, AT)
    first, *rest = referral.text.split("\n\n")
    assert "Vil gerne med på: Mandagsholdet." in first.splitlines()
    assert rest == ["Besked:\nJeg kan ikke tirsdag"]


def test_its_counsellor_sees_the_wish_and_no_other_municipality(by: Actor, course: Course) -> None:
    send(course)
    for viewer, number in ((by, 1), (make.actor(make.grant()), 0)):
        with acting(viewer), transaction.atomic():
            assert Wish.objects.count() == number


def test_a_reload_is_the_same_case_whatever_becomes_of_the_course(
    by: Actor, course: Course
) -> None:
    stamp = opened(course)
    first = send(course, stamp)
    close(course)
    with time_machine.travel(AT + dt.timedelta(hours=9), tick=False):
        again = send(course, stamp)
    assert (again.status_code, again.content) == (200, first.content)
    assert len(rows()) == 1


def test_a_course_that_goes_while_she_writes_leaves_her_the_hosts_own_form(
    by: Actor, course: Course
) -> None:
    stamp = opened(course)
    close(course)
    answer = send(course, stamp)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Holdet er ikke længere åbent for tilmelding" in text
    assert 'value="Fatma"' in text
    assert 'action="/tilmeld/167/"' in text
    assert rows() == []
    assert send(course, stamp_on(answer), path="/tilmeld/167/").status_code == 200
    (referral,) = rows()
    assert not hasattr(referral, "wished_course")


@pytest.mark.parametrize("changed", ["another course", "the municipality", "none", "made up"])
def test_a_stamp_is_good_for_its_own_course_alone(by: Actor, course: Course, changed: str) -> None:
    with transaction.atomic():
        other = coming(by)
    with time_machine.travel(AT - dt.timedelta(seconds=10), tick=False):
        stamp = {
            "another course": opened(other),
            "the municipality": stamp_on(Client().get("/tilmeld/167/")),
            "none": "",
            "made up": "a:b:c",
        }[changed]
    answer = send(course, stamp)
    assert answer.status_code == 422
    assert 'value="Fatma"' in answer.content.decode()
    assert send(other, opened(course), path="/tilmeld/167/").status_code == 422
    close(course)
    assert send(course, stamp).status_code == 404
    assert rows() == []


@pytest.mark.parametrize(
    ("typed", "headers", "status", "words"),
    [
        ({"phone": "12"}, HERE, 422, "Vi kan ikke læse nummeret"),
        ({"homepage": "x"}, HERE, 422, "Et skjult felt var udfyldt"),
        ({}, {"Origin": "https://ond.example"}, 403, "fra denne side"),
        ({}, {}, 403, "fra denne side"),
    ],
)
def test_what_is_not_sent_is_shown_again_with_its_course(
    by: Actor,
    course: Course,
    typed: dict[str, str],
    headers: dict[str, str],
    status: int,
    words: str,
) -> None:
    data = {**TYPED, "stamp": opened(course), **typed}
    answer = Client().post(url(course, "tilmeld"), data, headers=headers)
    text = answer.content.decode()
    assert answer.status_code == status
    for one in (words, 'value="Fatma"', "Mandagsholdet"):
        assert one in text
    assert rows() == []


def test_too_fast_too_many_and_what_was_changed(
    by: Actor, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("referrals.commands.signup.FROM_AN_ADDRESS", 2)
    early = stamp_on(Client().get(url(course, "tilmeld")))
    assert "Det gik meget hurtigt" in send(course, early).content.decode()
    stamp = opened(course)
    assert send(course, stamp).status_code == 200
    assert send(course, stamp, phone="30 30 30 30").status_code == 409
    assert send(course).status_code == 200
    answer = send(course)
    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    assert len(rows()) == 2


def test_a_host_that_leaves_while_she_writes(by: Actor, course: Course) -> None:
    stamp = opened(course)
    Membership.objects.update(until_on=AT.date() - dt.timedelta(days=1))
    assert send(course, stamp).status_code == 404
    assert rows() == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"x" * 3_000_000, "application/x-www-form-urlencoded", 413),
        (b"first_name=x", "application/x-www-form-urlencoded; charset=utf-16", 400),
        (b"stamp=%ff%fe%00", "application/x-www-form-urlencoded", 422),
        (b"", "application/json", 422),
        (b"nonsense", "multipart/form-data", 400),
    ],
)
def test_a_hostile_body_gets_a_clear_answer(
    by: Actor, course: Course, body: bytes, kind: str, status: int
) -> None:
    path = url(course, "tilmeld")
    answer = Client().generic("POST", path, body, content_type=kind, headers=HERE)
    assert answer.status_code == status
    assert rows() == []


@pytest.mark.django_db(transaction=True)
def test_twenty_equal_forms_at_once_are_one_case_with_one_wish(by: Actor, course: Course) -> None:
    stamp = opened(course)
    answers = answers_at_once(lambda: send(course, stamp), 20)
    assert [one.status_code for one in answers] == [200] * 20
    assert len({one.content for one in answers}) == 1
    assert len(rows()) == 1
    with acting(make.SYSTEM), transaction.atomic():
        assert (Wish.objects.count(), Citizen.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_control_with_stamps_of_their_own_they_are_as_many(by: Actor, course: Course) -> None:
    stamps = [opened(course) for _ in range(4)]
    answers_at_once(lambda: send(course, stamps.pop()), 4)
    assert len(rows()) == 4


def test_the_choice_of_a_municipality_leads_here(by: Actor, course: Course) -> None:
    assert f'href="{FIND}"' in Client().get("/tilmeld/").content.decode()
