"""One message of the inbox: what it says, and what is done about it."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID, uuid4

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from referrals import forms, intake, queries
from referrals.commands.aside import set_aside, take_up_again
from referrals.commands.inbox import read_message
from referrals.commands.onwards import (
    add_to_case,
    answer_sender,
    forward_message,
    retry_message,
)
from referrals.intake import Told
from referrals.intake.folder.taking import KEPT_OF_TOO_LARGE
from referrals.models import IncomingMessage
from referrals.states import Channel, InboxState, Way
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.refusal import Refusal
from roegfri.ui.screens import filled, show, submitted

# What can be done, the fitting one first: with an emergency, with a letter that is for another
# municipality of ours, with a file in which nothing can be read or something is wrong: to read it
# again mends neither; else by why it was kept.
_ORDERS: dict[str, Sequence[str]] = {
    "emergency": ("note", "answer", "forward"),
    "likely": ("forward", "retry", "answer", "add", "write", "note"),
    "broken": ("again", "note", "retry", "forward"),
    "wrong": ("add", "write", "answer", "retry", "forward", "note"),
    InboxState.NOT_OURS: ("answer", "note", "forward", "add", "write", "retry"),
    InboxState.MISADDRESSED: ("retry", "forward", "answer", "add", "write", "note"),
    InboxState.UNREADABLE: ("retry", "answer", "forward", "add", "write", "note"),
}
# What a sender is told unless somebody writes otherwise. Not why it lies in the inbox: that may say
# who has the citizen's case now. Danish whatever the screen is in: the sender reads it.
_REASONS: dict[str, str] = {
    InboxState.MISADDRESSED: "Beskeden er ikke til os. Send den til den rette kommune.",
    InboxState.NOT_OURS: (
        "Vi tager kun imod henvisninger til rygestop. Send den det rette sted hen."
    ),
}
# Whether it was taken in there.
_FORWARDED = {
    True: _lazy("Givet videre til %(name)s. Beskeden er læst ind dér."),
    False: _lazy("Givet videre til %(name)s. Den ligger i deres indbakke."),
}


@screen(Right.REFERRALS_HANDLE)
def message(request: SignedIn, pk: UUID) -> HttpResponse:
    """One message of the inbox: why it lies there, what to do about it, and what it says."""
    found = queries.incoming(request.actor, pk)
    form = filled(request, forms.Handled, emergency=intake.told(found.bytes).emergency)
    if submitted(request, form, partial(set_aside, found, by=request.actor, at=clock.now())):
        messages.success(request, _("Noteret. Beskeden gemmes under «Behandlet»."))
        return redirect("referrals:inbox")
    return _page(request, found, note=form)


@screen(Right.REFERRALS_HANDLE)
def message_retry(request: SignedIn, pk: UUID) -> HttpResponse:
    """Reads a message again: it becomes a referral now, or says what is still wrong."""
    found = queries.came_in(request.actor, pk)
    if request.method != "POST":
        return redirect("referrals:message", pk)
    try:
        answer = retry_message(found, by=request.actor, at=clock.now())
    except Refusal as refusal:
        messages.warning(request, str(refusal))
        return redirect("referrals:message", pk)
    if answer.message.is_reply:
        messages.success(request, _("Kvitteringen er læst ind og står ved brevet."))
        return redirect("referrals:inbox")
    if answer.message.referral_id:
        messages.success(request, _("Beskeden er læst ind og står på opkaldslisten."))
        return redirect("desk:call", answer.message.referral_id)
    messages.warning(request, _("Prøvet igen. Beskeden kan stadig ikke læses ind."))
    return redirect("referrals:message", pk)


@screen(Right.REFERRALS_HANDLE)
def message_forward(request: SignedIn, pk: UUID) -> HttpResponse:
    """Gives a message to another municipality."""
    found = queries.incoming(request.actor, pk)
    if request.method != "POST":
        return redirect("referrals:message", pk)
    form = _forward_form(request, intake.told(found.bytes), request.POST)
    there: list[bool] = []
    act = partial(forward_message, found, by=request.actor, at=clock.now())
    if submitted(request, form, lambda **given: there.append(act(**given))):
        words = _FORWARDED[there[0]] % {"name": form.cleaned_data["to"].name}
        messages.success(request, words)
        return redirect("referrals:inbox")
    return _page(request, found, forward=form)


@screen(Right.REFERRALS_HANDLE)
def message_answer(request: SignedIn, pk: UUID) -> HttpResponse:
    """Tells the sender that a message was not taken in."""
    found = queries.incoming(request.actor, pk)
    if request.method != "POST":
        return redirect("referrals:message", pk)
    form = forms.AnswerSender(request.POST)
    if submitted(request, form, partial(answer_sender, found, by=request.actor, at=clock.now())):
        messages.success(request, _("Afsenderen får besked. Beskeden ligger under «Behandlet»."))
        return redirect("referrals:inbox")
    return _page(request, found, answer=form)


@screen(Right.REFERRALS_HANDLE)
def message_add(request: SignedIn, pk: UUID) -> HttpResponse:
    """Adds what a message says to an open case: as the letter has it, or as somebody has typed it
    in the form of a new referral."""
    found = queries.incoming(request.actor, pk)
    form = forms.AddToCase(request.POST)
    if request.method != "POST" or not form.is_valid():
        return redirect("referrals:message", pk)
    case = queries.case(request.actor, form.cleaned_data["referral"])
    told = intake.told(found.bytes)
    text = told.to_add(form.cleaned_data["text"])
    act = partial(add_to_case, found, referral=case, text=text, phones=told.phones)
    try:
        act(by=request.actor, at=clock.now())
    except Refusal as refusal:
        messages.warning(request, str(refusal))
        return redirect("referrals:message", pk)
    messages.success(request, _("Teksten er føjet til sagen. Beskeden ligger under «Behandlet»."))
    return redirect("desk:call", case.pk)


@screen(Right.REFERRALS_HANDLE)
def message_again(request: SignedIn, pk: UUID) -> HttpResponse:
    """Puts a message that was dealt with back among those that wait."""
    found = queries.incoming(request.actor, pk)
    form = forms.Confirm(request.POST or None)
    act = partial(take_up_again, found, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("Beskeden venter igen i indbakken."))
    for words in form.non_field_errors() if form.is_bound else ():
        messages.warning(request, str(words))
    return redirect("referrals:message", pk)


@screen(Right.REFERRALS_HANDLE)
def message_file(request: SignedIn, pk: UUID) -> HttpResponse:
    """The bytes of a message, as they came; never opened by the browser."""
    found = queries.incoming(request.actor, pk)
    read_message(found, by=request.actor, at=clock.now())
    return HttpResponse(
        found.bytes,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="besked-{found.pk}.xml"',
            "X-Content-Type-Options": "nosniff",
        },
    )


# ---- the page of one message ---------------------------------------------------------------------


def _page(request: SignedIn, found: IncomingMessage, **sent: django_forms.Form) -> HttpResponse:
    """`sent` are the forms that came back with a mistake. Whoever sees it stands in the log."""
    read_message(found, by=request.actor, at=clock.now())
    told = intake.told(found.bytes)
    waits = found.handled_at is None
    forward = sent.get("forward") or _forward_form(request, told)
    cases = queries.open_cases_of(request.actor, told.who(clock.today())) if waits else []
    order = _order(found, told, likely=forward.initial["to"])
    cannot = {"answer": not queries.can_refuse(request.actor, found), "add": not cases}
    context = {
        "message_in": found,
        "told": told,
        "acts": [act for act in order if not cannot.get(act)],
        "cases": cases,
        "beginning_only": found.way == Way.FOLDER and len(found.bytes) == KEPT_OF_TOO_LARGE,
        "note": sent.get("note") or forms.Handled(emergency=told.emergency),
        "forward": forward,
        "answer": sent.get("answer") or forms.AnswerSender(initial={"reason": _reason(found)}),
        "write": _written_from(found, told),
        "may_take_up": not waits and queries.may_take_up(request.actor, found),
    }
    return show(request, "referrals/message.html", context)


def _order(found: IncomingMessage, told: Told, *, likely: object) -> Sequence[str]:
    """What can be done about it, in order: the names of the page's parts."""
    if told.emergency:
        return _ORDERS["emergency"]
    if likely:
        return _ORDERS["likely"]
    if found.state == InboxState.UNREADABLE and not told.readable:
        return _ORDERS["wrong" if told.glance else "broken"]
    return _ORDERS[found.state]


def _written_from(found: IncomingMessage, told: Told) -> dict[str, str]:
    """What «Ny henvisning» begins with: the text, and when the message was received."""
    came = (found.received_at or found.came_at).astimezone(clock.COPENHAGEN)
    return {
        "message": str(found.pk),
        "text": told.typed,
        "channel": Channel.CORRESPONDENCE,
        "received_at_0": f"{came:%Y-%m-%d}",
        "received_at_1": f"{came:%H:%M}",
        "once": str(uuid4()),
    }


def _reason(found: IncomingMessage) -> str:
    """Of a file that cannot be read, what is wrong with it."""
    return _REASONS.get(InboxState(found.state), found.reason)


def _forward_form(
    request: SignedIn, told: Told, sent: QueryDict | None = None
) -> forms.ForwardMessage:
    """The municipality that the letter is for stands chosen, where it can be read."""
    today = clock.today()
    likely = queries.belongs_to(request.actor, told.glance, today) if told.glance else None
    everybody = queries.may_receive(request.actor, today)
    return forms.ForwardMessage(sent, municipalities=everybody, likely=likely)
