"""Hold: the courses as a list, and their meetings as a week, a month and a week across borders."""

import datetime as dt
from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from courses.exports import sheets
from courses.forms.calendar import WEEKDAYS, CalendarFilter, CourseFilter, GridFilter
from courses.queries import around
from courses.queries import calendar as meetings
from courses.queries import grid as weeks
from courses.queries import listed as queries
from courses.rules.spread import Place
from referrals.commands.extracts import extract_list
from referrals.states import DAY_PARTS
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.refusal import Words
from roegfri.ui.lists import Page, Shown, Sort, listing_of
from roegfri.ui.screens import show

NO_ROWS: Page[queries.ListedCourse] = Page([], "", "")
LIST = "courses"  # what it is called in the log
# How many meetings of one day are shown; whoever wants the others opens the week.
MOST_IN_A_WEEK, MOST_IN_A_MONTH = 40, 4
_WEEK = dt.timedelta(days=7)


@screen(Right.COURSES_READ)
def index(request: SignedIn) -> HttpResponse:
    """The courses of one's own municipality that are not over, or whichever are asked for."""
    at = clock.now()
    viewer = request.actor
    form = CourseFilter(
        request.GET,
        viewer=viewer,
        hosts=around.hosts(viewer),
        languages=around.languages(viewer),
    )
    filters = form.narrowed()

    def pages(sort: Sort, after: str) -> Page[queries.ListedCourse]:
        return queries.listed_page(viewer, filters, sort, after, at=at) if filters else NO_ROWS

    found = listing_of(request, pages, form=form, sorts=queries.SORTS)
    if kind := request.GET.get("hent"):
        return _file(request, filters, found, kind)
    context = {
        "list": found,
        "at": at,
        "may_plan": viewer.may(Right.COURSES_PLAN),
        "tabs": _tabs("list", {"kommune": request.GET.get("kommune", "")}),
    }
    return show(request, "courses/list.html", context, part="courses/_list_rows.html")


def _file(
    request: SignedIn,
    filters: queries.ListedFilters | None,
    found: Shown[queries.ListedCourse],
    kind: str,
) -> HttpResponse:
    """The rows of all pages as a file; how many they were stands in the log."""
    at = clock.now()
    every = queries.listed_every(request.actor, filters, found.sort, at=at) if filters else ()
    rows = list(every)
    sheet = sheets.courses(rows, kind, on=clock.danish_date(at))
    extract_list(LIST, kind=kind, rows=len(rows), by=request.actor, at=at)
    return sheet


@dataclass(frozen=True, slots=True)
class Around:
    """The ways from some days to those before and after them, and to the day that is today."""

    previous: str
    following: str
    today: str
    is_now: bool


@screen(Right.COURSES_READ)
def week(request: SignedIn) -> HttpResponse:
    """Monday to Sunday, meeting by meeting."""
    form, asked = _asked(request)
    monday = asked - dt.timedelta(days=asked.isoweekday() - 1)
    sunday = monday + dt.timedelta(days=6)
    days = meetings.calendar(request.actor, monday, sunday, form.narrowed(), most=MOST_IN_A_WEEK)
    context = {
        "form": form,
        "days": days,
        "monday": monday,
        "sunday": sunday,
        "number": monday.isocalendar().week,
        **_surroundings(request, "week", asked, (monday, sunday), monday - _WEEK),
        "empty": not any(day.entries for day in days),
    }
    return show(request, "courses/week.html", context)


@screen(Right.COURSES_READ)
def month(request: SignedIn) -> HttpResponse:
    """A month in whole weeks, the first few meetings of each day."""
    form, asked = _asked(request)
    first = asked.replace(day=1)
    last = clock.add_months(first, 1) - dt.timedelta(days=1)
    monday = first - dt.timedelta(days=first.isoweekday() - 1)
    sunday = last + dt.timedelta(days=7 - last.isoweekday())
    days = meetings.calendar(request.actor, monday, sunday, form.narrowed(), most=MOST_IN_A_MONTH)
    context = {
        "form": form,
        "days": days,
        "first": first,
        "weekdays": WEEKDAYS,
        "kept": urlencode(_kept(request)),
        **_surroundings(request, "month", asked, (first, last), clock.add_months(first, -1)),
        "empty": not any(day.entries for day in days if day.on.month == first.month),
    }
    return show(request, "courses/month.html", context)


@screen(Right.COURSES_READ)
def grid(request: SignedIn) -> HttpResponse:
    """Where in the week there are seats in the whole agreement, and where there is nothing."""
    form = GridFilter(request.GET, languages=around.languages(request.actor))
    found = weeks.grid(request.actor, form.narrowed(), at=clock.now())
    heads = [WEEKDAYS[day - 1] for day in found.weekdays]
    context = {
        "form": form,
        "grid": found,
        "heads": heads,
        "rows": [
            (DAY_PARTS[part], HOURS[part], list(zip(heads, cells, strict=True)))
            for part, cells in found.rows
        ],
        "gaps": [_in_words(place) for place in found.gaps],
        "full": [_in_words(place) for place in found.full],
    }
    return show(request, "courses/grid.html", context)


# part of the day -> when it is
HOURS: dict[str, Words] = {
    "am": _("før kl. 12"),
    "pm": _("kl. 12-17"),
    "ev": _("fra kl. 17"),
}


def _in_words(place: Place) -> str:
    """ "tirsdag formiddag"."""
    weekday, part = place
    return f"{WEEKDAYS[weekday - 1]} {DAY_PARTS[part]}".lower()


def _asked(request: SignedIn) -> tuple[CalendarFilter, dt.date]:
    """Whose meetings are asked for, and on which day."""
    form = CalendarFilter(request.GET, viewer=request.actor, hosts=around.hosts(request.actor))
    return form, form.day(clock.today())


def _surroundings(
    request: SignedIn, shape: str, asked: dt.date, shown: tuple[dt.date, dt.date], before: dt.date
) -> dict[str, object]:
    """What a week and a month have around them; `before` is where the ones before them begin."""
    today, (first, last) = clock.today(), shown
    after = last + dt.timedelta(days=1)
    return {
        "today": today,
        "around": _around(request, before, after, is_now=first <= today <= last),
        "tabs": _tabs(shape, {**_kept(request), "dag": asked.isoformat()}),
    }


def _kept(request: SignedIn) -> dict[str, str]:
    """What stays as one goes from one page of the calendar to another."""
    return {name: found for name in ("kommune", "mine") if (found := request.GET.get(name))}


def _around(request: SignedIn, before: dt.date, after: dt.date, *, is_now: bool) -> Around:
    def there(**day: str) -> str:
        query = urlencode({**_kept(request), **day})
        return f"{request.path}?{query}" if query else request.path

    return Around(
        there(dag=before.isoformat()), there(dag=after.isoformat()), there(), is_now=is_now
    )


def _tabs(current: str, query: dict[str, str]) -> list[tuple[Words, str, bool]]:
    """The same courses in other shapes: words, address, whether one is there."""
    asked = urlencode({name: value for name, value in query.items() if value})
    places = {"list": _("Liste"), "week": _("Uge"), "month": _("Måned")}
    return [
        (words, reverse(f"courses:{name}") + (f"?{asked}" if asked else ""), name == current)
        for name, words in places.items()
    ]
