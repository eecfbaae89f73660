"""A citizen fills in STOPbasen's form on her own link, on a telephone, in Danish and in Arabic."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext

from courses.commands.form_links import make_link
from courses.models import Baseline
from referrals.models import Consent
from roegfri import clock
from roegfri.accounts.roles import Role
from roegfri.actor import acting
from roegfri.public.commands import approve_language
from roegfri.public.languages import LANGUAGES
from tests import make
from tests.browser.conftest import PATIENCE, PHONE, Visitor
from tests.courses.world import coming, do, put, towns

ARABIC = LANGUAGES["ar"]


@pytest.fixture
def telephone(chromium: Browser) -> Iterator[BrowserContext]:
    width, height = PHONE
    context = chromium.new_context(viewport={"width": width, "height": height}, locale="da-DK")
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def secret(transactional_db: None) -> str:
    """Of a link that was made a moment ago, by a host that shows Arabic."""
    where = towns()
    reader = make.actor(make.grant(Role.COORDINATOR, make.home(where.a)))
    with acting(reader):
        approve_language(ARABIC, digest=ARABIC.digest, by=reader, at=clock.now())
    hers = put(coming(where.a), where.b)
    made: str = do(where.a, make_link, hers, at=clock.now())
    return made


def test_from_the_code_to_thanks(telephone: BrowserContext, address: str, secret: str) -> None:
    there = reverse("courses:own_form", kwargs={"secret": secret})
    visitor = Visitor(telephone.new_page(), address).goes(there)
    page = visitor.page

    def press(name: str) -> None:
        visitor.then(lambda: page.get_by_role("button", name=name, exact=True).click())

    visitor.then(lambda: page.get_by_role("link", name="Begynd").click())
    assert not page.is_visible("#id_pregnant")
    page.check("text=Kvinde")
    page.get_by_label("Nej", exact=True).check()
    press("Gem, og gå videre")
    page.get_by_role("link", name="Hvilket år er du født?").click()
    page.fill("#id_birth_year", "1985")
    page.check("text=Folkeskole")
    page.check("text=Er ledig")
    press("Gem, og gå videre")
    assert page.inner_text("h1") == "Hjemme"
    # The line drops, and she scans the code once more: in Arabic now, where she was.
    visitor.goes(there)
    visitor.then(lambda: page.get_by_role("link", name="العربية").click())
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    form = ARABIC.words["form"]
    assert page.inner_text("h1") == form["parts"]["home"]
    page.get_by_label(form["choices"]["yes_no"]["yes"], exact=True).check()
    page.get_by_label(form["choices"]["smokers_at_home"]["none"]).check()
    press(form["page"]["go_on"])
    page.get_by_label(form["choices"]["products"]["cigarettes"]).check()
    page.fill("#id_amount_cigarettes", "٢٠")
    press(form["page"]["go_on"])
    press(form["page"]["anyway"])
    page.fill("#id_attempts", "0")
    press(form["page"]["go_on"])
    page.get_by_label(form["choices"]["medicine"]["no"], exact=True).check()
    page.get_by_label(form["choices"]["heard"]["family"]).check()
    press(form["page"]["go_on"])
    page.check("#id_agree")
    press(form["page"]["send"])
    assert page.inner_text("h1") == form["page"]["thanks_heading"]
    assert telephone.cookies() == []
    with transaction.atomic(), acting(make.SYSTEM):
        answers = Baseline.objects.get().answers
        assert Consent.objects.filter(kind="stopbase", form="written").exists()
    assert answers["amount_cigarettes"] == 20
    assert (answers["birth_year"], answers["pregnant"]) == (1985, "no")
