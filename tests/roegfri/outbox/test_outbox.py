"""A message is written once, judged when it is claimed, and sent by one sender."""

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from roegfri.actor import Actor, Kind, acting, system
from roegfri.audit.models import ChangeValue
from roegfri.organisations.kinds import Kind as OrganisationKind
from roegfri.organisations.models import Organisation
from roegfri.outbox import commands, delivery
from roegfri.outbox.gateways import GatewayFault, Parcel
from roegfri.outbox.guards import UnknownKind
from roegfri.outbox.models import Message
from roegfri.outbox.states import MessageState
from roegfri.outbox.tasks import send

AT = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
SYSTEM = system("test")
delivered: list[Parcel] = []


def gateway(parcel: Parcel) -> str:
    """Takes everything, and remembers it."""
    delivered.append(parcel)
    return f"test:{parcel.message_id}"


def broken_gateway(parcel: Parcel) -> str:
    raise GatewayFault(parcel.recipient)


def no_longer(message: Message) -> None:
    """Nothing left to say."""


def moved(message: Message) -> str:
    return "Ny tid"


def failing(message: Message) -> str:
    raise RuntimeError(message.recipient)


@pytest.fixture(autouse=True)
def _settings(settings: Any) -> Iterator[None]:
    settings.OUTBOX_GATEWAY = f"{__name__}.gateway"
    settings.OUTBOX_GUARDS = {
        "plain": "roegfri.outbox.guards.always",
        "no longer": f"{__name__}.no_longer",
        "moved": f"{__name__}.moved",
        "failing": f"{__name__}.failing",
    }
    delivered.clear()
    with acting(SYSTEM):
        yield


def organisation(name: str = "Drift") -> Organisation:
    return Organisation.objects.create(kind=OrganisationKind.OPERATOR, name=name)


def queued(
    key: str = "1",
    kind: str = "plain",
    *,
    of: Organisation | None = None,
    by: Actor = SYSTEM,
    **given: Any,
) -> Message:
    arguments = {
        "recipient": "+4520123456",
        "body": "Husk din aftale",
        "send_after": AT,
        "expires_at": AT + dt.timedelta(hours=12),
        **given,
    }
    return commands.queue(
        kind, key, organisation_id=(of or organisation()).pk, by=by, at=AT, **arguments
    )


def state_of(message: Message) -> str:
    message.refresh_from_db()
    return message.state


@pytest.mark.django_db
class TestQueueing:
    def test_twice_is_once(self) -> None:
        first = queued()
        assert queued(body="Noget andet", of=first.organisation) == first
        assert Message.objects.get().body == "Husk din aftale"

    def test_the_database_has_the_last_word(self) -> None:
        message = queued()
        message.pk = uuid4()
        with pytest.raises(IntegrityError, match="message_once"):
            message.save(force_insert=True)

    def test_every_change_is_in_the_log_with_its_values(self) -> None:
        message = queued()
        delivery.send_due(by=SYSTEM, at=AT)
        rows = ChangeValue.objects.filter(table_name="outbox_message", row_id=str(message.pk))
        changes = list(rows.order_by("event_seq"))
        assert [(c.new_values or {}).get("state") for c in changes] == [
            "waiting", "claimed", "sent",
        ]  # fmt: skip
        assert changes[0].new_values["body"] == "Husk din aftale"  # type: ignore[index]

    def test_another_revision_is_another_message(self) -> None:
        first = queued("7:3:1")
        queued("7:3:2", of=first.organisation)
        assert Message.objects.count() == 2

    def test_a_kind_without_a_guard_is_not_taken(self) -> None:
        with pytest.raises(UnknownKind):
            queued(kind="unheard of")

    @pytest.mark.parametrize("number", ["20123456", "+45 20123456", "+4520123456x", ""])
    def test_a_number_is_written_in_full(self, number: str) -> None:
        with pytest.raises(IntegrityError, match="message_recipient_e164"):
            queued(recipient=number)


@pytest.mark.django_db
class TestSending:
    def test_what_is_due_is_sent_once(self) -> None:
        message = queued()
        assert delivery.send_due(by=SYSTEM, at=AT) == 1
        assert delivery.send_due(by=SYSTEM, at=AT + dt.timedelta(hours=1)) == 0
        assert [parcel.text for parcel in delivered] == ["Husk din aftale"]
        assert state_of(message) == MessageState.SENT
        assert message.gateway_ref == f"test:{message.pk}"

    def test_the_task_twice_is_once(self) -> None:
        from roegfri import clock

        now = clock.now()
        queued(send_after=now, expires_at=now + dt.timedelta(hours=1))
        send()
        send()
        assert len(delivered) == 1

    def test_nothing_goes_before_its_time(self) -> None:
        queued(send_after=AT + MINUTE)
        assert delivery.send_due(by=SYSTEM, at=AT) == 0
        assert delivery.send_due(by=SYSTEM, at=AT + MINUTE) == 1

    def test_nothing_goes_after_its_time(self) -> None:
        message = queued(expires_at=AT + MINUTE)
        assert delivery.send_due(by=SYSTEM, at=AT + MINUTE) == 0
        assert state_of(message) == MessageState.EXPIRED

    def test_the_guard_says_no(self) -> None:
        message = queued(kind="no longer")
        assert delivery.send_due(by=SYSTEM, at=AT) == 0
        assert state_of(message) == MessageState.DROPPED
        assert delivered == []

    def test_the_guard_has_the_last_word_on_the_text(self) -> None:
        queued(kind="moved")
        delivery.send_due(by=SYSTEM, at=AT)
        assert [parcel.text for parcel in delivered] == ["Ny tid"]

    def test_a_failing_guard_holds_back_no_other_message(self) -> None:
        stuck = queued("1", "failing")
        queued("2", "plain", of=stuck.organisation)
        assert delivery.send_due(by=SYSTEM, at=AT) == 1
        assert state_of(stuck) == MessageState.WAITING

    def test_no_more_than_asked_for(self) -> None:
        first = queued("1")
        queued("2", of=first.organisation)
        assert delivery.send_due(by=SYSTEM, at=AT, limit=1) == 1
        assert delivery.send_due(by=SYSTEM, at=AT, limit=1) == 1

    def test_the_console_names_neither_number_nor_text(
        self, settings: Any, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import io
        import sys

        from roegfri.ui import logs

        settings.OUTBOX_GATEWAY = "roegfri.outbox.gateways.console"
        monkeypatch.setattr(sys, "stderr", stream := io.StringIO())
        logs.configure({"level": "INFO"})
        message = queued()
        assert delivery.send_due(by=SYSTEM, at=AT) == 1
        monkeypatch.undo()
        logs.configure({"level": "WARNING"})
        assert str(message.pk) in stream.getvalue()
        assert "20123456" not in stream.getvalue()
        assert "aftale" not in stream.getvalue()


@pytest.mark.django_db
class TestLeases:
    def test_a_claimed_message_is_let_alone_until_its_lease_runs_out(self) -> None:
        queued()
        (first,) = commands.claim_due(by=SYSTEM, at=AT)
        late = AT + commands.LEASE
        assert commands.claim_due(by=SYSTEM, at=late - MINUTE) == []
        (second,) = commands.claim_due(by=SYSTEM, at=late)
        assert (first.attempt, second.attempt) == (1, 2)
        assert first.message_id == second.message_id

    def test_who_lost_the_lease_does_not_settle(self) -> None:
        message = queued()
        (first,) = commands.claim_due(by=SYSTEM, at=AT)
        (second,) = commands.claim_due(by=SYSTEM, at=AT + commands.LEASE)
        late = AT + commands.LEASE + MINUTE
        assert not commands.settle(first.message_id, first.attempt, "a", by=SYSTEM, at=late)
        assert commands.settle(second.message_id, second.attempt, "b", by=SYSTEM, at=late)
        assert not commands.settle(second.message_id, second.attempt, "c", by=SYSTEM, at=late)
        message.refresh_from_db()
        assert message.gateway_ref == "b"

    def test_what_the_gateway_did_not_take_is_tried_again(self, settings: Any) -> None:
        queued()
        settings.OUTBOX_GATEWAY = f"{__name__}.broken_gateway"
        assert delivery.send_due(by=SYSTEM, at=AT) == 0
        settings.OUTBOX_GATEWAY = f"{__name__}.gateway"
        assert delivery.send_due(by=SYSTEM, at=AT) == 0
        assert delivery.send_due(by=SYSTEM, at=AT + commands.LEASE) == 1

    def test_one_receipt_is_one_message(self) -> None:
        first = queued("1")
        queued("2", of=first.organisation)
        one, two = commands.claim_due(by=SYSTEM, at=AT)
        commands.settle(one.message_id, 1, "same", by=SYSTEM, at=AT)
        with pytest.raises(IntegrityError, match="message_receipt_once"):
            commands.settle(two.message_id, 1, "same", by=SYSTEM, at=AT)


def member(of: Organisation) -> Actor:
    return Actor(Kind.PERSON, "M", user_id=uuid4(), role="counsellor", organisation_id=of.pk)


@pytest.mark.django_db
def test_an_organisation_sees_and_writes_its_own_messages_only() -> None:
    ours, theirs = organisation("Ishøj"), organisation("Greve")
    queued("1", of=ours)
    queued("2", of=theirs)
    by = member(ours)
    with acting(by):
        assert [m.dedupe_key for m in Message.objects.all()] == ["1"]
        queued("3", of=ours, by=by)
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            queued("4", of=theirs, by=by)


# ---- two senders at once -------------------------------------------------------------------------

Claim = Callable[[], list[UUID]]
SENDERS, MESSAGES = 4, 120


def claimed_by_all(claim: Claim) -> Counter[UUID]:
    """What each of several senders, started at once, believes to have claimed."""
    start = threading.Barrier(SENDERS)
    taken: list[UUID] = []

    def work() -> None:
        try:
            with acting(SYSTEM):
                start.wait(10)
                while batch := claim():
                    taken.extend(batch)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return Counter(taken)


@pytest.fixture
def _many() -> None:
    home = organisation()
    for number in range(MESSAGES):
        queued(str(number), of=home)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_many")
def test_no_two_senders_get_the_same_message() -> None:
    taken = claimed_by_all(
        lambda: [p.message_id for p in commands.claim_due(by=SYSTEM, at=AT, limit=7)]
    )
    assert len(taken) == MESSAGES
    assert set(taken.values()) == {1}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_many")
def test_read_then_mark_does_give_a_message_to_two() -> None:
    """The control: without lock and SKIP LOCKED the same race is lost."""
    all_have_read = threading.Barrier(SENDERS)
    begun: set[int] = set()

    @transaction.atomic
    def weak() -> list[UUID]:
        due = list(Message.objects.due(AT).order_by("send_after", "id")[:7])
        if threading.get_ident() not in begun:
            begun.add(threading.get_ident())
            all_have_read.wait(10)
        for message in due:
            message.state, message.attempt = MessageState.CLAIMED, message.attempt + 1
            message.lease_until = AT + commands.LEASE
            message.save(update_fields=["state", "attempt", "lease_until"])
        return [message.pk for message in due]

    assert max(claimed_by_all(weak).values()) > 1
