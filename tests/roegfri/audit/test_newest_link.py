"""The chain's newest link leaves the database's reach: into the operators' log, at each sealing."""

import io
import json
import logging
import sys

import pytest
from django.db import transaction

from roegfri import clock
from roegfri.actor import acting, system
from roegfri.audit import tasks
from roegfri.audit.commands import record
from roegfri.audit.verify import verify
from roegfri.ui import logs


@pytest.mark.django_db(transaction=True)
def test_the_newest_link_is_written_though_celery_was_told_to_be_quiet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.configure({"level": "INFO"})
    logging.getLogger().setLevel("WARNING")  # what `celery worker -l WARNING` does
    try:
        with acting(system("test")) as by, transaction.atomic():
            record("test.done", "test", by=by, at=clock.now())
        tasks.seal()
    finally:
        monkeypatch.undo()
        logs.configure({"level": "WARNING"})
    line = json.loads(stream.getvalue())
    with acting(system("test")):
        found = verify(line["head"])
        elsewhere = verify(line["head"][:-1] + ("0" if line["head"][-1] != "0" else "1"))
    assert line["event"] == "audit.sealed"
    assert (line["head"], line["count"]) == (found.head, found.sealed)
    assert found.whole
    assert not elsewhere.whole
