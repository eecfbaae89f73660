"""The meetings of a course that anybody may find, for the calendar of whoever comes."""

import datetime as dt
from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext as _

from courses.exports import ical
from courses.queries.feeds import listed_events
from roegfri import clock
from roegfri.accounts import limits
from roegfri.actor import current
from roegfri.public.pages import public
from roegfri.public.strangers import address_mark

# A whole office behind one address, each with a telephone that asks every hour.
WINDOW, READINGS = dt.timedelta(minutes=10), 300


@public
def calendar(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The calendar of a course that is listed; 404 once it is not. Nothing in it tells what it is
    about, and robots are asked to leave it alone."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(("GET", "HEAD"))
    at = clock.now()
    key = f"public-calendar:{address_mark(request, at)}"
    if not limits.take(key, limit=READINGS, window=WINDOW, at=at):
        seconds = str(limits.wait(key, window=WINDOW, at=at))
        return HttpResponse(status=HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": seconds})
    found = listed_events(current(), pk, at=at)
    answer = ical.calendar(found, name=_("Kalender"), at=at)
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
