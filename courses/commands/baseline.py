"""STOPbasen's form, filled in by a counsellor."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from courses.commands.agreed import live_agreements
from courses.commands.books import locked_participant
from courses.commands.ticks import tick, untick
from courses.models import Baseline, Enrolment
from courses.queries.baseline import form_of
from courses.rules.answering import Fault, Wrong, answer_of, checked, fault_words, parts_of
from courses.rules.stopbase import Answer, Answers, Form, completeness, fitting
from courses.states import FormKind, Item
from referrals.states import ConsentKind
from roegfri import clock, sealed
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.persons import cpr
from roegfri.public.languages import DANISH
from roegfri.refusal import Refusal
from roegfri.ui.differences import Collision, Merged, Parts, merged


@transaction.atomic
def fill_form(
    enrolment: Enrolment,
    *,
    changes: Parts,
    seen: Parts,
    kind: FormKind | None = None,
    confirmed: Collection[str] = (),
    number: cpr.CivilNumber | None = None,
    by: Actor,
    at: dt.datetime,
) -> Merged:
    """Saves the answers that were changed; answers with what it did. Half a form is saved as well.

    `changes` are answers by question (rules.answering.parts_of), `seen` as the page showed them;
    what others wrote meanwhile is kept where the page did not. `confirmed`: where she has read what
    the citizen answered otherwise. `kind`: the other form from now on. A `number` is kept sealed.
    The checklist is ticked when nothing is missing, and unticked when something is again.

    Raises Collision when both wrote, and then saves nothing; Refusal for an answer that cannot be,
    and for a number without her consent to STOPbasen.
    """
    if number:
        _agreed_to_stopbase(enrolment, by)
    enrolment = locked_participant(enrolment, by)
    row = _locked_form(enrolment, kind, by, at)
    form = form_of(by, enrolment, row, kind=kind)
    before = fitting(list(form.questions), row.answers)
    wanted = parts_of(form, _readable(form, changes, at))
    now = parts_of(form, before)
    found = merged(seen, now, {name: wanted[name] for name in changes})
    if found.conflicts:
        raise Collision(found.conflicts, now)
    _kept(row, form, found.changed, confirmed)
    if number:
        _is_hers(number, enrolment)
        row.sealed_number = sealed.seal(number.value, place=Baseline.PLACE, row=row.pk)
    row.form, row.edition = form.kind, form.edition
    row.at, row.filled_by_id, row.version = at, by.person, row.version + 1
    row.save()
    columns = sorted([*found.changed, *(["number"] if number else [])])
    who = [enrolment.citizen_id]
    record("baseline.filled", row, by=by, at=at, persons=who, columns=columns)
    _follow(enrolment, form, before, row, by=by, at=at)
    return found


def _readable(form: Form, changes: Parts, at: dt.datetime) -> dict[str, Answer]:
    """The answers, each held against its question."""
    said = {code: list(map(str, part)) for code, part in changes.items()}
    try:
        return checked(form, said, on=clock.danish_date(at))
    except Wrong as wrong:
        raise Refusal(_words(form, wrong), field=wrong.code) from wrong


def _words(form: Form, wrong: Wrong) -> str:
    if wrong.fault is Fault.QUESTION:
        return _("Spørgsmålet findes ikke i skemaet. Genindlæs siden.")
    question = next(one for one in form.questions if one.code == wrong.code)
    return fault_words(question, wrong.fault, DANISH.words["form"]["errors"])


def _locked_form(
    enrolment: Enrolment, kind: FormKind | None, by: Actor, at: dt.datetime
) -> Baseline:
    """The row, locked; where there is none it is begun: she may send hers at the same moment."""
    held = Baseline.objects.select_for_update(of=("self",)).filter(pk=enrolment.pk)
    if row := held.first():
        return row
    form = form_of(by, enrolment, None, kind=kind)
    begun = Baseline(
        enrolment=enrolment,
        form=form.kind,
        edition=form.edition,
        at=at,
        filled_by_id=by.person,
        version=0,
    )
    Baseline.objects.bulk_create([begun], ignore_conflicts=True)
    return held.get()


def _kept(row: Baseline, form: Form, changed: Parts, confirmed: Collection[str]) -> None:
    """What belongs no longer is gone, as is what was confirmed or has been answered anew."""
    answers = dict(row.answers)
    by_code = {question.code: question for question in form.questions}
    for code, part in changed.items():
        answers.pop(code, None)
        if (answer := answer_of(by_code[code], part)) is not None:
            answers[code] = answer
    # What was answered to the other form is kept for whoever goes back to that.
    others = {code: answer for code, answer in answers.items() if code not in by_code}
    row.answers = others | fitting(list(form.questions), answers)
    settled = {*confirmed, *changed}
    row.replaced = {code: was for code, was in row.replaced.items() if code not in settled}


def _agreed_to_stopbase(enrolment: Enrolment, by: Actor) -> None:
    """Her number is kept for STOPbasen alone. The consent is locked: it holds until then."""
    if not live_agreements(enrolment, by).filter(kind=ConsentKind.STOPBASE).exists():
        raise Refusal(
            _(
                "CPR-nummeret kan kun gemmes, når borgeren har sagt ja til STOPbasen. Notér"
                " samtykket først."
            ),
            field="number",
        )


def _is_hers(number: cpr.CivilNumber, enrolment: Enrolment) -> None:
    """Raises Refusal for a number that says she was born on another day than what is known."""
    citizen = enrolment.citizen.merged_into or enrolment.citizen
    if number.born and citizen.birth_date and number.born != citizen.birth_date:
        raise Refusal(
            _("CPR-nummeret passer ikke med borgerens fødselsdato. Ret nummeret."), field="number"
        )


def _follow(
    enrolment: Enrolment,
    form: Form,
    before: Answers,
    row: Baseline,
    *,
    by: Actor,
    at: dt.datetime,
) -> None:
    """The checklist says the same as the form."""
    if completeness(form, row.answers).is_complete:
        tick(enrolment, item=Item.FORM, by=by, at=at)
    elif completeness(form, before).is_complete:
        untick(enrolment, item=Item.FORM, by=by, at=at)
