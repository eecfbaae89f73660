"""A set of files is taken as if its files had come one by one: compared table by table."""

import datetime as dt
import io
import random
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from structlog.testing import capture_logs

from referrals.commands.handover import hand_over
from referrals.commands.inbox import Answer, Delivery, taking
from referrals.commands.inbox.cases import make_cases
from referrals.commands.merge import merge_citizens
from referrals.intake import take_file, take_files
from referrals.models import (
    Arrival,
    Citizen,
    CitizenAccess,
    CivilNumber,
    IncomingMessage,
    Phone,
    Receipt,
    Referral,
)
from referrals.states import InboxState, Outcome, Taken, Way
from roegfri.actor import Actor, acting
from roegfri.audit.models import AuditEvent, AuditEventPerson
from roegfri.organisations import many
from roegfri.ui import logs
from roegfri.walls.locks import alone
from tests import make
from tests.conftest import setup_connection
from tests.roegfri.medcom import messages

pytestmark = pytest.mark.django_db
NOW = make.MONDAY + dt.timedelta(days=1)
PERSONS = [f"{61 + n:02d}0150{n:04d}" for n in range(20)]


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def by() -> Actor:
    home = make.municipality(ean=messages.HVIDOVRE[0], name="Hvidovre Kommune")
    make.municipality(make.agreement(), ean=messages.BROENDBY[0], name="Brøndby Kommune")
    return make.actor(make.grant(organisation=home))


def letter(number: int, episode: str | None = None, **parts: Any) -> bytes:
    """The letter of that number; of an episode of its own unless another is given."""
    parts.setdefault("civil_number", PERSONS[number % 20])
    return messages.referral(
        envelope=f"ENV{number:011d}",
        letter=f"LET{number:011d}",
        episode=episode or f"episode-{number}",
        **parts,
    )


def fixed(number: int, episode: str, **parts: Any) -> bytes:
    return letter(number, episode, status="rettetbrev", **parts)


def one_by_one(files: list[bytes], by: Actor) -> list[Answer]:
    inbox = make.home(by)
    return [
        take_file(body, f"{nr}.xml", inbox=inbox, received_at=make.MONDAY, by=by, at=NOW)
        for nr, body in enumerate(files)
    ]


def in_a_set(files: list[bytes], by: Actor) -> list[Answer]:
    inbox = make.home(by)
    brought = [Delivery(body, f"{nr}.xml", make.MONDAY) for nr, body in enumerate(files)]
    return take_files(brought, inbox=inbox, by=by, at=NOW)


# ---- the world, and what comes into it -----------------------------------------------------------


def a_world(by: Actor) -> None:
    """Cases that are open, closed, given on; a citizen who was merged; what was kept before."""
    before = [letter(number) for number in range(901, 909)]
    one_by_one([*before, letter(910, civil_number=""), b"<Emessage>"], by)
    with acting(by), transaction.atomic():
        of = {one.episode: one for one in Referral.objects.select_related("citizen")}
        other = make.municipality(make.home(by).memberships.get().agreement, name="Ny Kommune")
        hand_over(of["episode-902"], to=other, reason="", by=by, at=NOW)
        merge_citizens(of["episode-903"].citizen_id, of["episode-904"].citizen_id, by=by, at=NOW)
    make.call(of["episode-905"], by, Outcome.DECLINED)
    make.call(of["episode-906"], by, Outcome.DECLINED)
    # Of several who have a number the first is known by it: nobody is first of the same instant.
    with acting(make.SYSTEM), transaction.atomic():
        Citizen.objects.update(created_at=NOW - dt.timedelta(hours=1))


def mixed_bag() -> list[bytes]:
    """Some sixty files of every sort, many of them about the same cases and citizens."""
    more = (messages.MOBILE, ("30303030", "arbejde"))
    bag = [letter(number) for number in range(12)]
    # the same citizens again, in other cases, with more and less known of them
    bag += [letter(20 + n, civil_number=PERSONS[n], phones=more, email="") for n in range(5)]
    bag += [letter(30 + n, civil_number=PERSONS[n], phones=(), surname="") for n in range(4)]
    bag += [letter(40 + n, civil_number=PERSONS[n + 3], email="") for n in range(8)]
    # the same messages again, and the same numbers with other bytes
    bag += [letter(1), letter(2), letter(2), letter(901), letter(901)]
    bag += [letter(3).replace(b"Strandmarken", b"Strandmarkem"), letter(907, text="Andet")]
    # corrections and further letters, of the set and of what was there before
    bag += [fixed(50, "episode-4", text="Rettet"), fixed(51, "episode-901", phones=more)]
    bag += [fixed(52, "episode-901", civil_number=PERSONS[15]), letter(53, "episode-901")]
    bag += [letter(54, civil_number=PERSONS[15]), letter(55, "episode-5", text="Mere")]
    bag += [fixed(56, "episode-905", text="Lukket"), letter(57, "episode-906", text="Igen")]
    bag += [letter(58, "episode-910", civil_number=PERSONS[16]), letter(59, civil_number="")]
    bag += [letter(60, civil_number=PERSONS[16]), letter(61, "episode-6", civil_number="")]
    # given on, and of citizens who were merged
    bag += [fixed(62, "episode-902"), letter(63, "episode-902"), fixed(64, "episode-904")]
    bag += [letter(65, civil_number=PERSONS[903 % 20]), letter(66, civil_number=PERSONS[904 % 20])]
    # what is not taken in, some of it twice
    bag += [b"<Emessage>", b"", b"Hej", b"Hej", messages.emergency(), bytes(range(256))]
    bag += [letter(70, receiver=messages.BROENDBY), letter(71, receiver=messages.BROENDBY)]
    bag += [letter(72, civil_number="9999999999"), letter(73, phones=(("nabo", ""),))]
    return [*bag, messages.correspondence(episode="k"), letter(74)[:900]]


def told(by: Actor, answers: list[Answer]) -> dict[str, Any]:
    """All that the database holds, without the names it has given: a citizen and a case are known
    by the file that made them, the others by what was there before."""
    with acting(make.SYSTEM), transaction.atomic():
        messages_ = list(IncomingMessage.objects.order_by("filename", "came_at", "reason"))
        name = {row.pk: f"{row.filename} {row.state} {row.reason}" for row in messages_}
        cases = {}
        for row in Referral.objects.order_by("received_at", "episode", "sender_ean", "text"):
            cases[row.pk] = f"{row.episode} {row.state} {row.text}"
        citizens = set(Referral.objects.values_list("citizen", flat=True))
        people = {pk: " + ".join(_cases_of(pk)) for pk in citizens}
        name |= cases | people
        return {
            "answers": [(one.taken, name[one.message.pk]) for one in answers],
            **{
                model.__name__: Counter(_plain(row, name) for row in model._default_manager.all())
                for model in (Citizen, CivilNumber, Phone, CitizenAccess, Referral, Arrival)
            },
            "messages": Counter((name[row.pk], row.bytes, _plain(row, name)) for row in messages_),
            "receipts": Counter(name[one.message_id] for one in Receipt.objects.all()),
            "waiting": Receipt.objects.filter(written_at=None).count(),
            "log": _log(name),
        }


def _cases_of(citizen: Any) -> list[str]:
    return sorted(Referral.objects.filter(citizen=citizen).values_list("episode", flat=True))


# What two runs never have in common, and what is sealed with a new nonce each time.
DRAWN = {"id", "once", "body", "sealed_value", "contact_by_before"}


def _plain(row: Any, name: dict[Any, str]) -> tuple[Any, ...]:
    fields = [field for field in row._meta.concrete_fields if field.attname not in DRAWN]
    values = (getattr(row, field.attname) for field in fields)
    return tuple(
        name.get(one, bytes(one) if isinstance(one, memoryview) else one) for one in values
    )


def _log(name: dict[Any, str]) -> Counter[Any]:
    """What commands wrote: each act, and about whom. (Triggers write a line a statement.)"""
    about: dict[int, list[str]] = {}
    for event, person in AuditEventPerson.objects.values_list("event_seq", "person"):
        about.setdefault(event, []).append(name.get(person, "?"))
    acts = AuditEvent.objects.exclude(act__startswith="row.").values_list("seq", "act", "reason")
    return Counter((act, reason, tuple(sorted(about.get(seq, [])))) for seq, act, reason in acts)


def outcome(
    take: Callable[[list[bytes], Actor], list[Answer]], files: list[bytes], by: Actor
) -> Any:
    """What comes of it; taken back."""
    mark = transaction.savepoint()
    with capture_logs() as said:
        found = told(by, take(files, by))
    transaction.savepoint_rollback(mark)
    assert [one for one in said if one.get("exc_info")] == [], (
        "a set failed, and its files were taken one by one"
    )
    return found


@pytest.mark.parametrize("seed", range(3))
def test_a_set_is_as_if_its_files_had_come_one_by_one(by: Actor, seed: int) -> None:
    a_world(by)
    files = mixed_bag()
    assert len(files) > 60
    random.Random(seed).shuffle(files)
    alone = outcome(one_by_one, files, by)
    together = outcome(in_a_set, files, by)
    assert set(Counter(taken for taken, _name in alone["answers"])) == set(Taken) - {Taken.ANSWERED}
    for table, rows in alone.items():
        assert together[table] == rows, table


def test_control_a_set_that_forgets_who_was_touched_differs(
    by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A correction brings a number, the next letter has it: taken together they are two people."""
    one_by_one([letter(901)], by)
    files = [
        fixed(52, "episode-901", civil_number=PERSONS[15]),
        letter(54, civil_number=PERSONS[15]),
    ]
    alone = outcome(one_by_one, files, by)
    assert outcome(in_a_set, files, by) == alone
    monkeypatch.setattr(
        taking,
        "taken_alone",
        lambda letters, known: {one for one in letters if known[one].referral},
    )
    assert outcome(in_a_set, files, by) != alone


def test_a_set_asks_as_little_as_one(by: Actor, django_assert_max_num_queries: Any) -> None:
    """Pinned: nothing is asked or written once a message."""
    with django_assert_max_num_queries(29):
        in_a_set([letter(1)], by)
    with django_assert_max_num_queries(29):
        in_a_set([letter(number) for number in range(100, 120)], by)


# ---- what fails ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["phone", "citizen", "referral", "incomingmessage", "arrival"])
def test_a_fault_in_one_message_loses_none_of_the_others(by: Actor, table: str) -> None:
    """The database refuses one row of the fourth letter, whichever table it is in."""
    refused = {
        "phone": "new.number = '+4530303030'",
        "citizen": "new.surname = 'Umulig'",
        "referral": "new.text like 'Umulig%'",
        "incomingmessage": "new.letter = 'LET00000000003'",
        "arrival": "new.sender_name like 'Umulig%' and new.result = 'created'",
    }[table]
    odd: dict[str, Any] = {
        "phones": (("30303030", ""),),
        "surname": "Umulig",
        "text": "Umulig",
        "sender": messages.HOSPITAL._replace(organisation="Umulig"),
    }
    files = [letter(nr, **odd) if nr == 3 else letter(nr) for nr in range(8)]
    with setup_connection() as server, capture_logs() as said:
        server.execute(
            "create function refuse() returns trigger language plpgsql as"
            f" $$ begin if {refused} then raise exception 'Nancy Berggren'; end if;"
            " return new; end $$"
        )
        server.execute(
            f"create trigger refuse before insert on referrals_{table}"
            " for each row execute function refuse()"
        )
        try:
            answers = in_a_set(files, by)
        finally:
            server.execute("drop function refuse() cascade")
    results = [answer.taken for answer in answers]
    assert results == [Taken.REFUSED if nr == 3 else Taken.CREATED for nr in range(8)]
    assert answers[3].message.state == InboxState.UNREADABLE
    assert "fejl hos os" in answers[3].reason
    with acting(make.SYSTEM), transaction.atomic():
        assert Referral.objects.count() == Citizen.objects.count() == 7
        assert IncomingMessage.objects.get(referral=None).bytes == files[3]
        assert Arrival.objects.count() == 8
    assert {line["event"] for line in said} == {"intake.set_failed", "intake.file_failed"}
    # Tried again when the fault is mended, into the row that keeps it.
    with acting(by), transaction.atomic():
        row = IncomingMessage.objects.get(pk=answers[3].message.pk)
        again = Delivery(files[3], "3.xml", make.MONDAY, row=row)
        answer = take_files([again], inbox=make.home(by), by=by, at=NOW)[0]
    assert (answer.taken, answer.message.pk) == (Taken.CREATED, row.pk)
    with acting(make.SYSTEM), transaction.atomic():
        row = IncomingMessage.objects.get(pk=row.pk)
        assert (row.state, row.reason, row.bytes) == (InboxState.ACCEPTED, "", files[3])
        assert row.referral_id == Referral.objects.get(episode="episode-3").pk
        assert Arrival.objects.count() == 8, "it came once"


def test_a_question_that_the_database_refuses_ends_no_more_than_the_reading(
    by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = many.senders

    def refused(numbers: list[many.Number]) -> dict[many.Number, Any]:
        if any(number == "UMULIG" for _kind, number in numbers):
            connection.cursor().execute("select 1 / 0")
        return real(numbers)

    monkeypatch.setattr(many, "senders", refused)
    odd = messages.HOSPITAL._replace(identifier="UMULIG")
    files = [letter(1), letter(2, sender=odd), letter(3)]
    answers = in_a_set(files, by)
    assert [one.taken for one in answers] == [Taken.CREATED, Taken.REFUSED, Taken.CREATED]
    assert "fejl hos os" in answers[1].reason


def test_what_operators_read_of_a_fault_names_nobody(
    by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.configure({"level": "INFO"})

    def fails(cases: Any, _place: Any) -> list[IncomingMessage]:
        if cases:
            raise IntegrityError("Key (surname)=(Berggren) already exists")
        return []

    monkeypatch.setattr(taking, "make_cases", fails)
    answers = in_a_set([letter(1), letter(2)], by)
    assert [one.taken for one in answers] == [Taken.REFUSED] * 2
    written = stream.getvalue()
    assert "intake.file_failed" in written
    assert str(answers[0].message.pk) in written
    assert "Berggren" not in written
    assert "PERSON" not in written


def test_a_database_that_is_away_is_no_answer(by: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing could be kept: whoever brought the files has them still, and brings them again."""

    def gone(*_given: object, **_more: object) -> None:
        raise DatabaseError("server closed the connection")

    monkeypatch.setattr(taking, "note_arrivals", gone)
    with pytest.raises(DatabaseError):
        in_a_set([letter(1), letter(2)], by)
    with acting(make.SYSTEM), transaction.atomic():
        assert not IncomingMessage.objects.exists()
        assert not Referral.objects.exists()


def test_a_key_that_points_nowhere_is_found_before_the_answer(
    by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys are looked for at the end of a transaction: too late for the others of the set."""
    from uuid import uuid4

    def nowhere(cases: Any, place: Any) -> Any:
        for case in cases:
            if case.letter.details.surname == "Umulig":
                object.__setattr__(case.letter.details, "sender", make.agreement())
                case.letter.details.sender.pk = uuid4()
        return make_cases(cases, place)

    monkeypatch.setattr(taking, "make_cases", nowhere)
    answers = in_a_set([letter(1), letter(2, surname="Umulig"), letter(3)], by)
    assert [one.taken for one in answers] == [Taken.CREATED, Taken.REFUSED, Taken.CREATED]


# ---- at once -------------------------------------------------------------------------------------


def at_once(by: Actor, *, sets: int, letters: int) -> tuple[Counter[str], list[Any]]:
    """Some bring the same files at once, each in an order of its own; what failed on the way."""
    files = [letter(number) for number in range(letters)]
    files += [fixed(100 + number, f"episode-{number}", text="Rettet") for number in range(10)]
    taken: Counter[str] = Counter()
    barrier = threading.Barrier(sets)

    def bring(seed: int) -> None:
        mine = random.Random(seed).sample(files, len(files))
        barrier.wait()
        try:
            taken.update(answer.taken.value for answer in in_a_set(mine, by))
        finally:
            connection.close()

    threads = [threading.Thread(target=bring, args=(seed,)) for seed in range(sets)]
    with capture_logs() as said:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return taken, said


@pytest.mark.django_db(transaction=True)
def test_four_sets_of_the_same_files_at_once_are_one(by: Actor) -> None:
    taken, said = at_once(by, sets=4, letters=40)
    assert said == [], "a set failed"
    assert (taken["duplicate"], taken["refused"]) == (150, 0)
    with acting(make.SYSTEM), transaction.atomic():
        assert IncomingMessage.objects.count() == taken["created"] + taken["corrected"] == 50
        assert Referral.objects.count() == taken["created"]
        assert Citizen.objects.count() == 20


@pytest.mark.django_db(transaction=True)
def test_control_locked_in_the_order_they_come_sets_wait_in_a_circle(
    by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_have_one, begun = threading.Barrier(2), threading.local()

    def one_after_the_other(names: Any) -> None:
        for name in names:
            alone(*name)
            if not hasattr(begun, "once"):
                begun.once = both_have_one.wait()

    monkeypatch.setattr(taking, "all_alone", one_after_the_other)
    _taken, said = at_once(by, sets=2, letters=20)
    assert said, "nobody waited in a circle: the test above proves nothing"


# ---- by which way --------------------------------------------------------------------------------


def test_what_came_by_which_way_is_noted_once_a_file(by: Actor) -> None:
    files = [letter(1), letter(1), b"Hej", b"Hej", fixed(2, "episode-1")]
    brought = [Delivery(body, "f.xml", make.MONDAY, Way.FOLDER) for body in files]
    take_files(brought, inbox=make.home(by), by=by, at=NOW)
    with acting(make.SYSTEM), transaction.atomic():
        noted = list(Arrival.objects.order_by("pk").values_list("way", "result"))
        assert noted == [
            (Way.FOLDER, result)
            for result in ("created", "duplicate", "refused", "duplicate", "corrected")
        ]
        row = IncomingMessage.objects.get(letter="LET00000000001")
        assert (row.way, row.received_at) == (Way.FOLDER, make.MONDAY)
        assert row.sender_name == "Amager og Hvidovre Hospital, Lungemedicinsk Afdeling"


def test_a_message_that_comes_again_is_counted_when_it_came_again(by: Actor) -> None:
    in_a_set([letter(1)], by)
    later = NOW + dt.timedelta(days=40)
    again = Delivery(letter(1), "1.xml", later)
    assert take_files([again], inbox=make.home(by), by=by, at=later)[0].taken is Taken.DUPLICATE
    with acting(make.SYSTEM), transaction.atomic():
        assert list(Arrival.objects.order_by("at").values_list("at", flat=True)) == [NOW, later]


def test_a_reason_that_is_counted_quotes_nothing_of_the_file(by: Actor) -> None:
    quoting = letter(1).replace(b"XH1530R", b"Nancy Berggren")
    answer = in_a_set([quoting], by)[0]
    assert "Nancy Berggren" in answer.reason
    with acting(make.SYSTEM), transaction.atomic():
        reason = Arrival.objects.get().reason
    assert reason
    assert "Nancy" not in reason
