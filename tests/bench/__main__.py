"""python -m tests.bench [--scales 10k,100k,1m] [--courses]: fills, measures, prints tables."""

import argparse
import logging
import sys
import time

import django


def main() -> int:
    """Prints Markdown, which docs/benchmarks.md can take as it is."""
    words = argparse.ArgumentParser(prog="make bench", description=__doc__)
    words.add_argument("--scales", default="10k,100k", help="referrals in the database")
    words.add_argument("--courses", action="store_true", help="nothing but courses and meetings")
    given = words.parse_args()
    scales = sorted(_number(word) for word in given.scales.split(","))
    django.setup()
    logging.disable(logging.CRITICAL)
    from tests.bench import diplomas, find, match, search, table, world

    began = time.perf_counter()
    world.make()
    if given.courses:
        table.add_courses()
        match.add()
        find.add()
        print("\n".join([*table.pages(), "", *match.lines(), "", *find.lines()]))  # noqa: T201
        return 0
    for scale in scales:
        world.grow(scale)
        _say(f"{scale:,} referrals after {time.perf_counter() - began:.0f} s")
        table.add_lists(scale)
        search.add(scale)
    table.add_the_rest()
    match.add()
    find.add()
    tables = (table.lines(), search.lines(), match.lines(), find.lines(), diplomas.lines())
    print("\n\n".join("\n".join(one) for one in tables))  # noqa: T201
    return 0


def _number(word: str) -> int:
    return int(word.lower().replace("k", "000").replace("m", "000000"))


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
