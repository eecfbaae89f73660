"""Kom & Kvit: who stays away, and until when she still takes part."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial

from django.db.models import Max, Q, QuerySet

from courses import policies
from courses.models import Course, Enrolment
from courses.rules.rolling import stays_until, warned_from
from courses.states import CourseKind, CourseState, EnrolmentState, Mark
from roegfri import clock
from roegfri.actor import Actor
from roegfri.organisations import lookup
from roegfri.organisations.models import Agreement
from roegfri.organisations.terms import MissingTerm

# How long before it her counsellors see that somebody is about to end.
_WARNED = 7
_CAME = Q(attendances__mark=Mark.ATTENDED)


@dataclass(frozen=True, slots=True)
class Away:
    """A participant who stays away: the Danish day she was last there (or was enrolled), and the
    last day on which she takes part."""

    enrolment: Enrolment
    since: dt.date
    until: dt.date

    @property
    def name(self) -> str:
        """Hers, as one may see it."""
        return self.enrolment.citizen.name


def long_absent(viewer: Actor, *, only: Enrolment | None = None, at: dt.datetime) -> list[Away]:
    """Who has stayed away longer than the agreement lets her, of all one may see; `only`: whether
    this one has."""
    today = clock.danish_date(at)
    rows = _open_to(viewer)
    if only is not None:
        rows = rows.filter(pk=only.pk)
    return [one for one in _away(rows, today) if one.until < today]


def about_to_end(viewer: Actor, course: Course, *, at: dt.datetime) -> Sequence[Away]:
    """Who of a course is about to end, the first one first; nobody, where it is no Kom & Kvit."""
    if course.kind != CourseKind.OPEN:
        return []
    today = clock.danish_date(at)
    found = _away(_open_to(viewer).filter(course=course), today)
    soon = (one for one in found if warned_from(one.until, days=_WARNED) <= today)
    return sorted(soon, key=lambda one: one.until)


def _open_to(viewer: Actor) -> QuerySet[Enrolment]:
    return policies.enrolments_visible_to(viewer).filter(
        state=EnrolmentState.ENROLLED,
        enrolled_at__isnull=False,
        course__kind=CourseKind.OPEN,
        course__state=CourseState.PUBLISHED,
    )


def _away(rows: QuerySet[Enrolment], today: dt.date) -> Iterator[Away]:
    """One statement, and one for each agreement; where it says no number of months, nobody ends by
    herself."""
    came = Max("attendances__meeting__starts_at", filter=_CAME)
    months = cache(partial(_months, on=today))
    with_last = rows.select_related("course__agreement", "citizen").annotate(last_at=came)
    for row in with_last.order_by("pk"):
        # Who was promoted or taken back has her time anew.
        began = clock.danish_date(row.state_since)
        last = clock.danish_date(row.last_at) if row.last_at else began
        since = max(began, last)
        quit_planned = bool(row.planned_quit_on or row.actual_quit_on)
        count = months(row.course.agreement)
        until = count and stays_until(since, began, quit_planned=quit_planned, months=count)
        if until:
            yield Away(row, since, until)


def _months(agreement: Agreement, *, on: dt.date) -> int:
    """0: it says none."""
    try:
        return lookup.terms(agreement, on).number("open_ends_after_months")
    except MissingTerm:
        return 0
