"""What is over: courses that somebody has to end, and participants whose doctor is to be told.

Asked by what happens by itself, under a system scope.
"""

import datetime as dt

from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from courses import policies
from courses.models import Attendance, Course, DischargeLetter, Enrolment, Meeting, Task
from courses.states import (
    CourseKind,
    CourseState,
    EnrolmentState,
    LetterState,
    Mark,
    MeetingState,
    TaskKind,
)
from referrals.models import Consent
from referrals.states import ConsentKind
from roegfri.actor import Actor

# Whose course ended longer ago is not asked about by itself: a person may still write.
_ASKED_FOR = dt.timedelta(days=60)


def to_finish(viewer: Actor, *, at: dt.datetime) -> list[Course]:
    """Open courses that have met for the last time. Kom & Kvit goes on: it ends for each alone."""
    ahead = Meeting.objects.filter(
        course=OuterRef("pk"), state=MeetingState.PLANNED, ends_at__gt=at
    )
    open_ones = policies.courses_visible_to(viewer).filter(
        ~Exists(ahead), state=CourseState.PUBLISHED, last_at__lte=at
    )
    rows = open_ones.exclude(kind=CourseKind.OPEN).select_related("host", "agreement")
    return list(rows.order_by("pk"))


def asked_to_finish(viewer: Actor) -> QuerySet[Task]:
    """The open tasks to end a course."""
    return policies.tasks_visible_to(viewer).filter(kind=TaskKind.FINISH, done_at=None)


def to_write_to(viewer: Actor, *, at: dt.datetime) -> QuerySet[Enrolment]:
    """Who has taken part in a course that is over for her, agrees that her doctor is told, and no
    letter is written yet; with `handler`, who has her case."""
    noted = Consent.objects.filter(kind=ConsentKind.DISCHARGE, withdrawn_at=None)
    # On whichever row that is her.
    agrees = noted.annotate(root=Coalesce("citizen__merged_into", "citizen")).filter(
        root=Coalesce(OuterRef("citizen__merged_into"), OuterRef("citizen"))
    )
    came = Attendance.objects.filter(enrolment=OuterRef("pk"), mark=Mark.ATTENDED)
    letters = DischargeLetter.objects.filter(enrolment=OuterRef("pk"))
    return (
        policies.enrolments_visible_to(viewer)
        .filter(
            Exists(agrees),
            Exists(came),
            ~Exists(letters.exclude(state=LetterState.STOPPED)),
            state=EnrolmentState.ENDED,
            left_at__gt=at - _ASKED_FOR,
        )
        .annotate(handler=F("referral__handler"))
    )


def asked_for_letters(viewer: Actor) -> QuerySet[Task]:
    """The open tasks to write a letter."""
    return policies.tasks_visible_to(viewer).filter(kind=TaskKind.LETTER, done_at=None)
