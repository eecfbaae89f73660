"""What courses do by themselves."""

from typing import Any

from celery import shared_task
from django.db import transaction

from courses.commands import ending, letters, rolling
from courses.commands.waiting import look_at_line
from courses.queries.absent import long_absent
from courses.queries.letters import letters_in_trouble
from courses.queries.standing import with_a_line
from roegfri import clock
from roegfri.actor import acting, system


@shared_task(name="courses.ask_for_contacts")
def ask_for_contacts(**_: Any) -> None:
    """Who begins soon and has not been talked with is put on «I dag»."""
    with acting(system("courses.ask_for_contacts")) as by:
        rolling.ask_for_contacts(by=by, at=clock.now())


@shared_task(name="courses.end_long_absent")
def end_long_absent(**_: Any) -> None:
    """Who has stayed away from Kom & Kvit for long, and plans no quit date, takes part no more. One
    transaction for each, so that no course is locked for the sake of another."""
    with acting(system("courses.end_long_absent")) as by:
        at = clock.now()
        with transaction.atomic():
            found = long_absent(by, at=at)
        for away in found:
            rolling.end_absence(away.enrolment, by=by, at=at)


@shared_task(name="courses.look_at_lines")
def look_at_lines(**_: Any) -> None:
    """Who waits gets the seat that nobody gave up, but that time has made free. One transaction for
    each course, so that no line is locked for the sake of another."""
    with acting(system("courses.look_at_lines")) as by:
        for course in with_a_line(by):
            look_at_line(course, by=by, at=clock.now())


@shared_task(name="courses.ask_to_finish")
def ask_to_finish(**_: Any) -> None:
    """A course that has met for the last time is on its host's «I dag» until it is ended."""
    with acting(system("courses.ask_to_finish")) as by:
        ending.ask_to_finish(by=by, at=clock.now())


@shared_task(name="courses.ask_for_letters")
def ask_for_letters(**_: Any) -> None:
    """Whoever has the case is asked for the letter that a citizen has agreed to. Often: who ends a
    course goes on to its letters."""
    with acting(system("courses.ask_for_letters")) as by:
        ending.ask_for_letters(by=by, at=clock.now())


@shared_task(name="courses.tell_of_letters")
def tell_of_letters(**_: Any) -> None:
    """Of a letter that the doctor's system refused, or did not answer in time, its sender is told
    on «I dag». One transaction for each."""
    with acting(system("courses.tell_of_letters")) as by:
        at = clock.now()
        with transaction.atomic():
            found = letters_in_trouble(by, at=at)
        for letter in found:
            letters.note_silence(letter, by=by, at=at)
