"""STOPbasen's form on a citizen's own link: written, and never read. No cookie, nobody's name."""

from functools import partial
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from courses.commands.form_links import send_form
from courses.views.own_form.link import SEND, Own, from_our_own_page, over, unlisted, with_link
from courses.views.own_form.parts import shown_part
from roegfri.actor import current
from roegfri.public.pages import public


@unlisted
@public
def start(request: HttpRequest, secret: str) -> HttpResponse:
    """What it is about; or, once something has been sent, the first part that has not."""
    return with_link(request, secret, _start)


@unlisted
@public
def part(request: HttpRequest, secret: str, part: str) -> HttpResponse:
    """One part of the form, kept when it is sent; and last the button that sends all."""
    answer = _send if part == SEND else partial(shown_part, code=part)
    return with_link(request, secret, answer)


def _start(own: Own) -> HttpResponse:
    if own.seen.sent:
        return redirect(own.address(own.next_part(own.seen.sent)))
    return own.shown("public/form_start.html", "", first=own.address(own.form.parts[0].code))


def _send(own: Own) -> HttpResponse:
    """The last step: with it the link is used up."""
    if not own.seen.sent:
        return redirect(own.address())
    notice, status = "", HTTPStatus.OK
    if own.request.method == "POST" and from_our_own_page(own.request):
        return _sent(own)
    if own.request.method == "POST":
        notice, status = own.words["errors"]["elsewhere"], HTTPStatus.FORBIDDEN
    left = [one for one in own.form.parts if one.code not in own.seen.sent]
    return own.shown(
        "public/form_send.html",
        SEND,
        left=[(one, own.address(one.code)) for one in left],
        asks=own.seen.asks_consent,
        ticked="agree" in own.request.POST,
        notice=notice,
        status=status,
    )


def _sent(own: Own) -> HttpResponse:
    codes = {one.code for one in own.form.parts}
    done = send_form(
        own.seen,
        own.secret,
        complete=codes <= own.seen.sent,
        agrees=own.request.POST.get("agree") == "yes",
        by=current(),
        at=own.at,
    )
    return own.shown("public/form_thanks.html", SEND) if done else over(own)
