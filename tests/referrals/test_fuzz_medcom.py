"""Thousands of damaged files are taken: each is a case or lies in the inbox, once, and whole."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from structlog.testing import capture_logs

from referrals.commands import deliveries as room
from referrals.commands.arrivals import note_arrivals
from referrals.commands.inbox import Answer, Delivery, taking
from referrals.intake import take_files
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
from referrals.states import InboxState, Taken
from roegfri import clock
from roegfri.actor import Actor, acting
from tests import make
from tests.roegfri.medcom import messages
from tests.roegfri.medcom.test_fuzz import broken, rearranged

pytestmark = pytest.mark.django_db(transaction=True)
VERSIONS = [one for one in messages.VERSIONS if one != "XH2230R"]
BOMB = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;&b;">]>'


def a_letter(dice: random.Random) -> bytes:
    """One of few senders, citizens, episodes and numbers, so that files meet each other."""
    return messages.referral(
        dice.choice(VERSIONS),
        sender=dice.choice((messages.HOSPITAL, messages.PRACTICE)),
        receiver=dice.choice((messages.HVIDOVRE,) * 9 + (messages.BROENDBY,)),
        envelope=f"ENV{dice.randrange(400)}",
        letter=f"LET{dice.randrange(3)}",
        episode=dice.choice(("", f"e{dice.randrange(400)}")),
        status=dice.choice(("nytbrev", "nytbrev", "rettetbrev")),
        receipt=dice.choice(("pluspositivkvitt", "minuspositivkvitt")),
        civil_number=f"{61 + dice.randrange(28)}{1 + dice.randrange(12):02d}500001",
        phones=tuple(
            (f"{20_000_000 + dice.randrange(90)}", "mobil") for _ in range(dice.randrange(3))
        ),
        encoding=dice.choice(("ISO-8859-1", "UTF-8")),
    )


def swapped_dates(data: bytes, dice: random.Random) -> bytes:
    odd = (b"2026-02-30", b"1899-01-01", b"9999-12-31", b"30-02-2026", b"2026-13-01", b"")
    return data.replace(b"2026-06-03", dice.choice(odd), dice.randint(1, 2))


def huge_fields(data: bytes, dice: random.Random) -> bytes:
    tag = dice.choice(
        (b"PersonSurnameName", b"EmailIdentifier", b"Text01", b"StreetName", b"Subject")
    )
    return data.replace(b"<" + tag + b">", b"<" + tag + b">" + b"x" * dice.choice((141, 9_999)))


def control_characters(data: bytes, dice: random.Random) -> bytes:
    sign = dice.choice((b"&#1;", b"\x01", b"&#0;", b"\x00", b"&#x85;", b"&#xFFFE;", b"\x1b[2J"))
    return data.replace(b"Berggren", b"Berg" + sign + b"gren")


def bombs(data: bytes, dice: random.Random) -> bytes:
    return data.replace(b"<Emessage", BOMB + b"<Emessage").replace(b"Berggren", b"&c;" * 9)


def odd_encodings(data: bytes, dice: random.Random) -> bytes:
    text = data.decode("utf-8" if b"UTF-8" in data[:60] else "latin-1")
    return text.encode(dice.choice(("utf-16", "utf-32", "cp500", "utf-8-sig", "utf-7")))


def two_in_one(data: bytes, dice: random.Random) -> bytes:
    return data + a_letter(dice)


def as_it_is(data: bytes, _dice: random.Random) -> bytes:
    return data


DAMAGES: list[Callable[[bytes, random.Random], bytes]] = [
    as_it_is, as_it_is, broken, rearranged, rearranged, rearranged, swapped_dates, huge_fields,
    control_characters, bombs, odd_encodings, two_in_one,
]  # fmt: skip


def damaged(dice: random.Random) -> bytes:
    return dice.choice(DAMAGES)(a_letter(dice), dice)


@pytest.fixture
def by() -> Actor:
    home = make.municipality(ean=messages.HVIDOVRE[0], name="Hvidovre Kommune")
    make.municipality(ean=messages.BROENDBY[0], name="Brøndby Kommune")
    return make.actor(make.grant(organisation=home))


def survive(count: int, seed: int, by: Actor, at_once: int = 200) -> Counter[str]:
    """Takes so many in sets, some of them twice; what became of them, when all is well."""
    dice, inbox, at = random.Random(seed), make.home(by), clock.now()
    results: Counter[str] = Counter()
    bodies: list[bytes] = []
    for _ in range(count // at_once):
        some = [dice.choice(bodies) if bodies and dice.random() < 0.05 else damaged(dice)
                for _ in range(at_once)]  # fmt: skip
        bodies += some
        brought = [Delivery(body, f"{dice.random()}.xml", at) for body in some]
        answers = take_files(brought, inbox=inbox, by=by, at=at)
        assert len(answers) == len(some)
        results.update(answer.taken.value for answer in answers)
        assert all(map(_has_an_end, answers))
    with acting(make.SYSTEM), transaction.atomic():
        assert list(faults(bodies, results)) == []
    return results


def _has_an_end(answer: Answer) -> bool:
    """A case, or a reason."""
    return bool(answer.message.referral_id) != bool(answer.reason)


def faults(bodies: list[bytes], results: Counter[str]) -> Iterator[str]:
    """What is lost, double, or written by half."""
    rows = IncomingMessage.objects.values_list("sha256", flat=True)
    times = Counter(bytes(one) for one in rows)
    brought = {Delivery(body, "", clock.now()).sha256 for body in bodies}
    if set(times) != brought:
        yield f"{len(brought - set(times))} files are lost"
    if double := [one for one, number in times.items() if number > 1]:
        yield f"{len(double)} files lie here twice"
    for name, wrong in HALVES.items():
        if found := wrong().count():
            yield f"{found} {name}"
    counted = {
        "created": Referral.objects.count(),
        "created and corrected": IncomingMessage.objects.filter(state=InboxState.ACCEPTED).count(),
        "refused": IncomingMessage.objects.exclude(state=InboxState.ACCEPTED).count(),
        "all": Arrival.objects.count(),
    }
    said = {
        "created": results[Taken.CREATED],
        "created and corrected": results[Taken.CREATED] + results[Taken.CORRECTED],
        "refused": results[Taken.REFUSED],
        "all": len(bodies),
    }
    yield from (f"{name}: {counted[name]} rows, {said[name]} answers" for name in said
                if counted[name] != said[name])  # fmt: skip


def _without(inner: Any, **same: str) -> Any:
    return ~Exists(inner._default_manager.filter(**{k: OuterRef(v) for k, v in same.items()}))


HALVES: dict[str, Callable[[], Any]] = {
    "cases without access": lambda: Referral.objects.filter(
        _without(CitizenAccess, about="pk", citizen="citizen", organisation="handler")
    ),
    "cases without a message": lambda: Referral.objects.filter(
        _without(IncomingMessage, referral="pk")
    ),
    "citizens without a case": lambda: Citizen.objects.filter(_without(Referral, citizen="pk")),
    "access to no case": lambda: CitizenAccess.objects.filter(_without(Referral, pk="about")),
    "numbers of nobody": lambda: CivilNumber.objects.filter(_without(Citizen, pk="citizen")),
    "telephones of nobody": lambda: Phone.objects.filter(_without(Citizen, pk="citizen")),
    "receipts of what was not taken": lambda: Receipt.objects.exclude(
        message__state=InboxState.ACCEPTED
    ),
    "messages neither taken nor kept": lambda: IncomingMessage.objects.filter(
        Q(state=InboxState.ACCEPTED, referral=None) | Q(reason="", referral=None)
        | ~Q(state=InboxState.ACCEPTED) & Q(referral__isnull=False)
    ),
}  # fmt: skip


# A receipt answers a letter of ours, and none was sent here.
BECOMES = sorted(set(Taken.values) - {Taken.ANSWERED})


def test_2000_damaged_files(by: Actor) -> None:
    with capture_logs() as said:
        results = survive(2_000, 1, by)
    assert [one for one in said if "failed" in one["event"]] == []
    assert min(results[one] for one in BECOMES) > 30


@pytest.mark.full
def test_50000_damaged_files(by: Actor) -> None:
    results = survive(50_000, 2, by)
    assert min(results[one] for one in BECOMES) > 500


def unlucky(monkeypatch: pytest.MonkeyPatch) -> None:
    """When all has been written, something fails in every second set."""
    real, dice = note_arrivals, random.Random(3)

    def fails(organisation: Any, arrivals: Any) -> None:
        real(organisation, arrivals)
        if len(arrivals) > 1 and dice.random() < 0.5:
            raise ZeroDivisionError

    monkeypatch.setattr(taking, "note_arrivals", fails)


def test_faults_of_ours_lose_nothing_either(by: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    unlucky(monkeypatch)
    survive(200, 4, by, at_once=40)


def test_control_a_set_that_is_not_all_or_nothing_is_found_out(
    by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a savepoint, what was written before the fault stays, and is taken once more."""
    unlucky(monkeypatch)
    not_atomic: Any = taking.take_letters
    monkeypatch.setattr(room, "take_letters", not_atomic.__wrapped__)
    with pytest.raises(AssertionError, match="rows"):
        survive(200, 4, by, at_once=40)
