"""STOPbasen's form of participants: what was answered, what is missing, what is known already."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from courses import policies
from courses.models import Baseline, Course, Enrolment
from courses.queries.stopbase_forms import edition, first_edition, form_on
from courses.rules.stopbase import Answer, Answers, Completeness, Form, completeness, fitting
from courses.rules.stopbase import which_form as form_by_age
from courses.states import FormKind
from referrals.models import Citizen, Interview, Referral
from referrals.policies import referrals_visible_to
from referrals.states import Known, Source
from roegfri import clock
from roegfri.actor import Actor
from roegfri.public.languages import DANISH, Language

# Where a referral that came another way was made is where she heard of it.
_HEARD = {
    Source.PRACTICE: "practice",
    Source.HOSPITAL: "hospital",
    Source.PHARMACY: "pharmacy",
    Source.MUNICIPALITY: "municipality",
    Source.QUITLINE: "quitline",
    Source.FOLLOW_UP: "before",
}
_COLUMNS = ("filled_by",)


@dataclass(frozen=True, slots=True)
class Filled:
    """One participant's form. `answers` are those that belong to `form`; `replaced` what a
    counsellor had written where the citizen answered otherwise on her own link.

    `by` is "" where she filled it in herself; `has_number`: her CPR number is kept with it.
    """

    enrolment: UUID
    form: Form
    answers: Answers
    replaced: Answers
    has_number: bool
    at: dt.datetime
    by: str
    version: int

    @property
    def completeness(self) -> Completeness:
        """What is missing."""
        return completeness(self.form, self.answers)


def baseline(
    viewer: Actor,
    enrolment: Enrolment,
    language: Language = DANISH,
    *,
    kind: FormKind | None = None,
) -> Filled | None:
    """The form of a participant one works with, where somebody has begun on it; one statement. As
    the other `kind` it has those answers that belong to both."""
    own = policies.enrolments_worked_with_by(viewer).filter(pk=enrolment.pk)
    rows = Baseline.objects.select_related(*_COLUMNS).filter(enrolment__in=own.values("pk"))
    for row in rows:
        return _filled(row, form_of(viewer, enrolment, row, kind=kind, language=language))
    return None


def baselines(viewer: Actor, course: Course) -> dict[UUID, Filled]:
    """The forms of all its participants that one works with, by enrolment; one statement."""
    own = policies.enrolments_worked_with_by(viewer).filter(course=course)
    rows = Baseline.objects.select_related(*_COLUMNS).filter(enrolment__in=own.values("pk"))
    return {one.pk: _filled(one, edition(FormKind(one.form), one.edition)) for one in rows}


def meter(viewer: Actor, enrolment: Enrolment) -> Completeness:
    """How far a participant's form is, begun on or not; one statement."""
    filled = baseline(viewer, enrolment)
    return filled.completeness if filled else completeness(form_of(viewer, enrolment, None), {})


def completeness_by_enrolment(viewer: Actor, course: Course) -> Mapping[UUID, Completeness]:
    """How far each participant's form is; of whom nobody has begun on there is nothing."""
    return {pk: filled.completeness for pk, filled in baselines(viewer, course).items()}


def form_of(
    viewer: Actor,
    enrolment: Enrolment,
    stored: Baseline | None,
    *,
    kind: FormKind | None = None,
    language: Language = DANISH,
) -> Form:
    """The form a participant fills in: the one that was begun on; another `kind` where that is
    asked for; else the one of her age, in the edition of the day she was enrolled."""
    if stored and kind in {None, stored.form}:
        return edition(FormKind(stored.form), stored.edition, language)
    on = began_on(viewer, enrolment)
    if kind is None:
        citizen = enrolment.citizen.merged_into or enrolment.citizen
        kind = form_by_age(citizen.birth_date, on)
    return form_on(kind, max(on, first_edition(kind)), language)


def began_on(viewer: Actor, enrolment: Enrolment) -> dt.date:
    """The day she was enrolled, or began to wait: which edition and which age count."""
    return clock.danish_date(
        enrolment.enrolled_at or enrolment.waiting_since or enrolment.created_at
    )


def known_answers(viewer: Actor, enrolment: Enrolment, form: Form) -> dict[str, Answer]:
    """What the house knows already, as answers to that form: of the citizen herself; and of the
    conversation, for whoever handles the case. Three statements."""
    citizen = enrolment.citizen.merged_into or enrolment.citizen
    facts = {**_of_citizen(citizen), **_of_case(viewer, enrolment)}
    known = {one.code: facts[one.known] for one in form.questions if one.known in facts}
    possible = {
        one.code: answer
        for one in form.questions
        if (answer := _possible(one.choices, known.get(one.code))) is not None
    }
    return fitting(list(form.questions), possible)


def _possible(choices: Mapping[str, str], answer: Answer | None) -> Answer | None:
    """Only what that edition asks for."""
    if isinstance(answer, list):
        return [one for one in choices if one in answer] or None
    return None if choices and answer not in choices else answer


def _of_citizen(citizen: Citizen) -> dict[str, Answer]:
    facts: dict[str, Answer] = {}
    if citizen.sex:
        facts["sex"] = citizen.sex
    if citizen.birth_date:
        facts["birth_year"] = citizen.birth_date.year
    return facts


def _of_case(viewer: Actor, enrolment: Enrolment) -> dict[str, Answer]:
    own = referrals_visible_to(viewer).filter(pk=enrolment.referral_id)
    facts = _of_referral(own.first())
    talk = Interview.objects.filter(referral__in=own.values("pk")).first()
    if talk is None:
        return facts
    if talk.pregnant in {Known.YES, Known.NO}:
        facts["pregnant"] = str(talk.pregnant)
    return facts | _of_uses(talk.uses.values_list("product", "amount"))


def _of_referral(referral: Referral | None) -> dict[str, Answer]:
    heard = _HEARD.get(Source(referral.source)) if referral else None
    return {"source": heard} if heard else {}


def _of_uses(uses: Iterable[tuple[str, int]]) -> dict[str, Answer]:
    amounts: dict[str, Answer] = {f"amount:{product}": amount for product, amount in uses}
    if not amounts:
        return {}
    return {"products": [name.removeprefix("amount:") for name in amounts], **amounts}


def _filled(row: Baseline, form: Form) -> Filled:
    return Filled(
        enrolment=row.pk,
        form=form,
        answers=fitting(list(form.questions), row.answers),
        replaced=row.replaced,
        has_number=row.sealed_number is not None,
        at=row.at,
        by=row.filled_by.name if row.filled_by else "",
        version=row.version,
    )
