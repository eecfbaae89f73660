"""`make demo`: everything in one process tree, on this machine, with made-up people."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from roegfri.trial import children, servers, steps
from roegfri.trial.steps import PYTHON, ROOT, RUNTIME, say

_PATIENCE = 60.0
# While the trial runs: its environment, for those who run a management command beside it.
ENVIRONMENT = RUNTIME / "environment.json"
# Hvidovre, where the trial's counsellor works.
DEMO_MUNICIPALITY = "167"


class StoppedError(Exception):
    """Ctrl-C or SIGTERM."""


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise StoppedError


def run() -> int:
    """Sets up, starts, says where, and waits to be stopped."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    try:
        steps.pdf_libraries()
        steps.assets()
        with started() as (env, children_):
            _announce(env)
            return _wait(children_)
    except StoppedError:
        say("Stopped.")
        return 0


@contextmanager
def started() -> Iterator[tuple[dict[str, str], dict[str, "subprocess.Popen[bytes]"]]]:
    """The running trial: its environment and its web and worker processes."""
    if os.environ.get("FRESH") == "1":
        _forget()
    with ExitStack() as stack:
        env = _servers(stack)
        env.setdefault("PORT", "8000")
        env.setdefault("HOST", "127.0.0.1")
        env.setdefault("SECOND_FACTOR", "off")
        _watch_a_folder(env)
        _refuse_strangers(env)
        _prepare(env)
        _tell_others(env, stack)
        running = {"web": _web(env), "worker": _worker(env)}
        stack.callback(lambda: children.stop(list(running.values())))
        _until_ready(env, running)
        yield env, running


def manage(words: Sequence[str]) -> int:
    """manage.py against the trial that runs in another terminal."""
    if not ENVIRONMENT.exists():
        say("No trial runs here. Start it first, in another terminal: make demo")
        return 1
    env = {**os.environ, **json.loads(ENVIRONMENT.read_text())}
    return children.run([PYTHON, "manage.py", *words], env=env, cwd=ROOT)


def _tell_others(env: dict[str, str], stack: ExitStack) -> None:
    """Leaves the environment for `manage`, while the trial runs; it holds the trial's keys."""
    own = {name: value for name, value in env.items() if os.environ.get(name) != value}
    ENVIRONMENT.touch(mode=0o600)
    ENVIRONMENT.write_text(json.dumps(own))
    stack.callback(lambda: ENVIRONMENT.unlink(missing_ok=True))


def _forget() -> None:
    if os.environ.get("DATABASE_URL"):
        sys.exit("FRESH=1 forgets the embedded database only; empty DATABASE_URL's by hand.")
    for name in ("pg", "valkey"):
        shutil.rmtree(servers.place_for(RUNTIME, name), ignore_errors=True)
    shutil.rmtree(RUNTIME / "medcom", ignore_errors=True)
    for stamp in ("tables", "people"):
        (RUNTIME / stamp).unlink(missing_ok=True)
    say("Began anew")


def _servers(stack: ExitStack) -> dict[str, str]:
    """Honours DATABASE_URL and REDIS_URL; starts what is not given."""
    database_url = os.environ.get("DATABASE_URL", "")
    redis_url = os.environ.get("REDIS_URL", "")
    if not database_url:
        password = steps.keys()["SETUP_PASSWORD"]
        database = servers.PostgreSQL(servers.place_for(RUNTIME, "pg"), password)
        database.start()
        stack.callback(database.stop)
        database_url = f"{database.url}/roegfri"
        say("PostgreSQL runs")
    if not redis_url:
        broker = servers.Valkey(RUNTIME / "valkey")
        broker.start()
        stack.callback(broker.stop)
        redis_url = broker.url
        say("Valkey runs")
    return steps.django_env(database_url, redis_url)


def _watch_a_folder(env: dict[str, str]) -> None:
    """A folder of the trial's own, in which a MedCom file becomes a case within seconds."""
    if not env.get("MEDCOM_FOLDER"):
        env["MEDCOM_FOLDER"] = str(RUNTIME.resolve() / "medcom")
        env.setdefault("MEDCOM_SHARED_INBOX", DEMO_MUNICIPALITY)
        _in_folder(env).mkdir(parents=True, exist_ok=True)


def _in_folder(env: dict[str, str]) -> Path:
    return Path(env["MEDCOM_FOLDER"]) / DEMO_MUNICIPALITY / "ind"


def _refuse_strangers(env: dict[str, str]) -> None:
    """Without a second factor the trial listens on this machine only."""
    loopback = env["HOST"] in ("127.0.0.1", "localhost", "::1")
    if env["SECOND_FACTOR"].lower() in ("off", "0", "false", "no", "") and not loopback:
        sys.exit(
            f"HOST={env['HOST']} is open to other machines, and the second factor is off.\n"
            "Start with SECOND_FACTOR=on, or without HOST."
        )
    if not loopback:
        env.setdefault("ALLOWED_HOSTS", env["HOST"])


def _prepare(env: dict[str, str]) -> None:
    """Roles, tables and reference data after every change of them; made-up people once."""
    where = env["DATABASE_URL"] if os.environ.get("DATABASE_URL") else "embedded"
    apps = [ROOT / name for name in steps.APPS]
    code = [p for app in apps for p in app.rglob("*") if {"migrations", "data"} & set(p.parts)]
    code = [p for p in code if p.is_file() and p.suffix != ".pyc"]

    def tables() -> None:
        steps.manage("prepare_database", env=env)
        steps.manage("load_reference", "--demo", env=env, quiet=True)

    def people() -> None:
        words = ["--today", os.environ["TODAY"]] if os.environ.get("TODAY") else []
        steps.manage("demo_data", "--scale", os.environ.get("SCALE", "600"), *words, env=env)

    steps.once(RUNTIME / "tables", steps.fingerprint(code, where), tables, "Tables made")
    steps.once(RUNTIME / "people", where, people, "Made-up people moved in")


def _web(env: dict[str, str]) -> "subprocess.Popen[bytes]":
    return children.start(
        [
            *(PYTHON, "-m", "gunicorn", "roegfri.wsgi:application", "--no-control-socket"),
            *("--bind", f"{env['HOST']}:{env['PORT']}", "--worker-class", "gthread"),
            *("--workers", "2", "--threads", "4", "--log-level", "warning"),
        ],
        env=env,
        cwd=ROOT,
        log=RUNTIME / "web.log",
    )


def _worker(env: dict[str, str]) -> "subprocess.Popen[bytes]":
    return children.start(
        [
            *(PYTHON, "-m", "celery", "-A", "roegfri.celery", "worker", "-B", "-P", "solo"),
            *("--without-mingle", "--without-gossip"),
            *("-l", "WARNING", "-s", RUNTIME / "beat.db"),
        ],
        env=env,
        cwd=ROOT,
        log=RUNTIME / "worker.log",
    )


def _until_ready(env: dict[str, str], running: dict[str, "subprocess.Popen[bytes]"]) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        for name, child in running.items():
            if child.poll() is not None:
                said = (RUNTIME / f"{name}.log").read_text()[-1500:]
                sys.exit(f"The {name} process ended:\n{said}")
        try:
            with urllib.request.urlopen(address(env) + "readyz", timeout=5):  # noqa: S310
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.05)
    sys.exit("The trial did not become ready; see .runtime/web.log and .runtime/worker.log")


def address(env: dict[str, str]) -> str:
    """Where it answers."""
    return f"http://{env['HOST']}:{env['PORT']}/"


def _announce(env: dict[str, str]) -> None:
    said = subprocess.run(
        [PYTHON, "manage.py", "demo_signins", "--json"],
        env=env,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    signins = json.loads(said.stdout)
    width = max(len(s["email"]) for s in signins["people"])
    lines = [
        f"  {s['email']:<{width}}  {s['role']}, {s['organisation']}" for s in signins["people"]
    ]
    say("Ready: " + address(env))
    print("", "Demo sign-ins, all with the password  " + signins["password"], sep="\n")  # noqa: T201
    lines += ["", f"A MedCom file is a case within seconds in  {_in_folder(env)}", ""]
    print(*lines, "Ctrl-C stops everything.", sep="\n", flush=True)  # noqa: T201


def _wait(running: dict[str, "subprocess.Popen[bytes]"]) -> int:
    while True:
        for name, child in running.items():
            if child.poll() is not None:
                say(f"The {name} process ended; see {Path('.runtime') / (name + '.log')}")
                return 1
        time.sleep(0.5)
