"""The chain: sealed without anybody waiting, and every way to tamper with it is found."""

import datetime as dt
import hashlib
import json
import threading
from io import StringIO
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from roegfri.actor import Actor, acting, system
from roegfri.audit import chain, commands, tasks
from roegfri.audit.models import AuditSeal, ChangeValue
from roegfri.audit.verify import Findings, verify
from tests.conftest import setup_connection

pytestmark = pytest.mark.django_db(transaction=True)
AT = dt.datetime(2026, 6, 15, 10, tzinfo=dt.UTC)
SCOPE = system("test")
PERSON = UUID(int=7)


def look(subject: str, by: Actor = SCOPE) -> None:
    commands.record(
        "person.read", subject, by=by, at=AT, persons=[PERSON, uuid4()], reason="æøå «»"
    )


def change_a_row() -> None:
    """As a tracked table's trigger does it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with v as (select gen_random_uuid() as salt, '{"phone": "1"}'::jsonb as o,
                '{"phone": "2"}'::jsonb as n),
            c as (select *, audit_commitment(salt, 'thing', 'a', %(person)s, o, n) as d from v),
            e as (insert into audit_event (seq, at, actor, act, values_digest)
              select 999, %(at)s, 'x', 'row.changed', sha256(d) from c)
            insert into change_value (event_seq, at, table_name, row_id, person, old_values,
              new_values, salt, commitment)
            select 999, %(at)s, 'thing', 'a', %(person)s, o, n, salt, d from c""",
            {"person": PERSON, "at": AT},
        )


@pytest.fixture
def sealed() -> Findings:
    """Ten looks and a change, sealed in two runs, and whole."""
    with acting(SCOPE):
        for number in range(5):
            look(str(number))
        assert seal() == 5
        for number in range(5, 10):
            look(str(number))
        change_a_row()
        assert seal() == 6
        found = verify()
    assert (found.sealed, found.unsealed, found.breaks) == (11, 0, [])
    return found


def seal() -> int:
    head = commands.seal(by=SCOPE, at=AT)
    assert head
    return head.added


def verdict(expected: str = "") -> list[str]:
    with acting(SCOPE):
        return sorted({b.kind for b in verify(expected).breaks})


def tamper(statement: str) -> None:
    """As the superuser with every trigger off: the worst that can be done in SQL."""
    with setup_connection() as inside:
        inside.execute("set session_replication_role = replica")
        assert inside.execute(statement).rowcount > 0, "nothing was tampered with"


FIFTH = "(select event_seq from audit_seal where position = 5)"
LAST = "(select event_seq from audit_seal order by position desc limit 1)"
ADD_PERSON = "insert into audit_event_person (event_seq, at, person)"
CONTENT_COLUMNS = {
    "at": "at + interval '1 second'",
    "actor": "'person:someone else'",
    "user_id": "gen_random_uuid()",
    "grant_id": "gen_random_uuid()",
    "role": "'counsellor'",
    "organisation_id": "gen_random_uuid()",
    "act": "'person.searched'",
    "subject": "'y'",
    "columns": "'{name}'",
    "reason": "'another reason'",
    "request_id": "'r2'",
    "values_digest": "''",
    "xid": "'1'",
}


@pytest.mark.parametrize("column", CONTENT_COLUMNS)
def test_a_changed_column_is_found(sealed: Findings, column: str) -> None:
    tamper(f"update audit_event set {column} = {CONTENT_COLUMNS[column]} where seq = {FIFTH}")
    assert "changed event" in verdict()


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        (f"delete from audit_event where seq = {FIFTH}", "removed event"),
        (
            f"delete from audit_event where seq = {LAST}",
            "removed event",
        ),
        ("delete from audit_seal where position = 5", "broken link"),
        ("update audit_seal set position = -position where position = 3", "broken link"),
        ("update audit_seal set hash = sha256('x') where position = 3", "changed event"),
        ("insert into audit_event (at, actor, act, xid) values (now(), 'x', 'x', '5')", "inserted"),
        (
            f"delete from audit_event_person where event_seq = {FIFTH} and person <> '{PERSON}'",
            "changed event",
        ),
        (
            f"{ADD_PERSON} select {FIFTH}, now(), gen_random_uuid()",
            "changed event",
        ),
        (
            f"{ADD_PERSON} values (123456, now(), gen_random_uuid())",
            "person without event",
        ),
        ("update change_value set old_values = '{}'", "changed value"),
        ("update change_value set person = gen_random_uuid()", "changed value"),
        ("update change_value set commitment = sha256('x')", "changed value"),
        ("delete from change_value", "removed value"),
        (f"update change_value set event_seq = {FIFTH}", "value without event"),
    ],
)
def test_tampering_is_found(sealed: Findings, statement: str, kind: str) -> None:
    tamper(statement)
    assert kind in verdict()


def test_two_seals_that_change_places_are_found(sealed: Findings) -> None:
    tamper("update audit_seal set position = -3 where position = 3")
    tamper("update audit_seal set position = 3 where position = 4")
    tamper("update audit_seal set position = 4 where position = -3")
    assert "broken link" in verdict()


def test_two_events_that_change_places_are_found(sealed: Findings) -> None:
    third, fourth = (f"(select event_seq from audit_seal where position = {n})" for n in (3, 4))
    tamper(f"update audit_event set seq = -3 where seq = {third}")
    tamper(f"update audit_event set seq = {third} where seq = {fourth}")
    tamper(f"update audit_event set seq = {fourth} where seq = -3")
    assert "changed event" in verdict()


def test_a_cut_off_end_is_found_by_a_head_noted_earlier(sealed: Findings) -> None:
    tamper(f"delete from change_value where event_seq = {LAST}")
    tamper(f"delete from audit_event where seq = {LAST}")
    tamper("delete from audit_seal where position = (select max(position) from audit_seal)")
    assert verdict() == [], "a chain cut off cleanly looks whole by itself: hence the noted head"
    assert verdict(sealed.head) == ["noted head is gone"]


def test_erasure_of_values_leaves_the_chain_whole(sealed: Findings) -> None:
    with acting(SCOPE):
        assert commands.erase_values(PERSON, by=SCOPE, at=AT) == 1
        with transaction.atomic():
            kept = ChangeValue.objects.get()
        assert (kept.old_values, kept.new_values, kept.salt) == (None, None, None)
        assert commands.erase_values(PERSON, by=SCOPE, at=AT) == 0
        seal()
        found = verify(sealed.head)
    assert (found.breaks, found.erased_values) == ([], 1)


def test_only_a_system_scope_empties_values(sealed: Findings) -> None:
    with transaction.atomic():
        assert commands.erase_values(PERSON, by=SCOPE, at=AT) == 0
    with setup_connection() as owner, pytest.raises(Exception, match="only be emptied"):
        owner.execute("update change_value set old_values = null, new_values = null, salt = null")
    with acting(SCOPE), transaction.atomic(), connection.cursor() as cursor:
        with pytest.raises(Exception, match="only be emptied"):
            cursor.execute("update change_value set old_values = '{}'")
        connection.set_rollback(True)


def test_the_sealer_waits_for_no_one_and_no_one_for_it() -> None:
    """A long transaction holds back what came after it began, and everything is sealed once."""
    started, finish = threading.Event(), threading.Event()

    def slow_request() -> None:
        try:
            with acting(SCOPE), transaction.atomic():
                look("slow")
                started.set()
                assert finish.wait(20)
        finally:
            connection.close()

    with acting(SCOPE):
        look("before")
        thread = threading.Thread(target=slow_request)
        thread.start()
        try:
            assert started.wait(20)
            look("after")
            assert seal() == 1
            assert verify().unsealed == 1, "what is committed but not yet sealed is the tail"
        finally:
            finish.set()
            thread.join(20)
        assert seal() == 2
        assert seal() == 0
        found = verify()
        assert (found.sealed, found.unsealed, found.breaks) == (3, 0, [])


def test_two_sealers_do_not_meet() -> None:
    with acting(SCOPE):
        look("x")
        with setup_connection() as other:
            other.execute("begin")
            other.execute(commands.ALONE)
            assert commands.seal(by=SCOPE, at=AT) is None
            other.execute("rollback")
        assert seal() == 1


def test_after_a_restore_into_a_new_cluster_sealing_goes_on(sealed: Findings) -> None:
    """There the transaction ids start again, far below those of the dump."""
    tamper("update audit_seal set horizon = '9000000000'")
    with acting(SCOPE):
        look("in the new cluster")
        assert verify().breaks == []
        assert seal() == 1
        assert seal() == 0
        assert (verify().unsealed, verify().breaks) == (0, [])


def test_a_great_many_are_sealed_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "BATCH", 3)
    monkeypatch.setattr(commands, "DUE", commands.DUE.replace("10000", "3"))
    with acting(SCOPE):
        with transaction.atomic():
            for number in range(8):
                look(str(number))
        assert [seal() for _ in range(4)] == [3, 3, 2, 0]
        assert verify().breaks == []


def test_the_task_seals_and_needs_nothing(sealed: Findings) -> None:
    with acting(SCOPE):
        look("x")
    tasks.seal()
    assert AuditSeal.objects.count() == sealed.sealed + 1


def test_the_command_says_it_in_words_in_json_and_by_its_exit_code(sealed: Findings) -> None:
    out = StringIO()
    call_command("verify_audit", "--expect", sealed.head, stdout=out)
    assert "sealed events:    11" in out.getvalue()
    assert "The log is whole." in out.getvalue()
    tamper(f"update audit_event set reason = 'x' where seq = {FIFTH}")
    out = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("verify_audit", "--json", stdout=out)
    assert refusal.value.returncode == 1
    answer = json.loads(out.getvalue())
    assert answer["whole"] is False
    assert answer["breaks"][0]["kind"] == "changed event"
    assert answer["breaks"][0]["position"] == 5


def test_a_link_is_plain_sha256_that_anybody_can_recompute() -> None:
    content = chain.Content(
        1,
        AT,
        "77",
        "person:a",
        None,
        None,
        "",
        None,
        "a.b",
        "s",
        ["c"],
        "æ",
        "r",
        b"\x01",
        [PERSON],
    )
    written = (
        '[1,"2026-06-15T10:00:00.000000+00:00","77","person:a",null,null,"",null,"a.b","s",["c"],'
        '"æ","r","01",["00000000-0000-0000-0000-000000000007"]]'
    )
    assert chain.link(chain.FIRST, content) == hashlib.sha256(bytes(32) + written.encode()).digest()
