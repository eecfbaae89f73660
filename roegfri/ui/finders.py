"""Static files out of npm packages: the few that pages use, straight from where npm put them."""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage

# prefix under static/ -> (folder in node_modules, the files that are used)
USED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "dkfds": (
        "dkfds/dist",
        (
            "fonts/IBMPlexSans/complete/*",
            "img/*",
            "js/dkfds.min.js*",
        ),
    ),
    "htmx": ("htmx.org/dist", ("htmx.min.js*",)),
}


class NodePackageFinder(BaseFinder):
    """Collecting whole packages would take a minute; what is used takes a moment."""

    def __init__(self, *_args: Any, **_kwargs: Any) -> None:
        self.places = {}
        for prefix, (folder, patterns) in USED.items():
            storage = FileSystemStorage(location=str(settings.NODE_MODULES / folder))
            storage.prefix = prefix  # type: ignore[attr-defined]
            self.places[prefix] = (storage, patterns)

    def check(self, **_kwargs: Any) -> list[Any]:
        """Nothing to configure, nothing to check."""
        return []

    def find(self, path: str, find_all: bool = False, **_kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """The file behind a static path; only what is used is there."""
        prefix, _, rest = path.partition("/")
        storage, patterns = self.places.get(prefix, (None, ()))
        if storage is None or not any(fnmatch(rest, p) for p in patterns):
            return []
        found = [storage.path(rest)] if storage.exists(rest) else []
        return found if find_all else next(iter(found), [])

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        """All used files, with their storage."""
        for storage, patterns in self.places.values():
            root = Path(storage.location)
            for file in sorted(root.rglob("*")):
                path = file.relative_to(root).as_posix()
                wanted = any(fnmatch(path, pattern) for pattern in patterns)
                if wanted and file.is_file() and not matches_patterns(path, ignore_patterns or []):
                    yield path, storage
