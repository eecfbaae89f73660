"""Medarbejdere and Lukkedage as screens: the letter, the link, the end of a session."""

import datetime as dt
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, format_hotp_value, hotp_value
from django.core import mail
from django.test import Client
from django.urls import reverse

from roegfri import clock
from roegfri.accounts.models import Grant, User
from roegfri.accounts.roles import Role
from roegfri.organisations.models import ClosingDay, Municipality
from tests import make

TODAY = dt.date(2026, 3, 11)
PASSWORD = "et-langt-kodeord-2026"
HEALTH = re.compile(r"rygestop|henvis|borger|ryg|helbred|cpr", re.IGNORECASE)

committed = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _world(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(clock.danish_time(TODAY, dt.time(10)), tick=False):
        yield


def signed_in(grant: Grant) -> Client:
    client = Client()
    client.force_login(grant.user)
    return client


def workplace() -> tuple[Municipality, Client]:
    """A municipality, and its coordinator at her desk."""
    municipality = make.municipality(name="Hvidovre Kommune")
    return municipality, signed_in(make.grant(Role.COORDINATOR, municipality))


def text(response: Any) -> str:
    return str(response.content.decode())


NEW = {"name": "Ny  \n Kollega", "email": "ny@kommune.test", "role": "counsellor"}


def invited(client: Client, **given: str) -> str:
    """The text of the letter."""
    answer = client.post(reverse("desk:staff_invite"), {**NEW, **given})
    assert answer.status_code == 302, text(answer)
    return str(mail.outbox[-1].body)


def link_in(letter: str) -> str:
    (found,) = re.findall(r"http\S+", letter)
    return str(urlsplit(found).path)


# ---- the letter ----------------------------------------------------------------------------------


@committed
def test_who_is_invited_chooses_a_password_sets_up_a_second_factor_and_is_at_work(
    settings: Any,
) -> None:
    municipality, coordinator = workplace()
    link = link_in(invited(coordinator))
    settings.SECOND_FACTOR = True
    new = Client()
    form = new.get(link)["Location"]
    chosen = new.post(form, {"password1": PASSWORD, "password2": PASSWORD})
    assert chosen["Location"] == reverse("account_reset_password_from_key_done")
    new.post("/konto/login/", {"login": NEW["email"], "password": PASSWORD})
    page = new.get(reverse("referrals:list"))
    assert page["Location"] == reverse("accounts:second_factor")
    new.get(reverse("mfa_activate_totp"))
    code = format_hotp_value(
        hotp_value(new.session[SECRET_SESSION_KEY], int(clock.now().timestamp()) // 30)
    )
    assert new.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302
    page = new.get(reverse("referrals:list"))
    assert (page.status_code, municipality.name in text(page)) == (200, True)
    # The link is spent, and the coordinator sees that she has come.
    assert "Linket virker ikke længere" in text(Client().get(link, follow=True))
    settings.SECOND_FACTOR = False  # the coordinator's own sign-in is not what this is about
    assert "11. mar 10.00" in text(coordinator.get(reverse("desk:staff")))


@committed
def test_the_letter_says_who_and_what_and_nothing_of_health() -> None:
    _municipality, coordinator = workplace()
    letter = invited(coordinator)
    assert letter.startswith("Hej Ny Kollega\n")
    assert "rollen rådgiver for Hvidovre Kommune" in letter
    assert "i 3 dage" in letter
    (sent,) = mail.outbox
    assert sent.to == ["ny@kommune.test"]
    assert not HEALTH.search(f"{sent.subject} {letter}"), HEALTH.search(letter)


@committed
def test_after_three_days_the_link_is_spent_and_can_be_had_anew() -> None:
    _municipality, coordinator = workplace()
    link = link_in(invited(coordinator))
    half_a_week_later = clock.danish_time(TODAY + dt.timedelta(days=3), dt.time(10, 1))
    with time_machine.travel(half_a_week_later, tick=False):
        assert "Linket virker ikke længere" in text(Client().get(link, follow=True))
        grant = Grant.objects.get(user__email=NEW["email"])
        coordinator = signed_in(Grant.objects.get(role=Role.COORDINATOR))
        coordinator.post(reverse("desk:staff_renew", args=[grant.pk]))
        assert Client().get(link_in(str(mail.outbox[-1].body))).status_code == 302


@committed
def test_who_has_a_password_gets_no_link_to_another() -> None:
    _municipality, coordinator = workplace()
    known = User.objects.create_user("kendt@x.test", PASSWORD, name="Rigtige Navn")
    letter = invited(coordinator, email="Kendt@X.test")
    assert link_in(letter) == "/konto/login/"
    assert "Hej Rigtige Navn" in letter
    known.refresh_from_db()
    assert known.check_password(PASSWORD)


@committed
def test_known_or_not_the_coordinator_reads_the_same() -> None:
    _municipality, coordinator = workplace()
    make.grant(person=make.user(email="kendt@x.test", last_login=clock.now()))
    said = []
    for email in ("ny@x.test", "kendt@x.test"):
        invited(coordinator, email=email)
        said.append(text(coordinator.get(reverse("desk:staff"))).count(f"sendt til {email}."))
    assert said == [1, 1]


@committed
def test_a_mail_server_that_is_away_is_told_and_the_role_stays(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    _municipality, coordinator = workplace()
    coordinator.post(reverse("desk:staff_invite"), NEW)
    page = text(coordinator.get(reverse("desk:staff")))
    assert "kunne ikke sendes" in page
    assert Grant.objects.filter(user__email=NEW["email"]).exists()


@committed
def test_what_is_refused_sends_nothing() -> None:
    _municipality, coordinator = workplace()
    for wrong in ({"email": "ikke en mail"}, {"role": "administrator"}, {"name": " "}):
        answer = coordinator.post(reverse("desk:staff_invite"), {**NEW, **wrong})
        assert answer.status_code == 422
    assert (mail.outbox, User.objects.filter(email=NEW["email"]).exists()) == ([], False)


# ---- the end -------------------------------------------------------------------------------------


@committed
def test_an_ended_role_is_refused_at_the_next_request_and_the_session_ends() -> None:
    municipality, coordinator = workplace()
    grant = make.grant(organisation=municipality)
    counsellor = signed_in(grant)
    assert counsellor.get(reverse("referrals:list")).status_code == 200
    coordinator.post(reverse("desk:staff_end", args=[grant.pk]), {"from_on": "2026-03-11"})
    assert counsellor.get(reverse("referrals:list")).status_code == 403
    assert counsellor.get(reverse("referrals:list")).status_code == 302


@committed
def test_a_window_does_not_slip_into_another_of_her_roles() -> None:
    """She works under the role that ends, and has one elsewhere: her session is over."""
    municipality, coordinator = workplace()
    grant = make.grant(organisation=municipality)
    other = make.grant(person=grant.user)
    here, there = Client(), Client()
    for client, wanted in ((here, grant), (there, other)):
        client.post("/konto/login/", _credentials(grant.user))
        client.post(reverse("accounts:switch"), {"grant": str(wanted.pk)})
        assert wanted.organisation.name in text(client.get(reverse("referrals:list")))
    coordinator.post(reverse("desk:staff_end", args=[grant.pk]), {"from_on": "2026-03-11"})
    assert here.get(reverse("referrals:list"))["Location"].startswith("/konto/login/")
    assert other.organisation.name in text(there.get(reverse("referrals:list")))


def _credentials(user: User) -> dict[str, str]:
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return {"login": user.email, "password": PASSWORD}


@committed
def test_a_coordinator_who_ends_herself_is_signed_out_and_the_last_one_can_not() -> None:
    municipality, coordinator = workplace()
    own = Grant.objects.get(role=Role.COORDINATOR)
    address = reverse("desk:staff_end", args=[own.pk])
    refused = coordinator.post(address, {"from_on": "2026-03-11"})
    assert refused.status_code == 422
    assert "ingen koordinator" in text(refused)
    make.grant(Role.COORDINATOR, municipality)
    assert coordinator.post(address, {"from_on": "2026-03-11"})["Location"] == "/konto/login/"
    assert coordinator.get(reverse("desk:staff"))["Location"].startswith("/konto/login/")


@pytest.mark.django_db
def test_open_cases_are_shown_with_a_way_to_give_them_away() -> None:
    municipality, coordinator = workplace()
    grant = make.grant(organisation=municipality)
    from referrals.states import Outcome

    by = make.actor(grant)
    make.call(make.referral(by), by, Outcome.REACHED)
    done = make.referral(by, surname="Færdig", number="+4530303030")
    make.call(done, by, Outcome.REACHED)
    make.call(done, by, Outcome.DECLINED)
    behind = f"{reverse('referrals:list')}?state=open&amp;raadgiver={grant.user_id}"
    for address in (reverse("desk:staff"), reverse("desk:staff_end", args=[grant.pk])):
        assert behind in text(coordinator.get(address))
    rows = text(coordinator.get(unescape(behind)))
    assert ("Berggren" in rows, "Færdig" in rows) == (True, False)
    coordinator.post(reverse("desk:staff_end", args=[grant.pk]), {"from_on": "2026-03-11"})
    assert behind in text(coordinator.get(reverse("desk:staff")))


@pytest.mark.django_db
def test_nothing_is_told_of_what_she_did_before_she_came() -> None:
    municipality, coordinator = workplace()
    before = clock.danish_time(TODAY - dt.timedelta(days=1), dt.time(8))
    grant = make.grant(organisation=municipality, person=make.user(last_login=before))
    assert "10. mar 8.00" in text(coordinator.get(reverse("desk:staff")))
    Grant.objects.filter(pk=grant.pk).update(from_on=TODAY)
    assert "10. mar 8.00" not in text(coordinator.get(reverse("desk:staff")))


@pytest.mark.django_db
def test_a_role_is_kept_and_given_again() -> None:
    municipality, coordinator = workplace()
    grant = make.grant(organisation=municipality)
    coordinator.post(reverse("desk:staff_end", args=[grant.pk]), {"from_on": "2026-04-01"})
    assert "Fjern slutdato" in text(coordinator.get(reverse("desk:staff")))
    coordinator.post(reverse("desk:staff_keep", args=[grant.pk]))
    grant.refresh_from_db()
    assert grant.until_on is None
    coordinator.post(reverse("desk:staff_end", args=[grant.pk]), {"from_on": "2026-03-11"})
    assert "Giv rollen igen" in text(coordinator.get(reverse("desk:staff")))
    coordinator.post(reverse("desk:staff_keep", args=[grant.pk]))
    assert Grant.objects.valid_on(TODAY).filter(user=grant.user).count() == 1


# ---- closing days --------------------------------------------------------------------------------


def closed(client: Client, first: str, last: str = "", reason: str = "") -> Any:
    given = {"from_on": first, "until_on": last, "reason": reason}
    return client.post(reverse("desk:closing_days"), given, follow=True)


@pytest.mark.django_db
def test_days_are_closed_shown_and_opened_again() -> None:
    _municipality, coordinator = workplace()
    page = text(closed(coordinator, "2026-12-22", "2026-12-30", "Jul"))
    assert "5 lukkedage er tilføjet." in page
    assert "tirsdag 22. december" in page
    assert "Juleaftensdag" in page
    assert "flytter sig ikke" in page
    day = ClosingDay.objects.get(on=dt.date(2026, 12, 22))
    coordinator.post(reverse("desk:closing_day_remove", args=[day.pk]))
    assert ClosingDay.objects.count() == 4


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("", "", "Dette felt er påkrævet"),
        ("i morgen", "", "gyldig dato"),
        ("2026-12-24", "", "Juleaftensdag"),
        ("2026-03-20", "2026-03-19", "ligger før den første"),
        ("0001-01-01", "", "Dagen er gået"),
        ("9999-12-31", "", "tre år"),
    ],
)
def test_bad_dates_get_a_plain_answer(first: str, last: str, words: str) -> None:
    _municipality, coordinator = workplace()
    answer = closed(coordinator, first, last, "Skal ikke tabes")
    assert answer.status_code == 422
    assert words in text(answer)
    assert "Skal ikke tabes" in text(answer)
    assert not ClosingDay.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("year", ["", "x", "0000", "9999", "²026", "2026 ", "-1", "20260"])
def test_a_year_that_is_none_shows_this_one(year: str) -> None:
    _municipality, coordinator = workplace()
    page = coordinator.get(reverse("desk:closing_days"), {"aar": year})
    assert (page.status_code, "2026" in text(page)) == (200, True)


# ---- deadlines kept ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_deadlines_kept_says_what_to_do_while_nobody_has_come() -> None:
    _municipality, coordinator = workplace()
    page = text(coordinator.get(reverse("desk:deadlines")))
    assert "Ingen henvisninger endnu" in page
    assert reverse("referrals:upload") in page


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["", "selv", "opfoelgning", "x'><script>"])
def test_deadlines_kept_opens_the_rows_behind_its_numbers(kind: str) -> None:
    municipality, coordinator = workplace()
    when = clock.danish_time(dt.date(2026, 3, 2), dt.time(9))
    make.referral(make.actor(make.grant(organisation=municipality)), received_at=when)
    page = coordinator.get(reverse("desk:deadlines"), {"slags": kind})
    assert page.status_code == 200
    behind = "modtaget_fra=2026-03-02&amp;modtaget_til=2026-03-08&amp;slags=henvist"
    assert (f"{behind}&amp;kontakt=overskredet" in text(page)) == (
        kind not in {"selv", "opfoelgning"}
    )
    assert "<script>" not in text(page)


@pytest.mark.django_db
def test_the_rows_behind_a_number_are_listed() -> None:
    municipality, coordinator = workplace()
    by = make.actor(make.grant(organisation=municipality))
    for surname, day in (("Ugetisen", 2), ("Ugeelleve", 10)):
        when = clock.danish_time(dt.date(2026, 3, day), dt.time(9))
        make.referral(by, received_at=when, surname=surname, number=f"+452012340{day % 10}")
    page = text(coordinator.get(reverse("desk:deadlines")))
    behind = [unescape(url) for url in re.findall(r'href="(/henvisninger/\?[^"]+)"', page)]
    shown = {}
    for url in behind:
        rows = text(coordinator.get(url))
        shown[url] = {name for name in ("Ugetisen", "Ugeelleve") if name in rows}
    asked = "modtaget_fra=2026-03-{}&modtaget_til=2026-03-{}&slags=henvist&kontakt={}"
    assert shown[f"/henvisninger/?{asked.format('02', '08', 'overskredet')}"] == {"Ugetisen"}
    assert shown[f"/henvisninger/?{asked.format('09', '15', 'venter')}"] == {"Ugeelleve"}
    assert set() not in shown.values()
    nobody = coordinator.get(f"/henvisninger/?{asked.format('02', '08', 'i_tide')}")
    assert "Ugetisen" not in text(nobody)
