"""The lists: their order and pages, what they cost, and that no index is missing under them."""

import csv
import datetime as dt
import io
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from referrals import forms, queries
from referrals.models import Citizen, Referral
from roegfri.accounts import sessions
from roegfri.accounts.models import Grant
from roegfri.actor import Actor, acting
from roegfri.ui.lists import Sort
from tests import make
from tests.bench import world
from tests.conftest import setup_connection

database = pytest.mark.django_db
MARKS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def signed_in(grant: Grant) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(grant.user)
    session = client.session
    session[sessions.SECOND_FACTOR] = str(grant.user_id)
    session.save()
    return client


def statements(work: Callable[[], Any]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        work()
    said = [query["sql"].lstrip() for query in captured.captured_queries]
    return [words for words in said if not words.startswith(MARKS)]


def numbered(by: Actor, number: int, **given: Any) -> Referral:
    """One of several citizens, told apart by the telephone number."""
    return make.referral(by, number=f"+452000{number:04d}", surname=f"Nr {number:04d}", **given)


# ---- what a page costs ---------------------------------------------------------------------------


@database
@pytest.mark.parametrize(
    ("address", "number"),
    # session, person with grants, list, what stands around it, look-up log
    [("/", 5), ("/?vis=overskredet", 5), ("/henvisninger/", 5), ("/henvisninger/?orden=navn", 5)],
)
def test_a_list_costs_the_same_whatever_its_length(address: str, number: int) -> None:
    grant = make.grant()
    by, client = make.actor(grant), signed_in(grant)
    numbered(by, 1)
    client.get(address)
    assert len(statements(lambda: client.get(address))) == number
    numbered(by, 2)
    numbered(by, 3)
    pages = []
    assert len(statements(lambda: pages.append(client.get(address)))) == number
    assert [text in pages[0].content.decode() for text in ("Nr 0001", "Nr 0003")] == [True, True]


@database
def test_a_file_costs_the_same_whatever_its_length() -> None:
    grant = make.grant()
    by, client = make.actor(grant), signed_in(grant)
    referral = numbered(by, 1)
    make.call(referral, by)
    address = f"/sag/{referral.pk}/"
    client.get(address)
    # Session, person, reason, case, file, courses, what stands around it, look-up log.
    assert len(statements(lambda: client.get(address))) == 12
    make.call(referral, by, at=make.MONDAY + dt.timedelta(hours=3))
    make.call(referral, by, at=make.MONDAY + dt.timedelta(hours=6))
    assert len(statements(lambda: client.get(address))) == 12


# ---- whose ---------------------------------------------------------------------------------------


def listed_ids(viewer: Actor, **asked: Any) -> list[uuid.UUID]:
    filters = queries.ListedFilters(**asked)
    return [row.id for row in queries.listed_every(viewer, filters, queries.SORTS[0])]


@database
def test_another_municipality_s_people_are_on_no_list() -> None:
    by, other = make.actor(), make.actor()
    mine, theirs = numbered(by, 1), numbered(other, 2)
    for viewer, own in ((by, mine), (other, theirs)):
        with acting(viewer):
            assert [row.id for row in queries.worklist(viewer).rows] == [own.pk]
            assert listed_ids(viewer) == [own.pk]


@database
def test_the_plan_of_the_worklist_is_kept() -> None:
    by = make.actor()
    with acting(by), connection.cursor() as cursor:
        for _ in range(7):
            queries.worklist(by)
            queries.waiting_counts(by)
        # Planned for its values five times, and then once for all.
        cursor.execute(
            "select count(*) from pg_prepared_statements"
            " where statement like '%%referrals_referral%%' and generic_plans > 0"
        )
        assert cursor.fetchone()[0] >= 2


# ---- the export ----------------------------------------------------------------------------------


@database
@pytest.mark.parametrize("asked", ["", "&state=reached", "&orden=navn", "&orden=modtaget"])
def test_the_export_has_the_rows_of_all_pages_in_their_order(asked: str) -> None:
    grant = make.grant()
    by, client = make.actor(grant), signed_in(grant)
    for number in range(27):
        numbered(by, number, received_at=make.MONDAY - dt.timedelta(hours=number % 5))
    with acting(by):
        reached = Referral.objects.filter(citizen__surname__gt="Nr 0020")
        reached.update(state="reached", reached_at=make.MONDAY)
    sheet = client.get(f"/henvisninger/?hent=csv{asked}").content.decode("utf-8-sig")
    exported = [row[1] for row in csv.reader(io.StringIO(sheet), delimiter=";")][1:]
    shown, address = [], f"/henvisninger/?{asked}"
    while address:
        found = client.get(address).context["list"]
        shown += [row.name for row in found.page.rows]
        address = found.next_url
    assert exported == shown
    assert len(shown) == (6 if "reached" in asked else 27)


# ---- the indexes ---------------------------------------------------------------------------------


@pytest.fixture
def crowded(transactional_db: None) -> Actor:
    """20,000 referrals of four municipalities, spread over half a year; acts for one of them."""
    actors = [make.actor() for _ in range(4)]
    for by in actors:
        make.referral(by)
    world.remember()
    try:
        world.multiply(5000)
    finally:
        with setup_connection() as inside:
            inside.execute("drop schema drawn cascade")
    with setup_connection() as inside:
        inside.execute("set session_replication_role = replica")
        inside.execute(
            "update referrals_referral set contact_by = contact_by + (random() * 180)::int,"
            " next_at = next_at + random() * interval '180 days',"
            " received_at = received_at + random() * interval '180 days'"
        )
        inside.execute(BESIDE)
        inside.execute("vacuum analyze")
    return actors[0]


# As many rows in the tables that the builders leave empty: an empty one is read whole for nothing.
BESIDE = """
insert into referrals_residence (id, citizen_id, municipality_id, from_on)
  select gen_random_uuid(), citizen_id, handler_id, '2020-01-01' from referrals_referral;
insert into referrals_reservation (referral_id, holder_id, until)
  select id, gen_random_uuid(), received_at from referrals_referral;
insert into referrals_contactattempt (id, referral_id, at, outcome, note, caller_id, once)
  select gen_random_uuid(), id, received_at, 'no_answer', '', gen_random_uuid(), gen_random_uuid()
  from referrals_referral;
insert into referrals_incomingmessage (id, organisation_id, came_at, filename, body, sha256, state,
    reason, sender_ean, envelope, letter)
  select gen_random_uuid(), handler_id, received_at, '', '', '', 'unreadable', '', '', '', ''
  from referrals_referral;
insert into referrals_cover (id, municipality_id, absent_id, substitute_id, from_on, until_on)
  select gen_random_uuid(), handler_id, id, citizen_id, '2020-01-01', '2020-01-02'
  from referrals_referral;
"""


def read_whole(work: Callable[[], object]) -> set[str]:
    """The tables of referrals that the work read from end to end."""
    before = whole_reads()
    work()
    return {name for name, times in whole_reads().items() if times > before.get(name, 0)}


def often(work: Callable[[Actor], object], viewer: Actor) -> None:
    for _ in range(7):
        work(viewer)


def whole_reads() -> dict[str, int]:
    """How often this session did so, as far as that is not reported to others yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname, seq_scan from pg_stat_xact_user_tables"
            " where relname like 'referrals_%%'"
        )
        return dict(cursor.fetchall())


def shown(viewer: Actor, sort: Sort, **asked: str) -> None:
    filters = forms.Filter(asked).narrowed()
    assert filters
    first = queries.listed_page(viewer, filters, sort)
    second = queries.listed_page(viewer, filters, sort, first.next)
    assert len(second.rows) == 25


WAITING = {"state": "received"}
BY = {sort.key: sort for sort in queries.SORTS}
HOT: dict[str, Callable[[Actor], object]] = {
    "I dag": lambda by: queries.worklist(by, after=queries.worklist(by).next),
    "over the deadline": lambda by: queries.worklist(by, view=queries.View.OVERDUE),
    "mine": lambda by: queries.worklist(by, view=queries.View.MINE),
    "what has happened since": lambda by: queries.marks(by, [uuid.uuid4()] * 25, since=make.MONDAY),
    "newcomers": lambda by: queries.newcomers(
        by, view=queries.View.ALL, shown=[uuid.uuid4()], since=None, until=make.MONDAY
    ),
    "counts": queries.waiting_counts,
    "by deadline": lambda by: shown(by, BY["frist"]),
    "by deadline, waiting": lambda by: shown(by, BY["frist"], **WAITING),
    "by time": lambda by: shown(by, BY["modtaget"]),
    "by time, waiting": lambda by: shown(by, BY["modtaget"], **WAITING),
}


def test_no_hot_list_reads_a_big_table_from_end_to_end(crowded: Actor) -> None:
    with acting(crowded):
        found = {}
        for name, work in HOT.items():
            # Seven times: from the sixth on the server may use the plan it keeps.
            with transaction.atomic():
                found[name] = read_whole(partial(often, work, crowded))
        # What it looks like when it does happen: nothing helps a search inside a name.
        with transaction.atomic():
            control = read_whole(lambda: Citizen.objects.filter(given_names="?").count())
    assert found == {name: set() for name in HOT}
    assert control == {"referrals_citizen"}
