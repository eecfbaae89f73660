"""One line of a citizen's timeline, and its markup."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from django.utils import formats, translation
from django.utils.safestring import SafeString

from roegfri import clock

# Many lines are written at once: each is escaped by hand, which costs a third of format_html.
_safe = SafeString
_NOTHING = _safe("")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `kind` chooses its icon and colour, `group` what it is filtered by.

    `about` is a quiet word beside the title; `undone` says when and by whom it was taken back, and
    then it counts for nothing.
    """

    at: dt.datetime
    kind: str
    group: str
    title: str
    who: str = ""
    text: str = ""
    about: str = ""
    undone: str = ""

    @property
    def when(self) -> str:
        """ "25. nov 9.30", with its year when that is another than this."""
        local = self.at.astimezone(clock.COPENHAGEN)
        words = _day(local.date(), clock.today().year, translation.get_language())
        return f"{words} {local.hour}.{local.minute:02d}"

    @property
    def look(self) -> str:
        """The class of its line."""
        return f"{self.kind} timeline-undone" if self.undone else self.kind

    @property
    def by(self) -> SafeString:
        """Who did it."""
        return _safe(f'<span class="quiet">{escape(self.who)}</span>') if self.who else _NOTHING

    @property
    def aside(self) -> SafeString:
        """What stands beside the title."""
        if not (self.about or self.undone):
            return _NOTHING
        words = " · ".join(filter(None, (self.about, self.undone)))
        return _safe(f' <span class="quiet">{escape(words)}</span>')

    @property
    def words(self) -> SafeString:
        """What was written."""
        if not self.text:
            return _NOTHING
        return _safe(f'<div class="timeline-text" dir="auto">{escape(self.text.strip())}</div>')


@lru_cache(maxsize=4096)
def _day(day: dt.date, this_year: int, _language: str) -> str:
    return formats.date_format(day, "j. b" if day.year == this_year else "j. b Y")
