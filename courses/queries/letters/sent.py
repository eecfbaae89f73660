"""Letters that were sent, or wait to be."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404

from courses import policies
from courses.models import DischargeLetter, Enrolment
from courses.queries.letters.reading import counting_row, newest_numbers, persons_of_all
from courses.states import LetterState
from referrals.policies import referrals_visible_to
from roegfri.actor import Actor
from roegfri.persons import names

# What can be corrected: it is out of the house.
GONE = (LetterState.WRITTEN, LetterState.RECEIVED, LetterState.REFUSED)


def letters_of(viewer: Actor, enrolment: Enrolment) -> list[DischargeLetter]:
    """All letters about a participant that one may see, the newest first."""
    rows = policies.letters_visible_to(viewer).filter(enrolment=enrolment).defer("body")
    return list(rows.select_related("organisation", "made_by").order_by("-made_at", "-pk"))


def letters_about(viewer: Actor, persons: Collection[UUID]) -> list[DischargeLetter]:
    """The letters about one citizen, by all rows that are her, with their courses."""
    rows = policies.letters_visible_to(viewer).filter(enrolment__citizen__in=persons)
    with_course = rows.select_related("enrolment__course", "organisation", "made_by")
    return list(with_course.defer("body").order_by("-made_at", "-pk"))


def letter(viewer: Actor, pk: UUID) -> DischargeLetter:
    """One letter of one's own, or of a case one has taken over. Raises Http404."""
    rows = policies.letters_visible_to(viewer).select_related(
        "organisation", "made_by", "consent", "result_consent", "practice__as_practice"
    )
    return get_object_or_404(rows, pk=pk)


def whose_letter(viewer: Actor, found: DischargeLetter) -> Enrolment | None:
    """Whom it is about; None when one sees her no more."""
    rows = policies.enrolments_visible_to(viewer).select_related("citizen__merged_into", "course")
    return rows.filter(pk=found.enrolment_id).first()


@dataclass(frozen=True, slots=True)
class AsSent:
    """A letter as her doctor reads it. `number` is as Danes write it; "" where she has none, and
    then it is her birth date by which he finds her."""

    letter: DischargeLetter
    name: str
    number: str
    born: dt.date | None
    referred_at: dt.datetime | None
    receiver_address: str

    @property
    def paragraphs(self) -> Sequence[str]:
        """Its text, as it is set."""
        return [one for one in self.letter.text.split("\n\n") if one.strip()]


def as_sent(viewer: Actor, found: DischargeLetter) -> AsSent:
    """One that the viewer was given to see. Raises Http404 where one sees her no more."""
    enrolment = whose_letter(viewer, found)
    if enrolment is None:
        raise Http404
    citizen = counting_row(enrolment)
    numbers = newest_numbers(persons_of_all(viewer, [enrolment]))
    number = numbers.get(citizen.pk)
    case = referrals_visible_to(viewer).filter(pk=found.referral_id)
    practice = getattr(found.practice, "as_practice", None)
    return AsSent(
        letter=found,
        name=names.full(citizen.given_names, citizen.surname),
        number=f"{number.value[:6]}-{number.value[6:]}" if number else "",
        born=citizen.birth_date,
        referred_at=case.values_list("received_at", flat=True).first(),
        receiver_address=practice.address if practice else "",
    )
