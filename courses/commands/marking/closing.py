"""A meeting is over: closed by one tap, opened again by its host."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses import policies
from courses.commands.marking.follow import ask_for_call
from courses.commands.marking.who import expected_at
from courses.commands.tasks import drop_tasks
from courses.models import Attendance, Enrolment, Meeting
from courses.states import MEETING_MOVES, Mark, MeetingState, TaskKind
from roegfri import lifecycle
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Conflict, Refusal
from roegfri.ui.spans import moment_words


class AlreadyClosed(Conflict):
    """Somebody else was there first: who it was, and that nothing is lost."""


class NotRegistered(Refusal):
    """Of some who should have come nothing is registered yet; `missing` is who they are."""

    def __init__(self, missing: list[Enrolment]) -> None:
        super().__init__(
            ngettext(
                "%(count)d deltager er ikke registreret endnu. Registrér fremmødet, eller luk"
                " alligevel: så står der «ikke registreret».",
                "%(count)d deltagere er ikke registreret endnu. Registrér fremmødet, eller luk"
                " alligevel: så står der «ikke registreret».",
                len(missing),
            )
            % {"count": len(missing)}
        )
        self.missing = missing


@transaction.atomic
def close_meeting(meeting: Meeting, *, anyway: bool = False, by: Actor, at: dt.datetime) -> Meeting:
    """The meeting was held, and its attendance stands. Whoever stayed away is to be rung.

    `anyway`: also when nothing is registered of some (NotRegistered otherwise). Closing it twice
    oneself is closing it once; raises AlreadyClosed when somebody else has, Refusal before it has
    begun, when it is cancelled, and for whoever is not its host.
    """
    meeting = _hosted(meeting, by)
    if meeting.state == MeetingState.HELD:
        if meeting.closed_by_id == by.user_id:
            return meeting
        raise _closed_by(meeting)
    if meeting.starts_at > at and meeting.state == MeetingState.PLANNED:
        raise Refusal(
            _("Mødegangen begynder først %(when)s. Luk den, når den er holdt.")
            % {"when": moment_words(meeting.starts_at)}
        )
    marked = Attendance.objects.filter(meeting=meeting).exclude(mark="")
    missing = expected_at(meeting).exclude(pk__in=marked.values("enrolment"))
    if not anyway and (found := list(missing)):
        raise NotRegistered(found)
    meeting.closed_at, meeting.closed_by_id = at, by.person
    lifecycle.move(
        meeting, MEETING_MOVES, to=MeetingState.HELD, at=at, facts=["closed_at", "closed_by"]
    )
    for one in marked.filter(mark=Mark.ABSENT).select_related("enrolment"):
        ask_for_call(one.enrolment, meeting, at=at)
    record("meeting.closed", meeting, by=by, at=at)
    return meeting


@transaction.atomic
def reopen_meeting(meeting: Meeting, *, by: Actor, at: dt.datetime) -> Meeting:
    """It was closed too early: as it was before, and nobody has to be rung because of it yet.

    Raises Refusal when it is not closed, and for whoever is not its host.
    """
    meeting = _hosted(meeting, by)
    if meeting.state == MeetingState.PLANNED:
        return meeting
    if meeting.state == MeetingState.CANCELLED:
        raise Refusal(_("Mødegangen er aflyst. Genopret den på forløbets side."))
    meeting.closed_at, meeting.closed_by_id = None, None
    lifecycle.move(
        meeting, MEETING_MOVES, to=MeetingState.PLANNED, at=at, facts=["closed_at", "closed_by"]
    )
    drop_tasks(at=at, kind=TaskKind.NO_SHOW, meeting=meeting)
    record("meeting.reopened", meeting, by=by, at=at)
    return meeting


def _hosted(meeting: Meeting, by: Actor) -> Meeting:
    """One of one's own municipality's, as it is now; locked."""
    own = policies.meetings_hosted_by(by).select_for_update(of=("self",), no_key=True)
    if (row := own.filter(pk=meeting.pk).first()) is None:
        raise Refusal(_("Kun værtskommunen kan lukke og genåbne mødegangen."))
    return row


def _closed_by(meeting: Meeting) -> AlreadyClosed:
    name = meeting.closed_by.name if meeting.closed_by else ""
    when = moment_words(meeting.closed_at) if meeting.closed_at else ""
    return AlreadyClosed(
        _(
            "Mødegangen er allerede lukket af %(name)s %(when)s. Det, du har registreret, er gemt;"
            " fremmødet kan stadig rettes."
        )
        % {"name": name, "when": when}
    )
