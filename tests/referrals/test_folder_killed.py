"""A sweeping worker is killed at random points: every file is a case or in the inbox, once."""

import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from referrals.models import IncomingMessage, Receipt, Referral
from referrals.states import InboxState
from roegfri.actor import acting
from tests import make
from tests.roegfri.medcom import messages

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
KILLED = -9
STEPS = 110  # of a sweep that has some files to take


@dataclass
class World:
    """What was put into the folder, and what must have become of it."""

    root: Path
    letters: list[str] = field(default_factory=list)
    corrected: dict[str, str] = field(default_factory=dict)
    bad: list[bytes] = field(default_factory=list)
    asked: int = 0

    def put(self, body: bytes) -> None:
        number = sum(map(len, (self.letters, self.corrected, self.bad)))
        part = self.root / f"167/ind/.{number}.tmp"
        part.write_bytes(body)
        # By name the last comes first; by when it was written it is not so.
        os.utime(part, (number, number))
        part.rename(part.with_name(f"{9999 - number}.xml"))

    def wave(self, chance: random.Random) -> None:
        """A letter, often its correction as well, and something that cannot be read."""
        own = f"{len(self.letters):03}"
        asks = chance.choice(["pluspositivkvitt", "minuspositivkvitt"])
        self.put(messages.referral(envelope=own, letter=own, episode=own, receipt=asks))
        self.letters.append(own)
        self.asked += asks.startswith("plus")
        if chance.random() < 0.6:
            fixed = messages.referral(
                envelope=f"R{own}",
                letter=f"R{own}",
                episode=own,
                status="rettetbrev",
                text=f"Rettet {own}",
            )
            self.put(fixed)
            self.corrected[own] = f"Rettet {own}"
            self.asked += 1
        bad = chance.choice([b"<Emessage>%d", b"%%PDF %d>", b"<a/><b n='%d'/>", b"%d ingen xml >"])
        self.put(bad % len(self.bad))
        self.bad.append(bad % (len(self.bad)))

    def left(self) -> list[str]:
        """What still lies in the folder."""
        return [path.name for path in (self.root / "167/ind").iterdir()]

    def faults(self) -> list[str]:
        """What is lost, doubled or left behind."""
        with acting(make.SYSTEM), transaction.atomic():
            kept = list(IncomingMessage.objects.all())
            texts = dict(Referral.objects.values_list("episode", "text"))
            cases = Counter(Referral.objects.values_list("episode", flat=True))
            receipts = {one.filename: one for one in Receipt.objects.all()}
        accepted = Counter(one.letter for one in kept if one.state == InboxState.ACCEPTED)
        inbox = Counter(one.bytes for one in kept if one.state != InboxState.ACCEPTED)
        wanted = [*self.letters, *(f"R{own}" for own in self.corrected)]
        out = {path.name: path.read_bytes() for path in (self.root / "ud").glob("*")}
        return [
            *differences("accepted", accepted, Counter(wanted)),
            *differences("cases", cases, Counter(self.letters)),
            *differences("inbox", inbox, Counter(self.bad)),
            *(
                f"{own} is not as corrected"
                for own in self.corrected
                if not texts.get(own, "").startswith(self.corrected[own])
            ),
            *(f"left {name}" for name in self.left()),
            *([] if len(receipts) == self.asked else [f"{len(receipts)} receipts"]),
            *(
                []
                if {name: bytes(one.xml) for name, one in receipts.items()} == out
                else [f"{len(out)} receipts written, not as they were made"]
            ),
            *(f"{name} waits" for name, one in receipts.items() if one.written_at is None),
        ]


def differences(what: str, found: Counter[Any], wanted: Counter[Any]) -> list[str]:
    lost, more = wanted - found, found - wanted
    return [f"{what} lost {one!r}" for one in lost] + [f"{what} doubled {one!r}" for one in more]


@pytest.fixture
def world(tmp_path: Path) -> World:
    make.municipality(ean=messages.HVIDOVRE[0], code="167", name="Hvidovre Kommune")
    (tmp_path / "167/ind").mkdir(parents=True)
    return World(tmp_path)


class Workers:
    """The process that starts them (sweeper.py)."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def sweep(self, world: World, kind: str = "any", number: int = 0, *, weak: bool = False) -> int:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([str(world.root), kind, number, weak]) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    command = [sys.executable, "-m", "tests.referrals.sweeper"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Workers(process)
        process.kill()


@pytest.mark.parametrize(
    "kills", [pytest.param(20, id="20"), pytest.param(300, id="300", marks=pytest.mark.full)]
)
def test_killed_at_random_points_nothing_is_lost_or_doubled(
    world: World, workers: Workers, kills: int
) -> None:
    chance = random.Random(20261122)
    killed = 0
    for _sweep in range(4 * kills):
        world.wave(chance)
        killed += workers.sweep(world, "any", chance.randint(1, STEPS)) == KILLED
        if killed == kills:
            break
    assert killed == kills
    # What has heaped up meanwhile may take longer than one sweep is given.
    for _sweep in range(20):
        assert workers.sweep(world) == 0
        if not world.left():
            break
    assert world.faults() == []


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        *(("rename", 1), ("rename-done", 1), ("rename-done", 3)),
        *(("commit", 1), ("commit-done", 1), ("commit", 2), ("commit-done", 2)),
        *(("unlink", 1), ("unlink-done", 1), ("unlink-done", 2)),
        *(("fsync", 1), ("fsync-done", 1), ("fsync-done", 2)),
    ],
)
def test_killed_at_the_points_that_matter(
    world: World, workers: Workers, kind: str, number: int
) -> None:
    for _wave in range(2):
        world.wave(random.Random(1))
    assert workers.sweep(world, kind, number) == KILLED
    assert world.faults()
    assert workers.sweep(world) == 0
    assert world.faults() == []


def test_control_who_removes_before_it_is_kept_loses_files(world: World, workers: Workers) -> None:
    for _wave in range(2):
        world.wave(random.Random(1))
    assert workers.sweep(world, "commit", 1, weak=True) == KILLED
    assert workers.sweep(world) == 0
    assert any("lost" in fault for fault in world.faults())
