"""Sweeping workers that are killed, each a process of its own; started by test_folder_killed.py.

Each line it reads, as JSON, is one sweep by one process: the folder, a kind of step and its number,
at which that process kills itself by SIGKILL (0: never), and whether it is the weak variant. It
answers with the process's exit code. Loaded once and forked, because loading is what takes long.
"""

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import django

LATER = 15  # seconds: every file is whole by then
FILES_AT_ONCE = 4


def main() -> None:
    django.setup()
    import_module("referrals.intake.folder")
    for line in sys.stdin:
        root, kind, number, weak = json.loads(line)
        if not (worker := os.fork()):
            _work(Path(root), kind, number, weak=weak)
        status = os.waitpid(worker, 0)[1]
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


def _work(root: Path, kind: str, number: int, *, weak: bool) -> None:
    import datetime as dt

    from referrals.intake import folder
    from roegfri import clock
    from roegfri.actor import acting, system

    folder.sweeping.SET_FILES = FILES_AT_ONCE
    _step_by_step(kind, number)
    if weak:
        _remove_before_it_is_kept()
    with acting(system("referrals.sweep")) as by:
        folder.sweep(root, by=by, now=lambda: clock.now() + dt.timedelta(seconds=LATER))
    os._exit(0)


def _step_by_step(kind: str, number: int) -> None:
    """Counts what touches the disk or the database, and ends at one of them."""
    from django.db import connection
    from django.db.backends.base.base import BaseDatabaseWrapper as wrapper  # noqa: N813

    taken: Counter[str] = Counter()

    def step(name: str) -> None:
        taken.update([name, "any"])
        if taken[kind] == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def both(*some: Any, **more: Any) -> Any:
            step(name)
            answer = act(*some, **more)
            step(name + "-done")
            return answer

        return both

    for name in ("rename", "unlink", "fsync"):
        setattr(os, name, counted(name, getattr(os, name)))
    setattr(wrapper, "_commit", counted("commit", getattr(wrapper, "_commit")))  # noqa: B009, B010
    connection.execute_wrappers.append(
        lambda execute, *statement: counted("statement", execute)(*statement)
    )


def _remove_before_it_is_kept() -> None:
    """As one would write it who thinks of no crash."""
    from referrals.intake.folder import files

    def removed(folder: int, file: files.File) -> None:
        files.remove(folder, file.name)

    files.set_aside = removed


if __name__ == "__main__":
    main()
