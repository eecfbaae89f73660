"""Calendars by a secret link: the link, and the meetings that whoever has it may read."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import Http404

from courses import policies
from courses.models import Course, Feed, Meeting
from courses.queries.found import course_found
from courses.queries.numbered import NUMBER
from courses.states import CourseKind, MeetingState
from roegfri import clock
from roegfri.accounts.models import Grant
from roegfri.accounts.roles import STAFF, Right
from roegfri.actor import Actor

# How long what has been stays in a counsellor's calendar.
KEPT = dt.timedelta(days=90)
# More than anybody holds; a calendar is no place for a list without end.
MOST = 2000


@dataclass(frozen=True, slots=True)
class Event:
    """A meeting as it stands in a calendar: when and where, and not what it is about nor with whom.

    `number` is 0 for an appointment and for a meeting that is cancelled.
    """

    id: UUID
    starts_at: dt.datetime
    ends_at: dt.datetime
    revision: int
    state: str
    appointment: bool
    intake: bool
    form: str
    kind: str
    number: int
    meetings: int
    host_name: str
    place: str
    room: str
    street: str
    postcode: str
    town: str

    @property
    def is_cancelled(self) -> bool:
        """It does not take place."""
        return self.state == MeetingState.CANCELLED

    @property
    def counts(self) -> bool:
        """Whether it is one of so many: a rolling course has no last meeting."""
        return self.number > 0 and self.kind != CourseKind.OPEN


def own_feed(viewer: Actor) -> Feed | None:
    """The link to one's own calendar, where there is one."""
    if viewer.user_id is None:
        return None
    return Feed.objects.filter(user=viewer.user_id, ended_at=None).first()


def course_feed(viewer: Actor, course: Course) -> Feed | None:
    """The link to the calendar of a course that one's own municipality holds."""
    if not viewer.may(Right.COURSES_RUN):
        return None
    hosted = policies.courses_hosted_by(viewer).filter(pk=course.pk)
    return Feed.objects.filter(course__in=hosted, ended_at=None).first()


def feed_of(viewer: Actor, secret: str) -> Feed:
    """The calendar a secret opens; `viewer` is the scope that feeds are read under.

    Raises Http404 when it opens none: never made, ended, or of somebody who works here no longer.
    """
    if not viewer.is_system or not secret.isascii():
        raise Http404
    found = (
        Feed.objects.select_related("user", "course").filter(secret=secret, ended_at=None).first()
    )
    if found is None or (found.user_id and not _works_here(found)):
        raise Http404
    return found


def events(viewer: Actor, feed: Feed, *, at: dt.datetime) -> list[Event]:
    """What stands in it: of a course its meetings, of a counsellor the meetings and appointments
    she is at, those of the last three months among them. One statement."""
    rows = policies.meetings_in(viewer, feed)
    if feed.user_id:
        rows = rows.filter(ends_at__gte=at - KEPT)
    return [Event(*one) for one in _described(rows)[:MOST]]


def listed_events(viewer: Actor, pk: UUID, *, at: dt.datetime) -> list[Event]:
    """The meetings of a course that anybody may find, those cancelled or held among them. Raises
    Http404 when it is not to be found."""
    course_found(viewer, pk, at=at)
    rows = policies.meetings_listed(viewer).filter(course=pk)
    return [Event(*one) for one in _described(rows)[:MOST]]


def _works_here(feed: Feed) -> bool:
    """Whoever has left keeps a telephone, and its calendar is to be empty."""
    assert feed.user is not None  # noqa: S101  (asked about those of a person alone)
    grants = Grant.objects.valid_on(clock.today()).filter(user=feed.user_id, role__in=STAFF)
    return feed.user.is_active and grants.exists()


def _described(rows: QuerySet[Meeting]) -> QuerySet[Meeting, tuple[Any, ...]]:
    """In the order of Event's fields."""
    where = {
        name: Coalesce(F(f"room__{path}"), Value(""))
        for name, path in {
            "place": "venue__name",
            "room_name": "name",
            "street": "venue__street",
            "postcode": "venue__postcode",
            "town": "venue__town",
        }.items()
    }
    told = {
        "number": NUMBER,
        "of": F("course__meetings"),
        "host_name": F("course__host__name"),
        **where,
    }
    own = ("id", "starts_at", "ends_at", "revision", "state", "appointment", "intake", "form")
    described = rows.annotate(kind=F("course__kind"), **told).order_by("starts_at", "id")
    return described.values_list(*own, "kind", *told)
