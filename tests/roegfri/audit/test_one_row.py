"""The change of one row is logged by a shorter way; what is logged is what the long way logs."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from roegfri.actor import acting
from roegfri.audit.track import track
from tests.conftest import setup_connection
from tests.roegfri.audit.test_track import ANNA, Thing, log
from tests.roegfri.audit.test_track import table as table_of_things

__all__ = ["table_of_things"]
pytestmark = pytest.mark.django_db(transaction=True)
CITIZEN, OTHER = UUID(int=7), UUID(int=8)
CHANGES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"name": "Nancy", "citizen_id": CITIZEN}, {"name": "Nancy Ann"}),
    ({"name": "a", "citizen_id": CITIZEN}, {"note": "now filled", "name": "b"}),
    ({"name": "a", "note": "x", "citizen_id": CITIZEN}, {"note": None}),
    ({"name": "a", "cpr": b"1", "citizen_id": CITIZEN}, {"cpr": b"2"}),
    ({"name": "a", "cpr": b"1", "citizen_id": CITIZEN}, {"cpr": None}),
    ({"name": "a", "cpr": None, "citizen_id": CITIZEN}, {"cpr": b"\x00\xff"}),
    ({"name": "null", "citizen_id": CITIZEN}, {"citizen_id": OTHER}),
    ({"name": "a", "citizen_id": CITIZEN}, {"citizen_id": None}),
    ({"name": 'Ø "q" \\ {}', "citizen_id": None}, {"citizen_id": CITIZEN, "name": ""}),
]
PERSONS = [
    "r.citizen_id",
    "citizen_id",
    "(select x.citizen_id from (select r.*) x)",
    "null",
]


def tracked_by(person: str) -> None:
    """The table's triggers anew, with another word for whom a row concerns."""
    sql: Any = track("tracked_thing", person=person)
    with setup_connection() as setup:
        setup.execute(f"set role {connection.settings_dict['NAME']}_owner")
        setup.execute(sql.reverse_sql)
        setup.execute(sql.sql)


def lived(rows: int, before: dict[str, Any], after: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What the log says of rows that were added, changed, and removed, each in one statement."""
    already = len(log())
    ids = [uuid4() for _ in range(rows)]
    with acting(ANNA), transaction.atomic():
        Thing.objects.bulk_create([Thing(id=pk, **before) for pk in ids])
        things = Thing.objects.filter(pk__in=ids)
        things.update(**after)
        things.update(**after)
        things.delete()
    events = log()[already:]
    return [
        (
            one.event.act,
            one.event.columns,
            one.persons,
            {without_id(v.old_values) for v in one.values},
            {without_id(v.new_values) for v in one.values},
            {v.person for v in one.values},
            len(one.values) == rows,
            {UUID(v.row_id) for v in one.values} == set(ids),
        )
        for one in events
    ]


def without_id(values: dict[str, Any] | None) -> str:
    if values is None:
        return "nothing"
    return repr(sorted((name, value) for name, value in values.items() if name != "id"))


@pytest.mark.usefixtures("table_of_things")
@pytest.mark.parametrize("person", PERSONS)
def test_one_row_is_logged_as_each_of_two(person: str) -> None:
    tracked_by(person)
    for before, after in CHANGES:
        one, two = lived(1, before, after), lived(2, before, after)
        assert [event[0] for event in one] == ["row.added", "row.changed", "row.removed"]
        assert one == two


@pytest.mark.usefixtures("table_of_things")
def test_a_row_that_gets_another_key_is_one_gone_and_one_new() -> None:
    old, new = uuid4(), uuid4()
    with acting(ANNA), transaction.atomic():
        Thing.objects.create(id=old, name="a", citizen_id=CITIZEN)
        Thing.objects.filter(pk=old).update(id=new)
    changed = log()[-1]
    assert {UUID(value.row_id) for value in changed.values} == {old, new}


@pytest.mark.usefixtures("table_of_things")
def test_a_statement_that_changes_nothing_leaves_nothing() -> None:
    with acting(ANNA), transaction.atomic():
        Thing.objects.create(name="a")
        before = len(log())
        Thing.objects.update(name="a")
        Thing.objects.filter(name="nobody").update(name="b")
        Thing.objects.filter(name="nobody").delete()
    assert len(log()) == before
