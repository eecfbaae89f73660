"""A colleague is ill; and a stretch of the call list worked through without the mouse."""

import re

import pytest
from django.db import transaction
from django.test import override_settings
from playwright.sync_api import expect

from referrals.models import Referral
from roegfri.accounts.models import User
from roegfri.accounts.roles import Role
from roegfri.actor import acting
from roegfri.organisations.models import Municipality
from tests import make
from tests.browser.conftest import Visitor

PASSWORD = "et-langt-kodeord-2026"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def without_second_factor() -> object:
    with override_settings(SECOND_FACTOR=False, TRIAL=True):
        yield


@pytest.fixture
def hvidovre() -> Municipality:
    return make.municipality(name="Hvidovre Kommune")


def hired(hvidovre: Municipality, role: Role, name: str) -> User:
    email = f"{name.split(maxsplit=1)[0].lower()}@example.test"
    user = User.objects.create_user(email, PASSWORD, name=name)
    make.grant(role, hvidovre, user)
    return user


def cases_of(owner: User | None, hvidovre: Municipality, number: int) -> list[Referral]:
    by = make.actor(make.grant(organisation=hvidovre))
    made = [make.referral(by, number=f"+45200{n:05d}", surname=f"Nr {n}") for n in range(number)]
    with acting(by), transaction.atomic():
        Referral.objects.filter(pk__in=[one.pk for one in made]).update(caseworker=owner)
    return made


def test_a_colleague_is_ill_and_all_her_open_cases_are_another_s_in_five_clicks(
    visitor: Visitor, hvidovre: Municipality
) -> None:
    hired(hvidovre, Role.COORDINATOR, "Karin Holst")
    mette = hired(hvidovre, Role.COUNSELLOR, "Mette Bruun")
    anne = hired(hvidovre, Role.COUNSELLOR, "Anne Holm")
    cases = cases_of(mette, hvidovre, 27)
    page = visitor.signs_in("karin@example.test", PASSWORD).page
    clicks = 0
    size = page.viewport_size
    if size and size["width"] < 992:
        page.locator(".menu > summary").click()
        clicks += 1
    for link in ("Dæk for kollega", re.compile("Giv alle videre.*Mette Bruun")):
        visitor.then(page.get_by_role("link", name=link).click)
        clicks += 1
    expect(page.get_by_role("heading", name="Giv 27 sager til")).to_be_visible()
    visitor.then(page.get_by_role("button", name=re.compile("Anne Holm")).click)
    clicks += 1
    expect(page.get_by_text("27 sager er givet.")).to_be_visible()
    assert clicks <= 5
    with acting(make.SYSTEM), transaction.atomic():
        owners = set(Referral.objects.values_list("caseworker_id", flat=True))
    assert (owners, len(cases)) == ({anne.pk}, 27)


def test_the_list_is_worked_through_by_keys_and_stands_still(
    visitor: Visitor, hvidovre: Municipality
) -> None:
    hired(hvidovre, Role.COUNSELLOR, "Mette Bruun")
    cases_of(None, hvidovre, 4)
    page = visitor.signs_in("mette@example.test", PASSWORD).page
    names = page.locator(".worklist tbody th a").all_inner_texts()
    page.keyboard.press("j")
    page.keyboard.press("i")
    first, second = (page.locator(".worklist tbody tr").nth(n) for n in (0, 1))
    expect(first).to_have_class("row-over")
    expect(first).to_contain_text("Intet svar noteret")
    expect(second.get_by_role("link")).to_be_focused()
    page.keyboard.press("b")
    expect(second).to_contain_text("Lagt besked noteret")
    assert page.locator(".worklist tbody th a").all_inner_texts() == names
    visitor.looks()
    # A slip: z takes back what was noted last, from the line after it.
    page.keyboard.press("z")
    expect(second).not_to_have_class("row-over")
    page.keyboard.press("k")
    page.keyboard.press("b")
    expect(second).to_contain_text("Lagt besked noteret")
    # And from the line itself.
    page.keyboard.press("k")
    page.keyboard.press("z")
    expect(second).not_to_have_class("row-over")
    page.keyboard.press("i")
    expect(second).to_contain_text("Intet svar noteret")
    visitor.looks()
    # Enter opens the call screen of the chosen line.
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/opkald/" in page.url


def test_the_lists_and_their_filters_look_right(visitor: Visitor, hvidovre: Municipality) -> None:
    mette = hired(hvidovre, Role.COORDINATOR, "Mette Bruun")
    cases_of(mette, hvidovre, 3)
    page = visitor.signs_in("mette@example.test", PASSWORD).page
    for view in ("mine", "overskredet", "frist-i-dag", "aftaler", "mangler-nummer", "beskeder"):
        visitor.goes(f"/?vis={view}")
    visitor.goes("/henvisninger/?state=open&raadgiver=mig&flere=1")
    if page.locator("[data-pick-all]").is_visible():
        page.locator("[data-pick-all]").click()
    expect(page.locator(".pick input:checked")).to_have_count(3)
    visitor.then(page.get_by_role("button", name="Giv de valgte til").click)
    expect(page.get_by_role("heading", name="Giv 3 sager til")).to_be_visible()
    visitor.goes("/henvisninger/filtre/?state=open")
    page.fill("input[name=name]", "Alle mine åbne")
    visitor.then(page.get_by_role("button", name="Gem filteret").click)
    expect(page.get_by_role("link", name="Alle mine åbne")).to_be_visible()
    visitor.goes("/henvisninger/filtre/").goes("/daekning/")


def test_a_question_mark_opens_the_keys_and_closes_them_again(
    visitor: Visitor, hvidovre: Municipality
) -> None:
    hired(hvidovre, Role.COUNSELLOR, "Mette Bruun")
    cases_of(None, hvidovre, 30)
    page = visitor.signs_in("mette@example.test", PASSWORD).page
    size = page.viewport_size
    if size and size["width"] < 992:
        expect(page.get_by_text("Genveje på tastaturet")).to_be_hidden()
        return
    keys = page.locator(".shortcuts dl")
    expect(keys).to_be_hidden()
    page.keyboard.press("?")
    expect(keys).to_be_in_viewport()
    for key in ("/", "n", "j", "k", "Enter", "Ctrl", "z", "?", "Esc"):
        expect(keys.get_by_text(key, exact=True).first).to_be_visible()
    visitor.looks()
    page.keyboard.press("?")
    expect(keys).to_be_hidden()
    page.keyboard.press("?")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
