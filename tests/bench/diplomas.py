"""100 diplomas as one document, and one document each."""

from collections.abc import Iterator
from time import process_time

from tests.roegfri.letters import every

NAMES = ("Nancy Ann", "Ib", "Mehmet", "Kirsten", "Åse", "Bo", "Łukasz", "Anne Marie Kirstine")
COUNT = 100


def lines() -> Iterator[str]:
    """One row; the fonts are read before."""
    names = [NAMES[number % len(NAMES)] for number in range(COUNT)]
    every.diplomas(names[:2])
    together = _spent([names])
    apart = _spent([[name] for name in names])
    yield "| pdf | ours | beside it | ratio |"
    yield "| --- | --- | --- | --- |"
    yield (
        f"| {COUNT} diplomas, one document | {together:.0f} ms CPU | one document each: "
        f"{apart:.0f} ms | **{apart / together:.1f} x** |"
    )


def _spent(documents: list[list[str]]) -> float:
    began = process_time()
    for names in documents:
        every.diplomas(names)
    return (process_time() - began) * 1000
