"""Min organisation: where a role lands whose own screens come later; never an empty page."""

from django.http import HttpResponse

from roegfri import clock
from roegfri.accounts import queries as people
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.organisations.kinds import Kind
from roegfri.organisations.queries.own import own_organisation
from roegfri.ui.screens import show


@screen(Right.ORGANISATION_READ)
def own(request: SignedIn) -> HttpResponse:
    """Name, contact, numbers, agreements with what concerns one, and colleagues."""
    found = own_organisation(request.actor, on=clock.today())
    organisation = found.organisation
    context = {
        "own": found,
        "organisation": organisation,
        "colleagues": people.colleagues_of(request.actor, organisation.pk),
        # A pharmacy's staff are known to each other by name; addresses stay out of its page.
        "show_email": organisation.kind != Kind.PHARMACY,
        "may_read_agreements": request.actor.may(Right.AGREEMENTS_READ),
        "may_administer": request.actor.may(Right.REFERENCE_DATA),
    }
    return show(request, "desk/organisation.html", context)
