"""Processes that end when the trial ends, even by kill -9."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1


def end_with_parent(sig: signal.Signals) -> Callable[[], None]:
    """For Popen's preexec_fn: Linux sends `sig` to the child the moment its parent is gone.

    Popen changes the user before it calls this, which is right: changing it would clear the wish.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def wish() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(sig), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return wish


def end_with_make() -> None:
    """The trial itself ends when the make that runs it is killed."""
    if os.environ.get("MAKELEVEL"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)


def start(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path,
    log: Path | None = None,
    stop_by: signal.Signals = signal.SIGTERM,
    **more: Any,
) -> "subprocess.Popen[bytes]":
    """Starts a long-running child in a session of its own (Ctrl-C reaches only the trial)."""
    out = log.open("ab") if log else None
    try:
        return subprocess.Popen(
            [str(part) for part in command],
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT if out else None,
            start_new_session=True,
            preexec_fn=end_with_parent(stop_by),  # noqa: PLW1509  (one thread here)
            **more,
        )
    finally:
        if out:
            out.close()


def run(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    quiet: bool = False,
) -> int:
    """Runs a command to its end and returns its exit code."""
    return subprocess.run(
        [str(part) for part in command],
        env=dict(env) if env is not None else None,
        cwd=cwd,
        check=False,
        stdout=subprocess.DEVNULL if quiet else None,
        preexec_fn=end_with_parent(signal.SIGTERM),
    ).returncode


def must(command: Sequence[str | Path], what: str, **more: Any) -> None:
    """Runs a command; when it fails, says in a line what failed and ends the trial."""
    code = run(command, **more)
    if code:
        shown = " ".join(str(part) for part in command)
        sys.exit(f"{what} failed (exit code {code}): {shown}")


def stop(children: Sequence["subprocess.Popen[bytes]"], patience: float = 20) -> None:
    """Asks each to stop, the last started first; after `patience` seconds it is made to."""
    for child in reversed(children):
        if child.poll() is None:
            child.terminate()
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
