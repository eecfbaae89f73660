"""The page on which a course ends: a line for each, saved in one press, and nothing lost."""

import datetime as dt
import html
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.commands.ending import Result, note_ending
from courses.commands.leaving import withdraw
from courses.forms.ending import as_seen
from courses.models import Course, Ending, Enrolment, Task
from courses.states import CourseKind, DropOut, SmokeFree, TaskKind, WithdrawReason
from roegfri.accounts.models import Grant
from roegfri.actor import acting
from roegfri.audit.models import AuditEventPerson
from tests import make
from tests.courses.ends import AWAY, CAME, World
from tests.courses.world import AT, do, fresh, put, wait

pytestmark = pytest.mark.django_db
Post = dict[str, str]


@pytest.fixture
def world(settings: Any) -> Iterator[World]:
    settings.SECOND_FACTOR = False
    made = World()
    with time_machine.travel(made.at, tick=False):
        yield made


def signed_in(grant: Grant) -> Client:
    client = Client()
    client.force_login(grant.user)
    return client


def people(world: World, count: int) -> list[Enrolment]:
    made = [
        put(world.course, world.by, make.referral(world.by, surname=f"Deltager{number}"))
        for number in range(count)
    ]
    for one in made:
        world.came(one, *[CAME] * 6, co=5)
        do(world.by, note_ending, one, Result(actual_quit_on=AT.date()), at=AT)
    return made


def said(world: World, *enrolments: Enrolment, **values: str) -> Post:
    """What the page sends of these, as it was shown; `values` in each of the lines."""
    post: Post = {}
    for one in enrolments:
        row = world.one(one)
        shown = json.loads(as_seen(row))["shown"] | values
        post |= {f"{name}-{one.pk}": value for name, value in shown.items()}
        post[f"was-{one.pk}"] = as_seen(row)
    return post


def fields_of(text: str, one: Enrolment, *, ticked: bool = False) -> Post:
    """What a browser sends of her from the page as it is."""
    found: Post = {}
    for tag in re.findall(rf'<input[^>]*name="[a-z_]+-{one.pk}"[^>]*>', text):
        given = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
        choice = given["type"] in ("radio", "checkbox")
        if not choice or " checked" in tag or (ticked and given["type"] == "checkbox"):
            found[given["name"]] = html.unescape(given["value"])
    chosen = r'<select[^>]*name="([a-z_]+-{pk})"[^>]*>(.*?)</select>'.replace("{pk}", str(one.pk))
    for name, options in re.findall(chosen, text, re.DOTALL):
        said = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', options)
        found[name] = (said[1] or said[2]) if said else ""
    return found


def page(world: World) -> str:
    return reverse("courses:ending", args=[world.course.pk])


@transaction.atomic
def noted(enrolment: Enrolment) -> Ending | None:
    with acting(make.SYSTEM):
        return Ending.objects.filter(pk=enrolment.pk).first()


def test_the_whole_table_in_one_press_and_then_the_course_is_over(world: World) -> None:
    one, two, three = people(world, 3)
    client = signed_in(world.towns.grant_a)
    first = client.get(page(world)).content.decode()
    assert "Aftalen: ja (6 af 6, mindst 3)" in first
    assert "STOPbasen: ja (100 %, mindst 75 %)" in first
    assert f'href="#s-{one.pk}-yes"' in first
    post = said(world, one, smoke_free="yes", satisfaction="5") | said(world, two)
    post |= said(world, three, dropped_out="illness", note="Flyttede til Fyn")
    finish = reverse("courses:finish", args=[world.course.pk])
    refused = client.post(finish, post)
    assert (refused.status_code, "1 deltager har hverken" in refused.content.decode()) == (
        422,
        True,
    )
    row, other = noted(one), noted(three)
    assert row
    assert other
    # What was measured at the last meeting stood there, and is saved with the answer.
    assert (row.smoke_free, row.co, row.satisfaction) == (SmokeFree.YES, 5, 5)
    assert (other.dropped_out, other.note, noted(two)) == (
        DropOut.ILLNESS,
        "Flyttede til Fyn",
        None,
    )
    done = client.post(finish, said(world, two, smoke_free="unknown"), follow=True)
    assert "Forløbet er afsluttet" in done.content.decode()
    # Told while they can still be seen: three forms are empty, and nobody has her diploma.
    assert "Endnu ikke færdigt: skemaer 0 af 3, diplomer 0 af 3." in done.content.decode()
    assert fresh(one).state == "ended"
    course = client.get(reverse("courses:course", args=[world.course.pk])).content.decode()
    assert "3 deltog til slut" in course
    assert "er stoppet" not in course
    assert "Alle har et resultat eller en grund." in done.content.decode()


def test_pressing_twice_saves_once(world: World) -> None:
    (one,) = people(world, 1)
    client = signed_in(world.towns.grant_a)
    post = said(world, one, smoke_free="yes")
    for _ in range(2):
        assert client.post(page(world), post).status_code == 302
    row = noted(one)
    assert row
    assert row.version == 1


def test_the_rest_leaves_out_who_smokes_and_who_has_not_quit(world: World) -> None:
    """Smoke-free is said of nobody whose breath or quit date says otherwise; they are named."""
    fits, answered = people(world, 2)
    smokes, not_yet, earlier = (
        put(world.course, world.by, make.referral(world.by, surname=name))
        for name in ("Ryger", "Ustoppet", "Målt-Før")
    )
    world.came(smokes, *[CAME] * 6, co=30)
    world.came(not_yet, *[CAME] * 6, co=2)
    world.came(earlier, *[CAME] * 5, co=13)
    world.mark(earlier, world.meetings()[5], CAME)
    for one in (smokes, earlier):
        do(world.by, note_ending, one, Result(actual_quit_on=AT.date()), at=AT)
    do(world.by, note_ending, answered, Result(smoke_free=SmokeFree.NO), at=world.at)
    client = signed_in(world.towns.grant_a)
    before = client.get(page(world)).content.decode()
    assert "Gem alle: den ene, der var med til sidst, er røgfri" in before
    everybody = (fits, answered, smokes, not_yet, earlier)
    post = {key: value for one in everybody for key, value in said(world, one).items()}
    text = client.post(page(world), post | {"rest": "yes"}, follow=True).content.decode()
    stands = [row.smoke_free if (row := noted(each)) else None for each in everybody]
    assert stands == ["yes", "no", None, None, None]
    told = text[text.index("Ikke sat til røgfri") :]
    for words in ("Ryger (30 ppm)", "Ustoppet (intet rygestop endnu)", "Målt-Før (13 ppm)"):
        assert words in before
        assert words in told


def test_the_rest_is_said_of_those_who_were_there_alone(world: World) -> None:
    one, two = people(world, 2)
    gone = put(world.course, world.by)
    world.came(gone, CAME, CAME, CAME, AWAY, AWAY, AWAY)
    post = said(world, one, smoke_free="no") | said(world, two) | said(world, gone)
    signed_in(world.towns.grant_a).post(page(world), post | {"rest": "yes"})
    stands = [row.smoke_free if (row := noted(each)) else None for each in (one, two, gone)]
    assert stands == ["no", "yes", None]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("co", "999", "fra 0 til 200"),
        ("co", "otte", "helt tal"),
        ("co", "9" * 40, "fra 0 til 200"),
        ("actual_quit_on", "2031-01-01", "fremtiden"),
        ("actual_quit_on", "0001-01-01", "årstallet"),
        ("actual_quit_on", "i går", "Skriv datoen"),
        ("satisfaction", "6", "1 til 5"),
        ("dropped_out", "nysgerrig", "Vælg"),
        ("smoke_free", "", "eller hvorfor"),
        ("note", "n" * 301, "300"),
    ],
)
def test_a_line_that_is_wrong_is_marked_and_the_others_are_saved(
    world: World, field: str, value: str, words: str
) -> None:
    good, bad = people(world, 2)
    wrong = {"smoke_free": "yes", "satisfaction": "4", "note": "Bor på Fyn", field: value}
    post = said(world, good, smoke_free="yes") | said(world, bad, **wrong)
    answer = signed_in(world.towns.grant_a).post(page(world), post)
    text = answer.content.decode()
    assert (answer.status_code, noted(bad)) == (422, None)
    assert noted(good)
    assert words in text
    assert "Resten er gemt." in text
    assert f'href="#r-{bad.pk}"' in text
    # Nothing typed is lost.
    assert ("Bor på Fyn" in text) is (field != "note")
    assert ("<option selected>4</option>" in text) is (field != "satisfaction")


def test_what_a_colleague_wrote_meanwhile_is_shown_and_chosen(world: World) -> None:
    (one,) = people(world, 1)
    post = said(world, one, smoke_free="yes")
    do(world.by, note_ending, one, Result(smoke_free=SmokeFree.NO, co=5), at=world.at)
    client = signed_in(world.towns.grant_a)
    answer = client.post(page(world), post)
    text = answer.content.decode()
    row = noted(one)
    assert row
    assert (answer.status_code, row.smoke_free) == (409, SmokeFree.NO)
    assert "røgfri Nej" in text
    # Sent again from that page, mine counts.
    assert client.post(page(world), said(world, one, smoke_free="yes")).status_code == 302
    row = noted(one)
    assert row
    assert (row.smoke_free, row.version) == (SmokeFree.YES, 2)


def test_after_a_clash_the_colleague_s_other_words_stay(world: World) -> None:
    """What nobody has touched is no edit, the carbon monoxide the page had filled in least of all:
    saved again from the page of the clash, it is as the colleague wrote it."""
    (one,) = people(world, 1)
    first = signed_in(world.towns.grant_a)
    mine = fields_of(first.get(page(world)).content.decode(), one) | {f"smoke_free-{one.pk}": "yes"}
    theirs = Result(smoke_free=SmokeFree.NO, co=2, note="Ringede til ham", actual_quit_on=AT.date())
    do(world.by, note_ending, one, theirs, at=world.at)
    answer = first.post(page(world), mine)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "røgfri Nej. Det bliver stående: kulilte 2, bemærkning Ringede til ham." in text
    again = fields_of(text, one)
    assert (again[f"smoke_free-{one.pk}"], again[f"co-{one.pk}"]) == ("yes", "2")
    assert again[f"note-{one.pk}"] == "Ringede til ham"
    assert first.post(page(world), again).status_code == 302
    row = noted(one)
    assert row
    assert (row.smoke_free, row.co, row.note) == (SmokeFree.YES, 2, "Ringede til ham")


def test_every_field_that_both_wrote_is_shown(world: World) -> None:
    (one,) = people(world, 1)
    post = said(world, one, smoke_free="yes", co="4", note="Glad", satisfaction="5")
    theirs = Result(smoke_free=SmokeFree.NO, co=2, note="Sur", actual_quit_on=AT.date())
    do(world.by, note_ending, one, theirs, at=world.at)
    client = signed_in(world.towns.grant_a)
    text = client.post(page(world), post).content.decode()
    assert "røgfri Nej, kulilte 2, bemærkning Sur." in text
    assert client.post(page(world), fields_of(text, one)).status_code == 302
    row = noted(one)
    assert row
    assert (row.smoke_free, row.co, row.note, row.satisfaction) == ("yes", 4, "Glad", 5)


def test_without_a_clash_the_filled_in_carbon_monoxide_gives_way_too(world: World) -> None:
    (one,) = people(world, 1)
    post = said(world, one, satisfaction="4")
    theirs = Result(smoke_free=SmokeFree.YES, co=None, actual_quit_on=AT.date())
    do(world.by, note_ending, one, theirs, at=world.at)
    assert signed_in(world.towns.grant_a).post(page(world), post).status_code == 302
    row = noted(one)
    assert row
    assert (row.smoke_free, row.co, row.satisfaction) == ("yes", None, 4)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"smoke_free": "yes", "dropped_out": "dead"}, "borgeren er død"),
        ({"smoke_free": "yes", "co": "30"}, "kulilten er 30 ppm"),
        ({"smoke_free": "no", "dropped_out": "smoke_free"}, "fordi borgeren er røgfri"),
    ],
)
def test_what_hardly_goes_together_is_asked_about_and_not_refused(
    world: World, values: Post, words: str
) -> None:
    (one,) = people(world, 1)
    client = signed_in(world.towns.grant_a)
    finish = reverse("courses:finish", args=[world.course.pk])
    post = said(world, one, **values)
    for address in (page(world), reverse("courses:participant_ending", args=[one.pk]), finish):
        answer = client.post(address, post)
        text = answer.content.decode()
        assert (answer.status_code, words in text, noted(one)) == (422, True, None)
    sure = {f"sure-{one.pk}": fields_of(text, one, ticked=True)[f"sure-{one.pk}"]}
    assert client.post(page(world), post | sure).status_code == 302
    row = noted(one)
    assert row
    assert (row.smoke_free, row.dropped_out) == (
        values["smoke_free"],
        values.get("dropped_out", ""),
    )
    # It is asked once: another field is changed without.
    assert client.post(page(world), said(world, one, satisfaction="2")).status_code == 302


def test_the_answer_to_one_question_is_none_to_another(world: World) -> None:
    (one,) = people(world, 1)
    post = said(world, one, smoke_free="yes", co="30") | {f"sure-{one.pk}": "dead"}
    assert signed_in(world.towns.grant_a).post(page(world), post).status_code == 422
    assert noted(one) is None


@pytest.mark.parametrize("was", ["", "{", "[]", '{"stands": 1}', "[" * 5000])
def test_what_no_page_of_ours_has_sent_changes_nothing(world: World, was: str) -> None:
    (one,) = people(world, 1)
    post = said(world, one, smoke_free="yes") | {f"was-{one.pk}": was}
    answer = signed_in(world.towns.grant_a).post(page(world), post)
    assert (answer.status_code, noted(one)) == (422, None)
    assert "Genindlæs siden" in answer.content.decode()


def test_what_was_typed_and_not_sent_is_there_again(world: World) -> None:
    (one,) = people(world, 1)
    client = signed_in(world.towns.grant_a)
    typed = said(world, one, satisfaction="3", note="Ringer i morgen")
    client.post(reverse("ui:draft") + f"?for={page(world)}", typed)
    again = client.get(page(world)).content.decode()
    assert "Ringer i morgen" in again
    assert "hentet frem" in again
    client.post(page(world), said(world, one, smoke_free="yes"))
    assert "Ringer i morgen" not in client.get(page(world)).content.decode()


def test_whose_page_it_is(world: World) -> None:
    """The handler sees her own and saves them; who has nobody there sees nothing."""
    (ours,) = people(world, 1)
    other = signed_in(world.towns.grant_b)
    assert other.get(page(world)).status_code == 404
    hers = put(world.course, world.towns.b, at=AT)
    text = other.get(page(world)).content.decode()
    assert f"r-{hers.pk}" in text
    assert f"r-{ours.pk}" not in text
    assert "Gem, og afslut forløbet" not in text
    # Another's line in the post is no line.
    other.post(page(world), said(world, hers, smoke_free="no") | said(world, ours, smoke_free="no"))
    assert noted(hers)
    assert noted(ours) is None
    assert other.post(reverse("courses:finish", args=[world.course.pk])).status_code == 404


def test_each_step_opens_for_whoever_is_shown_it(world: World) -> None:
    people(world, 1)
    put(world.course, world.towns.b, at=AT)
    for grant, steps in ((world.towns.grant_a, 4), (world.towns.grant_b, 2)):
        client = signed_in(grant)
        nav = re.compile(r'<nav class="ending-steps".*?</nav>', re.DOTALL)
        (shown,) = nav.findall(client.get(page(world)).content.decode())
        there = {one.partition("#")[0] for one in re.findall(r'href="([^"]+)"', shown)}
        assert len(there) == steps
        assert [len(nav.findall(client.get(one).content.decode())) for one in there] == [1] * steps


def test_two_mistakes_in_a_line_are_one_place_to_go_to(world: World) -> None:
    (hers,) = people(world, 1)
    client = signed_in(world.towns.grant_a)
    wrong = said(world, hers, co="mange", actual_quit_on="i går")
    for address in (page(world), reverse("courses:participant_ending", args=[hers.pk])):
        text = client.post(address, wrong).content.decode()
        assert text.count(f'id="e-{hers.pk}"') == 1
        assert text.count(f'aria-describedby="e-{hers.pk}"') == 2


def test_who_left_stands_with_her_reason_and_one_statement_more_for_nobody(world: World) -> None:
    _stayed, left = people(world, 2)
    do(world.by, withdraw, left, reason=WithdrawReason.ILLNESS, at=world.at)
    text = signed_in(world.towns.grant_a).get(page(world)).content.decode()
    assert "Stoppede undervejs" in text
    assert "frameldt: Sygdom" in text
    assert f"r-{left.pk}" not in text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_as_much_of_three_as_of_one(world: World, rows: int) -> None:
    made = people(world, rows)
    client = signed_in(world.towns.grant_a)
    client.get(page(world))
    with CaptureQueriesContext(connection) as asked:
        client.get(page(world))
    assert len(asked) <= 12, [one["sql"][:80] for one in asked]
    about = [one for one in asked if "from courses_enrolment e" in one["sql"]]
    assert len(about) == 1
    with acting(make.SYSTEM):
        seen = set(AuditEventPerson.objects.filter(at=world.at).values_list("person", flat=True))
    assert {one.citizen_id for one in made} <= seen


def test_kom_og_kvit_one_at_a_time_from_her_own_page(settings: Any) -> None:
    settings.SECOND_FACTOR = False
    world = World(kind=CourseKind.OPEN, capacity=1, meetings=8)
    hers, next_one = put(world.course, world.by), wait(world.course, world.by)
    client = signed_in(world.towns.grant_a)
    address = reverse("courses:participant_ending", args=[hers.pk])
    with time_machine.travel(AT, tick=False):
        assert "afslut for denne deltager" in client.get(address).content.decode()
        refused = client.post(address, said(world, hers) | {"then": "end"})
        assert (refused.status_code, fresh(hers).state) == (422, "enrolled")
        assert "Skriv resultatet først" in refused.content.decode()
        client.post(address, said(world, hers, smoke_free="yes") | {"then": "end"})
        assert (fresh(hers).state, fresh(next_one).state) == ("ended", "enrolled")
        assert (
            "afsluttet for deltageren"
            in client.get(reverse("courses:participant", args=[hers.pk])).content.decode()
        )
        assert "Genåbn for deltageren" in client.get(address).content.decode()
        full = client.post(address, said(world, hers) | {"then": "reopen"})
        assert "givet til en anden" in full.content.decode()
        participant = client.get(reverse("courses:participant", args=[hers.pk])).content.decode()
        assert "Ret resultat" in participant


def test_the_line_on_i_dag_opens_the_page(world: World) -> None:
    with acting(make.SYSTEM), transaction.atomic():
        task = Task.objects.create(
            organisation=make.home(world.by), kind=TaskKind.FINISH, course=world.course,
            due_at=world.at + dt.timedelta(days=14), made_at=world.at,
        )  # fmt: skip
    client = signed_in(world.towns.grant_a)
    assert "Skriv resultaterne, og afslut forløbet senest" in client.get("/").content.decode() or (
        "Skriv resultaterne" in client.get(reverse("desk:today")).content.decode()
    )
    answer = client.get(reverse("courses:task", args=[task.pk]))
    assert (answer.status_code, answer["Location"]) == (302, page(world))


def test_after_thirty_days_the_page_says_where_they_went(world: World) -> None:
    (one,) = people(world, 1)
    client = signed_in(world.towns.grant_a)
    finish = reverse("courses:finish", args=[world.course.pk])
    client.post(finish, said(world, one, smoke_free="yes"))
    with time_machine.travel(world.at + dt.timedelta(days=31), tick=False):
        again = signed_in(world.towns.grant_a).get(page(world))
        assert again.status_code == 200
    assert Course.objects.get(pk=world.course.pk).finished_at == world.at


def test_halves_of_characters_are_no_note(world: World) -> None:
    """The page sends back what it showed as JSON, which can spell what no database keeps."""
    (one,) = people(world, 1)
    post = said(world, one, smoke_free="yes")
    was = json.loads(post[f"was-{one.pk}"])
    was["shown"]["note"] = "\ud800"
    del post[f"note-{one.pk}"]
    post[f"was-{one.pk}"] = json.dumps(was)
    response = signed_in(world.towns.grant_a).post(page(world), post)
    assert response.status_code == 422
    assert "Genindlæs siden" in response.content.decode()
    assert noted(one) is None
