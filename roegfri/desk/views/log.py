"""Log: who did what in one's organisation; the sample, what is unusual, the citizen's list."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.queries import names_of
from roegfri.accounts.roles import Right
from roegfri.audit import commands, queries
from roegfri.audit.acts import ODD
from roegfri.desk import looks_report
from roegfri.desk.forms import log as forms
from roegfri.desk.log import lines
from roegfri.refusal import Refusal
from roegfri.ui.lists import Column, Sort, listing
from roegfri.ui.screens import show, submitted

NEWEST = Sort("nyeste", gettext_lazy("Nyeste"), (Column("at", descending=True),), last="seq")
SIZE = 50


@screen(Right.LOG_READ)
def log(request: SignedIn) -> HttpResponse:
    """Everything, the newest first."""
    rows = queries.events_of_organisation(request.actor)
    filters = forms.LogFilter(request.GET)
    found = listing(request, rows, form=filters, sorts=[NEWEST], size=SIZE)
    context = {"list": found, "lines": lines(request.actor, found.page.rows)}
    return show(request, "desk/log.html", context, part="desk/_log_events.html")


@screen(Right.LOG_READ)
def event(request: SignedIn, seq: int) -> HttpResponse:
    """One line in full: the fields, the ids, and the citizens it concerns."""
    found = queries.event(request.actor, seq)
    [line] = lines(request.actor, [found])
    context = {"line": line, "persons": queries.persons_of(request.actor, found)}
    return show(request, "desk/log_event.html", context)


@screen(Right.LOG_READ)
def sample(request: SignedIn) -> HttpResponse:
    """A month's random sample, and its sign-off."""
    today = clock.today()
    month = forms.month_of(request.GET.get("maaned", ""), today=today)
    form = forms.SignOff(request.POST or None)
    act = partial(commands.sign_off, month, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("Stikprøven er gennemgået."))
        return redirect(f"{reverse('desk:log_sample')}?maaned={month:%Y-%m}")
    review = queries.review_of(request.actor, month)
    context = {
        "month": month,
        "before": clock.add_months(month, -1),
        "after": clock.add_months(month, 1),
        "over": clock.add_months(month, 1) <= today,
        "lines": lines(request.actor, queries.random_sample(request.actor, month)),
        "review": review,
        "reviewer": names_of(request.actor, [review.signed_by] if review else []),
        "form": form,
    }
    return show(request, "desk/log_sample.html", context)


@screen(Right.LOG_READ)
def odd(request: SignedIn) -> HttpResponse:
    """Openings to ask about, and why."""
    form = forms.Since(request.GET if "dage" in request.GET else {"dage": 7})
    found = queries.odd_openings(request.actor, form.since(clock.now()))
    why = {one.event.seq: [ODD[key] for key in one.why] for one in found}
    shown = lines(request.actor, [one.event for one in found])
    for line in shown:
        line.why = why[line.event.seq]
    context = {"form": form, "lines": shown, "many": queries.MANY_IN_AN_HOUR, "most": queries.MOST}
    return show(request, "desk/log_odd.html", context)


@screen(Right.LOG_READ)
def person(request: SignedIn) -> HttpResponse:
    """A citizen's own list, as a PDF; the identifier is posted, never in an address."""
    form = forms.LooksAt(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            pdf = looks_report.make(**form.cleaned_data, by=request.actor, at=clock.now())
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            return _download(pdf, _("opslag.pdf"))
    return show(request, "desk/log_person.html", {"form": form})


def _download(pdf: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
