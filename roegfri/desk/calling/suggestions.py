"""Forløb, der passer: the courses for one citizen, by what is ticked or known of her."""

import datetime as dt
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from courses.models import Course
from courses.queries.enrolled import On, on_now
from courses.queries.matches import Match, Matches, Wishes, ranked
from courses.queries.wished import Wished, wished
from courses.rules.matching import Asked
from courses.rules.seats import Lack
from courses.states import CourseKind
from referrals import forms, queries
from referrals.queries.calling import Case
from referrals.states import TIMES, Known
from roegfri.actor import Actor
from roegfri.desk.forms.suggestions import Narrowing

FEW, MANY = 5, 40
_PREGNANT = {Known.YES.value: True, Known.NO.value: False}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A course, the address that enrols her, and whether there is a seat; `chosen`: she has asked
    for it herself."""

    match: Match
    url: str
    chosen: bool

    @property
    def has_seat(self) -> bool:
        """Otherwise she can wait."""
        return self.match.lacks is None

    @property
    def lacks_counsellor(self) -> bool:
        """There is a seat, but one counsellor too few."""
        return self.match.lacks is Lack.COUNSELLOR


@dataclass(frozen=True, slots=True)
class Full:
    """The course that was just tried, and what it lacks."""

    course: Course
    lacks: Lack
    url: str

    @property
    def lacks_counsellor(self) -> bool:
        """There is a seat, but one counsellor too few."""
        return self.lacks is Lack.COUNSELLOR


def panel(
    viewer: Actor,
    case: Case,
    form: forms.Call,
    *,
    data: QueryDict | None,
    at: dt.datetime,
    enrols: str = "desk:enrol_from_call",
) -> dict[str, Any]:
    """What suits by what stands in the call's form at this moment, or is known already.

    `data` narrows it; `enrols` is the view that "Tilmeld" is sent to.
    """
    citizen, narrowing = case.citizen, Narrowing(data, viewer=viewer)
    asked = Asked(
        times=_among(TIMES, form["times"].value()),
        kinds=_among(CourseKind.values, form["wishes"].value()),
        language=citizen.language,
        interpreter=citizen.interpreter,
        born=citizen.birth_date or _born(form),
        pregnant=_PREGNANT.get(str(form["pregnant"].value())),
    )
    on = on_now(viewer, queries.persons_of(viewer, citizen), at)
    wish = wished(viewer, case.referral, at=at)
    chosen = wish.course.pk if wish and wish.course else None
    found = _found(viewer, case, asked, narrowing, at, on=on, chosen=chosen)
    return {
        "suggestions": [
            Suggestion(one, reverse(enrols, args=[case.referral.pk, one.id]), one.id == chosen)
            for one in found.best
        ],
        "on_courses": on,
        "wish": None if wish is None else _wish(wish, found, on),
        "more": 0 if narrowing.every else found.number - len(found.best),
        "number": found.number,
        "narrowing": narrowing,
        "interpreter": citizen.interpreter,
        "spoken": citizen.language,
    }


def full(course: Course, lacks: Lack, referral: UUID, enrols: str) -> dict[str, Any]:
    """What is offered where the seat was gone when it was asked for."""
    return {"full": Full(course, lacks, reverse(enrols, args=[referral, course.pk]))}


def tried_in_call(course: Course, lacks: Lack | None, referral: UUID) -> dict[str, Any]:
    """The same in a call; `enrols_at` is where the form is sent to once more, when it was refused
    for another reason."""
    again = {"enrols_at": reverse("desk:enrol_from_call", args=[referral, course.pk])}
    return {**again, **(full(course, lacks, referral, "desk:enrol_from_call") if lacks else {})}


@dataclass(frozen=True, slots=True)
class Wish:
    """The course she chose on the public pages; `why` it is not among those that are shown, empty
    where it stands first."""

    course: Course | None
    name: str
    why: str


def _wish(wish: Wished, found: Matches, on: Sequence[On]) -> Wish:
    pk = wish.course.pk if wish.course else None
    why = ""
    if any(one.course_id == pk for one in on):
        why = _("Det er borgeren på nu.")
    elif wish.closed:
        why = wish.closed
    elif all(one.id != pk for one in found.best):
        why = _("Det passer ikke med afgrænsningen.")
    return Wish(wish.course, wish.name, why)


def _found(
    viewer: Actor,
    case: Case,
    asked: Asked,
    narrowing: Narrowing,
    at: dt.datetime,
    *,
    on: Sequence[On],
    chosen: UUID | None,
) -> Matches:
    citizen = case.citizen
    wishes = Wishes(
        agreement_id=case.referral.agreement_id,
        at=at,
        asked=asked,
        # How far it is would tell where she lives.
        postcode="" if citizen.address_protected else citizen.postcode,
        narrow=narrowing.narrow,
        besides=frozenset(one.course_id for one in on),
        chosen=chosen,
    )
    return ranked(viewer, wishes, limit=MANY if narrowing.every else FEW)


def _among(known: Iterable[str], sent: Sequence[str] | None) -> frozenset[str]:
    return frozenset(known) & frozenset(map(str, sent or ()))


def _born(form: forms.Call) -> dt.date | None:
    """The birth date that is written in the call; what is none is asked for when it is saved."""
    field = form["birth_date"]
    with suppress(ValidationError):
        born: dt.date | None = field.field.clean(field.value())
        return born
    return None
