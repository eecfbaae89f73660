"""A participant, her case, what she agreed to and her letters, locked. Parts of the commands."""

import datetime as dt
from collections.abc import Collection

from courses import policies
from courses.commands.books import handler_of, locked_participant
from courses.commands.tasks import drop_tasks
from courses.models import DischargeLetter, Enrolment
from courses.queries.letters import Draft, letter_draft
from courses.states import TaskKind
from referrals.commands.cases import handled
from referrals.commands.consent import live_consents
from referrals.models import Referral
from roegfri.actor import Actor, acting, hosting


def locked_draft(enrolment: Enrolment, by: Actor, at: dt.datetime) -> Draft:
    """What would be said now, of a participant whose case one handles; nothing of it changes until
    the command is done. Raises Refusal when her case is another municipality's."""
    case = handled(Referral(pk=enrolment.referral_id, citizen_id=enrolment.citizen_id), by)
    list(live_consents(case.citizen, by).values_list("pk"))
    locked_participant(enrolment, by)
    sent = policies.letters_visible_to(by).filter(enrolment=enrolment).order_by("pk")
    list(sent.select_for_update(of=("self",), no_key=True).values_list("pk"))
    return letter_draft(by, enrolment, at=at)


def tasks_done(
    letter: DischargeLetter, kinds: Collection[TaskKind], *, by: Actor, at: dt.datetime
) -> None:
    """What somebody had to do about a letter is done, at whoever sends it and whoever handles the
    case by now."""
    enrolment = Enrolment(pk=letter.enrolment_id)
    for one in {letter.organisation_id, handler_of(enrolment)} - {None}:
        with acting(hosting(by, one)):
            for kind in kinds:
                drop_tasks(kind=kind, enrolment=enrolment, at=at)
