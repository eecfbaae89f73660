"""One referral, one citizen: what the call screen and the file show."""

from uuid import UUID

from django.db import connection
from django.db.models import Prefetch, QuerySet
from django.http import Http404

from referrals import policies
from referrals.models import ContactAttempt, Referral
from referrals.queries.colleagues import covers_for
from referrals.states import ReferralState
from roegfri import clock, sealed
from roegfri.actor import Actor
from roegfri.organisations.models import Municipality
from roegfri.persons import cpr


def referral(viewer: Actor, pk: UUID) -> Referral:
    """One referral with its citizen and its calls. Raises Http404."""
    calls = ContactAttempt.objects.select_related("caller").order_by("-at")
    return _one(viewer, pk, Prefetch("contact_attempts", calls))


def _one(
    viewer: Actor, pk: UUID, *more: "Prefetch[str, QuerySet[ContactAttempt], str]"
) -> Referral:
    found = (
        policies.referrals_visible_to(viewer)
        .select_related("citizen", "handler", "agreement", "sender", "caseworker")
        .prefetch_related(*more)
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


def case(viewer: Actor, pk: UUID) -> Referral:
    """The row of a referral alone: for what is done to a case without showing whose it is. Raises
    Http404."""
    found = policies.referrals_visible_to(viewer).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def logged_call(viewer: Actor, referral_pk: UUID, pk: UUID) -> ContactAttempt:
    """One call of a case, with the case and its citizen. Raises Http404."""
    visible = policies.referrals_visible_to(viewer).filter(pk=referral_pk)
    found = (
        ContactAttempt.objects.select_related("referral__citizen", "caller")
        .filter(pk=pk, referral__in=visible)
        .first()
    )
    if found is None:
        raise Http404
    return found


def own_municipality(viewer: Actor) -> Municipality:
    """The municipality one acts for. Raises Http404 for whoever acts for something else."""
    own = viewer.organisation_id
    found = Municipality.objects.filter(pk=own).first() if own else None
    if found is None:
        raise Http404
    return found


def needs_reason(viewer: Actor, pk: UUID) -> bool:
    """Whether a reason must be typed before the file is shown: closed, or a colleague's case.

    Whoever still waits for the first call is everybody's: the call list is the reason; and the
    cases of whoever one covers for today count as one's own (colleagues.py). Reads
    nothing about the person. Raises Http404.
    """
    found = policies.referrals_visible_to(viewer).filter(pk=pk)
    row = found.values_list("state", "caseworker_id").first()
    if row is None:
        raise Http404
    state, caseworker = row
    another = state == ReferralState.REACHED and caseworker not in {None, viewer.user_id}
    return state == ReferralState.CLOSED or (another and not covers_for(viewer, caseworker))


def person_by_identifier(viewer: Actor, text: str) -> UUID | None:
    """The citizen with a CPR number or a case id, if the viewer's organisation knows her.

    For the log's own screens: the database answers with an id and shows no row.
    """
    case, mark = None, b""
    try:
        case = UUID(text.strip())
    except ValueError:
        try:
            mark = sealed.fingerprint(cpr.parse(text, on=clock.today()).value, of="cpr")
        except cpr.CprProblem:
            return None
    with connection.cursor() as cursor:
        cursor.execute("select citizen_known_here(%s, %s)", [mark, case])
        found: UUID | None = cursor.fetchone()[0]
    return found
