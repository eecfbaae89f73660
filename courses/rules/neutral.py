"""What may stand on a telephone's screen without telling what it is about."""

import re

# Stems, ø and æ also as they are spelt without; "Brøgger" and "kvittering" do not tell.
_TELLING = re.compile(
    r"\b(?:ryge|rygning|røg|roeg|rog(?:fri|stop)|kvit(?!ter)|stopbas|tobak|nikotin|cigar|cerut|snus"
    r"|smok|afvæn|afvaen)|rygestop|røgfri|roegfri|rygfri",
    re.IGNORECASE,
)


def is_telling(text: str) -> bool:
    """Whether a name or an address tells that it is about smoking; rather once too often."""
    return bool(_TELLING.search(text))
