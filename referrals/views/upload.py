"""MedCom files are read in."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from referrals import forms, intake, queries
from referrals.commands.inbox import Answer, Delivery
from referrals.models import IncomingMessage
from referrals.states import Taken
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.refusal import Words
from roegfri.ui.screens import filled, show, submitted


@screen(Right.REFERRALS_IMPORT)
def upload(request: SignedIn) -> HttpResponse:
    """Each file becomes a referral, or stays in the inbox with its reason.

    What became of many is shown as the answer to the form: sent once more it changes nothing, and
    says that they were read in before.
    """
    at = clock.now()
    form = filled(request, forms.Upload, initial={"received_at": at})
    came: list[Delivery] = []
    answers: list[Answer] = []

    def act(deliveries: list[Delivery]) -> None:
        inbox = queries.own_municipality(request.actor)
        came.extend(deliveries)
        answers.extend(intake.take_files(deliveries, inbox=inbox, by=request.actor, at=at))

    if not submitted(request, form, act):
        return show(request, "referrals/upload.html", {"form": form})
    if len(answers) == 1:
        return _after_one(request, answers[0])
    return show(request, "referrals/uploaded.html", _after_many(came, answers))


_SAID = {
    Taken.CREATED: _("Henvisningen er læst ind og står på opkaldslisten."),
    Taken.CORRECTED: _("Rettelsen er læst ind. Fristen løber videre fra den første modtagelse."),
    Taken.DUPLICATE: _("Beskeden er læst ind før. Intet er ændret."),
}

_REPLY = _("Kvitteringen er læst ind og står ved brevet.")
# Whether it lay there already.
_LIES = {
    False: _("Filen er ikke læst ind. Den ligger i indbakken med grunden."),
    True: _("Filen lå i indbakken i forvejen. Intet er ændret."),
}


def _after_one(request: SignedIn, answer: Answer) -> HttpResponse:
    if answer.message.is_reply:
        messages.success(request, str(_REPLY))
        return redirect("referrals:upload")
    if answer.message.referral_id:
        messages.success(request, str(_SAID[answer.taken]))
        return redirect("desk:call", answer.message.referral_id)
    before = answer.taken == Taken.DUPLICATE
    messages.warning(request, str(_LIES[before]))
    return redirect("referrals:message", answer.message.pk)


@dataclass(frozen=True, slots=True)
class _Line:
    """What became of one file; `tag` is the colour of `words` (ui.tag)."""

    order: int
    filename: str
    tag: str
    words: Words
    message: IncomingMessage


# What became of a file -> where it stands in the table, its colour, and its words.
_URGENT = (0, "overdue", _("I indbakken, akut eller ikke vores"))
_KEPT = (1, "today", _("I indbakken"))
_BEFORE = (5, "waiting", _("Lå i indbakken i forvejen"))
_REPLIED = (4, "done", _("Kvittering for et brev"))
_BECAME: dict[str, tuple[int, str, Words]] = {
    Taken.CORRECTED: (2, "new", _("Rettelse")),
    Taken.CREATED: (3, "done", _("Læst ind")),
    Taken.DUPLICATE: (4, "waiting", _("Læst ind før")),
}


def _after_many(came: Sequence[Delivery], answers: Sequence[Answer]) -> dict[str, object]:
    """The lines, what needs somebody first; and how many there are of each."""
    lines = [_line(*pair) for pair in zip(came, answers, strict=True)]
    lines.sort(key=lambda line: line.order)
    counts = Counter((line.tag, line.words) for line in lines)
    counted = [(tag, words, n) for (tag, words), n in counts.items()]
    return {"lines": lines, "counts": counted, "number": len(lines)}


def _line(delivery: Delivery, answer: Answer) -> _Line:
    order, tag, words = _became(answer)
    return _Line(order, delivery.filename, tag, words, answer.message)


def _became(answer: Answer) -> tuple[int, str, Words]:
    if answer.message.is_reply:
        return _REPLIED
    if answer.message.referral_id:
        return _BECAME[answer.taken]
    if answer.taken == Taken.DUPLICATE:
        return _BEFORE
    return _URGENT if answer.message.urgent else _KEPT
