"""/indlejr/: the one page that other sites may show, and all that it must not do there."""

import datetime as dt
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from courses.states import CourseKind
from roegfri.accounts.models import User
from roegfri.accounts.roles import Role
from roegfri.actor import Actor
from roegfri.organisations.models import Agreement
from roegfri.public.languages import LANGUAGES
from roegfri.public.models import Approval
from tests import make

pytestmark = pytest.mark.django_db
AT = make.MONDAY
SOON = AT + dt.timedelta(days=1, hours=8)


@pytest.fixture(autouse=True)
def on_monday(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def mette() -> Actor:
    home = make.municipality(name="Hvidovre Kommune")
    return make.actor(make.grant(Role.COORDINATOR, home))


@pytest.fixture
def neighbour(mette: Actor) -> Actor:
    agreed = Agreement.objects.get(memberships__municipality=mette.organisation_id)
    return make.actor(make.grant(Role.COORDINATOR, make.municipality(agreed, name="Ishøj Kommune")))


def of(by: Actor, *more: str) -> str:
    return "/".join(["/indlejr", make.home(by).code, *more, ""])


def page(path: str, **headers: str) -> str:
    response = Client().get(path, headers=headers)
    assert response.status_code == 200
    return unescape(response.content.decode())


def rules(response: Any) -> dict[str, str]:
    parts = response["Content-Security-Policy"].split("; ")
    return {name: rest for name, _, rest in (one.partition(" ") for one in parts)}


def approved(by: Actor, language: str) -> None:
    digest = LANGUAGES[language].digest
    Approval.objects.create(
        municipality_id=by.organisation_id,
        language=language,
        digest=digest,
        approved_by_id=by.person,
        approved_at=AT,
    )


def test_it_lists_everybodys_courses_or_one_municipalitys(mette: Actor, neighbour: Actor) -> None:
    make.course(mette, meetings=2, first=SOON, name="Tirsdag")
    make.course(neighbour, meetings=2, first=SOON, name="Nabo")
    make.course(mette, name="Alene", kind=CourseKind.INDIVIDUAL)
    make.course(mette, meetings=2, first=SOON, name="Skjult", listed=False)
    every = page("/indlejr/")
    assert [name in every for name in ("Tirsdag", "Nabo", "Alene", "Skjult")] == [
        True, True, True, False
    ]  # fmt: skip
    own = page(of(mette))
    assert [name in own for name in ("Tirsdag", "Nabo", "Alene")] == [True, False, True]
    assert "Nabo" not in page(f"{of(mette)}?kommune={make.home(neighbour).code}")
    assert "Tirsdag" not in page(f"{of(mette)}?dag=5")
    assert "Vi fandt ingen hold" in page(f"{of(mette)}?sprog=Urdu")


def test_every_link_leaves_the_frame_and_there_is_nothing_to_send(mette: Actor) -> None:
    course = make.course(mette, meetings=2, first=SOON)
    for path in ("/indlejr/", of(mette), of(mette, "da")):
        words = page(path)
        links = re.findall(r"<a ([^>]*)>", words)
        assert len(links) >= 3
        for link in links:
            assert 'target="_top"' in link
            assert 'rel="noopener"' in link
            assert re.search(r'href="/(find-hold|tilmeld)/', link)
        assert reverse("find:course", args=[course.pk]) in words
        for tag in ("<form", "<script", "<input", "<iframe", "<img", " style="):
            assert tag not in words


def test_only_this_page_may_be_framed(mette: Actor) -> None:
    response = Client().get(of(mette))
    assert rules(response)["frame-ancestors"] == "https:"
    assert "X-Frame-Options" not in response
    said = rules(response)
    assert said["script-src"] == said["form-action"] == said["connect-src"] == "'none'"
    assert said["default-src"] == "'none'"
    assert response.cookies == {}
    assert response["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize("path", ["/indlejr/999/", "/indlejr/xx/", "/indlejr/999999999999/"])
def test_what_is_not_there_is_said_inside_the_frame(path: str) -> None:
    response = Client().get(path)
    assert response.status_code == 404
    assert rules(response)["frame-ancestors"] == "https:"
    assert "Siden findes ikke" in response.content.decode()


def test_a_setting_names_the_sites_that_may(mette: Actor, settings: Any) -> None:
    settings.EMBED_SITES = ["https://www.hvidovre.dk", "https://www.ishoj.dk"]
    named = rules(Client().get(of(mette)))["frame-ancestors"]
    assert named == "https://www.hvidovre.dk https://www.ishoj.dk"


@pytest.mark.parametrize("method", ["post", "put", "delete", "options", "patch"])
def test_it_is_only_read(mette: Actor, method: str) -> None:
    response = getattr(Client(), method)(of(mette))
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"


def test_whoever_is_signed_in_is_nobody_there(mette: Actor, client: Client) -> None:
    make.course(mette, meetings=2, first=SOON, name="Skjult", listed=False)
    client.force_login(User.objects.get(pk=mette.person))
    response = client.get(of(mette))
    assert b"Skjult" not in response.content
    assert response.cookies == {}
    client.cookies["language"] = "en"
    assert '<html lang="da"' in client.get(of(mette)).content.decode()


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("tr-TR,tr;q=0.9,da;q=0.5", "tr"),
        ("da,tr;q=0.9", "da"),
        ("pl,en", "da"),
        ("pl,tr", "tr"),
        ("*", "da"),
        ("", "da"),
        ("x" * 5000, "da"),
        ("tr;q=nonsense", "da"),
    ],
)
def test_it_is_in_the_readers_language_where_that_is_shown(
    mette: Actor, asked: str, shown: str
) -> None:
    approved(mette, "tr")
    response = Client().get(of(mette), headers={"Accept-Language": asked})
    assert response["Content-Language"] == shown
    assert "Accept-Language" in response["Vary"]


def test_a_language_in_the_address_holds_whatever_the_browser_asks_for(mette: Actor) -> None:
    approved(mette, "ar")
    arabic = page(of(mette, "ar"), **{"Accept-Language": "da"})
    assert '<html lang="ar" dir="rtl">' in arabic
    assert '<html lang="da"' in page(of(mette, "da"), **{"Accept-Language": "ar"})
    # One that is not shown is Danish: a frame is no place to be led elsewhere.
    assert '<html lang="da"' in page(of(mette, "pl"))


def test_a_coordinator_is_given_the_line_for_her_municipalitys_site(
    mette: Actor, client: Client
) -> None:
    client.force_login(User.objects.get(pk=mette.person))
    words = unescape(client.get(reverse("public:texts")).content.decode())
    line = (
        f'<iframe src="http://testserver{of(mette)}" title="Find et hold i Hvidovre Kommune"'
        ' width="100%" height="800" loading="lazy"></iframe>'
    )
    assert line in words
