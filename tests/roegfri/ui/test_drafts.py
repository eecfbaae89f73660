"""What is typed is kept: sealed, for the person alone, until it is sent or 14 days have passed."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django import forms
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.test import RequestFactory
from django.urls import path

from roegfri import clock
from roegfri.actor import NOBODY, Actor, Kind, acting, system
from roegfri.refusal import Refusal
from roegfri.ui import drafts, screens, views
from roegfri.ui.models import Draft
from roegfri.ui.tasks import forget_old_drafts

AT = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
KEY = "/opkald/7/"
pytestmark = pytest.mark.django_db


def call(request: HttpRequest, pk: int) -> HttpResponse:
    """A screen of ours."""
    return HttpResponse()


def sign_in(request: HttpRequest) -> HttpResponse:
    """Not one: it has no right."""
    return HttpResponse()


call.right = "referrals_handle"  # type: ignore[attr-defined]
urlpatterns = [path("opkald/<int:pk>/", call), path("login/", sign_in)]


def person(name: str = "mette") -> Actor:
    user = get_user_model()(email=f"{name}@example.dk", name=name)
    user.save()
    return Actor(Kind.PERSON, user.name, user_id=user.pk)


@pytest.fixture
def mette(settings: Any) -> Iterator[Actor]:
    settings.ROOT_URLCONF = __name__
    with acting(person()) as actor:
        yield actor


def user_id(actor: Actor) -> UUID:
    assert actor.user_id
    return actor.user_id


def typed(text: str) -> QueryDict:
    return QueryDict(text, encoding="utf-8")


def test_what_was_typed_comes_back_as_the_form_would_send_it(mette: Actor) -> None:
    drafts.keep(user_id(mette), KEY, typed("note=Ringer+%C3%A6%C3%B8%C3%A5&told=a&told=b"), AT)
    found = drafts.find(user_id(mette), KEY)
    assert found is not None
    assert found["note"] == "Ringer æøå"
    assert found.getlist("told") == ["a", "b"]
    assert drafts.find(user_id(mette), "/opkald/8/") is None


def test_the_last_one_counts(mette: Actor) -> None:
    for note in ("en", "to"):
        drafts.keep(user_id(mette), KEY, {"note": note}, AT)
    found = drafts.find(user_id(mette), KEY)
    assert found is not None
    assert found["note"] == "to"
    assert Draft.objects.count() == 1


def test_emptying_the_form_forgets(mette: Actor) -> None:
    drafts.keep(user_id(mette), KEY, {"note": "en"}, AT)
    drafts.keep(user_id(mette), KEY, {"note": " "}, AT)
    assert Draft.objects.count() == 0


def test_it_lies_sealed_and_bound_to_its_row(mette: Actor) -> None:
    drafts.keep(user_id(mette), KEY, {"note": "Kirsten"}, AT)
    drafts.keep(user_id(mette), "/opkald/8/", {"note": "Bruno"}, AT)
    one, two = Draft.objects.order_by("key")
    assert b"Kirsten" not in bytes(one.body)
    two.body = one.body
    two.save(update_fields=["body"])
    assert drafts.find(user_id(mette), "/opkald/8/") is None


def test_nobody_else_sees_it_whatever_the_code_asks(mette: Actor) -> None:
    drafts.keep(user_id(mette), KEY, {"note": "en"}, AT)
    other = person("kirsten")
    for actor in (other, NOBODY):
        with acting(actor):
            assert Draft.objects.count() == 0
            assert drafts.find(user_id(mette), KEY) is None
            drafts.forget(user_id(mette), KEY)
            with pytest.raises(Exception, match="row-level security"), transaction.atomic():
                drafts.keep(user_id(mette), "/opkald/9/", {"note": "hendes"}, AT)
    assert Draft.objects.count() == 1


@pytest.mark.parametrize(
    "name",
    ["csrfmiddlewaretoken", "password", "new_password1", "adgangskode", "code", "token", "next"],
)
def test_secrets_are_never_kept(mette: Actor, name: str) -> None:
    drafts.keep(user_id(mette), KEY, {name: "hemmeligt", "note": "en"}, AT)
    assert list(drafts.find(user_id(mette), KEY) or ()) == ["note"]


def test_what_was_typed_under_one_role_stands_in_no_form_of_another(mette: Actor) -> None:
    here, there = (replace(mette, role="counsellor", organisation_id=uuid4()) for _ in range(2))
    with acting(here):
        drafts.keep(user_id(mette), KEY, {"note": "Kirsten"}, AT)
    with acting(there):
        assert drafts.find(user_id(mette), KEY) is None
        drafts.keep(user_id(mette), KEY, {"note": "Bruno"}, AT)
        drafts.forget(user_id(mette), KEY)
    with acting(replace(here, role="coordinator")):
        assert drafts.find(user_id(mette), KEY) is None
    with acting(here):
        assert drafts.find(user_id(mette), KEY) == typed("note=Kirsten")


def test_what_a_session_that_was_over_left_is_found_under_any_role(mette: Actor) -> None:
    drafts.keep(user_id(mette), KEY, {"note": "en"}, AT)
    with acting(replace(mette, role="counsellor", organisation_id=uuid4())):
        assert drafts.find(user_id(mette), KEY) is not None
        drafts.forget(user_id(mette), KEY)
    assert Draft.objects.count() == 0


def ask(actor: Actor, key: str, body: dict[str, str]) -> HttpResponse:
    request = RequestFactory().post("/udkast/", body, query_params={"for": key})
    request.actor = actor  # type: ignore[attr-defined]
    return views.draft(request)


def test_the_browser_keeps_a_draft(mette: Actor) -> None:
    assert ask(mette, KEY, {"note": "en"}).status_code == 204
    assert drafts.find(user_id(mette), KEY) is not None


@pytest.mark.parametrize(
    "key", ["", "/login/", "/findes-ikke/", "https://andet.dk/", "javascript:1"]
)
def test_only_our_own_screens_have_drafts(mette: Actor, key: str) -> None:
    assert ask(mette, key, {"note": "en"}).status_code == 404
    assert Draft.objects.count() == 0


def test_a_draft_has_a_cap(mette: Actor) -> None:
    assert ask(mette, KEY, {"note": "x" * drafts.MOST}).status_code == 413
    assert Draft.objects.count() == 0


def test_who_is_not_signed_in_has_no_draft(mette: Actor) -> None:
    for actor in (NOBODY, system("x")):
        assert ask(actor, KEY, {"note": "en"}).status_code == 403


def test_a_draft_can_be_thrown_away(mette: Actor) -> None:
    drafts.keep(user_id(mette), KEY, {"note": "en"}, AT)
    request = RequestFactory().post("/udkast/kasser/", query_params={"for": KEY})
    request.actor = mette  # type: ignore[attr-defined]
    answer = views.discard(request)
    assert (answer.status_code, answer["Location"]) == (302, KEY)
    assert Draft.objects.count() == 0


class Note(forms.Form):
    note = forms.CharField()
    day = forms.DateField()


def visit(actor: Actor, method: str = "get", **body: str) -> HttpRequest:
    request = getattr(RequestFactory(), method)(KEY, body or None)
    request.actor = actor
    return request  # type: ignore[no-any-return]


def test_a_form_comes_back_filled_and_without_blame(mette: Actor) -> None:
    drafts.keep(user_id(mette), KEY, {"note": "en", "day": "i morg"}, AT)
    request = visit(mette)
    form = screens.filled(request, Note)
    assert (form["note"].value(), form["day"].value()) == ("en", "i morg")
    assert not form.errors
    assert request.draft == KEY  # type: ignore[attr-defined]


def test_a_form_without_a_draft_is_fresh(mette: Actor) -> None:
    request = visit(mette)
    assert not screens.filled(request, Note).is_bound
    assert not hasattr(request, "draft")


def test_sending_the_form_forgets_the_draft_and_a_refusal_does_not(mette: Actor) -> None:
    drafts.keep(user_id(mette), KEY, {"note": "en"}, AT)

    def refuse(**_: object) -> None:
        raise Refusal("Nej")

    request = visit(mette, "post", note="en", day="2026-03-02")
    assert not screens.submitted(request, screens.filled(request, Note), refuse)
    request = visit(mette, "post", note="en")
    assert not screens.submitted(request, screens.filled(request, Note), lambda **_: None)
    assert Draft.objects.count() == 1
    request = visit(mette, "post", note="en", day="2026-03-02")
    assert screens.submitted(request, screens.filled(request, Note), lambda **_: None)
    assert Draft.objects.count() == 0


def test_after_14_days_it_is_gone_and_twice_is_once(mette: Actor) -> None:
    now = clock.now()
    drafts.keep(user_id(mette), KEY, {"note": "gammel"}, now - dt.timedelta(days=14, minutes=1))
    drafts.keep(user_id(mette), "/opkald/8/", {"note": "ny"}, now - dt.timedelta(days=13))
    forget_old_drafts()
    forget_old_drafts()
    assert [draft.key for draft in Draft.objects.all()] == ["/opkald/8/"]


@pytest.mark.parametrize(
    ("target", "goes_to"),
    [
        ("/henvisninger/?orden=navn", "/henvisninger/?orden=navn"),
        ("https://ondt.dk/", "/"),
        ("//ondt.dk/", "/"),
        ("/\\ondt.dk", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_choosing_a_language_stays_on_the_site(target: str, goes_to: str) -> None:
    answer = views.language(RequestFactory().post("/sprog/", {"language": "en", "next": target}))
    assert answer["Location"] == goes_to
    assert answer.cookies["language"].value == "en"


def test_an_unknown_language_is_not_remembered() -> None:
    answer = views.language(RequestFactory().post("/sprog/", {"language": "xx"}))
    assert "language" not in answer.cookies
