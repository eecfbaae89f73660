"""Meetings as iCalendar (RFC 5545), with nothing in it that tells what they are about.

Whoever looks over a counsellor's shoulder sees when she is busy and where: no participant, no
course's name, no word about smoking. Times are instants in UTC, which every calendar shows in local
time on both sides of a change of the clocks.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator

from django.http import HttpResponse
from django.utils.translation import gettext as _

from courses.queries.feeds import Event
from courses.rules.neutral import is_telling
from courses.states import MeetingForm

CONTENT_TYPE = "text/calendar; charset=utf-8"
LONGEST = 75  # octets of a line, without its end (RFC 5545, 3.1)
_NEW_LINE = "\r\n"
_MADE_BY = "-//Kommunal kalender//DA"
# How often a calendar asks again; the two spellings are RFC 7986's and everybody's.
_EVERY = "PT1H"
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
# Nothing but text and tabs may stand in a line (3.1, CONTROL).
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")


def calendar(events: Iterable[Event], *, name: str, at: dt.datetime) -> HttpResponse:
    """The answer to whoever subscribes; `at` is when it is made."""
    return HttpResponse(
        written(events, name=name, at=at),
        content_type=CONTENT_TYPE,
        headers={"Content-Disposition": 'inline; filename="kalender.ics"'},
    )


def written(events: Iterable[Event], *, name: str, at: dt.datetime) -> bytes:
    """The whole calendar."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{_MADE_BY}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{text(name)}",
        f"X-WR-CALNAME:{text(name)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{_EVERY}",
        f"X-PUBLISHED-TTL:{_EVERY}",
        *(line for event in events for line in _event(event, at)),
        "END:VCALENDAR",
    ]
    return b"".join(folded(line) for line in lines)


def folded(line: str) -> bytes:
    """A line as it is sent: broken before the 76th octet, never inside a letter; with its end."""
    pieces, piece = [], b""
    for letter in line:
        octets = letter.encode()
        if len(piece) + len(octets) > LONGEST:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece]) + _NEW_LINE.encode()


def text(value: str) -> str:
    """A value of type TEXT (3.3.11)."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", lines).translate(_ESCAPED)


def instant(moment: dt.datetime) -> str:
    """A DATE-TIME in UTC (3.3.5, form 2)."""
    return moment.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")


def _event(event: Event, at: dt.datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.id}"
    yield f"DTSTAMP:{instant(at)}"
    yield f"DTSTART:{instant(event.starts_at)}"
    yield f"DTEND:{instant(event.ends_at)}"
    yield f"SEQUENCE:{event.revision}"
    yield f"STATUS:{'CANCELLED' if event.is_cancelled else 'CONFIRMED'}"
    yield f"TRANSP:{'TRANSPARENT' if event.is_cancelled else 'OPAQUE'}"
    yield "CLASS:PRIVATE"
    yield f"SUMMARY:{text(title(event))}"
    if where := location(event):
        yield f"LOCATION:{text(where)}"
    yield "END:VEVENT"


def title(event: Event) -> str:
    """«Mødegang 3 af 6 · Sundhedshuset»: which meeting, and where."""
    what = _what(event)
    if event.is_cancelled:
        what = _("Aflyst: %(what)s") % {"what": what}
    return f"{what} · {_place(event)}"


def location(event: Event) -> str:
    """Where it is, as a map finds it; empty on the telephone, and where the place would tell."""
    if event.form != MeetingForm.IN_PERSON:
        return ""
    town = f"{event.postcode} {event.town}".strip()
    parts = (event.place, event.room, event.street, town)
    return ", ".join(part for part in parts if part and not is_telling(part))


def _what(event: Event) -> str:
    if event.appointment:
        return _("Aftale")
    if event.intake:
        return _("Indledende samtale")
    if not event.counts:
        return _("Mødegang")
    return _("Mødegang %(number)s af %(meetings)s") % {
        "number": event.number,
        "meetings": event.meetings,
    }


def _place(event: Event) -> str:
    """The venue; on the telephone that; else, or where its name would tell, the municipality."""
    if event.form != MeetingForm.IN_PERSON:
        return str(MeetingForm(event.form).label)
    if event.place and not is_telling(event.place):
        return event.place
    return event.host_name
