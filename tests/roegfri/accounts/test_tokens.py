"""Keys for other systems: what is kept of one, whom it opens what for, and who may make it."""

import datetime as dt
import re
import threading
import uuid
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from roegfri import clock
from roegfri.accounts import commands, policies, tokens
from roegfri.accounts.models import Token, TokenPurpose, User
from roegfri.accounts.roles import Right, Role
from roegfri.accounts.tokens import Standing
from roegfri.actor import INTAKE, NOBODY, SENDER, Actor, Kind, acting
from roegfri.audit.models import AuditEvent, ChangeValue
from roegfri.organisations import kinds
from roegfri.organisations.models import (
    Hospital,
    HospitalDepartment,
    Organisation,
    Practice,
    Region,
)
from roegfri.refusal import AlreadySent, Refusal
from tests import make
from tests.threads import answers_at_once

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)
NOW = make.MONDAY
LAST_DAY = dt.date(2027, 3, 2)


@pytest.fixture(autouse=True)
def _world(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(NOW, tick=False):
        yield


def coordinator(municipality: Organisation | None = None) -> Actor:
    return make.actor(make.grant(Role.COORDINATOR, municipality))


def administrator() -> Actor:
    operator = Organisation.objects.create(kind=kinds.Kind.OPERATOR, name="Drift")
    return make.actor(make.grant(Role.ADMINISTRATOR, operator))


def department(name: str = "Lungemedicinsk Afdeling", hospital: str = "Hospital") -> Organisation:
    region, _ = Region.objects.get_or_create(name="Region Prøve")
    house = Hospital.objects.create(name=hospital, region=region)
    return HospitalDepartment.objects.create(name=name, hospital=house)


def practice(number: str = "012345") -> Organisation:
    return Practice.objects.create(name="Lægerne", provider_number=number)


def made(by: Actor | None = None, **given: Any) -> tuple[Token, str]:
    by = by or coordinator()
    usual: dict[str, Any] = {
        "purpose": TokenPurpose.REFERRALS,
        "name": "Integrationsplatformen",
        "expires_on": LAST_DAY,
        "at": NOW,
    }
    given = {**usual, **given}
    whose = given.pop("organisation", None) or make.home(by)
    with acting(by):
        return commands.create_token(whose, **given, by=by)


def signed_in(by: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=by.person))
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


def later(**passed: float) -> dt.datetime:
    return NOW + dt.timedelta(**passed)


# ---- what a key is -------------------------------------------------------------------------------


def test_a_key_is_readable_at_its_beginning_and_kept_as_a_digest_alone() -> None:
    token, secret = made()
    assert re.fullmatch(r"rgf_[a-z0-9]{8}_[A-Za-z0-9_-]{43}", secret)
    assert token.prefix == secret[:12]
    with connection.cursor() as cursor:
        cursor.execute("select accounts_token::text, encode(sha256, 'hex') from accounts_token")
        ((row, digest),) = cursor.fetchall()
    assert secret not in row
    assert secret[13:] not in row
    assert digest == tokens.digest(secret).hex()
    with acting(make.SYSTEM):
        logged = [str(one) for one in ChangeValue.objects.values()]
        logged += [str(one) for one in AuditEvent.objects.values()]
    assert logged
    assert not [one for one in logged if secret[13:] in one or digest in one]


def test_no_two_keys_are_alike() -> None:
    assert len({tokens.new_secret() for _ in range(1000)}) == 1000


# ---- whether it holds ----------------------------------------------------------------------------


def test_a_key_holds_until_the_end_of_its_last_day_in_denmark() -> None:
    token, secret = made(expires_on=dt.date(2026, 3, 10))
    midnight = dt.datetime(2026, 3, 10, 23, tzinfo=dt.UTC)
    just_before = midnight - dt.timedelta(microseconds=1)
    assert tokens.presented(secret, just_before) == tokens.Presented(token, Standing.GOOD)
    assert tokens.presented(secret, midnight) == tokens.Presented(token, Standing.EXPIRED)
    assert make.token_of(secret, just_before) == token
    assert make.token_of(secret, midnight) is None


def test_a_closed_key_opens_nothing_and_says_so() -> None:
    by = coordinator()
    token, secret = made(by)
    with acting(by):
        commands.revoke_token(token, by=by, at=NOW)
    assert tokens.presented(secret, NOW).standing is Standing.REVOKED
    # Closed stays closed, though it has expired meanwhile.
    assert tokens.presented(secret, later(days=900)).standing is Standing.REVOKED
    assert make.token_of(secret, NOW) is None


@pytest.mark.parametrize(
    "secret",
    ["", "rgf_", "Bearer x", "rgf_abcdefgh_" + "x" * 42, "rgf_abcdefgh_" + "x" * 44, "æ" * 56,
     "rgf_abcdefgh_" + "x" * 43 + "\n", "rgf_ABCDEFGH_" + "x" * 43, "x" * 100_000, "\0" * 56],
)  # fmt: skip
def test_what_does_not_look_like_a_key_is_not_looked_for(secret: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert tokens.presented(secret, NOW) == tokens.Presented(None, Standing.UNKNOWN)
    assert len(asked) == 0


def test_a_key_that_differs_in_its_last_character_is_another() -> None:
    _token, secret = made()
    other = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    assert tokens.presented(secret, NOW).standing is Standing.GOOD
    assert tokens.presented(other, NOW) == tokens.Presented(None, Standing.UNKNOWN)


def test_a_key_is_found_in_one_statement_with_its_organisation() -> None:
    _token, secret = made()
    with acting(NOBODY):
        make.token_of(secret, NOW)
        with CaptureQueriesContext(connection) as asked:
            token = make.token_of(secret, later(minutes=9))
            assert token
            assert token.organisation.name
    assert len(asked) == 1


def test_that_it_is_used_is_noted_once_in_ten_minutes() -> None:
    token, secret = made()
    assert token.last_used_at is None
    noted: list[dt.datetime | None] = []
    for minute in (0, 9, 10, 19.99, 20):
        make.token_of(secret, later(minutes=minute))
        token.refresh_from_db()
        noted.append(token.last_used_at)
    first, second, third = NOW, later(minutes=10), later(minutes=20)
    assert noted == [first, first, second, second, third]


def test_that_a_key_no_longer_good_was_tried_is_no_use_of_it() -> None:
    token, secret = made(expires_on=NOW.date())
    tokens.presented(secret, later(days=2))
    token.refresh_from_db()
    assert token.last_used_at is None


def test_using_a_key_leaves_no_line_in_the_log() -> None:
    _token, secret = made()
    with acting(make.SYSTEM):
        before = AuditEvent.objects.count()
        make.token_of(secret, NOW)
        assert AuditEvent.objects.count() == before


def noted_meanwhile(secret: str) -> list[str]:
    """What another request is answered while the first holds the key's row."""
    found: list[str] = []

    def use() -> None:
        try:
            with transaction.atomic():
                connection.cursor().execute("set local lock_timeout = '500ms'")
                found.append(tokens.presented(secret, NOW).standing)
        except OperationalError:
            found.append("waited")
        finally:
            connection.close()

    with transaction.atomic():
        make.token_of(secret, NOW)
        other = threading.Thread(target=use)
        other.start()
        other.join()
    return found


@committed
def test_nobody_waits_while_another_notes_the_use() -> None:
    assert noted_meanwhile(made()[1]) == [Standing.GOOD]


@committed
def test_control_with_a_plain_update_the_other_waits(monkeypatch: Any) -> None:
    monkeypatch.setattr(tokens, "_NOTE_USE", tokens._NOTE_USE.replace("skip locked", ""))
    assert noted_meanwhile(made()[1]) == ["waited"]


# ---- who acts by it ------------------------------------------------------------------------------


def test_a_municipality_takes_in_and_others_send() -> None:
    by = administrator()
    ours, _ = made(by, organisation=make.municipality(), purpose=TokenPurpose.MEDCOM)
    theirs, _ = made(by, organisation=department())
    actor = tokens.actor_of(ours, "abc")
    assert actor == Actor(
        Kind.TOKEN,
        str(ours.pk),
        role=INTAKE,
        organisation_id=ours.organisation_id,
        organisation_name=ours.organisation.name,
        rights=frozenset({Right.REFERRALS_IMPORT}),
        request_id="abc",
    )
    assert actor.label == f"token:{ours.pk}"
    sender = tokens.actor_of(theirs, "")
    assert (sender.role, sender.rights) == (SENDER, frozenset({Right.REFERRALS_SEND}))


def test_every_purpose_has_one_right_and_those_who_may_have_it() -> None:
    assert set(tokens.RIGHTS) == set(TokenPurpose) == set(commands.tokens.MAY_HAVE)
    assert {len(rights) for rights in tokens.RIGHTS.values()} == {1}


# ---- making --------------------------------------------------------------------------------------


@pytest.mark.parametrize("whose", [department, practice])
def test_messages_are_handed_in_to_municipalities_alone(whose: Any) -> None:
    with pytest.raises(Refusal, match="afleveres til en kommune") as refused:
        made(administrator(), organisation=whose(), purpose=TokenPurpose.MEDCOM)
    assert refused.value.field == "purpose"
    assert not Token.objects.exists()


@pytest.mark.parametrize("kind", [kinds.Kind.QUITLINE, kinds.Kind.OPERATOR])
@pytest.mark.parametrize("purpose", TokenPurpose.values)
def test_who_refers_nobody_has_no_key(kind: str, purpose: str) -> None:
    other = Organisation.objects.create(kind=kind, name="Andre")
    with pytest.raises(Refusal, match="henviser ikke borgere"):
        made(administrator(), organisation=other, purpose=purpose)


def test_a_coordinator_makes_keys_for_her_own_municipality_alone() -> None:
    for other in (make.municipality(), department()):
        with pytest.raises(Refusal, match="din egen kommune"):
            made(coordinator(), organisation=other)
    assert not Token.objects.exists()


@pytest.mark.parametrize(
    ("day", "words"),
    [("2026-03-01", "Dagen er gået"), ("2028-03-03", "to år"), ("9999-12-31", "to år")],
)  # fmt: skip
def test_the_last_day_is_within_two_years(day: str, words: str) -> None:
    with pytest.raises(Refusal, match=words) as refused:
        made(expires_on=dt.date.fromisoformat(day))
    assert refused.value.field == "expires_on"


@pytest.mark.parametrize("day", ["2026-03-02", "2028-03-02"])
def test_today_and_two_years_on_are_within(day: str) -> None:
    token, _ = made(expires_on=dt.date.fromisoformat(day))
    assert clock.danish_date(token.expires_at - dt.timedelta(seconds=1)).isoformat() == day


def test_the_name_is_one_line_and_not_empty() -> None:
    token, _ = made(name="  Læge \n system ")
    assert token.name == "Læge system"
    with pytest.raises(Refusal, match="hvilket system"):
        made(name="  ")


def test_one_form_makes_one_key() -> None:
    by, once = coordinator(), uuid.uuid4()
    made(by, once=once)
    with pytest.raises(AlreadySent, match="vises kun én gang"):
        made(by, once=once)
    assert Token.objects.count() == 1


def sent_ten_times_at_once(once: uuid.UUID | None) -> list[str]:
    by = coordinator()

    def send() -> str:
        try:
            made(by, once=once)
        except AlreadySent:
            return "sent"
        return "made"

    return sorted(answers_at_once(send, 10))


@committed
def test_one_form_sent_ten_times_at_once_makes_one_key() -> None:
    assert sent_ten_times_at_once(uuid.uuid4()) == ["made", *["sent"] * 9]
    assert Token.objects.count() == 1


@committed
def test_control_forms_that_are_not_told_apart_make_ten() -> None:
    assert sent_ten_times_at_once(None) == ["made"] * 10


# ---- closing -------------------------------------------------------------------------------------


def test_a_key_is_closed_once_and_says_by_whom() -> None:
    by = coordinator()
    token, _ = made(by)
    with acting(by):
        closed = commands.revoke_token(token, by=by, at=NOW)
        assert (closed.revoked_at, closed.revoked_by) == (NOW, by.name)
        with pytest.raises(Refusal, match=f"allerede lukket.*02.03.2026 af {by.name}"):
            commands.revoke_token(token, by=by, at=later(days=1))
    token.refresh_from_db()
    assert token.revoked_at == NOW


def test_another_municipalitys_key_is_not_closed() -> None:
    token, secret = made()
    other = coordinator()
    with acting(other), pytest.raises(Token.DoesNotExist):
        commands.revoke_token(token, by=other, at=NOW)
    assert make.token_of(secret, NOW)


def test_what_is_made_and_closed_stands_in_the_log() -> None:
    by = coordinator()
    token, _ = made(by)
    with acting(by):
        commands.revoke_token(token, by=by, at=NOW)
    with acting(make.SYSTEM):
        acts = AuditEvent.objects.filter(act__startswith="token.").order_by("seq")
        assert list(acts.values_list("act", "subject", "user_id")) == [
            ("token.made", f"token:{token.pk}", by.user_id),
            ("token.revoked", f"token:{token.pk}", by.user_id),
        ]


def test_who_sees_which_keys() -> None:
    by = coordinator()
    mine, _ = made(by)
    theirs, _ = made()
    assert set(policies.tokens_visible_to(by)) == {mine}
    assert set(policies.tokens_visible_to(administrator())) == {mine, theirs}
    assert not policies.tokens_visible_to(NOBODY)


# ---- the command line ----------------------------------------------------------------------------


def run(**given: Any) -> tuple[str, str]:
    out, beside = StringIO(), StringIO()
    usual = {"purpose": "referrals", "name": "Lægesystem"}
    call_command("create_token", **{**usual, **given}, stdout=out, stderr=beside)
    return out.getvalue(), beside.getvalue()


def test_the_command_prints_the_key_alone() -> None:
    place = make.municipality(name="Hvidovre Kommune", code="167")
    said, beside = run(organisation="167", purpose="medcom", days=30)
    token = make.token_of(said.removesuffix("\n"), NOW)
    assert token
    assert (token.organisation_id, token.purpose) == (place.pk, TokenPurpose.MEDCOM)
    assert token.expires_at == clock.end_of_day(dt.date(2026, 4, 1))
    assert token.made_by == "Driften"
    assert said.strip() not in beside
    assert "Hvidovre Kommune" in beside


@pytest.mark.parametrize(
    "written",
    ["167", "0167", "Hvidovre Kommune", "hvidovre kommune", "Hvidovre", " 167 "],
)
def test_a_municipality_is_known_by_code_and_name(written: str) -> None:
    place = make.municipality(name="Hvidovre Kommune", code="167")
    run(organisation=written)
    assert Token.objects.get().organisation_id == place.pk


@pytest.mark.parametrize("written", ["012345", "12345", "Lægerne"])
def test_a_practice_is_known_by_its_ydernummer(written: str) -> None:
    place = practice()
    run(organisation=written)
    assert Token.objects.get().organisation_id == place.pk


def test_a_department_is_known_with_its_hospital_where_the_name_is_not_enough() -> None:
    department(hospital="Hospital A")
    place = department(hospital="Hospital B")
    with pytest.raises(CommandError, match="may be several") as refused:
        run(organisation="Lungemedicinsk Afdeling")
    assert str(place.pk) in str(refused.value)
    for written in ("Lungemedicinsk afdeling, hospital B", str(place.pk)):
        run(organisation=written)
    assert set(Token.objects.values_list("organisation_id")) == {(place.pk,)}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"organisation": "Ingen"}, "no organisation has the number or the name 'Ingen'"),
        ({"organisation": "167", "days": 0}, "must be from 1 to 730"),
        ({"organisation": "167", "days": 731}, "must be from 1 to 730"),
        ({"organisation": "167", "name": " "}, "Skriv, hvilket system"),
        ({"organisation": "012345", "purpose": "medcom"}, "afleveres til en kommune"),
        ({"organisation": "167", "purpose": "alt"}, "invalid choice"),
        ({"organisation": ""}, "no organisation"),
    ],
)
def test_the_command_says_what_is_wrong_and_makes_nothing(given: Any, words: str) -> None:
    make.municipality(name="Hvidovre Kommune", code="167")
    practice()
    with pytest.raises(CommandError, match=words):
        run(**given)
    assert not Token.objects.exists()


# ---- the screens ---------------------------------------------------------------------------------

NEW = {"name": "Lægesystem", "purpose": "medcom", "expires_on": "2027-03-02"}


def test_the_key_is_shown_once_and_in_no_address() -> None:
    by = coordinator()
    client = signed_in(by)
    form = {**NEW, "once": str(uuid.uuid4())}
    answer = client.post(reverse("desk:token_new"), form)
    (secret,) = set(re.findall(r"rgf_\w{8}_[\w-]{43}", text(answer)))
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert make.token_of(secret, NOW)
    again = client.post(reverse("desk:token_new"), form)
    assert (again.status_code, secret in text(again)) == (409, False)
    assert "allerede lavet" in text(again)
    for name in ("desk:tokens", "desk:token_new"):
        assert secret not in text(client.get(reverse(name)))
    assert Token.objects.count() == 1


def test_a_refused_form_keeps_what_was_typed() -> None:
    client = signed_in(coordinator())
    answer = client.post(reverse("desk:token_new"), {**NEW, "expires_on": "2030-01-01"})
    assert answer.status_code == 422
    assert "Lægesystem" in text(answer)
    assert not Token.objects.exists()


def test_an_organisation_that_is_sent_along_is_not_listened_to() -> None:
    by, other = coordinator(), make.municipality(name="Anden Kommune")
    form = {**NEW, "once": str(uuid.uuid4()), "organisation": other.name}
    assert signed_in(by).post(reverse("desk:token_new"), form).status_code == 200
    assert Token.objects.get().organisation_id == by.organisation_id


def test_an_administrator_says_for_whom() -> None:
    client, place = signed_in(administrator()), practice()
    form = {**NEW, "purpose": "referrals", "organisation": "012345", "once": str(uuid.uuid4())}
    assert client.post(reverse("desk:token_new"), form).status_code == 200
    assert Token.objects.get().organisation_id == place.pk
    wrong = client.post(reverse("desk:token_new"), {**form, "organisation": "Ukendt"})
    assert (wrong.status_code, "Ingen organisation hedder" in text(wrong)) == (422, True)


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_as_little_for_three_as_for_one(number: int) -> None:
    by = coordinator()
    for _ in range(number):
        made(by, expires_on=NOW.date())
    client = signed_in(by)
    client.get(reverse("desk:tokens"))
    with CaptureQueriesContext(connection) as asked:
        page = client.get(reverse("desk:tokens"))
    assert text(page).count("<tr>") == number + 1
    assert len([one for one in asked if "accounts_token" in one["sql"]]) == 2
    assert len(asked) == 6


def test_the_list_warns_of_what_expires_soon() -> None:
    by = coordinator()
    made(by, name="Snart", expires_on=dt.date(2026, 3, 31))
    made(by, name="Senere", expires_on=dt.date(2026, 4, 2))
    page = text(signed_in(by).get(reverse("desk:tokens")))
    warning = page[page.index("alert-warning") : page.index("<table")]
    assert "Snart" in warning
    assert "Senere" not in warning


def test_the_list_shows_what_is_over_apart() -> None:
    by = coordinator()
    made(by, name="Gælder")
    closed, _ = made(by, name="Lukket nøgle")
    made(by, name="Udløbet nøgle", expires_on=NOW.date())
    with acting(by):
        commands.revoke_token(closed, by=by, at=NOW)
    with time_machine.travel(later(hours=20), tick=False):
        client = signed_in(by)
        current = text(client.get(reverse("desk:tokens")))
        over = text(client.get(reverse("desk:tokens"), {"vis": "lukkede"}))
    shown = [[name in page for name in ("Gælder</", "Lukket nøgle", "Udløbet nøgle")]
             for page in (current, over)]  # fmt: skip
    assert shown == [[True, False, False], [False, True, True]]


def test_closing_is_asked_about_and_done_once() -> None:
    by = coordinator()
    token, secret = made(by)
    client, address = signed_in(by), reverse("desk:token_close", args=[token.pk])
    assert "Luk nøglen" in text(client.get(address))
    assert make.token_of(secret, NOW)
    assert client.post(address, {"sure": "1"}).status_code == 302
    assert make.token_of(secret, NOW) is None
    again = client.post(address, {"sure": "1"})
    assert (again.status_code, "allerede lukket" in text(again)) == (422, True)
