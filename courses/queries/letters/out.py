"""Letters that are to leave, and those that nobody has answered."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef

from courses import policies
from courses.models import DischargeLetter, Task
from courses.states import LetterState, TaskKind
from roegfri import clock
from roegfri.actor import Actor
from roegfri.organisations import lookup
from roegfri.organisations.terms import MissingTerm


def waiting_letters(viewer: Actor, organisations: Collection[UUID]) -> dict[UUID, int]:
    """How many of each of these wait to be written, for those that have any."""
    rows = policies.letters_visible_to(viewer).filter(
        state=LetterState.WAITING, organisation__in=organisations
    )
    return dict(rows.order_by().values_list("organisation").annotate(number=Count("pk")))


def letters_in_trouble(viewer: Actor, *, at: dt.datetime) -> list[DischargeLetter]:
    """Those that were refused, or not answered in time, and about which nobody was told since."""
    told = Task.objects.filter(kind=TaskKind.LETTER_FAILED, enrolment=OuterRef("enrolment"))
    since = told.filter(made_at__gte=OuterRef("state_since"))
    rows = policies.letters_visible_to(viewer).filter(
        ~Exists(since), state__in=[LetterState.REFUSED, LetterState.WRITTEN], corrected_by=None
    )
    found = rows.select_related(
        "organisation", "enrolment__course__agreement", "enrolment__citizen", "referral"
    )
    return [
        one
        for one in found.defer("body").order_by(F("written_at"), "pk")
        if one.state == LetterState.REFUSED or is_silent(viewer, one, at)
    ]


def is_silent(viewer: Actor, letter: DischargeLetter, at: dt.datetime) -> bool:
    """Whether its receipt should have come by now, by the days of the agreement (the term
    letter_answer_days); never, where that says nothing."""
    if letter.written_at is None:
        return False
    written_on = clock.danish_date(letter.written_at)
    try:
        days = lookup.terms(letter.enrolment.course.agreement, written_on).number(
            "letter_answer_days"
        )
    except MissingTerm:
        return False
    return at >= clock.end_of_day(written_on + dt.timedelta(days=days))
