"""`make demo` as a stranger meets it: it answers, it stops, and it leaves nothing running."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command

from tests.conftest import drop_database

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 300
SCALE = 20
OURS = ("DJANGO", "DATABASE", "REDIS", "ROEGFRI", "SECRET", "FIELD", "INDEX", "MAKE", "SECOND")


@pytest.fixture(scope="module")
def runtime() -> Iterator[Path]:
    """A trial's folder of its own; short, and reachable by the user PostgreSQL runs as."""
    place = ROOT / ".runtime" / f"trial-{os.getpid()}"
    place.mkdir(parents=True)
    yield place
    subprocess.run(["rm", "-rf", str(place)], check=True)


class Trial:
    """A running `roegfri.trial demo`, its words and its processes."""

    def __init__(self, runtime: Path, **env: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        clean = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
        self.log = runtime / "said"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "roegfri.trial", "demo"],
                cwd=ROOT,
                env={
                    **clean,
                    "ROEGFRI_RUNTIME": str(runtime),
                    "PORT": str(self.port),
                    "SCALE": str(SCALE),
                    **env,
                },
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> str:
        return self.log.read_text()

    def wait(self) -> "Trial":
        until = time.monotonic() + PATIENCE
        while "Ctrl-C stops everything" not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < until, self.said()
            time.sleep(0.1)
        return self

    def answers(self, path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return int(answer.status)

    def family(self) -> set[int]:
        """The process ids of the trial and everything it started."""
        found, new = set(), {self.process.pid}
        while new:
            found |= new
            new = {pid for pid, parent in _parents() if parent in new} - found
        return found


def _parents() -> list[tuple[int, int]]:
    pairs = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                pairs.append((int(entry.name), int(fields[1])))
    return pairs


def _alive(pids: set[int]) -> set[int]:
    return pids & {pid for pid, _ in _parents()}


@contextmanager
def running(runtime: Path, **env: str) -> Iterator[Trial]:
    trial = Trial(runtime, **env)
    try:
        yield trial.wait()
    finally:
        if trial.process.poll() is None:
            trial.process.kill()
        trial.process.wait()


def _gone(pids: set[int]) -> bool:
    until = time.monotonic() + 20
    while _alive(pids) and time.monotonic() < until:
        time.sleep(0.1)
    return not _alive(pids)


def answered(trial: Trial, message: Path) -> bool:
    """Whether a message dropped into the folder that the trial names gets its receipt."""
    (named,) = re.findall(r"^A MedCom file .* in  (\S+)$", trial.said(), re.MULTILINE)
    out = Path(named).parents[1] / "ud"
    before = set(out.iterdir())
    shutil.copy(message, named)
    until = time.monotonic() + 30
    while set(out.iterdir()) == before and time.monotonic() < until:
        time.sleep(0.2)
    return set(out.iterdir()) != before and not list(Path(named).iterdir())


def test_it_answers_and_stops_cleanly(runtime: Path) -> None:
    with running(runtime) as trial:
        assert (trial.answers("/healthz"), trial.answers("/readyz")) == (200, 200)
        assert trial.answers("/konto/login/") == 200
        assert "raadgiver@roegfri.test" in trial.said()
        assert answered(trial, ROOT / "docs/samples/1-henvisning-fra-hospital-hvidovre.xml")
        family = trial.family()
        assert len(family) > 5
        trial.process.send_signal(signal.SIGTERM)
        assert trial.process.wait(30) == 0
        assert _gone(family)


def test_a_second_start_keeps_the_data_and_kill_9_leaves_nothing(runtime: Path) -> None:
    with running(runtime) as trial:
        assert "Tables made" not in trial.said()
        family = trial.family()
        trial.process.kill()
        trial.process.wait()
        assert _gone(family - {trial.process.pid})


def test_control_a_child_without_the_wish_outlives_its_parent() -> None:
    script = (
        "import subprocess,sys;"
        "p=subprocess.Popen(['sleep','30'],start_new_session=True);print(p.pid,flush=True);"
        "sys.stdin.read()"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        orphan = int(parent.stdout.readline())
        parent.kill()
    time.sleep(0.5)
    assert _alive({orphan}) == {orphan}
    os.kill(orphan, signal.SIGKILL)


def rows_known_to_the_planner(url: str) -> float:
    """Of the referrals; -1 before anybody has looked."""
    with psycopg.connect(url) as database:
        asked = "select reltuples from pg_class where relname = 'referrals_referral'"
        (rows,) = database.execute(asked).fetchone() or (0,)
    return float(rows)


def test_given_servers_are_used_and_none_is_started(runtime: Path) -> None:
    given = os.environ["DATABASE_URL"].rpartition("/")[0] + "/test_trial"
    try:
        with running(runtime, DATABASE_URL=given, REDIS_URL=os.environ["REDIS_URL"]) as trial:
            assert "PostgreSQL runs" not in trial.said()
            assert "Valkey runs" not in trial.said()
            assert trial.answers("/readyz") == 200
            assert rows_known_to_the_planner(given) == SCALE
            trial.process.terminate()
            trial.process.wait(30)
    finally:
        drop_database(given)


def test_without_a_second_factor_it_listens_on_this_machine_only(runtime: Path) -> None:
    trial = Trial(runtime, HOST="0.0.0.0")
    assert trial.process.wait(60) != 0
    assert "SECOND_FACTOR=on" in trial.said()


@pytest.mark.parametrize("scale", [-1, 0, 9, 1_000_001])
def test_a_scale_that_is_none_is_said_plainly(scale: int) -> None:
    with pytest.raises(CommandError, match="must be from 10 to 1000000"):
        call_command("demo_data", scale=scale)
