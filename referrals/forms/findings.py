"""What the form of a new referral remembers of the text: values found, and times of mails."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from roegfri import clock


def found_in(data: Mapping[str, Any]) -> dict[str, str]:
    """What the form says was found in its text; the browser may say anything."""
    try:
        found = json.loads(data.get("found") or "{}")
    except (ValueError, RecursionError):
        return {}
    pairs = found.items() if isinstance(found, dict) else ()
    return {name: value for name, value in pairs if isinstance(value, str)}


def moments(text: str) -> list[dt.datetime]:
    """Instants in ISO form, not in the future; anything else is left out."""
    found = []
    for part in text.split(",")[:2]:
        try:
            at = dt.datetime.fromisoformat(part)
        except ValueError:
            continue
        if at.tzinfo and at <= clock.now():
            found.append(at)
    return found
