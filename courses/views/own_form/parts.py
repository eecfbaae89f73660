"""One part of the form on a citizen's own link."""

from collections.abc import Sequence
from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import redirect

from courses.commands.form_links import save_part
from courses.forms.stopbase import Answering
from courses.rules.stopbase import Part, Question, completeness_of, fitting
from courses.views.own_form.link import Own, from_our_own_page, over
from roegfri import clock
from roegfri.actor import current


def shown_part(own: Own, code: str) -> HttpResponse:
    """One part of the form, kept when it is sent."""
    one = own.form.part(code)
    if one is None:
        return redirect(own.address())
    errors = own.words["errors"]
    posted = own.request.POST if own.request.method == "POST" else None
    form = Answering(
        posted, questions=one.questions, errors=errors, on=clock.danish_date(own.at), radios=True
    )
    if posted is None:
        return _shown(own, one, form)
    if not from_our_own_page(own.request):
        return _shown(own, one, form, notice=errors["elsewhere"], status=HTTPStatus.FORBIDDEN)
    if not form.is_valid():
        return _shown(own, one, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _kept(own, one, form)


def _kept(own: Own, one: Part, form: Answering) -> HttpResponse:
    """What was answered is kept, and what was not is asked once more."""
    answers = fitting(one.questions, form.answers)
    missing = completeness_of(one.questions, answers).missing
    kept = save_part(
        own.seen, own.secret, one.code, answers, complete=not missing, by=current(), at=own.at
    )
    if not kept:
        return over(own)
    if missing and "anyway" not in own.request.POST:
        return _shown(own, one, form, missing=missing, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect(own.address(own.next_part(own.seen.sent | {one.code})))


def _shown(
    own: Own,
    one: Part,
    form: Answering,
    *,
    missing: Sequence[Question] = (),
    notice: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    lacking = {question.code for question in missing}
    asked = [
        (question, form[question.code], _when(own, one, question), question.code in lacking)
        for question in one.questions
    ]
    number = [part.code for part in own.form.parts].index(one.code) + 1
    of = own.words["page"]["part_of"].format(number=number, count=len(own.form.parts))
    return own.shown(
        "public/form_part.html",
        one.code,
        part=one,
        part_of=of,
        asked=asked,
        form=form,
        missing=[form[code] for code in form.fields if code in lacking],
        notice=notice,
        again=one.code in own.seen.sent and own.request.method == "GET",
        status=status,
    )


def _when(own: Own, one: Part, question: Question) -> str:
    """Only after which answer it is asked."""
    if question.only_if is None:
        return ""
    on = next(other for other in one.questions if other.code == question.only_if.code)
    words = own.words["page"]
    if question.only_if.at_least is not None:
        return str(
            words["asked_if_number"].format(answer=question.only_if.at_least, question=on.label)
        )
    said = ", ".join(on.choices[code] for code in on.choices if code in question.only_if.among)
    return str(words["asked_if"].format(answer=said, question=on.label))
