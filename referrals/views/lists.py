"""The list of referrals, and the filters that one keeps for it."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals import exports, forms, queries
from referrals.commands.extracts import extract_list
from referrals.queries.overview import LIST, Overview
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.refusal import Words
from roegfri.ui.commands import forget_filter, keep_filter, rename_filter
from roegfri.ui.lists import Count, Page, Shown, Sort, listing_of
from roegfri.ui.queries import kept_filter, kept_filters
from roegfri.ui.screens import show, submitted

NO_ROWS: Page[queries.ListedRow] = Page([], "", "")
# tab (queries.overview.TABS) -> its words, and what it asks of the form
TABS: dict[str, tuple[Words, dict[str, str]]] = {
    "new": (_("Nye"), {"state": forms.NEW}),
    "overdue": (_("Over fristen"), {"due": "overdue"}),
    "mine": (_("Mine åbne"), {"state": forms.OPEN, "raadgiver": forms.MINE}),
    "open": (_("Alle åbne"), {"state": forms.OPEN}),
    "closed": (_("Afsluttede"), {"state": "closed"}),
}


@screen(Right.REFERRALS_READ)
def index(request: SignedIn) -> HttpResponse:
    """All referrals of the municipality, filtered and sorted; the same rows as CSV or XLSX."""
    form = forms.Filter(request.GET)
    filters = form.narrowed()

    def pages(sort: Sort, after: str) -> Page[queries.ListedRow]:
        return queries.listed_page(request.actor, filters, sort, after) if filters else NO_ROWS

    found = listing_of(request, pages, form=form, sorts=queries.SORTS)
    if kind := request.GET.get("hent"):
        return _file(request, filters, found, kind)
    around = queries.overview(request.actor, filters)
    named = "flere" in request.GET or "henviser" in form.query()
    form.offer(around.people, queries.senders(request.actor) if named else None)
    asked = form.query()
    context = {
        "list": found,
        "today": clock.today(),
        "around": around,
        "tabs": _tabs(around, asked),
        "active": form.active(),
        "kept_now": any(one.query == form.query_string for one in around.saved),
    }
    return show(request, "referrals/index.html", context, part="referrals/_rows.html")


def _tabs(
    around: Overview, asked: dict[str, str]
) -> list[tuple[Words, Count, dict[str, str], bool]]:
    """The quick choices: each with how many it has, and whether it is the one that is asked for."""
    said = {tab: words for tab, (words, _query) in TABS.items()}
    if around.covering:
        said["mine"] = _("Mine og dækkede åbne")
    return [(said[tab], around.tabs[tab], q, q == asked) for tab, (_words, q) in TABS.items()]


def _file(
    request: SignedIn,
    filters: queries.ListedFilters | None,
    found: Shown[queries.ListedRow],
    kind: str,
) -> HttpResponse:
    """The rows of all pages as a file; how many they were stands in the log."""
    rows = list(queries.listed_every(request.actor, filters, found.sort)) if filters else []
    sheet = exports.referrals(rows, kind, on=clock.today())
    extract_list(LIST, kind=kind, rows=len(rows), by=request.actor, at=clock.now())
    return sheet


@screen(Right.REFERRALS_READ)
def filters(request: SignedIn) -> HttpResponse:
    """The filters one has kept; keeps the one that the address says."""
    asked = forms.Filter(request.GET)
    form = forms.KeepFilter(request.POST or None)
    if request.method == "POST" and not asked.is_valid():
        messages.error(request, _now("Filteret kan ikke gemmes. Ret det på listen først."))
        return redirect("referrals:list")
    act = partial(
        keep_filter, list_name=LIST, query=asked.query_string, by=request.actor, at=clock.now()
    )
    if submitted(request, form, act):
        messages.success(request, _now("Filteret er gemt."))
        return redirect(f"{reverse('referrals:list')}?{asked.query_string}")
    kept = kept_filters(request.actor, LIST)
    context = {"form": form, "kept": kept, "asked": asked, "active": asked.active()}
    return show(request, "referrals/saved.html", context)


@screen(Right.REFERRALS_READ)
def filter_one(request: SignedIn, pk: UUID) -> HttpResponse:
    """Renames or forgets a filter that one has kept."""
    kept = kept_filter(request.actor, pk)
    at = clock.now()
    if "forget" in request.POST:
        forget_filter(kept, by=request.actor, at=at)
        messages.success(request, _now("Filteret er slettet."))
        return redirect("referrals:filters")
    form = forms.KeepFilter(request.POST or None, initial={"name": kept.name})
    if submitted(request, form, partial(rename_filter, kept, by=request.actor, at=at)):
        messages.success(request, _now("Filteret har fået et nyt navn."))
        return redirect("referrals:filters")
    asked = forms.Filter(QueryDict(kept.query))
    context = {"form": form, "kept": [kept], "one": kept, "active": asked.active()}
    return show(request, "referrals/saved.html", context)
