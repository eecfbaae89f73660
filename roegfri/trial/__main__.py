"""The trial's command line."""

import sys
from collections.abc import Callable, Sequence

from roegfri.trial import children, demo, steps, work

COMMANDS: dict[str, tuple[bool, Callable[[Sequence[str]], int]]] = {
    "demo": (False, lambda _words: demo.run()),
    "manage": (False, demo.manage),
    "test": (True, work.test),
    "check": (True, work.check),
    "bench": (True, work.bench),
    "run": (True, work.run),
}


def main() -> int:
    """Sets up the environment the command needs, then runs it inside."""
    name, *words = sys.argv[1:] or [""]
    if name not in COMMANDS:
        print("usage: python3 -m roegfri.trial " + "|".join(COMMANDS))  # noqa: T201
        return 2
    children.end_with_make()
    tests, command = COMMANDS[name]
    steps.environment(tests=tests)
    return command(words[1:] if words[:1] == ["--"] else words)


sys.exit(main())
