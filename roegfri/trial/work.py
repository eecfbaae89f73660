"""`make test`, `make check`, `make bench`: the same set-up, for those who change the code."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from urllib.parse import urlsplit, urlunsplit

from roegfri.trial import children, servers, steps
from roegfri.trial.steps import PYTHON, ROOT, RUNTIME, VENV


@contextmanager
def throw_away(name: str) -> Iterator[dict[str, str]]:
    """The environment of a test run: DATABASE_URL's server if given, else a cluster of its own."""
    given = os.environ.get("DATABASE_URL", "")
    database = broker = None
    place = RUNTIME / f"{name}-{os.getpid()}"
    place = servers.place_for(RUNTIME, place.name)
    try:
        if given:
            url = given
        else:
            database = servers.PostgreSQL(place / "pg", servers.new_password(), throw_away=True)
            database.start()
            url = f"{database.url}/roegfri"
        redis_url = os.environ.get("REDIS_URL", "")
        if not redis_url:
            broker = servers.Valkey(place / "valkey")
            broker.start()
            redis_url = broker.url
        yield steps.django_env(_test_database(url), redis_url)
    finally:
        for server in (broker, database):
            if server:
                server.stop()
        with suppress(OSError):
            rmtree(place)


def _test_database(url: str) -> str:
    parts = urlsplit(url)
    name = os.environ.get("TEST_DATABASE_NAME") or "test_" + parts.path.lstrip("/")
    return urlunsplit(parts._replace(path=f"/{name}"))


# More than these wait for each other's disk; a browser and a demo of its own run beside them.
_MOST_WORKERS = 4


def test(words: Sequence[str]) -> int:
    """pytest, with everything it needs: all of it on every core, a part of it on one."""
    steps.pdf_libraries()
    steps.assets()
    chromium = steps.browser()
    alone = bool(words or os.environ.get("DATABASE_URL"))
    workers = 1 if alone else min(len(os.sched_getaffinity(0)), _MOST_WORKERS)
    spread = ["-n", str(workers), "--dist", "loadfile", "-q"] if workers > 1 else []
    with ExitStack() as running:
        envs = [running.enter_context(throw_away(f"test{nr}")) for nr in range(workers)]
        own = {
            f"{name}_{nr}": env[name]
            for nr, env in enumerate(envs)
            for name in ("DATABASE_URL", "REDIS_URL")
        }
        more = {"ROEGFRI_CHROMIUM": chromium, "SECOND_FACTOR": "on"}
        command: list[str | Path] = [PYTHON, "-m", "pytest", *spread, *words]
        return children.run(command, env={**envs[0], **own, **more}, cwd=ROOT)


def bench(words: Sequence[str]) -> int:
    """The benchmarks, printed as a table."""
    steps.pdf_libraries()
    steps.assets()
    with throw_away("bench") as env:
        return children.run([PYTHON, "-m", "tests.bench", *words], env=env, cwd=ROOT)


def run(words: Sequence[str]) -> int:
    """Any command, against a throw-away database (empty unless the command fills it)."""
    with throw_away("run") as env:
        return children.run(words, env=env, cwd=ROOT)


def check(_words: Sequence[str]) -> int:
    """Everything that can be said of the code without running it; all of it, then the verdict."""
    tools = VENV / "bin"
    templates = [str(p) for p in (ROOT / "templates").rglob("*.html")]
    env = steps.offline_env()
    checks: list[list[str | Path]] = [
        [tools / "ruff", "check", "."],
        [tools / "ruff", "format", "--check", "."],
        [tools / "mypy", "."],
        [tools / "lint-imports"],
        [tools / "djade", "--check", "--target-version", "5.2", *templates],
        [tools / "deptry", "."],
        [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run", "-v1"],
        [PYTHON, "manage.py", "catalogue", "--check"],
    ]
    failed = []
    for command in checks:
        words = [Path(command[0]).name, *map(str, command[1:3])]
        steps.say(" ".join(words))
        if children.run(command, env=env, cwd=ROOT):
            failed.append(" ".join(words))
    if failed:
        sys.exit("FAILED: " + "; ".join(failed))
    steps.say("All checks passed")
    return 0
