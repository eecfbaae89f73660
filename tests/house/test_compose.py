"""docker-compose.yml, Dockerfile and the list of settings: what can be said without an engine.

compose-spec.json is the Compose Specification's own schema (Apache-2.0), as it stood in 2026.
"""

import copy
import datetime as dt
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import jsonschema
import psycopg
import pytest
import yaml
from django.core.management import call_command, get_commands
from psycopg import sql

from roegfri import clock, database
from roegfri.desk.models import Heartbeat
from tests.conftest import SETUP_URL, drop_database, setup_connection

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
RUNNING = (ROOT / "docs" / "running.md").read_text()
OURS = {"migrate", "web", "worker", "beat"}
SCALED = {"web", "worker"}
SETUP = {"database_url", "owner_database_url"}
# What the published images bring with them.
OF_THE_IMAGES = {"postgres", "pg_isready", "redis-server", "redis-cli", "caddy", "wget"}


def schema_faults(compose: dict[str, Any]) -> list[str]:
    schema = json.loads(Path(__file__).with_name("compose-spec.json").read_text())
    return [e.message for e in jsonschema.Draft202012Validator(schema).iter_errors(compose)]


def image_command(word: str) -> list[str]:
    """What stands after CMD, the image's own or its health check's."""
    whole = re.sub(r"\\\n\s*", "", DOCKERFILE)
    found = re.search(rf"^{word}(?: --\S+)* (?:CMD )?(\[.*\])$", whole, re.MULTILINE)
    assert found, word
    return list(json.loads(found[1]))


def command_of(service: dict[str, Any]) -> list[str]:
    return list(service.get("command") or image_command("CMD"))


def safety_faults(services: dict[str, dict[str, Any]]) -> list[str]:
    """Who has what she should not have, and what is missing."""
    faults = []
    for name, service in services.items():
        secrets = set(service.get("secrets", ()))
        if name != "migrate" and secrets & SETUP:
            faults.append(f"{name} has the set-up role")
        if name in OURS - {"migrate"} and "postgres_password" in secrets:
            faults.append(f"{name} has the server's password")
        for variable, value in service.get("environment", {}).items():
            told = re.search(r"KEY|PASSWORD|SECRET|DATABASE_URL", variable)
            if told and value != f"/run/secrets/{variable.removesuffix('_FILE').lower()}":
                faults.append(f"{name} is told {variable} openly")
        if name != "migrate" and not (service.get("healthcheck") or service.get("build")):
            faults.append(f"{name} has no health check")
        if name in SCALED and {"container_name", "hostname", "ports"} & set(service):
            faults.append(f"{name} cannot be scaled")
    return faults


def test_the_file_is_as_the_specification_says() -> None:
    assert schema_faults(COMPOSE) == []


def test_the_schema_would_notice() -> None:
    broken = copy.deepcopy(COMPOSE)
    broken["services"]["web"]["comand"] = "gunicorn"
    assert schema_faults(broken)


def test_everything_that_runs_is_there() -> None:
    assert set(SERVICES) == OURS | {"database", "redis", "proxy"}
    assert SERVICES["proxy"]["profiles"] == ["proxy"]
    assert SERVICES["beat"]["deploy"]["replicas"] == 1


def test_nobody_has_more_than_is_needed() -> None:
    assert safety_faults(SERVICES) == []
    assert set(SERVICES["migrate"]["secrets"]) >= SETUP
    assert all(set(secret) == {"environment"} for secret in COMPOSE["secrets"].values())


@pytest.mark.parametrize(
    ("name", "spoil", "fault"),
    [
        ("web", {"secrets": ["database_url"]}, "web has the set-up role"),
        ("beat", {"secrets": ["postgres_password"]}, "beat has the server's password"),
        ("web", {"environment": {"SECRET_KEY": "hemmelig"}}, "web is told SECRET_KEY openly"),
        ("redis", {"healthcheck": None}, "redis has no health check"),
        ("worker", {"container_name": "worker"}, "worker cannot be scaled"),
        ("web", {"ports": ["8000:8000"]}, "web cannot be scaled"),
    ],
)
def test_the_check_would_notice(name: str, spoil: dict[str, Any], fault: str) -> None:
    assert fault in safety_faults({**SERVICES, name: {**SERVICES[name], **spoil}})


def test_only_the_proxy_is_open_to_the_world() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("database", "redis", "migrate"):
        assert SERVICES[name]["networks"] == ["inside"]


def test_the_broker_keeps_what_it_was_given() -> None:
    command = command_of(SERVICES["redis"])
    assert command[command.index("--appendonly") + 1] == "yes"
    assert "redis:/data" in SERVICES["redis"]["volumes"]


def test_every_command_is_there_to_be_run() -> None:
    beside = str(Path(sys.executable).parent)
    tests = [service.get("healthcheck", {}).get("test", ()) for service in SERVICES.values()]
    lines = [command_of(service) for service in SERVICES.values()]
    lines += [test[1:] for test in tests if test] + [image_command("HEALTHCHECK")]
    first = {word.split()[0] for word, *_ in lines}
    assert {"gunicorn", "celery", "python", "sh"} <= first
    missing = {word for word in first - OF_THE_IMAGES if not shutil.which(word, path=beside)}
    assert {word for word in missing if not shutil.which(word)} == set()


def test_migrate_runs_commands_of_ours_one_after_the_other() -> None:
    line = command_of(SERVICES["migrate"])[-1]
    called = re.findall(r"manage\.py (\w+)", line)
    assert called == ["prepare_database", "load_reference"]
    assert " && " in line
    assert set(called) <= set(get_commands())


@pytest.mark.django_db
def test_gunicorn_takes_its_command_line_and_the_site_starts() -> None:
    words = [sys.executable, "-m", *image_command("CMD"), "--check-config"]
    env = {**os.environ, "GUNICORN_CMD_ARGS": "--workers=2 --threads=4"}

    def said(*more: str) -> tuple[int, str]:
        line = [*words, *more]
        done = subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    assert said()[0] == 0, said()[1]
    assert said("--no-such-thing")[0] != 0


def test_the_image_is_built_in_stages_and_does_not_run_as_root() -> None:
    stages = DOCKERFILE.split("\nFROM ")
    assert len(stages) == 4
    assert stages[-1].startswith("python:3.11-slim-bookworm")
    user = re.search(r"^USER (\d+)", stages[-1], re.MULTILINE)
    assert user
    assert int(user[1]) > 0
    for needed in ("libpango-1.0-0", "libpangoft2-1.0-0", "collectstatic", "catalogue --compile"):
        assert needed in stages[-1]
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".*", "node_modules", "build"} <= set(ignored)


# ---- the settings ------------------------------------------------------------------------------


def variables_read() -> set[str]:
    """Every variable that the code asks the environment for."""
    files = [ROOT / "roegfri" / name for name in ("settings.py", "database.py")]
    files += (ROOT / "roegfri" / "desk" / "management").rglob("*.py")
    source = "\n".join(file.read_text() for file in files)
    found = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", source))
    return found | {f"{role.upper()}_DATABASE_URL" for role in database.ROLES}


def variables_of_the_trial() -> set[str]:
    source = "\n".join(f.read_text() for f in (ROOT / "roegfri" / "trial").glob("*.py"))
    found = set(re.findall(r"os\.environ(?:\.get)?[\[(]\"([A-Z_]+)\"", source))
    return (found | {"PORT", "HOST"}) - {"PATH", "MAKELEVEL"}


def variables_of_compose() -> set[str]:
    text = (ROOT / "docker-compose.yml").read_text()
    named = {secret["environment"] for secret in COMPOSE["secrets"].values()}
    return named | set(re.findall(r"\$\{([A-Z_]+)", text))


def variables_documented() -> set[str]:
    """The first cell of each row of the tables in docs/running.md."""
    return set(re.findall(r"^\| `([A-Z_]+)` \|", RUNNING, re.MULTILINE))


def test_every_variable_is_documented_and_no_other() -> None:
    read = variables_read() | variables_of_the_trial() | variables_of_compose()
    assert {"SECRET_KEY", "APP_DATABASE_URL", "FRESH", "WEB_PROCESSES"} <= read
    assert variables_documented() == read


def test_every_command_of_ours_is_documented() -> None:
    ours = {
        file.stem
        for file in ROOT.glob("**/management/commands/*.py")
        if ".venv" not in file.parts and not file.stem.startswith("_")
    }
    assert "verify_audit" in ours
    assert {name for name in ours if f"`{name}" not in RUNNING} == set()


# ---- the roles -----------------------------------------------------------------------------------


@pytest.fixture
def own_url() -> Iterator[str]:
    """A database of its own on the tests' server, gone afterwards with its roles."""
    url = database.with_database(SETUP_URL, "test_given")
    drop_database(url)
    yield url
    drop_database(url)
    with setup_connection() as server:
        for role in database.ROLES:
            name = sql.Identifier(database.role_name(url, role))
            server.execute(sql.SQL("drop role if exists {}").format(name))


def with_user(url: str, user: str, password: str) -> str:
    parts = urlsplit(url)
    where = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{where}"))


def test_a_role_can_have_a_password_of_its_own(own_url: str) -> None:
    given = {
        role: with_user(own_url, f"test_given_{role}", f"own-{role}") for role in ("app", "owner")
    }
    database.prepare(own_url, "hemmelig", given=given)
    database.prepare(own_url, "hemmelig", given=given)
    for url in (*given.values(), database.role_url(own_url, "report", "hemmelig")):
        with psycopg.connect(url) as inside:
            row = inside.execute("select current_user::text").fetchone()
            assert row == (urlsplit(url).username,)
    # Whoever knows SECRET_KEY, as web does, knows no password that was given.
    for role in given:
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(database.role_url(own_url, role, "hemmelig"))


@pytest.mark.parametrize(
    ("user", "password", "name"),
    [
        ("postgres", "x", "test_given"),
        ("test_given_owner", "x", "test_given"),
        ("test_given_app", "", "test_given"),
        ("test_given_app", "x", "another"),
    ],
)
def test_a_url_that_does_not_fit_is_refused_before_anything_happens(
    own_url: str, user: str, password: str, name: str
) -> None:
    wrong = database.with_database(with_user(own_url, user, password), name)
    with pytest.raises(database.WrongUrl, match="test_given_app"):
        database.prepare(own_url, "hemmelig", given={"app": wrong})
    with setup_connection() as server:
        made = server.execute("select 1 from pg_roles where rolname like 'test\\_given\\_%'")
        assert made.fetchone() is None


# ---- beat's health check -------------------------------------------------------------------------


@pytest.mark.django_db
def test_beat_is_well_while_a_worker_does_what_it_asks_for(capsys: Any) -> None:
    words = command_words(SERVICES["beat"]["healthcheck"]["test"])
    assert words[:2] == ["python", "manage.py"]
    with pytest.raises(SystemExit, match="1"):
        call_command(*words[2:])
    Heartbeat.objects.create(name="worker", at=clock.now())
    call_command(*words[2:])
    Heartbeat.objects.update(at=clock.now() - dt.timedelta(minutes=3))
    with pytest.raises(SystemExit, match="1"):
        call_command(*words[2:])
    said = [json.loads(line)["worker"] for line in capsys.readouterr().out.splitlines()]
    assert said[:2] == ["never seen", "ok"]
    assert said[2].startswith("last seen 1")


def command_words(test: list[str]) -> list[str]:
    """A health check without the word that says how it is run."""
    assert test[0] == "CMD"
    return test[1:]
