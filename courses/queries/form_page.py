"""All that the page of STOPbasen's form shows of one participant."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from courses.models import Enrolment, FormLink
from courses.queries.agreed import Agreement, agreements, may_agree_alone, own_consent_age
from courses.queries.baseline import Filled, baseline, form_of, known_answers
from courses.queries.form_links import last_link
from courses.queries.participant import Participant, participant_to_change
from courses.rules.stopbase import Answers, Completeness, Form, completeness
from courses.states import FormKind
from referrals.states import ConsentKind
from roegfri import clock
from roegfri.actor import Actor
from roegfri.public.languages import DANISH, Language


@dataclass(frozen=True, slots=True)
class Sheet:
    """`filled` is what has been written, if anything; `known` what the house knows besides.

    `told`: there is a CPR number that STOPbasen may be told. `other` is the form one can take
    instead. `link` is the newest link, whatever became of it.
    """

    found: Participant
    form: Form
    filled: Filled | None
    known: Answers
    agreements: Sequence[Agreement]
    told: bool
    link: FormLink | None

    @property
    def answers(self) -> Answers:
        """What has been written."""
        return self.filled.answers if self.filled else {}

    @property
    def replaced(self) -> Answers:
        """What a counsellor had written where the citizen answered otherwise."""
        return self.filled.replaced if self.filled else {}

    @property
    def completeness(self) -> Completeness:
        """What is missing of what has been written."""
        return completeness(self.form, self.answers)

    @property
    def agrees(self) -> bool:
        """Whether she agrees to STOPbasen."""
        return any(one.kind is ConsentKind.STOPBASE for one in self.agreements)

    @property
    def asks_number(self) -> bool:
        """Whether her number is asked for: she agrees, and nobody here was told it."""
        return self.agrees and not self.told

    @property
    def other(self) -> FormKind:
        """The other form."""
        return FormKind.BASIS if self.form.kind == FormKind.YOUTH else FormKind.YOUTH

    def link_is_open(self, at: dt.datetime) -> bool:
        """Whether she can still open it."""
        one = self.link
        return bool(one and not one.used_at and not one.ended_at and one.expires_at > at)


def form_sheet(
    viewer: Actor, pk: UUID, *, kind: FormKind | None = None, language: Language = DANISH
) -> Sheet:
    """The form of a participant one may change. Raises Http404."""
    found = participant_to_change(viewer, pk)
    enrolment = found.enrolment
    filled = baseline(viewer, enrolment, language, kind=kind)
    form = filled.form if filled else form_of(viewer, enrolment, None, kind=kind, language=language)
    return Sheet(
        found=found,
        form=form,
        filled=filled,
        known=known_answers(viewer, enrolment, form),
        agreements=agreements(viewer, enrolment),
        told=number_is_told(viewer, enrolment),
        link=last_link(viewer, enrolment),
    )


@dataclass(frozen=True, slots=True)
class Agreeing:
    """The consents of a participant: those that hold, and whether she gives them herself."""

    found: Participant
    agreements: Sequence[Agreement]
    alone: bool
    age: int


def agreeing(viewer: Actor, pk: UUID) -> Agreeing:
    """Of a participant one may change. Raises Http404."""
    found = participant_to_change(viewer, pk)
    on = clock.today()
    return Agreeing(
        found=found,
        agreements=agreements(viewer, found.enrolment),
        alone=may_agree_alone(viewer, found.enrolment, on),
        age=own_consent_age(viewer, found.enrolment, on),
    )


def number_is_told(viewer: Actor, enrolment: Enrolment) -> bool:
    """Whether STOPbasen can be told her CPR number; the door answers while she agrees to that."""
    with connection.cursor() as cursor:
        cursor.execute("select true from enrolment_civil_number(%s)", [enrolment.pk])
        return cursor.fetchone() is not None
