"""A case, locked for whoever handles it now. Part of the commands that change one."""

from django.db.models import Q
from django.utils.translation import gettext as _

from referrals import policies
from referrals.models import Citizen, Referral
from roegfri.actor import Actor
from roegfri.refusal import Refusal


def handled(referral: Referral, by: Actor) -> Referral:
    """The row as it is now, locked; and behind its citizen's, which is locked first everywhere:
    a corrected name is copied to her cases (migration 0007) while her row is held. Of whoever was
    merged both rows, in the order of people.one_person.

    Raises Refusal when the case has been given to another municipality: whoever gave it may look at
    it until the end of that day, and change nothing.
    """
    into = Citizen.objects.filter(pk=referral.citizen_id).values("merged_into")
    hers = Citizen.objects.filter(Q(pk=referral.citizen_id) | Q(pk__in=into)).order_by("pk")
    list(hers.select_for_update(no_key=True).values_list("pk"))
    visible = policies.referrals_visible_to(by)
    row = visible.select_for_update(of=("self",)).filter(pk=referral.pk).first()
    if row is None:
        raise Refusal(_("Sagen er ikke længere hos jer. Intet er ændret."))
    if not by.is_system and row.handler_id != by.organisation_id:
        raise Refusal(
            _("Sagen er givet videre til %(name)s, som nu behandler den. Intet er ændret.")
            % {"name": row.handler.name}
        )
    return row
