"""The operators' log says what happened, to which request, and nothing about anybody."""

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from roegfri.ui import logs

SECRET = "251248-9996"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.configure({"level": "INFO"})
    yield stream
    monkeypatch.undo()
    logs.configure({"level": "WARNING"})


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_field_that_is_not_on_the_list_is_left_out(written: io.StringIO) -> None:
    structlog.get_logger("roegfri.test").info("saved", route="x:y", cpr=SECRET, body=SECRET)
    (line,) = lines(written)
    assert line["event"] == "saved"
    assert line["route"] == "x:y"
    assert SECRET not in written.getvalue()
    assert set(line) <= set(logs.FIELDS)


def test_an_exception_tells_its_type_and_our_lines_and_no_words(written: io.StringIO) -> None:
    try:
        int(f"no such number {SECRET}")
    except ValueError:
        structlog.get_logger("roegfri.test").exception("failed")
        logging.getLogger("django.request").exception(
            "Internal Server Error: %s", f"/borger/{SECRET}/"
        )
    ours, django = lines(written)
    for line in (ours, django):
        assert line["fault"] == "builtins.ValueError"
        assert "tests/roegfri/ui/test_logs.py:" in str(line["frames"])
    assert django["event"] == "Internal Server Error: %s"
    assert SECRET not in written.getvalue()


def test_a_library_may_fill_in_what_it_likes(written: io.StringIO) -> None:
    log = logging.getLogger("some.library")
    log.warning("could not parse %s", SECRET)
    log.warning(f"could not parse {SECRET}")  # noqa: G004  (what libraries do)
    log.warning({"cpr": SECRET})
    assert [line["event"] for line in lines(written)] == [
        "could not parse %s",
        "some.library",
        "some.library",
    ]
    assert SECRET not in written.getvalue()


def test_a_task_is_named_without_its_arguments_or_its_fault(written: io.StringIO) -> None:
    data = {"name": "outbox.send", "id": "7f", "args": SECRET, "exc": SECRET, "traceback": SECRET}
    logging.getLogger("celery.app.trace").error(
        "Task %(name)s[%(id)s] raised unexpected: %(exc)s", data, extra={"data": data}
    )
    (line,) = lines(written)
    assert (line["task"], line["task_id"]) == ("outbox.send", "7f")
    assert SECRET not in written.getvalue()


def test_what_celery_says_of_itself_is_readable(written: io.StringIO) -> None:
    logging.getLogger("celery.worker.consumer.connection").info("Connected to %s", "redis://x//")
    assert lines(written)[0]["event"] == "Connected to redis://x//"


def test_djangos_own_line_for_a_request_is_not_written(written: io.StringIO) -> None:
    logging.getLogger("django.server").info('"GET /?cpr=%s"', SECRET)
    logging.getLogger("django.request").warning("Not Found: %s", "/x/")
    assert written.getvalue() == ""
