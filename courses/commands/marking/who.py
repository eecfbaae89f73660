"""Which meeting, which participant, and whether one may be marked at the other."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from courses import policies
from courses.commands.marking.said import Said
from courses.models import Appointment, Attendance, Enrolment, Meeting
from courses.states import EnrolmentState, Mark, MeetingState
from roegfri.actor import Actor, acting, hosting
from roegfri.refusal import Refusal
from roegfri.ui.spans import moment_words

# Who comes early is marked early; further ahead somebody has opened the wrong meeting.
AHEAD = dt.timedelta(hours=12)


def held_meeting(meeting: Meeting, by: Actor) -> Meeting:
    """The meeting as it is now, locked: under its host's scope, for whoever marks her own citizen
    on another municipality's course."""
    host = Meeting.objects.values_list("course__host_id", "course__host__name").get(pk=meeting.pk)
    with acting(hosting(by, *host)):
        return Meeting.objects.select_for_update(of=("self",), no_key=True).get(pk=meeting.pk)


def own_participant(enrolment: Enrolment, by: Actor) -> Enrolment:
    """The row as it is now, locked. Raises Refusal when one only looks on, or no longer may."""
    mine = policies.enrolments_worked_with_by(by).select_for_update(of=("self",), no_key=True)
    if (row := mine.filter(pk=enrolment.pk).first()) is None:
        raise Refusal(
            _("Kun værtskommunen og den kommune, der har sagen, kan registrere fremmøde her.")
        )
    return row


def may_be_marked(enrolment: Enrolment, meeting: Meeting, said: Said, at: dt.datetime) -> None:
    """Raises Refusal when she cannot have been at the meeting. To take a mark away always goes."""
    if enrolment.course_id != meeting.course_id:
        raise Refusal(_("Mødegangen hører til et andet forløb end deltageren. Genindlæs siden."))
    if (
        meeting.appointment
        and not Appointment.objects.filter(meeting=meeting, enrolment=enrolment).exists()
    ):
        raise Refusal(_("Aftalen er med en anden deltager. Genindlæs siden."))
    if said.mark not in Mark.values and not isinstance(said.co, int):
        return
    may_be_met(meeting, at, only_afbud=said.mark == Mark.CANCELLED and not isinstance(said.co, int))
    if enrolment.left_at and meeting.starts_at >= enrolment.left_at:
        raise Refusal(
            _(
                "Deltageren stoppede på forløbet den %(left)s, før mødegangen. Skal fremmødet stå"
                " her, så fortryd frameldingen først."
            )
            % {"left": moment_words(enrolment.left_at)}
        )


def may_be_met(meeting: Meeting, at: dt.datetime, *, only_afbud: bool = False) -> None:
    """Raises Refusal for a cancelled meeting, and for one that is far ahead; an afbud is given
    ahead by its nature."""
    if meeting.state == MeetingState.CANCELLED:
        raise Refusal(
            _("Mødegangen den %(day)s er aflyst. Genopret den, hvis den alligevel blev holdt.")
            % {"day": moment_words(meeting.starts_at)}
        )
    if meeting.starts_at - at > AHEAD and not only_afbud:
        raise Refusal(
            _(
                "Mødegangen er først den %(day)s. Fremmøde kan registreres fra %(hours)d timer før;"
                " et afbud kan noteres nu."
            )
            % {"day": moment_words(meeting.starts_at), "hours": AHEAD // dt.timedelta(hours=1)}
        )


def expected_at(meeting: Meeting) -> QuerySet[Enrolment]:
    """Who should have come: enrolled before it ended, not left before it began; one participant
    alone where the meeting is hers."""
    hers = Attendance.objects.filter(enrolment=OuterRef("pk"), meeting=meeting)
    rows = Enrolment.objects.filter(course=meeting.course_id).filter(
        Q(left_at=None) | Q(left_at__gt=meeting.starts_at)
    )
    if meeting.appointment:
        return rows.filter(appointments__meeting=meeting)
    return rows.filter(enrolled_at__lte=meeting.ends_at).exclude(
        ~Exists(hers), state=EnrolmentState.WAITING
    )
