"""Whether a parent of a participant is called first."""

import datetime as dt

from courses.models import Enrolment
from referrals import rules
from referrals.models import Citizen
from referrals.policies import referrals_visible_to
from roegfri import clock
from roegfri.actor import Actor
from roegfri.organisations import lookup
from roegfri.organisations.terms import MissingTerm


def guardian_first(
    viewer: Actor, enrolment: Enrolment, citizen: Citizen, *, at: dt.datetime
) -> bool:
    """Whether she is so young that a parent is called first (rules.guardian_first), for whoever
    handles her case; to anybody else it is not known. `citizen` is the row that counts."""
    if citizen.birth_date is None:
        return False
    handled = referrals_visible_to(viewer).filter(handler=viewer.organisation_id)
    case = handled.select_related("agreement").filter(pk=enrolment.referral_id).first()
    if case is None:
        return False
    today = clock.danish_date(at)
    try:
        age = lookup.terms(case.agreement, today).target_group.guardian_age
    except MissingTerm:
        return False
    return rules.guardian_first(
        citizen.birth_date, today, guardian_age=age, guardian_consent=case.guardian_consent
    )
