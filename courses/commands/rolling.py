"""What happens to participants by itself: who stays away for long is withdrawn, and who has not
been talked with is to be called.

Looked at every hour, so that a morning on which no worker ran is made up for."""

import datetime as dt

from django.db import transaction

from courses.commands.leaving import withdraw
from courses.commands.ticks import expect_contact
from courses.models import Tick
from courses.queries.absent import long_absent
from courses.queries.checklist import talks_undone, uncontacted
from courses.states import WithdrawReason
from roegfri.actor import Actor
from roegfri.refusal import Refusal
from roegfri.walls.locks import first


@transaction.atomic
def end_long_absent(*, by: Actor, at: dt.datetime) -> int:
    """Withdraws those of Kom & Kvit who have been away for so long as the agreement says and have
    planned no quit date; how many. Needs a system scope.

    Twice is once; where another is at it, it does nothing. The next who wait get the seats.
    """
    if not first("courses.end_long_absent"):
        return 0
    ended = 0
    for away in sorted(long_absent(by, at=at), key=lambda one: one.enrolment.course_id):
        try:
            withdraw(away.enrolment, reason=WithdrawReason.LONG_ABSENT, by=by, at=at)
        except Refusal:
            # A person was faster.
            continue
        ended += 1
    return ended


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
