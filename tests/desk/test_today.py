"""I dag as it is worked through: noting a call on its line, undoing it, and what the page asks."""

import csv
import datetime as dt
import io
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from referrals import queries
from referrals.commands.caseworker import MOST_AT_ONCE, assign_caseworker
from referrals.commands.reserve import reserve
from referrals.models import ContactAttempt, Cover, Referral
from referrals.states import NextStep, Outcome, ReferralState
from roegfri import clock
from roegfri.accounts.models import Grant, User
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting
from roegfri.desk.lines import line, moment_words
from roegfri.ui.models import SavedFilter
from tests import make

pytestmark = pytest.mark.django_db
# A Wednesday at 10 in Denmark.
NOW = clock.danish_time(dt.date(2026, 3, 4), dt.time(10))
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
PART = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _world(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(NOW, tick=False):
        yield


def signed_in(grant: Grant) -> Client:
    client = Client()
    client.force_login(grant.user)
    return client


@pytest.fixture
def grant() -> Grant:
    return make.grant(person=make.user(name="Mette Bruun"))


@pytest.fixture
def by(grant: Grant) -> Actor:
    return make.actor(grant)


@pytest.fixture
def client(grant: Grant) -> Client:
    return signed_in(grant)


def colleague(by: Actor, name: str = "Anne Holm", role: Role = Role.COUNSELLOR) -> Grant:
    return make.grant(role, make.home(by), make.user(name=name))


def noted(client: Client, pk: uuid.UUID, outcome: str = "no_answer", **given: Any) -> Any:
    once = given.pop("once", uuid.uuid4())
    return client.post(f"/i-dag/noter/{pk}/", {"outcome": outcome, "once": once}, **given)


def fresh(referral: Referral) -> Referral:
    with acting(make.SYSTEM):
        return Referral.objects.get(pk=referral.pk)


# ---- noting --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "word"), [("no_answer", "Intet svar"), ("voicemail", "Lagt besked")]
)
def test_a_key_on_a_line_notes_the_call_and_greys_the_line(
    client: Client, by: Actor, outcome: str, word: str
) -> None:
    case = make.referral(by, surname="Østergård")
    page = noted(client, case.pk, outcome, headers=PART).content.decode()
    assert f'<tr id="row-{case.pk}" class="row-over">' in page
    next_at = fresh(case).next_at
    assert next_at
    when = moment_words(next_at, NOW.date())
    assert f"{word} noteret kl. 10.00. Næste forsøg {when}." in page
    assert ("Østergård" in page, "Fortryd opkald" in page) == (True, True)
    assert (fresh(case).attempts, fresh(case).next_step) == (1, NextStep.RETRY)


def test_the_same_click_twice_is_one_call(client: Client, by: Actor) -> None:
    case, once = make.referral(by), uuid.uuid4()
    for _ in range(3):
        assert noted(client, case.pk, once=once, headers=PART).status_code == 200
    assert fresh(case).attempts == 1


def test_undo_gives_the_line_back_and_it_can_be_noted_again(client: Client, by: Actor) -> None:
    case, once = make.referral(by), uuid.uuid4()
    before = fresh(case).next_at
    noted(client, case.pk, once=once, headers=PART)
    with acting(make.SYSTEM):
        attempt = ContactAttempt.objects.get()
    again = client.post(f"/i-dag/noteret/{case.pk}/{attempt.pk}/", headers=PART)
    page = again.content.decode()
    assert f'<tr id="row-{case.pk}">' in page
    assert (fresh(case).attempts, fresh(case).next_at) == (0, before)
    new = page.split('name="once" value="')[1].split('"')[0]
    assert new != str(once)
    assert noted(client, case.pk, once=new, headers=PART).status_code == 200
    assert fresh(case).attempts == 1


def test_without_scripts_a_page_says_so_and_takes_it_back(client: Client, by: Actor) -> None:
    case = make.referral(by)
    there = noted(client, case.pk).headers["Location"]
    page = client.get(there).content.decode()
    assert "Intet svar noteret kl. 10.00." in page
    assert client.post(there).headers["Location"] == "/"
    assert fresh(case).attempts == 0
    assert "Fortrudt igen" in client.get(there).content.decode()


def test_a_case_that_was_closed_meanwhile_says_so_on_its_line(client: Client, by: Actor) -> None:
    case = make.referral(by)
    make.call(case, by, Outcome.DECLINED, at=NOW)
    told = noted(client, case.pk, headers=PART)
    # A closed case asks why it is opened, and does so on its own page.
    assert told.headers["HX-Redirect"] == f"/opkald/{case.pk}/"
    assert fresh(case).attempts == 1


def test_what_is_no_outcome_of_a_line_is_refused_and_nothing_is_noted(
    client: Client, by: Actor
) -> None:
    case = make.referral(by)
    assert noted(client, case.pk, "declined", headers=PART).status_code == 422
    assert noted(client, case.pk, once="x", headers=PART).status_code == 422
    assert fresh(case).attempts == 0


def test_a_colleague_s_conversation_is_noted_on_its_own_page(client: Client, by: Actor) -> None:
    anne = make.actor(colleague(by))
    case = make.referral(by)
    make.call(case, anne, Outcome.REACHED, at=NOW)
    told = noted(client, case.pk, headers=PART)
    assert told.headers["HX-Redirect"] == f"/opkald/{case.pk}/"
    assert fresh(case).attempts == 1


# ---- what the page asks by itself ----------------------------------------------------------------


def asked(client: Client, *ids: uuid.UUID, **given: str) -> Any:
    usual = {"ids": ",".join(map(str, ids)), "shown_at": NOW.isoformat(), "told": "0"}
    return client.post("/i-dag/nyt/", usual | given, headers={**PART, "X-Poll": "1"})


def test_the_page_is_told_who_is_calling_whom_and_who_has_called(client: Client, by: Actor) -> None:
    anne, cases = make.actor(colleague(by)), []
    for number in range(3):
        cases.append(make.referral(by, number=f"+452000000{number}"))
    with acting(anne):
        reserve(cases[0], by=anne, at=NOW)
    make.call(cases[1], anne, at=NOW)
    with time_machine.travel(NOW + HOUR / 3, tick=False):
        page = asked(client, *(case.pk for case in cases)).content.decode()
    assert "Anne Holm ringer nu" not in page, "a quarter of an hour is over"
    page = asked(client, *(case.pk for case in cases)).content.decode()
    assert "Anne Holm ringer nu" in page
    assert "Håndteret af Anne Holm kl. 10.00" in page
    assert f'<span id="mark-{cases[2].pk}" hx-swap-oob="innerHTML"></span>' in page


def test_newcomers_are_announced_once(client: Client, by: Actor) -> None:
    case = make.referral(by)
    page = asked(client, case.pk).content.decode()
    assert "news" not in page
    make.referral(by, number="+4530303030")
    assert "1 ny højere oppe" in asked(client, case.pk).content.decode()
    assert "news" not in asked(client, case.pk, told="1").content.decode()


def test_another_municipality_s_case_tells_no_more_than_that_it_is_not_ours(client: Client) -> None:
    other = make.actor()
    case = make.referral(other, surname="Kanariefugl")
    make.call(case, other, at=NOW)
    page = asked(client, case.pk).content.decode()
    assert "Sagen er ikke længere jeres" in page
    assert (other.name in page, "Kanariefugl" in page) == (False, False)


@pytest.mark.parametrize("wrong", [{"ids": "x"}, {"shown_at": ""}, {"vis": "?"}])
def test_a_question_that_no_page_asks_is_answered_400(
    client: Client, wrong: dict[str, str]
) -> None:
    assert asked(client, **wrong).status_code == 400


def test_asking_keeps_nobody_signed_in(client: Client, by: Actor) -> None:
    client.get("/")
    with time_machine.travel(NOW + dt.timedelta(minutes=20), tick=False):
        assert asked(client).status_code == 200
    with time_machine.travel(NOW + dt.timedelta(minutes=31), tick=False):
        assert asked(client).status_code == 401


# ---- what a line says ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "after", "words"),
    [
        (NextStep.CALL_BACK, 3.5 * HOUR, "Ring som aftalt kl. 13.30"),
        (NextStep.CALL_BACK, -HOUR, "Ring nu: aftalt kl. 9.00"),
        (NextStep.CALL_BACK, DAY, "Ring som aftalt i morgen kl. 10.00"),
        (NextStep.RETRY, -HOUR, "Prøv igen nu"),
        (NextStep.RETRY, 6 * HOUR, "Prøv igen kl. 16.00"),
        (NextStep.DECIDE, 2 * HOUR, "Hør, hvad borgeren har besluttet, kl. 12.00"),
        (NextStep.TALK, HOUR, "Afklarende samtale kl. 11.00"),
        (NextStep.TALK, -DAY, "Afklarende samtale var i går kl. 10.00"),
    ],
)
def test_a_line_says_what_is_due_when_and_why(
    by: Actor, step: NextStep, after: dt.timedelta, words: str
) -> None:
    case = make.referral(by, received_at=NOW)
    with acting(by):
        Referral.objects.filter(pk=case.pk).update(
            next_at=NOW + after, next_step=step, next_note="<b>på sundhedscentret"
        )
        row = queries.queued(by, case.pk)
        assert row
        said = line(row, at=NOW)
    assert words in said.due
    assert "<b>" not in said.due
    if step != NextStep.RETRY:
        assert "på sundhedscentret" in said.due


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "Ring senest fredag 6. mar"),
        (1, "Ring senest i morgen"),
        (2, "Ring senest i dag"),
        (7, "5 dage over fristen"),
    ],
)
def test_a_first_call_says_its_deadline_and_whose_rule_it_is(
    by: Actor, days: int, words: str
) -> None:
    case = make.referral(by, received_at=NOW - days * DAY, sender_name="Hvidovre Hospital")
    with acting(by):
        row = queries.queued(by, case.pk)
        assert row
        said = line(row, at=NOW)
    assert words in said.due
    assert "2 hverdage, Hvidovre Hospital" in said.due


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"birth_date": dt.date(1958, 5, 1)}, "67 år, bopæl ukendt"),
        ({}, "bopæl ukendt"),
        ({"birth_date": dt.date(1958, 5, 1), "residence": True}, "67 år"),
        ({"residence": True}, ""),
    ],
)
def test_what_is_known_of_her_stands_apart(by: Actor, known: dict[str, Any], words: str) -> None:
    home = make.home(by) if known.pop("residence", False) else None
    case = make.referral(by, home=home, **known)
    with acting(by):
        row = queries.queued(by, case.pk)
        assert row
        about = line(row, at=NOW).about
    assert about == (f' <span class="quiet">{words}</span>' if words else "")


def test_a_colleague_s_conversation_has_no_keys_on_its_line_unless_one_covers_for_her(
    by: Actor,
) -> None:
    anne = make.actor(colleague(by))
    case = make.referral(by)
    make.call(case, anne, Outcome.REACHED, at=NOW)
    with acting(by):
        Referral.objects.filter(pk=case.pk).update(next_at=NOW, next_step=NextStep.CALL_BACK)

    def acts(viewer: Actor) -> str:
        with acting(viewer):
            row = queries.queued(viewer, case.pk)
            assert row
            return line(row, at=NOW).acts

    assert (acts(by), acts(anne)) == ("hidden", "")
    make.cover(by, anne.person, NOW.date())
    assert acts(by) == ""


# ---- giving on, covering, and the list -----------------------------------------------------------


@pytest.mark.parametrize(
    ("covers", "waiting", "still_open"),
    [
        (False, ("1", "mine, der venter"), ("2", "Mine åbne")),
        (True, ("2", "mine og dækkede"), ("4", "Mine og dækkede åbne")),
    ],
)
def test_what_is_mine_says_what_it_counts(
    client: Client,
    by: Actor,
    *,
    covers: bool,
    waiting: tuple[str, str],
    still_open: tuple[str, str],
) -> None:
    anne = make.actor(colleague(by))
    for person, numbers in ((by, (1, 2)), (anne, (3, 4))):
        idle, _waits = given(*numbers, by=by, to=User.objects.get(pk=person.person))
        make.call(idle, person, Outcome.REACHED, at=NOW)
    if covers:
        make.cover(by, anne.person, NOW.date())
    number, words = waiting
    assert (
        f'<span class="kpi-number">{number}</span> <span class="kpi-label">{words}</span>'
        in client.get("/").content.decode()
    )
    number, words = still_open
    page = client.get("/henvisninger/").content.decode()
    assert f'{words} <span class="num">{number}</span>' in page


def given(*numbers: int, by: Actor, to: User | None = None) -> list[Referral]:
    cases = [make.referral(by, number=f"+452000{n:04d}", received_at=NOW) for n in numbers]
    if to:
        with acting(by):
            assign_caseworker([c.pk for c in cases], to=to.pk, by=by, at=NOW)
    return cases


def owners(cases: list[Referral]) -> set[uuid.UUID | None]:
    return {fresh(case).caseworker_id for case in cases}


def test_a_case_is_taken_with_one_click(client: Client, by: Actor) -> None:
    (case,) = given(1, by=by)
    answer = client.post(f"/sag/{case.pk}/raadgiver/", {"to": str(by.user_id)})
    assert (answer.headers["Location"], owners([case])) == (f"/sag/{case.pk}/", {by.user_id})


def test_all_that_the_filter_leaves_are_given_and_no_other(client: Client, by: Actor) -> None:
    anne, ida = colleague(by).user, colleague(by, "Ida Bech").user
    hers, others = given(1, 2, 3, by=by, to=anne), given(4, 5, by=by)
    there = f"/giv-sager/?state=open&raadgiver={anne.pk}"
    assert "Giv 3 sager til" in client.get(there).content.decode()
    answer = client.post(there, {"all": "1", "to": str(ida.pk)})
    assert answer.headers["Location"].startswith("/henvisninger/?")
    assert (owners(hers), owners(others)) == ({ida.pk}, {None})


def test_the_boxes_that_were_ticked_are_given_and_no_other(client: Client, by: Actor) -> None:
    anne = colleague(by).user
    cases = given(1, 2, 3, by=by)
    ids = [str(case.pk) for case in cases[:2]]
    page = client.post("/giv-sager/", {"id": ids}).content.decode()
    assert "Giv 2 sager til" in page
    client.post("/giv-sager/", {"id": ids, "to": str(anne.pk)})
    assert (owners(cases[:2]), owners(cases[2:])) == ({anne.pk}, {None})


@pytest.mark.parametrize("sent", [{}, {"id": ["x"]}])
def test_nothing_chosen_gives_nothing(client: Client, by: Actor, sent: dict[str, Any]) -> None:
    cases = given(1, by=by)
    answer = client.post("/giv-sager/?state=open", sent | {"to": str(by.user_id)}, follow=True)
    assert owners(cases) == {None}
    assert "Vælg" in answer.content.decode()


def test_another_municipality_s_id_among_the_boxes_gives_nothing(client: Client, by: Actor) -> None:
    other = make.actor()
    cases, theirs = given(1, by=by), given(2, by=other)
    ids = [str(case.pk) for case in (*cases, *theirs)]
    answer = client.post("/giv-sager/", {"id": ids, "to": str(by.user_id)})
    assert answer.status_code == 422
    assert "ikke længere jeres" in answer.content.decode()
    assert (owners(cases), owners(theirs)) == ({None}, {None})
    assert MOST_AT_ONCE == 500


def test_a_substitute_sees_for_whom_she_covers_and_until_when(client: Client, by: Actor) -> None:
    anne = colleague(by).user
    sent = {
        "absent": str(anne.pk),
        "substitute": str(by.user_id),
        "from_on": "2026-03-04",
        "until_on": "2026-03-27",
    }
    assert client.post("/daekning/", sent).status_code == 302
    assert "Du dækker for Anne Holm til 27. mar" in client.get("/").content.decode()
    with acting(by):
        cover = Cover.objects.get()
    client.post(f"/daekning/{cover.pk}/slut/", {"sure": "on"})
    assert "Du dækker" not in client.get("/").content.decode()


def rows_of(page: str) -> int:
    return page.count('name="id"')


FILTERS = {
    "state=new": {1, 3, 4, 5},
    "state=open": {1, 2, 3, 4, 5},
    "state=closed": {6},
    "raadgiver=mig": {3},
    "raadgiver=ingen": {1, 4, 5},
    "mangler=nummer": {4},
    "mangler=bopael": {1, 2, 3, 4, 6},
    "modtaget_fra=2026-03-04": {1, 2, 3, 4, 6},
    "modtaget_til=2026-03-03": {5},
    "due=overdue": {5},
}


@pytest.fixture
def listed(by: Actor) -> dict[str, int]:
    """Six cases by their number, as each of FILTERS tells them apart."""
    cases = {n: given(n, by=by)[0] for n in (1, 2, 3)}
    cases[4] = make.referral(by, phones=[], received_at=NOW)
    cases[5] = make.referral(by, number="+4520000005", received_at=NOW - 7 * DAY)
    cases[6] = given(6, by=by)[0]
    anne = make.actor(colleague(by))
    make.call(cases[2], anne, Outcome.REACHED, at=NOW)
    make.call(cases[6], anne, Outcome.DECLINED, at=NOW)
    with acting(by):
        assign_caseworker([cases[3].pk], to=by.person, by=by, at=NOW)
        cases[5].citizen.residences.create(municipality=make.home(by), from_on=NOW.date())
        for number, case in cases.items():
            case.citizen.surname = f"Nr {number}"
            case.citizen.save(update_fields=["surname"])
    return {f"Nancy Ann Nr {number}": number for number in cases}


@pytest.mark.parametrize("query", FILTERS)
def test_a_filter_is_the_same_on_the_screen_in_its_number_and_in_the_file(
    client: Client, listed: dict[str, int], query: str
) -> None:
    answer = client.get(f"/henvisninger/?{query}")
    shown = {listed[row.name] for row in answer.context["list"].page.rows}
    sheet = client.get(f"/henvisninger/?{query}&hent=csv").content.decode("utf-8-sig")
    in_file = {listed[row[1]] for row in list(csv.reader(io.StringIO(sheet), delimiter=";"))[1:]}
    assert shown == FILTERS[query]
    assert in_file == shown
    assert str(answer.context["around"].found) == str(len(shown))
    assert rows_of(answer.content.decode()) == len(shown)


def test_every_tab_counts_what_it_leads_to(client: Client, listed: dict[str, int]) -> None:
    for _words, count, asks, _current in client.get("/henvisninger/").context["tabs"]:
        there = client.get("/henvisninger/", asks)
        assert str(count) == str(len(there.context["list"].page.rows)), asks
        assert [one[3] for one in there.context["tabs"]].count(True) == 1


def test_a_file_leaves_a_line_in_the_log_with_its_rows(
    client: Client, listed: dict[str, int]
) -> None:
    from django.db import connection

    client.get("/henvisninger/?state=open&hent=xlsx")
    with acting(make.SYSTEM), connection.cursor() as cursor:
        cursor.execute("select subject from audit_event where act = 'list.extracted'")
        assert cursor.fetchall() == [("referrals.xlsx: 5",)]


def test_what_narrows_the_list_is_said_in_words_each_with_its_cross(
    client: Client, by: Actor
) -> None:
    anne = colleague(by).user
    page = client.get(f"/henvisninger/?state=open&raadgiver={anne.pk}&modtaget_fra=2026-03-01")
    text = page.content.decode()
    for words in ("Status: Åben", "Rådgiver: Anne Holm", "Modtaget fra: 1. mar 2026"):
        assert words in text
    assert f'href="?raadgiver={anne.pk}&amp;modtaget_fra=2026-03-01"' in text


def test_another_municipality_s_colleagues_are_offered_to_nobody_here(
    client: Client, by: Actor
) -> None:
    other = make.grant(person=make.user(name="Hemmelig Person"))
    colleague(by)
    there = signed_in(other).get("/henvisninger/").content.decode()
    here = client.get("/henvisninger/").content.decode()
    assert ("Hemmelig Person" in there, "Anne Holm" in there) == (True, False)
    assert ("Hemmelig Person" in here, "Anne Holm" in here) == (False, True)


def test_senders_that_occur_are_offered_when_asked_for(client: Client, by: Actor) -> None:
    from roegfri.organisations.kinds import Kind
    from roegfri.organisations.models import Practice

    sender = Practice.objects.create(name="Lægerne Torvet", provider_number="900001")
    Practice.objects.create(name="Sender ingen", provider_number="900002")
    case = make.referral(by)
    with acting(by):
        Referral.objects.filter(pk=case.pk).update(sender_id=sender.pk)
    given(2, by=by)
    page = client.get("/henvisninger/?flere=1").content.decode()
    assert ("Lægerne Torvet" in page, "Sender ingen" in page) == (True, False)
    assert str(Kind.PRACTICE.label) in page
    found = client.get(f"/henvisninger/?henviser={sender.pk}")
    assert [row.id for row in found.context["list"].page.rows] == [case.pk]
    assert "Henviser: Lægerne Torvet" in found.content.decode()


@pytest.mark.parametrize("query", ["state=%3Cb%3E", "raadgiver=x", "henviser=x", "modtaget_fra=x"])
def test_a_filter_that_is_none_shows_nothing_and_gives_nothing(
    client: Client, by: Actor, query: str
) -> None:
    cases = given(1, by=by)
    assert rows_of(client.get(f"/henvisninger/?{query}").content.decode()) == 0
    sheet = client.get(f"/henvisninger/?{query}&hent=csv").content.decode("utf-8-sig")
    assert len(sheet.splitlines()) == 1
    client.post(f"/giv-sager/?{query}", {"all": "1", "to": str(by.user_id)})
    assert owners(cases) == {None}
    client.post(f"/henvisninger/filtre/?{query}", {"name": "Et"})
    assert not SavedFilter.objects.exists()


def test_a_filter_is_kept_opened_renamed_and_forgotten(client: Client, by: Actor) -> None:
    junk = "/henvisninger/filtre/?state=open&raadgiver=mig&fra=x&navn=Nancy&hent=csv"
    assert client.post(junk, {"name": "Mine åbne"}).status_code == 302
    kept = SavedFilter.objects.get()
    assert kept.query == "state=open&raadgiver=mig"
    page = client.get("/henvisninger/").content.decode()
    assert '<a href="?state=open&amp;raadgiver=mig">Mine åbne</a>' in page
    there = f"/henvisninger/filtre/{kept.pk}/"
    assert client.post(there, {"name": "Omdøbt"}).status_code == 302
    assert SavedFilter.objects.get().name == "Omdøbt"
    other = signed_in(colleague(by))
    assert other.post(there, {"forget": "1"}).status_code == 404
    assert "Omdøbt" not in other.get("/henvisninger/filtre/").content.decode()
    client.post(there, {"forget": "1"})
    assert not SavedFilter.objects.exists()


def test_a_closed_case_is_state_closed(by: Actor) -> None:
    (case,) = given(1, by=by)
    make.call(case, by, Outcome.DECLINED, at=NOW)
    assert fresh(case).state == ReferralState.CLOSED
