"""STOPbasen's form of one participant, as a counsellor fills it in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses.commands.baseline import fill_form
from courses.forms.stopbase import Fill
from courses.queries.form_page import Sheet, form_sheet
from courses.rules.answering import answer_of
from courses.rules.stopbase import Part, Question
from courses.states import FormKind
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.public.languages import DANISH, LANGUAGES, Language
from roegfri.ui.differences import Collision
from roegfri.ui.screens import filled, show, submitted


@dataclass(frozen=True, slots=True)
class Row:
    """A question on the page: its field, when it is asked, what it was before the citizen answered,
    and what a colleague has written meanwhile."""

    question: Question
    field: BoundField
    when: str
    is_known: bool
    replaced: str
    theirs: str


@screen(Right.COURSES_RUN)
def fill(request: SignedIn, pk: UUID) -> HttpResponse:
    """The whole form; half of it can be saved."""
    sheet = _sheet(request, pk)
    form = filled(request, Fill, **_given(sheet))
    if "seen" in form.errors:
        _seen_anew(form)
    collided: list[Collision] = []

    def act(**given: Any) -> None:
        try:
            fill_form(sheet.found.enrolment, **given, by=request.actor, at=clock.now())
        except Collision as collision:
            collided.append(collision)
            raise

    if submitted(request, form, act):
        messages.success(request, _saved(_sheet(request, pk)))
        return redirect("courses:form", pk)
    theirs = _theirs(sheet, form, collided)
    return show(request, "courses/form.html", _context(sheet, form, theirs))


def _sheet(request: SignedIn, pk: UUID) -> Sheet:
    """In the language the page is read in; the other form where that is asked for."""
    asked = request.GET.get("skema", "")
    kind = FormKind(asked) if asked in FormKind.values else None
    return form_sheet(request.actor, pk, kind=kind, language=_language())


def _language() -> Language:
    return LANGUAGES.get(get_language() or "", DANISH)


def _given(sheet: Sheet) -> dict[str, Any]:
    return {
        "about": sheet.found.id,
        "form": sheet.form,
        "answers": sheet.answers,
        "known": sheet.known,
        "replaced": sheet.replaced,
        "errors": _language().words["form"]["errors"],
        "on": clock.today(),
        "asks_number": sheet.asks_number,
    }


def _saved(sheet: Sheet) -> str:
    found = sheet.completeness
    if found.is_complete:
        return _("Skemaet er gemt, og det er fuldt udfyldt.")
    return _("Gemt. %(answered)s af %(needed)s er besvaret.") % {
        "answered": found.answered,
        "needed": found.needed,
    }


def _theirs(sheet: Sheet, form: Fill, collided: Sequence[Collision]) -> dict[str, str]:
    """What was typed stays in the form, and beside it what a colleague wrote, or the citizen; saved
    again, the former counts."""
    if not collided:
        return {}
    _seen_anew(form)
    by_code = {one.code: one for one in sheet.form.questions}
    found = {one.name: answer_of(by_code[one.name], one.theirs) for one in collided[0].conflicts}
    return {
        code: by_code[code].said(answer) if answer is not None else _("ikke besvaret")
        for code, answer in found.items()
    }


def _seen_anew(form: Fill) -> None:
    """What is typed stays, and the page shows again what is there: sent once more, it counts."""
    said: Any = form.data.copy()  # type: ignore[attr-defined]
    said["seen"] = form.sealed()
    form.data = said


def _context(sheet: Sheet, form: Fill, theirs: Mapping[str, str]) -> dict[str, Any]:
    by_code = {one.code: one for one in sheet.form.questions}
    rows = partial(_rows, sheet, form, theirs, by_code)
    return {
        "sheet": sheet,
        "found": sheet.found,
        "form": form,
        "parts": [(part, list(rows(part))) for part in sheet.form.parts],
        "meter": sheet.completeness,
        "theirs": theirs,
    }


def _rows(
    sheet: Sheet, form: Fill, theirs: Mapping[str, str], by_code: Mapping[str, Question], part: Part
) -> Iterator[Row]:
    for one in part.questions:
        was = sheet.replaced.get(one.code)
        yield Row(
            question=one,
            field=form[one.code],
            when=_when(one, by_code),
            is_known=one.code in sheet.known and one.code not in sheet.answers,
            replaced=one.said(was) if was is not None else "",
            theirs=theirs.get(one.code, ""),
        )


def _when(question: Question, by_code: Mapping[str, Question]) -> str:
    """On what answer to another question it is asked; "" when always."""
    if question.only_if is None:
        return ""
    on = by_code[question.only_if.code]
    if question.only_if.at_least is not None:
        return _("Kun ved mindst %(number)s til «%(question)s»") % {
            "number": question.only_if.at_least,
            "question": on.label,
        }
    words = ", ".join(on.choices[one] for one in on.choices if one in question.only_if.among)
    return _("Kun ved «%(answer)s»") % {"answer": words}
