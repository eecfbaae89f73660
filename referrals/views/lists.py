"""The list of referrals."""

from django.http import HttpResponse

from referrals import exports, forms, queries
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.ui.lists import Page, Sort, listing_of
from roegfri.ui.screens import show

NO_ROWS: Page[queries.ListedRow] = Page([], "", "")


@screen(Right.REFERRALS_READ)
def index(request: SignedIn) -> HttpResponse:
    """All referrals of the municipality, filtered and sorted; the same rows as CSV or XLSX."""
    form = forms.Filter(request.GET)
    filters = form.narrowed()

    def pages(sort: Sort, after: str) -> Page[queries.ListedRow]:
        return queries.listed_page(request.actor, filters, sort, after) if filters else NO_ROWS

    found = listing_of(request, pages, form=form, sorts=queries.SORTS)
    if kind := request.GET.get("hent"):
        rows = queries.listed_every(request.actor, filters, found.sort) if filters else ()
        return exports.referrals(rows, kind, on=clock.today())
    context = {"list": found, "today": clock.today()}
    return show(request, "referrals/index.html", context, part="referrals/_rows.html")
