"""What happens to participants by itself: who stays away for long is withdrawn, and who has not
been talked with is to be called.

Looked at every hour, so that a morning on which no worker ran is made up for."""

import datetime as dt

from django.db import transaction

from courses.commands.leaving import held_to_leave, withdraw
from courses.commands.ticks import expect_contact
from courses.models import Enrolment, Tick
from courses.queries.absent import long_absent
from courses.queries.checklist import talks_undone, uncontacted
from courses.states import WithdrawReason
from roegfri.actor import Actor
from roegfri.refusal import Refusal
from roegfri.walls.locks import first


@transaction.atomic
def end_absence(enrolment: Enrolment, *, by: Actor, at: dt.datetime) -> bool:
    """Withdraws one of Kom & Kvit who has been away for so long as the agreement says and has
    planned no quit date; whether it did. Needs a system scope.

    Twice is once. She is looked at again when she is locked: who came, was given a quit date or
    left in that moment is let be. The next who waits gets the seat.
    """
    try:
        held_to_leave(enrolment, by=by, at=at)
    except Refusal:
        # A person was faster.
        return False
    if not long_absent(by, only=enrolment, at=at):
        return False
    withdraw(enrolment, reason=WithdrawReason.LONG_ABSENT, by=by, at=at)
    return True


@transaction.atomic
def ask_for_contacts(*, by: Actor, at: dt.datetime) -> int:
    """Of everybody who is enrolled and ticked by nobody as talked with: the talk there was is
    noted, or there is a task to call her in time; how many were looked at. Needs a system scope.

    Twice is once; where another is at it, it does nothing.
    """
    if not first("courses.ask_for_contacts"):
        return 0
    Tick.objects.filter(pk__in=talks_undone(by)).delete()
    found = uncontacted(by)
    for enrolment in found:
        expect_contact(enrolment, by=by, at=at)
    return len(found)
