"""Find et hold over the 2,000 courses of match.py: the public list, beside a loop over models."""

import datetime as dt
from collections.abc import Iterator

from django.db import transaction
from django.template import Context, Template
from django.test import Client, override_settings

from courses.models import Course, Meeting
from courses.queries.found import NEAR_KM
from courses.queries.places import place
from courses.states import CourseState, MeetingState
from courses.views.find.listing import SIZE
from roegfri import clock
from roegfri.actor import Actor, Kind, acting
from roegfri.public.languages import DANISH
from tests.bench import measure, people
from tests.bench.rows import getter

HEAD = ("public page", "CPU ms (app + db)", "queries", "beside it", "ratio")
_PUBLIC = Actor(Kind.PUBLIC, "tilmeld")
_HOME = "2650"
_NEAREST = f"/find-hold/?postnr={_HOME}"
_PAGES = {
    "by municipality: 154 courses, 30 shown": "/find-hold/?kommune=167",
    "evenings, page 10": "/find-hold/?tid=ev&side=10",
    "the choice of a place": "/find-hold/",
}
# As a list is usually written.
_TEMPLATE = """<ul>{% for course, meeting, km in rows %}<li><h3><a href="/{{ course.pk }}/">
{{ course.name }}</a></h3>
<p>{{ meeting.starts_at|date:"l j. F H.i" }}-{{ meeting.ends_at|time:"H.i" }}</p>
<p>{{ course.room.venue.name }}, {{ course.room.venue.town }} · {{ km|floatformat:0 }} km</p>
<p>{{ course.host.name }} · {{ course.get_kind_display }} · {{ course.language }} ·
{{ course.get_target_display }}</p></li>{% endfor %}</ul>"""
_rows: list[tuple[str, ...]] = []


def add() -> None:
    """Measures with the courses that are there; whoever asks has no account."""
    anybody = Client(SERVER_NAME="127.0.0.1")
    with override_settings(ROOT_URLCONF="tests.bench.urls"):
        hello = measure.cost(getter(people.browser(), "/hej/"))
        ours = measure.cost(getter(anybody, _NEAREST), seconds=2)
        peer = measure.cost(_peer, seconds=2)
        beside = f"the loop: {peer.total:.0f} ms ({peer.app:.0f} + {peer.database:.0f})"
        ratio = f"**{peer.total / ours.total:.1f} x**"
        _rows.append((*_cost("the nearest 30 of 2,000 by postcode", ours), beside, ratio))
        of_hello = f"hello, signed in: {hello.total:.1f} ms"
        _rows.append(("the same", "", "", of_hello, f"{ours.total / hello.total:.0f} x hello"))
        for what, address in _PAGES.items():
            cost = measure.cost(getter(anybody, address), seconds=2)
            _rows.append((*_cost(what, cost), of_hello, f"{cost.total / hello.total:.0f} x hello"))


def lines() -> Iterator[str]:
    """A table in Markdown."""
    yield "| " + " | ".join(HEAD) + " |"
    yield "|" + " --- |" * len(HEAD)
    for row in _rows:
        yield "| " + " | ".join(row) + " |"


def _cost(what: str, cost: measure.Cost) -> tuple[str, str, str]:
    return (
        what,
        f"{cost.total:.1f} ({cost.app:.1f} + {cost.database:.1f})",
        str(cost.queries),
    )


def _peer() -> str:
    """The same list without a request, in a loop over model instances with what hangs on them."""
    at = clock.now()
    with acting(_PUBLIC), transaction.atomic():
        courses = (
            Course.objects.filter(state=CourseState.PUBLISHED, listed=True)
            .select_related("host", "room__venue")
            .prefetch_related("all_meetings")
        )
        found = [(_km(one), _next(one, at), one) for one in courses]
        near = [
            (km, meeting.starts_at, str(one.pk), one, meeting)
            for km, meeting, one in found
            if meeting and km <= NEAR_KM
        ]
        shown = [(one, meeting, km) for km, _at, _pk, one, meeting in sorted(near)[:SIZE]]
        return Template(_TEMPLATE).render(Context({"rows": shown, "words": DANISH.words}))


def _next(course: Course, at: dt.datetime) -> Meeting | None:
    coming = [
        one
        for one in course.all_meetings.all()
        if one.state == MeetingState.PLANNED and not one.appointment and one.starts_at > at
    ]
    return min(coming, key=lambda one: one.starts_at, default=None)


def _km(course: Course) -> float:
    here = place(_PUBLIC, _HOME)
    there = place(_PUBLIC, course.room.venue.postcode) if course.room else None
    return here.km_to(there) if here and there else float("inf")
