"""Tracked tables: every change leaves one event a statement, however it was made."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from django.db import connection, models, transaction

from roegfri.actor import Actor, Kind, acting, system
from roegfri.audit.models import AuditEvent, AuditEventPerson, ChangeValue
from roegfri.audit.track import track
from roegfri.audit.verify import verify
from tests.conftest import setup_connection

pytestmark = pytest.mark.django_db(transaction=True)
ANNA = Actor(
    Kind.PERSON,
    "anna",
    user_id=UUID(int=1),
    grant_id=UUID(int=2),
    role="counsellor",
    organisation_id=UUID(int=3),
    request_id="r9",
)


class Thing(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    citizen_id = models.UUIDField(null=True)
    name = models.TextField(default="")
    note = models.TextField(null=True)  # noqa: DJ001
    cpr = models.BinaryField(null=True)

    objects: ClassVar[models.Manager["Thing"]] = models.Manager()

    class Meta:
        app_label = "tracked"
        managed = False
        db_table = "tracked_thing"

    def __str__(self) -> str:
        return self.name


@pytest.fixture(autouse=True)
def table() -> Iterator[None]:
    """A tracked table of our own, made by the owner."""
    sql: Any = track("tracked_thing", person="citizen_id")
    with setup_connection() as setup:
        name = connection.settings_dict["NAME"]
        setup.execute(f"set role {name}_owner")
        setup.execute(
            "create table tracked_thing (id uuid primary key, citizen_id uuid,"
            " name text, note text, cpr bytea)"
        )
        setup.execute(sql.sql)
    yield
    with setup_connection() as setup:
        setup.execute(sql.reverse_sql)
        setup.execute("drop table tracked_thing")


def log() -> list[SimpleNamespace]:
    """The events and what hangs on them, oldest first; whole as a chain's parts must be."""
    with acting(system("test")), transaction.atomic():
        assert verify().breaks == []
        return [
            SimpleNamespace(
                event=event,
                persons=set(
                    AuditEventPerson.objects.filter(event_seq=event.seq).values_list(
                        "person", flat=True
                    )
                ),
                values=list(ChangeValue.objects.filter(event_seq=event.seq)),
            )
            for event in AuditEvent.objects.order_by("seq")
        ]


def test_one_row_added_changed_and_removed() -> None:
    citizen = uuid4()
    with acting(ANNA), transaction.atomic():
        thing = Thing.objects.create(citizen_id=citizen, name="Nancy")
        thing.name = "Nancy Ann"
        thing.save()
        Thing.objects.filter(pk=thing.pk).delete()
    added, changed, removed = log()
    event = changed.event
    assert (event.act, event.subject) == ("row.changed", f"tracked_thing:{thing.pk}")
    assert (event.actor, event.user_id, event.grant_id) == (ANNA.label, ANNA.user_id, ANNA.grant_id)
    assert (event.role, event.organisation_id) == ("counsellor", ANNA.organisation_id)
    assert (event.columns, event.request_id) == (["name"], "r9")
    [value] = changed.values
    assert (value.old_values, value.new_values) == ({"name": "Nancy"}, {"name": "Nancy Ann"})
    assert (value.table_name, value.row_id, value.person) == (
        "tracked_thing",
        str(thing.pk),
        citizen,
    )
    assert (added.event.act, removed.event.act) == ("row.added", "row.removed")
    assert added.values[0].old_values is None
    assert added.values[0].new_values["name"] == "Nancy"
    assert removed.values[0].old_values["name"] == "Nancy Ann"
    assert all(part.persons == {citizen} for part in (added, changed, removed))


def test_bulk_changes_are_one_event_with_every_row_and_person() -> None:
    citizens = [uuid4() for _ in range(20)]
    with acting(ANNA), transaction.atomic():
        Thing.objects.bulk_create(Thing(citizen_id=c, name=str(n)) for n, c in enumerate(citizens))
        Thing.objects.filter(citizen_id__in=citizens[:12]).update(name="same", note="n")
    added, changed = log()
    assert added.persons == set(citizens)
    assert changed.persons == set(citizens[:12])
    assert changed.event.columns == ["name", "note"]
    assert changed.event.subject == "tracked_thing"
    assert {v.old_values["name"] for v in changed.values} == {str(n) for n in range(12)}
    assert {v.old_values["note"] for v in changed.values} == {None}


def test_only_rows_that_changed_are_logged() -> None:
    with acting(ANNA), transaction.atomic():
        Thing.objects.bulk_create([Thing(name="a"), Thing(name="b")])
        Thing.objects.update(name="b")
    _, changed = log()
    [value] = changed.values
    assert value.old_values == {"name": "a"}
    assert changed.persons == set()


def test_a_statement_that_changes_nothing_leaves_nothing() -> None:
    with acting(ANNA), transaction.atomic():
        Thing.objects.create(name="a")
        Thing.objects.update(name="a")
        Thing.objects.filter(name="nobody").update(name="x")
        Thing.objects.filter(name="nobody").delete()
        Thing.objects.bulk_create([])
    assert [part.event.act for part in log()] == ["row.added"]


def test_sealed_columns_are_logged_as_stars() -> None:
    with acting(ANNA), transaction.atomic():
        thing = Thing.objects.create(cpr=b"\x01\x02")
        Thing.objects.filter(pk=thing.pk).update(cpr=b"\x03")
        Thing.objects.filter(pk=thing.pk).update(cpr=None)
        Thing.objects.all().delete()
    added, changed, emptied, _ = log()
    assert added.values[0].new_values["cpr"] == "***"
    assert (changed.values[0].old_values, changed.values[0].new_values) == ({"cpr": "***"},) * 2
    assert emptied.values[0].new_values == {"cpr": None}


def test_a_row_that_changes_its_key_or_person_is_still_followed() -> None:
    first, second = uuid4(), uuid4()
    with acting(ANNA), transaction.atomic():
        thing = Thing.objects.create(citizen_id=first)
        Thing.objects.filter(pk=thing.pk).update(citizen_id=second)
        Thing.objects.filter(pk=thing.pk).update(id=uuid4())
    _, moved, rekeyed = log()
    assert moved.persons == {first, second}
    assert len(rekeyed.values) == 2


def test_sql_by_hand_is_seen_and_bears_the_database_users_name() -> None:
    with setup_connection() as setup:
        setup.execute("insert into tracked_thing (id, name) values (gen_random_uuid(), 'x')")
    [added] = log()
    assert added.event.actor.startswith("database:")


def test_rolled_back_changes_leave_nothing() -> None:
    with acting(ANNA), transaction.atomic():
        Thing.objects.create(name="x")
        transaction.set_rollback(True)
    assert log() == []
