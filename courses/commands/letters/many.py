"""The letters of a whole course, at one press."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from courses import policies
from courses.commands.letters.sending import send_letter
from courses.queries.letters import Draft
from referrals.commands.people import many_persons
from referrals.models import Consent
from referrals.policies import referrals_visible_to
from roegfri.actor import Actor
from roegfri.refusal import Refusal


@transaction.atomic
def send_letters(
    drafts: Sequence[Draft], *, by: Actor, at: dt.datetime
) -> dict[Draft, Refusal | None]:
    """Each as it is proposed; what keeps one back is answered with it, and holds up no other.

    All are locked before the first is made, in the order of the house: two who press at once, or
    somebody who marks attendance meanwhile, wait for each other and never in a circle.
    """
    rows = [one.enrolment for one in drafts]
    persons = many_persons({one.citizen_id for one in rows}, by)
    cases = referrals_visible_to(by).filter(pk__in={one.referral_id for one in rows})
    list(cases.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    roots = {one.pk for one in persons.values()}
    hers = Q(citizen__in=roots) | Q(citizen__merged_into__in=roots)
    agreed = Consent.objects.filter(hers, withdrawn_at=None).order_by("pk")
    list(agreed.select_for_update(of=("self",)).values_list("pk"))
    own = policies.enrolments_worked_with_by(by).filter(pk__in=[one.pk for one in rows])
    list(own.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
    return {one: _sent(one, by, at) for one in drafts}


def _sent(draft: Draft, by: Actor, at: dt.datetime) -> Refusal | None:
    try:
        send_letter(draft.enrolment, text=draft.text(), by=by, at=at)
    except Refusal as refusal:
        return refusal
    return None
