"""When a mail was sent, and when somebody was born."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence

from referrals.intake.pasted.parts import Part
from roegfri import clock

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan",
            "feb",
            "mar",
            "apr",
            "maj may",
            "jun",
            "jul",
            "aug",
            "sep",
            "okt oct",
            "nov",
            "dec",
        ),
        start=1,
    )
    for name in names.split()
}
_WORDY = r"(?P<d1>\d{1,2})\.?\s?(?P<m1>[a-zæøå]{3,9})\.?,?\s(?P<y1>\d{4})"
_AMERICAN = r"(?P<m2>[a-z]{3,9})\.?\s(?P<d2>\d{1,2}),?\s(?P<y2>\d{4})"
_FIGURES = r"(?P<d3>\d{1,2})\s?[-./]\s?(?P<m3>\d{1,2})\s?[-./ ]\s?(?P<y3>\d{4}|\d\d)(?!\d)"
_ISO = r"(?P<y4>\d{4})-(?P<m4>\d\d)-(?P<d4>\d\d)(?!\d)"
_DAY = re.compile(
    rf"(?<!\d)(?:{_ISO}|{_WORDY}|{_FIGURES})|(?<![a-z]){_AMERICAN}", re.IGNORECASE | re.ASCII
)
_WORDY_DANISH = re.compile(rf"(?<!\d){_WORDY}", re.IGNORECASE)
_TIME = re.compile(
    r"(?<!\d)(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?:[:.]\d\d)?(?!\d)\s?(?P<half>[ap]\.?m\b)?"
    r"\s?(?P<zone>[+-]\d{4}|Z\b|GMT\b)?",
    re.IGNORECASE | re.ASCII,
)
_BORN = re.compile(
    r"(?:\bfødt(?:\sd(?:en)?\.?)?|\bfødselsdato|\bfødselsdag|\bfødselsår|\bf\.(?:\s?d\.)?|\bdob)\s?[:.]?\s?"
    r"(?:den\s)?(?P<day>[^\n]{4,24})",
    re.IGNORECASE,
)
_SIX = re.compile(r"(\d\d)(\d\d)(\d\d)(?![\d-])", re.ASCII)
_YOUNGEST, _OLDEST = 10, 105


def sent(mails: Sequence[Part]) -> Iterator[dt.datetime]:
    """The times that the mails' heads name; a day without a time of day is none."""
    for mail in mails:
        at = moment(mail.head.get("sent", "")[:120])
        if at:
            yield at


def moment(written: str) -> dt.datetime | None:
    """The instant in "20. november 2026 10:12" and its relatives; Danish time unless it says."""
    match = _DAY.search(written) or _WORDY_DANISH.search(written)
    time = _TIME.search(written, match.end()) if match else None
    if not match or not time:
        return None
    day = _day(match, american=bool(time["half"]))
    hour = int(time["hour"])
    if time["half"]:
        hour = hour % 12 + (12 if time["half"].lower().startswith("p") else 0)
    try:
        clock_time = dt.time(hour, int(time["minute"]))
    except ValueError:
        return None
    if not day:
        return None
    if time["zone"]:
        return dt.datetime.combine(day, clock_time, tzinfo=_zone(time["zone"])).astimezone(dt.UTC)
    return clock.danish_time(day, clock_time)


def birth_date(text: str, *, on: dt.date) -> dt.date | None:
    """The date behind "født" and its relatives; not in the future, and never guessed.

    A year of two figures counts only where one century makes the person 10 to 105 years old.
    """
    for match in _BORN.finditer(text):
        found = _born(match["day"], on)
        if found:
            return found
    return None


def _born(written: str, on: dt.date) -> dt.date | None:
    six = _SIX.match(written)
    match = _DAY.match(written) or _WORDY_DANISH.match(written)
    if six:
        day, month, year = (int(part) for part in six.groups())
    elif match:
        day, month, year = _figures(match)
    else:
        return None
    years = [year] if year > 99 else [1900 + year, 2000 + year]
    possible = [born for one in years if (born := _date(one, month, day)) and born <= on]
    if year <= 99:
        possible = [born for born in possible if _YOUNGEST <= clock.age_on(born, on) <= _OLDEST]
    return possible[0] if len(possible) == 1 and possible[0].year >= 1900 else None


def _figures(match: re.Match[str]) -> tuple[int, int, int]:
    """Day, month and year as they are written; a month that is none is 0."""
    given = {key[0]: value for key, value in match.groupdict().items() if value}
    month = int(given["m"]) if given["m"].isdecimal() else _MONTHS.get(given["m"].lower()[:3], 0)
    return int(given["d"]), month, int(given["y"])


def _day(match: re.Match[str], *, american: bool) -> dt.date | None:
    day, month, year = _figures(match)
    if american and match.groupdict().get("d3"):
        day, month = month, day
    return _date(year if year > 99 else 2000 + year, month, day)


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _zone(written: str) -> dt.tzinfo:
    if written[0] not in "+-":
        return dt.UTC
    minutes = int(written[1:3]) * 60 + int(written[3:5])
    if minutes >= 24 * 60:
        return clock.COPENHAGEN
    return dt.timezone(dt.timedelta(minutes=minutes if written[0] == "+" else -minutes))
