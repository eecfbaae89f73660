"""Calendars by a secret link: what is read by it, and the pages on which it is made and ended."""

import datetime as dt
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from courses.commands import feeds as commands
from courses.exports import ical
from courses.forms.calendar import END, MAKE, RENEW, FeedAct
from courses.models import Course, Feed
from courses.queries import feeds as queries
from courses.queries.course import hosted_course
from roegfri import clock
from roegfri.accounts import limits
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.actor import Actor, acting, hosting, system
from roegfri.public.pages import public
from roegfri.public.strangers import address_mark, whole_address
from roegfri.refusal import Refusal, Words
from roegfri.ui.screens import show, submitted

# A calendar asks once in a quarter of an hour at most; a few telephones share a link.
WINDOW = dt.timedelta(hours=1)
READINGS, GUESSES = 120, 60
_SAID: dict[str, Words] = {
    MAKE: _("Linket er lavet."),
    RENEW: _("Der er et nyt link. Det gamle virker ikke mere."),
    END: _("Linket virker ikke mere."),
}


@public
def calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar that the secret opens, to whoever has it: no cookie, nobody's name.

    What opens nothing is 404, and guessing is counted by address: each hour so many.
    """
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(("GET", "HEAD"))
    at = clock.now()
    with acting(system("courses.feed")) as reader:
        try:
            feed = queries.feed_of(reader, secret)
        except Http404:
            if wait := _counted(f"calendar-guess:{address_mark(request, at)}", GUESSES, at):
                return wait
            raise
    if wait := _counted(f"calendar:{feed.pk}", READINGS, at):
        return wait
    with acting(_reader(feed)) as reader:
        found = queries.events(reader, feed, at=at)
    return ical.calendar(found, name=_now("Kalender"), at=at)


def _reader(feed: Feed) -> Actor:
    """A course is read in the scope of its host; a counsellor is at several municipalities'
    meetings."""
    reader = system("courses.feed")
    return hosting(reader, feed.course.host_id) if feed.course else reader


def _counted(key: str, limit: int, at: dt.datetime) -> HttpResponse | None:
    """None while there are not too many; then the answer to a program: when it may come again."""
    if limits.take(key, limit=limit, window=WINDOW, at=at):
        return None
    seconds = str(limits.wait(key, window=WINDOW, at=at))
    return HttpResponse(status=HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": seconds})


@screen(Right.COURSES_RUN)
def my_calendar(request: SignedIn) -> HttpResponse:
    """The link to one's own calendar: made, exchanged, ended."""
    return _link_page(request, None, queries.own_feed(request.actor))


@screen(Right.COURSES_RUN)
def course_calendar(request: SignedIn, pk: UUID) -> HttpResponse:
    """The same for a course of one's own municipality."""
    course = hosted_course(request.actor, pk)
    return _link_page(request, course, queries.course_feed(request.actor, course))


def _link_page(request: SignedIn, course: Course | None, feed: Feed | None) -> HttpResponse:
    form = FeedAct(request.POST or None)

    def act(act: str, link: UUID | None) -> None:
        _done(request, course, feed, act, link)

    if submitted(request, form, act):
        messages.success(request, str(_SAID[form.cleaned_data["act"]]))
        return redirect(request.path)
    address = _address(request, feed) if feed else ""
    context = {
        "form": form,
        "course": course,
        "feed": feed,
        "address": address,
        "subscribe": address.replace("https://", "webcal://").replace("http://", "webcal://"),
    }
    return show(request, "courses/my_calendar.html", context)


def _done(
    request: SignedIn, course: Course | None, feed: Feed | None, act: str, link: UUID | None
) -> None:
    """What the button says. Pressed twice it does it once: what it was about is done already."""
    who = {"by": request.actor, "at": clock.now()}
    if act == MAKE:
        commands.make_feed(course, **who)  # type: ignore[arg-type]
    elif feed is not None and feed.pk == link:
        (commands.renew_feed if act == RENEW else commands.end_feed)(feed, **who)  # type: ignore[arg-type]
    elif feed is not None and act == END:
        raise Refusal(_("Linket er skiftet, siden siden blev vist. Det nye står nedenfor."))


def _address(request: SignedIn, feed: Feed) -> str:
    return whole_address(request, reverse("courses:calendar", kwargs={"secret": feed.secret}))
