"""The log: what is added, who may read it, and that nothing else can be done to it."""

import datetime as dt
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from roegfri import clock
from roegfri.actor import Actor, Kind, acting, system
from roegfri.audit import commands, queries
from roegfri.audit.models import AuditEvent, AuditEventPerson
from tests.conftest import setup_connection

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 6, 30, 22, 30, tzinfo=dt.UTC)
HOME, OTHER = uuid4(), uuid4()


def officer(organisation: UUID = HOME, user: UUID | None = None) -> Actor:
    return Actor(
        Kind.PERSON,
        "officer",
        user_id=user or uuid4(),
        grant_id=uuid4(),
        role="security",
        organisation_id=organisation,
        request_id="r1",
    )


def persons_of(event: AuditEvent) -> QuerySet[AuditEventPerson, UUID]:
    rows = AuditEventPerson.objects.filter(event_seq=event.seq)
    return rows.values_list("person", flat=True)


def test_one_line_says_who_did_what_to_whom_and_why(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    anna = officer()
    persons = [uuid4(), uuid4()]
    with acting(anna), django_assert_num_queries(1):
        commands.record(
            "person.read",
            "desk:citizen",
            by=anna,
            at=AT,
            persons=persons,
            reason="ringede",
            columns=["a"],
        )
    with acting(anna):
        [event] = queries.events_of_organisation(anna)
        assert (event.at, event.actor, event.user_id) == (
            AT,
            f"person:{anna.user_id}",
            anna.user_id,
        )
        assert (event.grant_id, event.role, event.organisation_id) == (
            anna.grant_id,
            "security",
            HOME,
        )
        assert (event.act, event.subject, event.reason) == (
            "person.read",
            "desk:citizen",
            "ringede",
        )
        assert (event.columns, event.request_id, event.persons) == (["a"], "r1", 2)  # type: ignore[attr-defined]
        assert set(persons_of(event)) == set(persons)


def test_nobody_can_be_logged_though_nobody_can_read() -> None:
    nobody = Actor(Kind.NOBODY, "")
    with acting(nobody):
        commands.record("screen.refused", "login", by=nobody, at=AT, persons=[uuid4()])
        assert not AuditEvent.objects.exists()
    with acting(system("test")):
        assert AuditEvent.objects.filter(act="screen.refused").count() == 1


def test_each_organisation_reads_its_own_and_the_wall_holds_without_the_code() -> None:
    ours, theirs = officer(), officer(OTHER)
    with acting(ours):
        commands.record("person.read", "x", by=ours, at=AT, persons=[uuid4()])
    with acting(theirs):
        commands.record("person.read", "y", by=theirs, at=AT, persons=[uuid4()])
        assert [e.subject for e in AuditEvent.objects.all()] == ["y"]
        assert AuditEventPerson.objects.count() == 1
        # The first wall by itself: asked as ours, inside a scope that sees all.
    with acting(system("test")):
        assert [e.subject for e in queries.events_of_organisation(ours)] == ["x"]


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_event set reason = 'x'",
        "delete from audit_event",
        "truncate audit_event",
        "update audit_event_person set person = gen_random_uuid()",
        "delete from audit_event_person",
        "delete from audit_event_2026",
        "select * from audit_event_2026",
        "insert into audit_event_2026 (at, actor, act) values (now(), 'x', 'x')",
        "update audit_seal set hash = ''",
        "delete from audit_seal",
        "delete from change_value",
        "update change_value set row_id = 'x'",
    ],
)
def test_the_app_role_has_no_right_to_change_the_log(statement: str) -> None:
    with acting(system("test")):
        commands.record("a.b", "x", by=system("test"), at=AT, persons=[uuid4()])
        refused = pytest.raises(DatabaseError, match="permission denied")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "update audit_event set reason = 'x'",
        "delete from audit_event",
        "truncate audit_event",
        "truncate audit_event_default",
        "truncate audit_event_2026",
        "update audit_event_default set reason = 'x'",
        "delete from audit_event_person",
        "truncate audit_event_person",
        "delete from audit_seal",
        "truncate audit_seal",
        "truncate change_value",
    ],
)
def test_not_even_a_superuser_changes_it_by_mistake(statement: str) -> None:
    scope = system("test")
    old = dt.datetime(1999, 1, 1, tzinfo=dt.UTC)
    with acting(scope):
        for at in (AT, old):
            commands.record("a.b", "x", by=scope, at=at, persons=[uuid4()])
        commands.seal(by=scope, at=AT)
    with setup_connection() as owner, pytest.raises(Exception, match="only added to"):
        owner.execute(statement)


def test_the_years_have_partitions_and_the_next_is_made_once() -> None:
    scope = system("test")
    with connection.cursor() as cursor:
        cursor.execute("select audit_make_year(2051), audit_make_year(2051)")
        assert cursor.fetchone() == (True, False)
        commands.record("a.b", "x", by=scope, at=dt.datetime(2051, 5, 1, tzinfo=dt.UTC))
        cursor.execute("select has_table_privilege(current_user, 'audit_event_2051', 'select')")
        assert cursor.fetchone() == (False,)
    with acting(scope):
        commands.make_year(by=scope, at=dt.datetime(2055, 11, 30, tzinfo=dt.UTC))
        commands.make_year(by=scope, at=dt.datetime(2056, 12, 1, tzinfo=dt.UTC))
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('audit_event_2056'), to_regclass('audit_event_2057')")
        assert cursor.fetchone() == (None, "audit_event_2057")


def test_what_runs_as_the_owner_is_called_by_the_app_alone() -> None:
    name = connection.settings_dict["NAME"]
    open_to = (
        "select proname from pg_proc where prosecdef and pronamespace = 'public'::regnamespace"
        " and prorettype <> 'trigger'::regtype and has_function_privilege(%s, oid, 'execute')"
    )
    with connection.cursor() as cursor:
        cursor.execute(open_to, [f"{name}_report"])
        assert cursor.fetchall() == []
        cursor.execute(open_to, [f"{name}_app"])
        assert ("audit_make_year",) in cursor.fetchall()


def test_a_year_that_has_rows_already_stays_where_it_is() -> None:
    commands.record("a.b", "x", by=system("test"), at=dt.datetime(2061, 5, 1, tzinfo=dt.UTC))
    with connection.cursor() as cursor:
        cursor.execute("select audit_make_year(2061), to_regclass('audit_event_2061')")
        assert cursor.fetchone()[1] is None


def test_the_sample_is_random_but_the_same_each_time() -> None:
    anna = officer()
    june = dt.date(2026, 6, 1)
    first = clock.start_of_day(june)
    with acting(anna):
        for number in range(60):
            at = first + dt.timedelta(hours=number * 11)
            commands.record("person.read", str(number), by=anna, at=at, persons=[uuid4()])
        commands.record("list.read", "concerns nobody", by=anna, at=first)
        sample = queries.random_sample(anna, june, 10)
        again = queries.random_sample(anna, dt.date(2026, 6, 17), 10)
    assert len({event.seq for event in sample}) == 10
    assert [e.seq for e in sample] == [e.seq for e in again]
    assert [e.at for e in sample] == sorted(e.at for e in sample)
    assert sample[-1].subject != "9", "the first ten are no random sample"
    assert "concerns nobody" not in {e.subject for e in sample}


def test_odd_openings_say_why() -> None:
    anna, bo = officer(), officer()
    monday_noon = dt.datetime(2026, 6, 15, 10, tzinfo=dt.UTC)

    def look(by: Actor, at: dt.datetime, subject: str, reason: str = "", persons: int = 1) -> None:
        commands.record(
            "person.read",
            subject,
            by=by,
            at=at,
            reason=reason,
            persons=[uuid4() for _ in range(persons)],
        )

    with acting(anna):
        look(anna, monday_noon, "ordinary")
        look(anna, monday_noon, "outside", reason="Borgeren ringede")
        look(anna, dt.datetime(2026, 6, 13, 10, tzinfo=dt.UTC), "saturday")
        look(anna, dt.datetime(2026, 6, 5, 10, tzinfo=dt.UTC), "constitution day")
        look(anna, dt.datetime(2026, 6, 15, 20, 30, tzinfo=dt.UTC), "half past ten in the evening")
        look(anna, dt.datetime(2026, 6, 15, 19, 30, tzinfo=dt.UTC), "half past nine in the evening")
        commands.record("screen.refused", "refused", by=anna, at=monday_noon)
        for _ in range(queries.MANY_IN_AN_HOUR + 2):
            look(bo, monday_noon, "many")
            look(anna, monday_noon, "a list page", persons=25)
        odd = queries.odd_openings(anna, dt.datetime(2026, 6, 1, tzinfo=dt.UTC))
    why = {o.event.subject: list(o.why) for o in odd if o.event.subject != "many"}
    assert why == {
        "outside": ["outside"],
        "saturday": ["hours"],
        "constitution day": ["hours"],
        "half past ten in the evening": ["hours"],
        "refused": ["refused"],
    }
    assert {tuple(o.why) for o in odd if o.event.subject == "many"} == {("many",)}
    with acting(officer(OTHER)) as stranger:
        assert not queries.odd_openings(stranger, dt.datetime(2026, 6, 1, tzinfo=dt.UTC))


def test_a_citizen_is_told_who_looked_in_this_organisation() -> None:
    anna, theirs, citizen = officer(), officer(OTHER), uuid4()
    with acting(anna):
        commands.record(
            "person.read", "desk:citizen", by=anna, at=AT, persons=[citizen], reason="opkald"
        )
        commands.record("person.read", "desk:citizen", by=anna, at=AT, persons=[uuid4()])
    with acting(theirs):
        commands.record("person.read", "desk:citizen", by=theirs, at=AT, persons=[citizen])
    with acting(anna):
        [look] = queries.looks_at(anna, citizen)
    assert (look.at, look.role, look.organisation_id, look.reason) == (
        AT,
        "security",
        HOME,
        "opkald",
    )
