"""STOPbasen's form on a citizen's own link: its doors, its pages, and who cannot come through."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from courses.commands.form_links import LACKING, end_link, make_link, save_part, send_form
from courses.models import Baseline, Enrolment, FormLink, Tick
from courses.queries.form_links import Seen, link_seen
from courses.states import Item
from referrals.commands.consent import TEXT_VERSION
from referrals.models import Citizen, Consent
from referrals.queries.consent_texts import text_of
from referrals.states import ConsentForm, ConsentKind
from roegfri import clock
from roegfri.actor import Actor, Kind, acting
from roegfri.organisations.models import Municipality
from roegfri.public.commands import approve_language
from roegfri.public.languages import DANISH, FOREIGN, LANGUAGES
from roegfri.public.models import Approval
from tests import make
from tests.courses.test_stopbase_rules import full
from tests.courses.world import AT, Towns, coming, do, put, towns
from tests.threads import answers_at_once, at_once

pytestmark = pytest.mark.django_db
NOBODY = Actor(Kind.PUBLIC, "tilmeld")
OURS = {"HTTP_SEC_FETCH_SITE": "same-origin"}
HOSTILE = "<script>alert(1)</script>\u202e\x00 {{ 7*7 }} '; drop table x; --"


@pytest.fixture
def world() -> tuple[Towns, Enrolment]:
    """A course that `a` holds; the case of who takes part is `b`'s."""
    where = towns()
    return where, put(coming(where.a), where.b)


def new_link(by: Actor, hers: Enrolment, **given: Any) -> str:
    secret: str = do(by, make_link, hers, **{"at": clock.now(), **given})
    return secret


def seen_by_nobody(secret: str, at: dt.datetime | None = None) -> Seen | None:
    with transaction.atomic(), acting(NOBODY):
        return link_seen(NOBODY, secret, at=at or clock.now())


@transaction.atomic
def rows(model: Any, **where: Any) -> list[Any]:
    with acting(make.SYSTEM):
        return list(model.objects.filter(**where))


def path(secret: str, part: str = "") -> str:
    if part:
        return reverse("courses:own_form_part", kwargs={"secret": secret, "part": part})
    return reverse("courses:own_form", kwargs={"secret": secret})


def fill_in(client: Client, secret: str, **last: str) -> Any:
    """She answers every part, and sends."""
    seen = seen_by_nobody(secret)
    assert seen is not None
    form = seen.form(DANISH)
    said = full(form)
    for part in form.parts:
        here = {one.code: said[one.code] for one in part.questions if one.code in said}
        response = client.post(path(secret, part.code), here, **OURS)  # type: ignore[arg-type]
        assert response.status_code == 302, (part.code, response.content.decode())
    return client.post(path(secret, "send"), last, **OURS)  # type: ignore[arg-type]


def test_it_opens_in_the_browsers_language_and_stays_in_the_one_chosen(
    world: tuple[Towns, Enrolment],
) -> None:
    where, hers = world
    secret = new_link(where.a, hers)
    client = Client(headers={"accept-language": "ar-EG,ar;q=0.9,da;q=0.8"})
    assert client.get(path(secret))["Content-Language"] == "da"  # nobody has approved it
    for one in FOREIGN:
        do(where.a, approve_language, one, digest=one.digest, at=clock.now())
    opened = client.get(path(secret))
    assert opened["Content-Language"] == "ar"
    assert "?sprog=ar" in opened.content.decode()
    danish = client.get(path(secret), {"sprog": "da"})
    assert danish["Content-Language"] == "da"
    seen = seen_by_nobody(secret)
    assert seen is not None
    first = seen.form(DANISH).parts[0].code
    assert f"{path(secret, first)}?sprog=da" in danish.content.decode()
    assert Client().get(path(secret))["Content-Language"] == "da"


# ---- the link ------------------------------------------------------------------------------


def test_a_secret_is_long_is_another_each_time_and_is_kept_nowhere(
    world: tuple[Towns, Enrolment],
) -> None:
    where, hers = world
    secrets = [new_link(where.a, hers) for _ in range(20)]
    assert len(set(secrets)) == 20
    assert all(len(one) >= 22 for one in secrets)  # 6 bits each: more than 128
    with connection.cursor() as cursor:
        cursor.execute("select string_agg(l::text, ' ') from courses_formlink l")
        kept = cursor.fetchone()[0] or ""
    with transaction.atomic(), acting(make.SYSTEM), connection.cursor() as cursor:
        cursor.execute("select string_agg(l::text, ' ') from courses_formlink l")
        kept += cursor.fetchone()[0]
    assert not any(one in kept for one in secrets)
    assert FormLink.digest_of(secrets[-1]).hex() in kept
    assert len(rows(FormLink, enrolment=hers, ended_at=None)) == 1


def test_a_new_link_and_an_end_close_the_one_before(world: tuple[Towns, Enrolment]) -> None:
    where, hers = world
    old, new = new_link(where.a, hers), new_link(where.b, hers)
    before, after = seen_by_nobody(old), seen_by_nobody(new)
    assert before
    assert after
    assert (before.state, after.state) == ("ended", "open")
    do(where.a, end_link, hers, at=clock.now())
    now = seen_by_nobody(new)
    assert now
    assert now.state == "ended"


def test_it_works_for_fourteen_days(world: tuple[Towns, Enrolment]) -> None:
    where, hers = world
    secret = new_link(where.a, hers)
    made = rows(FormLink, enrolment=hers)[0].made_at
    for days, state in ((13, "open"), (14, "expired"), (400, "expired")):
        seen = seen_by_nobody(secret, made + dt.timedelta(days=days))
        assert seen
        assert seen.state == state
    late = {"by": NOBODY, "at": made + dt.timedelta(days=15)}
    seen = seen_by_nobody(secret)
    assert seen
    with transaction.atomic(), acting(NOBODY):
        assert not save_part(seen, secret, "you", {"sex": "male"}, complete=True, **late)
        assert not send_form(seen, secret, complete=True, agrees=True, **late)
    assert rows(Baseline) == []


@pytest.mark.parametrize("secret", ["", "x", "æ" * 40, "a" * 5000, "' or true --"])
def test_what_is_no_secret_opens_nothing(world: tuple[Towns, Enrolment], secret: str) -> None:
    new_link(world[0].a, world[1])
    assert seen_by_nobody(secret) is None


def test_a_digest_is_no_secret(world: tuple[Towns, Enrolment]) -> None:
    secret = new_link(world[0].a, world[1])
    assert seen_by_nobody(FormLink.digest_of(secret).hex()) is None
    assert seen_by_nobody(secret)


def test_a_form_link_opens_no_calendar_and_a_calendar_no_form(
    client: Client, world: tuple[Towns, Enrolment]
) -> None:
    from courses.commands.feeds import make_feed

    where, hers = world
    secret = new_link(where.a, hers)
    with transaction.atomic(), acting(where.a):
        feed = make_feed(None, by=where.a, at=AT)
    assert client.get(f"/kalender/{secret}.ics").status_code == 404
    assert client.get(f"/skema/{feed.secret}/").status_code == 404
    assert client.get(f"/skema/{feed.secret}/you/").status_code == 404
    assert client.get(f"/skema/{secret}/").status_code == 200


# ---- the doors ------------------------------------------------------------------------------


def test_whoever_has_the_link_can_write_and_never_read(world: tuple[Towns, Enrolment]) -> None:
    where, hers = world
    secret = new_link(where.a, hers)
    digest = FormLink.digest_of(secret)
    with transaction.atomic(), acting(NOBODY), connection.cursor() as cursor:
        cursor.execute(
            "select form_link_save(%s, 'you', '{\"sex\": \"female\"}', %s)", [digest, clock.now()]
        )
        assert cursor.fetchone() == (True,)
        cursor.execute("select * from form_link_seen(%s, %s)", [digest, clock.now()])
        told = " ".join(map(str, cursor.fetchone()))
        for table in ("courses_formlink", "courses_baseline", "courses_enrolment", "courses_tick"):
            cursor.execute(f"select count(*) from {table}")
            assert cursor.fetchone() == (0,), table
    assert "female" not in told
    assert rows(FormLink, enrolment=hers)[0].parts == {"you": {"sex": "female"}}
    with (
        pytest.raises(Exception, match=r"row-level security|permission"),
        transaction.atomic(),
        acting(NOBODY),
    ):
        Baseline.objects.create(
            enrolment_id=hers.pk, form="basis", edition=make.LONG_AGO, at=AT, answers={}
        )


def test_sent_twice_is_sent_once(world: tuple[Towns, Enrolment]) -> None:
    where, hers = world
    secret = new_link(where.a, hers)
    seen = seen_by_nobody(secret)
    assert seen
    who = {"by": NOBODY, "at": clock.now()}
    with transaction.atomic(), acting(NOBODY):
        save_part(seen, secret, "you", {"sex": "female"}, complete=False, **who)  # type: ignore[arg-type]
        assert send_form(seen, secret, complete=False, agrees=False, **who)  # type: ignore[arg-type]
        assert not send_form(seen, secret, complete=True, agrees=True, **who)  # type: ignore[arg-type]
        assert not save_part(seen, secret, "you", {"sex": "male"}, complete=True, **who)  # type: ignore[arg-type]
    assert rows(Baseline)[0].answers == {"sex": "female"}
    assert rows(Consent) == []
    assert rows(Tick, item=Item.FORM) == []


def test_a_part_that_lacks_something_is_no_whole_form(world: tuple[Towns, Enrolment]) -> None:
    where, hers = world
    secret = new_link(where.a, hers)
    seen = seen_by_nobody(secret)
    assert seen
    who = {"by": NOBODY, "at": clock.now()}
    with transaction.atomic(), acting(NOBODY):
        save_part(seen, secret, "you", {"sex": "female"}, complete=False, **who)  # type: ignore[arg-type]
        save_part(seen, secret, "now", {"medicine": "no"}, complete=True, **who)  # type: ignore[arg-type]
        send_form(seen, secret, complete=True, agrees=False, **who)  # type: ignore[arg-type]
    assert rows(Tick, item=Item.FORM) == []
    assert LACKING not in rows(Baseline)[0].answers


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_send_it_once() -> None:
    where = towns()
    hers = put(coming(where.a), where.b)
    secret = new_link(where.a, hers)
    seen = seen_by_nobody(secret)
    assert seen
    at = clock.now()

    def send() -> bool:
        with transaction.atomic(), acting(NOBODY):
            return send_form(seen, secret, complete=False, agrees=True, by=NOBODY, at=at)

    with transaction.atomic(), acting(NOBODY):
        save_part(seen, secret, "you", {"sex": "male"}, complete=True, by=NOBODY, at=at)
    assert sorted(answers_at_once(send, 20)) == [False] * 19 + [True]
    assert rows(Baseline)[0].version == 1
    assert len(rows(Consent)) == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_door_some_of_twenty_would_come_twice() -> None:
    """The same done by looking first and writing then: all of them find the link open."""
    where = towns()
    hers = put(coming(where.a), where.b)
    new_link(where.a, hers)
    came: list[int] = []

    def send() -> None:
        with transaction.atomic(), acting(make.SYSTEM):
            link = FormLink.objects.get(enrolment=hers)
            if link.used_at is None:
                came.append(1)
                FormLink.objects.filter(pk=link.pk).update(used_at=clock.now())

    assert at_once(*[send] * 20) == []
    assert len(came) > 1


# ---- the pages ------------------------------------------------------------------------------


def test_she_answers_every_part_and_the_form_is_there(
    client: Client, world: tuple[Towns, Enrolment]
) -> None:
    where, hers = world
    secret = new_link(where.a, hers)
    begin = client.get(path(secret))
    assert begin.status_code == 200
    assert "Begynd" in begin.content.decode()
    done = fill_in(client, secret, agree="yes")
    assert done.status_code == 200
    assert "Dine svar er sendt" in done.content.decode()
    baseline = rows(Baseline)[0]
    assert baseline.filled_by_id is None
    assert baseline.answers["birth_year"] == 1990
    consent = rows(Consent)[0]
    assert (consent.kind, consent.form, consent.text_version) == (
        ConsentKind.STOPBASE,
        ConsentForm.WRITTEN,
        TEXT_VERSION,
    )
    assert len(rows(Tick, item=Item.FORM)) == 1


def test_without_her_yes_there_is_no_consent(
    client: Client, world: tuple[Towns, Enrolment]
) -> None:
    where, hers = world
    assert fill_in(client, new_link(where.a, hers)).status_code == 200
    assert rows(Consent) == []


def test_a_child_is_not_asked_for_her_consent_whatever_she_sends(
    client: Client, world: tuple[Towns, Enrolment]
) -> None:
    where, hers = world
    with transaction.atomic(), acting(make.SYSTEM):
        Citizen.objects.filter(pk=hers.citizen_id).update(birth_date=dt.date(2014, 5, 5))
    secret = new_link(where.a, hers)
    seen = seen_by_nobody(secret)
    assert seen
    assert seen.kind == "youth"
    assert not seen.asks_consent
    assert fill_in(client, secret, agree="yes").status_code == 200
    assert rows(Consent) == []


def test_no_page_shows_what_was_answered_nor_who_she_is(
    client: Client, world: tuple[Towns, Enrolment]
) -> None:
    where, hers = world
    secret = new_link(where.a, hers)
    said = {"sex": "male", "birth_year": "1983", "education": "short", "occupation": "working"}
    client.post(path(secret, "you"), said, **OURS)  # type: ignore[arg-type]
    again = client.get(path(secret, "you")).content.decode()
    assert "1983" not in again
    assert "checked" not in again
    assert "Denne side er gemt før" in again
    assert client.get(path(secret))["Location"] == path(secret, "home")
    name = rows(Citizen, pk=hers.citizen_id)[0]
    for page in ("", "you", "home", "send"):
        text = client.get(path(secret, page), follow=True).content.decode()
        assert str(hers.pk) not in text
        assert not name.surname or name.surname not in text


def test_half_a_part_is_kept_and_asked_once_more(
    client: Client, world: tuple[Towns, Enrolment]
) -> None:
    where, hers = world
    secret = new_link(where.a, hers)
    half = client.post(path(secret, "you"), {"sex": "female"}, **OURS)  # type: ignore[arg-type]
    text = half.content.decode()
    assert half.status_code == 422
    assert "Gå videre uden at svare" in text
    assert 'href="#id_pregnant"' in text
    assert rows(FormLink)[0].parts["you"]["sex"] == "female"
    on = client.post(path(secret, "you"), {"sex": "female", "anyway": "yes"}, **OURS)  # type: ignore[arg-type]
    assert (on.status_code, on["Location"]) == (302, path(secret, "home"))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"birth_year": "85"}, "fire cifre"),
        ({"birth_year": "2999"}, "fire cifre"),
        ({"sex": HOSTILE}, "Vælg et af svarene."),
        ({"sex": ["female", "male"]}, None),
    ],
)
def test_what_cannot_be_is_said_at_the_question_and_nothing_is_lost(
    client: Client, world: tuple[Towns, Enrolment], said: dict[str, Any], words: str | None
) -> None:
    where, hers = world
    secret = new_link(where.a, hers)
    data = {"education": "short", "occupation": "student", **said}
    response = client.post(path(secret, "you"), data, **OURS)  # type: ignore[arg-type]
    text = response.content.decode()
    assert response.status_code == 422
    assert re.search(r'value="short"[^>]*checked', text)
    assert "<script>alert" not in text
    if words:
        assert words in text
        assert rows(FormLink)[0].parts == {}


def test_hostile_words_are_kept_as_words(client: Client, world: tuple[Towns, Enrolment]) -> None:
    where, hers = world
    secret = new_link(where.a, hers)
    said = {"medicine": "no", "heard": "other", "heard_other": HOSTILE, "shoe_size": "42"}
    response = client.post(path(secret, "now"), said, **OURS)  # type: ignore[arg-type]
    assert response.status_code == 302
    kept = rows(FormLink)[0].parts["now"]
    assert kept["heard_other"] == "<script>alert(1)</script> {{ 7*7 }} '; drop table x; --"
    assert "shoe_size" not in kept


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=lambda one: one.code)
def test_used_ended_old_and_unknown_links_say_what_to_do_in_her_language(
    client: Client, world: tuple[Towns, Enrolment], language: Any
) -> None:
    where, hers = world
    with transaction.atomic(), acting(make.SYSTEM):
        host = make.home(where.a)
        Municipality.objects.filter(pk=host.pk).update(phone="+4543434343")
        for one in FOREIGN:
            Approval.objects.create(
                municipality=host,
                language=one.code,
                digest=one.digest,
                approved_by_id=where.a.person,
                approved_at=AT,
            )
    words = language.words["form"]["problems"]
    ask = {"sprog": language.code}
    used, ended, old, unknown = new_link(where.a, hers), "", "", "ukendt"
    fill_in(client, used)
    ended = new_link(where.a, hers)
    old = new_link(where.a, hers)
    with transaction.atomic(), acting(make.SYSTEM):
        live = FormLink.objects.filter(digest=FormLink.digest_of(old))
        live.update(made_at=AT - dt.timedelta(days=20), expires_at=AT - dt.timedelta(days=6))
    for secret, state, status in (
        (used, "used", 410),
        (ended, "ended", 410),
        (old, "expired", 410),
        (unknown, "unknown", 404),
    ):
        for page in (path(secret), path(secret, "you"), path(secret, "send")):
            response = client.get(page, ask)
            text = response.content.decode()
            assert response.status_code == status
            assert words[f"{state}_heading"] in text
            assert f'lang="{language.code}"' in text
            assert state == "unknown" or "43" in text


def test_every_answer_keeps_to_itself(client: Client, world: tuple[Towns, Enrolment]) -> None:
    where, hers = world
    secret = new_link(where.a, hers)
    client.cookies["roegfri"] = "a-session"
    for address in (path(secret), path(secret, "you"), path("unknown")):
        response = client.get(address)
        assert response["Cache-Control"] == "no-store"
        assert response["Referrer-Policy"] == "no-referrer"
        assert "noindex" in response["X-Robots-Tag"]
        assert not response.cookies
    assert client.put(path(secret)).status_code == 405


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_ORIGIN": "https://evil.example"}, 403),
        ({"HTTP_ORIGIN": "https://evil.example"}, 403),
        ({"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_ORIGIN": "null"}, 403),
        ({}, 403),
        ({"HTTP_ORIGIN": "http://testserver"}, 302),
        ({"HTTP_ORIGIN": "null"}, 302),
        ({"HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_ORIGIN": "null"}, 302),
    ],
)
def test_a_form_from_elsewhere_is_not_kept(
    client: Client, world: tuple[Towns, Enrolment], headers: dict[str, Any], status: int
) -> None:
    where, hers = world
    secret = new_link(where.a, hers)
    said = {"medicine": "no", "heard": "family"}
    response = client.post(path(secret, "now"), said, **headers)
    assert response.status_code == status
    assert bool(rows(FormLink)[0].parts) == (status == 302)
    if status == 403:
        assert "står her endnu" in response.content.decode()


def test_guessing_is_counted_and_a_real_link_still_opens(
    client: Client, world: tuple[Towns, Enrolment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("courses.views.own_form.link.GUESSES", 3)
    where, hers = world
    secret = new_link(where.a, hers)
    assert [client.get(path(f"guess{n}")).status_code for n in range(5)] == [404] * 3 + [429] * 2
    assert int(client.get(path("again"))["Retry-After"]) > 0
    assert client.get(path(secret)).status_code == 200


def test_what_the_citizen_answered_otherwise_is_kept_beside(
    client: Client, world: tuple[Towns, Enrolment]
) -> None:
    where, hers = world
    make.baseline(hers, where.a, answers={"sex": "female", "birth_year": 1971}, form="basis")
    fill_in(client, new_link(where.a, hers))
    row = rows(Baseline)[0]
    assert row.answers["birth_year"] == 1990
    assert row.replaced == {"birth_year": 1971}


def test_only_who_works_with_her_makes_a_link(world: tuple[Towns, Enrolment]) -> None:
    from roegfri.refusal import Refusal

    _where, hers = world
    outsider = towns().a
    with pytest.raises(Refusal):
        new_link(outsider, hers)
    assert rows(FormLink) == []


def test_the_words_of_the_consent_are_those_of_its_version() -> None:
    page = DANISH.said(municipality="Ishøj")["form"]["page"]
    assert page["consent_text"] == text_of("stopbase", TEXT_VERSION, "Ishøj")


def test_one_open_link_is_all_the_database_takes(world: tuple[Towns, Enrolment]) -> None:
    where, hers = world
    make.form_link(hers, where.a)
    with pytest.raises(IntegrityError), transaction.atomic():
        make.form_link(hers, where.a)
