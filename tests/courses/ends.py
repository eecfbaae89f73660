"""A course that is over: who came when, and how the end of it is read."""

from typing import Any

from django.db import transaction

from courses.models import Attendance, Course, Enrolment, Meeting
from courses.queries.ended import Ended, Endings
from courses.queries.endings import ending_of, endings
from courses.states import Mark, MeetingState
from roegfri.actor import Actor, acting
from tests import make
from tests.courses.world import AT, WEEK, towns

CAME, AFBUD, AWAY = Mark.ATTENDED, Mark.CANCELLED, Mark.ABSENT


class World:
    """A course of `a`'s with so many weekly meetings, the first a week from now."""

    def __init__(self, *, meetings: int = 6, **given: Any) -> None:
        self.towns = towns()
        self.by = self.towns.a
        self.course = make.course(self.by, meetings=meetings, first=AT + WEEK, **given)
        self.at = AT + (meetings + 1) * WEEK

    def came(self, enrolment: Enrolment, *marks: Mark, co: int | None = None) -> None:
        """To the first meetings of the course; `co` is measured at the last of them."""
        with acting(make.SYSTEM), transaction.atomic():
            hers = self.meetings()[: len(marks)]
            for meeting, mark in zip(hers, marks, strict=True):
                self.mark(enrolment, meeting, mark, co if meeting == hers[-1] else None)

    def meetings(self) -> list[Meeting]:
        """Of the course itself, in their order."""
        with acting(make.SYSTEM), transaction.atomic():
            held = self.course.all_meetings.exclude(state=MeetingState.CANCELLED)
            return list(held.filter(appointment=False).order_by("starts_at"))

    def mark(
        self, enrolment: Enrolment, meeting: Meeting, mark: Mark, co: int | None = None
    ) -> None:
        with acting(make.SYSTEM), transaction.atomic():
            Attendance.objects.create(
                enrolment=enrolment, meeting=meeting, mark=mark, co=co, at=AT,
                by_id=self.by.person,
            )  # fmt: skip

    def read(self, by: Actor | None = None) -> Endings:
        with acting(by or self.by), transaction.atomic():
            return endings(by or self.by, Course.objects.get(pk=self.course.pk), at=self.at)

    def one(self, enrolment: Enrolment, by: Actor | None = None) -> Ended:
        with acting(by or self.by), transaction.atomic():
            hers = Enrolment.objects.select_related("course").get(pk=enrolment.pk)
            return ending_of(by or self.by, hers, at=self.at)
