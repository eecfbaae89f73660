"""The list of referrals: what each filter means, its order by name, and what a page of it reads."""

import datetime as dt
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from psycopg import sql

from referrals import queries
from referrals.commands.merge import merge_citizens, unmerge_citizens
from referrals.models import Citizen, Phone, Referral, Residence
from referrals.queries.listing import CAP, CONDITIONS
from referrals.states import ReferralState, Source
from roegfri import clock
from roegfri.actor import Actor, acting
from roegfri.audit.models import AuditEvent
from roegfri.ui.lists import SIZE, Sort
from tests import make
from tests.conftest import setup_connection
from tests.referrals.test_lists import crowded

__all__ = ["crowded"]
database = pytest.mark.django_db
RECEIVED, DUE, NAME = queries.SORTS
DAY = dt.timedelta(days=1)


def ids(viewer: Actor, sort: Sort = RECEIVED, **asked: Any) -> list[uuid.UUID]:
    filters = queries.ListedFilters(**asked)
    return [row.id for row in queries.listed_every(viewer, filters, sort)]


# ---- the filters ---------------------------------------------------------------------------------


@pytest.fixture
def mixed(db: None) -> Actor:
    """Forty referrals that differ in everything a filter asks about."""
    by = make.actor()
    colleague = make.user().pk
    with acting(by):
        for number in range(40):
            one = make.referral(
                by,
                number=f"+452000{number:04d}",
                received_at=make.MONDAY - number * dt.timedelta(hours=7),
                source=list(Source)[number % 4],
            )
            Referral.objects.filter(pk=one.pk).update(
                contact_by=clock.today() + (number % 3 - 1) * DAY,
                caseworker=(None, by.user_id, colleague)[number % 3],
                attempts=number % 2,
                sender=by.organisation_id if number % 5 == 0 else None,
            )
            if number % 4 == 0:
                Phone.objects.filter(citizen=one.citizen_id).update(wrong_since=make.MONDAY)
            if number % 3 == 0:
                Residence.objects.create(
                    citizen=one.citizen,
                    municipality_id=by.organisation_id,
                    from_on=make.LONG_AGO,
                )
        some = Referral.objects.order_by("received_at").values_list("pk", flat=True)
        reached = Referral.objects.filter(pk__in=list(some[:12]))
        reached.update(state=ReferralState.REACHED, reached_at=make.MONDAY)
        closed = Referral.objects.filter(pk__in=list(some[:5]))
        closed.update(
            state=ReferralState.CLOSED, close_reason="declined", next_at=None, next_step=""
        )
    return by


WAITING = Q(state="received")
ASKED: dict[str, Callable[[Actor], tuple[dict[str, Any], Any]]] = {
    "nothing": lambda by: ({}, Q()),
    "state": lambda by: ({"state": "reached"}, Q(state="reached")),
    "source": lambda by: ({"source": "practice"}, Q(source="practice")),
    "due overdue": lambda by: (
        {"due": "overdue"},
        WAITING & Q(contact_by__lt=clock.today()),
    ),
    "due today": lambda by: ({"due": "today"}, WAITING & Q(contact_by=clock.today())),
    "due later": lambda by: ({"due": "later"}, WAITING & Q(contact_by__gt=clock.today())),
    "contact untried": lambda by: ({"contact": "untried"}, WAITING & Q(attempts=0)),
    "contact unreached": lambda by: (
        {"contact": "unreached"},
        Q(reached_at=None, attempts__gt=0),
    ),
    "contact reached": lambda by: ({"contact": "reached"}, Q(reached_at__isnull=False)),
    "sender_id": lambda by: (
        {"sender_id": by.organisation_id},
        Q(sender=by.organisation_id),
    ),
    "caseworker_id": lambda by: ({"caseworker_id": by.user_id}, Q(caseworker=by.user_id)),
    "mine": lambda by: ({"mine": True}, Q(caseworker=by.user_id)),
    "lacks number": lambda by: (
        {"lacks": "number"},
        ~Exists(Phone.objects.filter(citizen=OuterRef("citizen"), wrong_since=None)),
    ),
    "lacks home": lambda by: ({"lacks": "home"}, Q(citizen__residences=None)),
    "unassigned": lambda by: ({"unassigned": True}, Q(caseworker=None)),
    "unclosed": lambda by: ({"unclosed": True}, ~Q(state="closed")),
    "received_from": lambda by: (
        {"received_from": dt.date(2026, 2, 25)},
        Q(received_at__gte=clock.start_of_day(dt.date(2026, 2, 25))),
    ),
    "received_until": lambda by: (
        {"received_until": dt.date(2026, 2, 25)},
        Q(received_at__lt=clock.end_of_day(dt.date(2026, 2, 25))),
    ),
    "three at once": lambda by: (
        {"state": "received", "caseworker_id": by.user_id, "contact": "untried"},
        WAITING & Q(attempts=0, caseworker=by.user_id),
    ),
}


def test_there_is_a_case_for_every_filter_and_choice() -> None:
    # What deadlines kept counts is tried beside its numbers, in test_deadlines.py.
    elsewhere = {"came_as", "verdict"}
    wanted = set()
    for name, words in ((n, w) for n, w in CONDITIONS.items() if n not in elsewhere):
        wanted |= {name} if isinstance(words, str) else {f"{name} {choice}" for choice in words}
    assert wanted <= set(ASKED)
    assert set(CONDITIONS) == set(queries.ListedFilters.__slots__)


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("sort", queries.SORTS, ids=lambda sort: sort.key)
def test_a_filter_leaves_the_rows_it_says_in_the_order_it_says(
    asked: str, sort: Sort, mixed: Actor
) -> None:
    given, means = ASKED[asked](mixed)
    with acting(mixed):
        order = [("-" if c.descending else "") + c.name for c in sort.whole]
        wanted = list(Referral.objects.filter(means).order_by(*order).values_list("pk", flat=True))
        assert ids(mixed, sort, **given) == wanted
        assert 0 < len(wanted) <= 40
        assert (len(wanted) == 40) == (asked == "nothing")
        assert str(queries.listed_count(mixed, queries.ListedFilters(**given))) == str(len(wanted))


@database
def test_the_count_stops_at_a_hundred() -> None:
    by = make.actor()
    with acting(by):
        for number in range(3):
            make.referral(by, number=f"+452000{number:04d}")
        everything = queries.ListedFilters()
        assert str(queries.listed_count(by, everything)) == "3"
        assert str(queries.listed_count(by, everything, cap=2)) == "2+"
        assert CAP == 100


# ---- the order by name ---------------------------------------------------------------------------


def keys() -> list[tuple[str, str]]:
    return list(Referral.objects.values_list("name_key", "citizen__sort_key"))


@database
def test_a_referral_has_the_sort_key_of_its_citizen_whatever_is_written() -> None:
    by = make.actor()
    one, two = (
        make.referral(by, number=f"+452000000{n}", surname=s) for n, s in ((1, "Ø"), (2, "B"))
    )
    with acting(by):
        assert ids(by, NAME) == [two.pk, one.pk]
        stale = Referral.objects.get(pk=one.pk)
        Citizen.objects.filter(pk=one.citizen_id).update(surname="Abel")
        assert ids(by, NAME) == [one.pk, two.pk]
        # What was read before the change, saved whole, does not bring the old name back.
        stale.save()
        Referral.objects.update(name_key="forged")
        assert all(copied == own for copied, own in keys())
    with acting(make.SYSTEM):
        Referral.objects.filter(pk=two.pk).update(citizen=one.citizen_id)
        assert [copied for copied, _ in keys()] == [keys()[0][1]] * 2


@database
def test_a_new_name_reaches_the_referrals_that_others_handle() -> None:
    by, other = make.actor(), make.actor()
    here, there = make.referral(by, surname="Før"), make.referral(other, surname="Før")
    with acting(make.SYSTEM):
        Referral.objects.filter(pk=there.pk).update(citizen=here.citizen_id)
    with acting(by):
        Citizen.objects.filter(pk=here.citizen_id).update(surname="Efter")
    with acting(make.SYSTEM):
        assert len({copied for copied, _ in keys()}) == 1
        assert all(copied == own for copied, own in keys())


@database
def test_somebody_merged_stands_under_the_name_that_counts_until_they_are_parted() -> None:
    by = make.actor()
    last, first = (
        make.referral(by, number=f"+452000000{n}", surname=s) for n, s in ((1, "Å"), (2, "A"))
    )
    middle = make.referral(by, number="+4520000003", surname="M")
    with acting(by):
        assert ids(by, NAME) == [first.pk, middle.pk, last.pk]
        merge = merge_citizens(last.citizen_id, first.citizen_id, by=by, at=make.MONDAY)
        assert ids(by, NAME)[0] == middle.pk
        assert len(set(Referral.objects.values_list("name_key", flat=True))) == 2
        Citizen.objects.filter(pk=last.citizen_id).update(surname="Abel")
        assert ids(by, NAME)[-1] == middle.pk
        unmerge_citizens(merge, by=by, at=make.MONDAY)
        assert all(copied == own for copied, own in keys())


WITHOUT_LOCK = "where id = new.citizen_id)"
WITH_LOCK = "where id = new.citizen_id for share)"


@contextmanager
def weakened(*, weak: bool) -> Iterator[None]:
    """The function without its lock: what the lock is for, shows."""
    with setup_connection() as inside:
        asked = "select pg_get_functiondef('referral_named'::regproc)"
        (source,) = inside.execute(asked).fetchone() or ("",)
        assert WITH_LOCK in source
        if weak:
            inside.execute(sql.SQL(source.replace(WITH_LOCK, WITHOUT_LOCK)))
        try:
            yield
        finally:
            inside.execute(sql.SQL(source))


def renamed_while_one_is_added(by: Actor, template: Referral, *, patience: float) -> bool:
    """The name changes while a referral is being added; whether the copy fits afterwards."""

    def rename() -> None:
        with acting(by), transaction.atomic():
            Citizen.objects.filter(pk=template.citizen_id).update(surname="Nyt Navn")
        connection.close()

    thread = threading.Thread(target=rename)
    with acting(by):
        with transaction.atomic():
            template.pk, template.once, template.episode = uuid.uuid4(), uuid.uuid4(), ""
            template._state.adding = True
            # As the owner would: the row's wall is not what is tested here.
            with acting(make.SYSTEM):
                template.save(force_insert=True)
            thread.start()
            # Without the lock the name is changed at once; with it, not before this commits.
            thread.join(patience)
        thread.join(20)
    with acting(make.SYSTEM), transaction.atomic():
        found = keys()
    assert len(found) == 2
    return all(copied == own for copied, own in found)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("weak", [False, True], ids=["locked", "control: without the lock"])
def test_a_name_that_changes_while_a_referral_is_added_reaches_it(*, weak: bool) -> None:
    by = make.actor()
    one = make.referral(by, surname="Gammelt Navn")
    with weakened(weak=weak):
        assert renamed_while_one_is_added(by, one, patience=20 if weak else 1) is not weak


@database
def test_the_log_says_who_renamed_and_what() -> None:
    by = make.actor()
    one = make.referral(by)
    with acting(by):
        Citizen.objects.filter(pk=one.citizen_id).update(surname="Abel")
    with acting(make.SYSTEM):
        events = AuditEvent.objects.filter(act="row.changed").order_by("-seq")[:2]
        assert {event.actor for event in events} == {by.label}
        assert {event.subject.partition(":")[0] for event in events} == {
            "referrals_citizen",
            "referrals_referral",
        }


# ---- what a page reads ---------------------------------------------------------------------------


def read(work: Callable[[], object]) -> int:
    """How many rows of the table of referrals the work fetched, by index or from end to end."""
    before = fetched()
    work()
    return fetched() - before


def fetched() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables"
            " where relname = 'referrals_referral'"
        )
        found = cursor.fetchone()
    return int(found[0]) if found else 0


def second_page(viewer: Actor, sort: Sort, **asked: Any) -> None:
    filters = queries.ListedFilters(**asked)
    first = queries.listed_page(viewer, filters, sort)
    assert len(queries.listed_page(viewer, filters, sort, first.next).rows) == SIZE


FLAT: dict[str, Callable[[Actor], None]] = {
    "by time": lambda by: second_page(by, RECEIVED),
    "by time, waiting": lambda by: second_page(by, RECEIVED, state="received"),
    "by deadline": lambda by: second_page(by, DUE),
    "by deadline, waiting": lambda by: second_page(by, DUE, state="received"),
    "by deadline, mine": lambda by: second_page(by, DUE, caseworker_id=by.user_id),
    "by name": lambda by: second_page(by, NAME),
    "by name, waiting": lambda by: second_page(by, NAME, state="received"),
}


def test_a_page_reads_its_own_rows_and_few_more(crowded: Actor) -> None:
    with setup_connection() as inside:
        inside.execute("set session_replication_role = replica")
        inside.execute(
            "update referrals_referral set caseworker_id = %s where handler_id = %s"
            " and random() < 0.5",
            [crowded.user_id, crowded.organisation_id],
        )
        inside.execute("update referrals_referral set name_key = md5(id::text)")
        inside.execute("vacuum analyze referrals_referral")
    with acting(crowded):
        found = {}
        for name, work in FLAT.items():
            with transaction.atomic():
                for _ in range(6):
                    work(crowded)
                # By now the server may use the plan it keeps.
                found[name] = read(lambda work=work: work(crowded))  # type: ignore[misc]
        with transaction.atomic():
            for _ in range(6):
                queries.overview(crowded, queries.ListedFilters())
            around = read(lambda: queries.overview(crowded, queries.ListedFilters()))
        by_citizen = Referral.objects.order_by("citizen__sort_key", "id").values_list("pk")
        with transaction.atomic():
            control = read(lambda: list(by_citizen[:SIZE]))
    # Two pages, one row more of each, and a few that the access of today is asked of.
    assert {name: rows for name, rows in found.items() if rows > 4 * (SIZE + 1)} == {}
    # The tabs and the number found, each counted to a hundred.
    assert around <= 7 * (CAP + 1)
    assert control > 1000
