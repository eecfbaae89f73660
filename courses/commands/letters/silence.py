"""Somebody is told that a letter has not arrived; and of those that nobody has answered."""

import datetime as dt

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from courses import policies
from courses.commands.books import handler_of
from courses.commands.tasks import drop_tasks, make_task
from courses.models import DischargeLetter
from courses.queries.letters import is_silent
from courses.states import LetterState, TaskKind
from roegfri import clock
from roegfri.actor import Actor, acting, hosting


@transaction.atomic
def note_silence(letter: DischargeLetter, *, by: Actor, at: dt.datetime) -> None:
    """Tells of a letter that was refused, or whose receipt has not come in time. Nothing, when one
    has come meanwhile."""
    rows = policies.letters_visible_to(by).select_related("enrolment__course__agreement")
    row = rows.select_for_update(of=("self",), no_key=True).get(pk=letter.pk)
    silent = row.state == LetterState.WRITTEN and is_silent(by, row, at)
    if silent or row.state == LetterState.REFUSED:
        tell_of_letter(row, trouble_words(row), by=by, at=at)


def trouble_words(letter: DischargeLetter) -> str:
    """What is wrong with a letter that did not arrive; in Danish, since it is stored."""
    with translation.override("da"):
        if letter.state == LetterState.REFUSED:
            return _("Lægens system afviste brevet: %(why)s") % {"why": letter.trouble}
        return _("Ingen kvittering fra lægens system. Ring og spørg, om brevet er kommet.")


def tell_of_letter(letter: DischargeLetter, words: str, *, by: Actor, at: dt.datetime) -> None:
    """A task for whoever handles the case by now, in the place of what it was told before. Part of
    a command; where the case was given on and may not be seen, the sweep tells (tasks.py)."""
    seen = policies.enrolments_visible_to(by).select_related("course__host")
    enrolment = seen.filter(pk=letter.enrolment_id).first()
    if enrolment is None:
        return
    handler = handler_of(enrolment) or letter.organisation_id
    with acting(hosting(by, handler)):
        drop_tasks(kind=TaskKind.LETTER_FAILED, enrolment=enrolment, at=at)
        make_task(
            TaskKind.LETTER_FAILED,
            organisation_id=handler,
            course=enrolment.course,
            enrolment=enrolment,
            due_at=_next_workday(at),
            at=at,
            note=words,
        )


def _next_workday(at: dt.datetime) -> dt.datetime:
    """The end of it: what arrives in the afternoon is done tomorrow."""
    return clock.end_of_day(clock.add_workdays(clock.danish_date(at), 1))
