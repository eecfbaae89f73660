"""How a course stands: whether there is a seat, and what is missing when there is not."""

import datetime as dt

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from courses import policies
from courses.models import Course, Enrolment, Meeting
from courses.rules.seats import Lack, Standing, Why, lack
from courses.states import CourseKind, CourseState, EnrolmentState, MeetingState
from roegfri import clock
from roegfri.actor import Actor
from roegfri.organisations import lookup
from roegfri.refusal import Words

# What keeps somebody in the waiting list.
WHY_WORDS: dict[Why, Words] = {
    Why.CANCELLED: _("Forløbet er aflyst"),
    Why.OVER: _("Forløbet tager ikke flere ind"),
    Why.FULL: _("Alle pladser er taget"),
    Why.COUNSELLOR: _("Der mangler en rådgiver mere på mødegangene"),
    Why.OTHERS: _("Andre har ventet længere"),
    Why.NEXT: _("Der er en plads, som kan gives nu"),
}


def standing(viewer: Actor, course: Course, at: dt.datetime) -> Standing:
    """Seats and counsellors of a course; no secret to anybody who sees the course."""
    counsellors = _counsellors(course, at)
    next_at = counsellors[0][0] if counsellors else None
    terms = lookup.terms(course.agreement, clock.danish_date(next_at)) if next_at else None
    return Standing(
        kind=course.kind,
        capacity=course.capacity,
        taken=course.seats_taken,
        waiting=course.waiting,
        fewest=min(count for _starts_at, count in counsellors) if counsellors else None,
        two_from=terms.courses.two_counsellors_from if terms else None,
        next_at=next_at,
        is_open=takes_participants(viewer, course, at),
    )


def missing(viewer: Actor, course: Course, at: dt.datetime) -> Lack | None:
    """What one more participant cannot be given; None: there is a seat."""
    return lack(standing(viewer, course, at))


def takes_participants(viewer: Actor, course: Course, at: dt.datetime) -> bool:
    """Whether it is published and something of it is still to come.

    An individual course is met by appointments, which are made later; Kom & Kvit takes people at
    any time, whatever meetings are planned by now.
    """
    over = course.last_at is not None and course.last_at <= at
    return course.state == CourseState.PUBLISHED and (not over or course.kind != CourseKind.GROUP)


def with_a_line(viewer: Actor) -> list[Course]:
    """The courses that somebody waits for, of all one may see."""
    open_to_all = policies.courses_visible_to(viewer).filter(state=CourseState.PUBLISHED)
    return list(open_to_all.filter(waiting__gt=0).select_related("host").order_by("pk"))


def line(viewer: Actor, course: Course) -> QuerySet[Enrolment]:
    """Who waits for a seat and whom one may see, the first in front."""
    waiting = policies.enrolments_visible_to(viewer).filter(
        course=course, state=EnrolmentState.WAITING
    )
    return waiting.order_by("waiting_since", "pk")


def _counsellors(course: Course, at: dt.datetime) -> list[tuple[dt.datetime, int]]:
    """When each coming meeting begins, and how many counsellors are there; in order."""
    coming = Meeting.objects.filter(
        course=course, appointment=False, state=MeetingState.PLANNED, starts_at__gt=at
    )
    counted = coming.annotate(counsellors=Count("staff", filter=Q(staff__live=True)))
    return list(counted.order_by("starts_at").values_list("starts_at", "counsellors"))
