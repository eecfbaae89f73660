"""A meeting with one participant alone: made here, moved and cancelled as any meeting is."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from courses.commands.books import locked_participant
from courses.commands.hosted import own_course
from courses.commands.meetings import lay_meetings
from courses.models import Appointment, Enrolment, Meeting, Room
from courses.queries.appointments import hers_at
from courses.rules.planning import Slot
from courses.states import CourseKind, CourseState, EnrolmentState, MeetingForm
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Refusal
from roegfri.ui.spans import span_words


@transaction.atomic
def make_appointment(
    enrolment: Enrolment,
    slot: Slot,
    *,
    counsellor: UUID,
    room: Room | None = None,
    form: str = MeetingForm.IN_PERSON,
    intake: bool = False,
    by: Actor,
    at: dt.datetime,
) -> Meeting:
    """An appointment with a participant of one's own course; of a group, or Kom & Kvit, it is an
    extra meeting. `intake`: the first talk of Kom & Kvit, which is no meeting by the agreement's
    count. The same one sent twice is one; a time that has passed is registered late.

    Raises Refusal when she takes no part (any more), she or the counsellor has something else then
    or the room is taken (booking.Taken), or the course is another municipality's or over.
    """
    course = own_course(enrolment.course, by)
    if course.state != CourseState.PUBLISHED:
        raise Refusal(_("Forløbet er en kladde. Offentliggør det, før der laves aftaler."))
    enrolment = locked_participant(enrolment, by)
    if enrolment.state != EnrolmentState.ENROLLED:
        raise Refusal(
            _("Der kan kun laves aftaler med deltagere, der er tilmeldt. Status er nu: %(state)s.")
            % {"state": enrolment.get_state_display()}
        )
    if intake and course.kind != CourseKind.OPEN:
        raise Refusal(_("Kun Kom & Kvit begynder med en indledende samtale."), field="intake")
    if known := _already(enrolment, slot, counsellor, by):
        return known
    extra = course.kind != CourseKind.INDIVIDUAL and not intake
    facts = {"room": room, "form": form, "appointment": True, "extra": extra, "intake": intake}
    [made] = lay_meetings(course, [slot], [counsellor], at=at, **facts)
    Appointment.objects.create(meeting=made, enrolment=enrolment)
    record("appointment.made", made, by=by, at=at, persons=[enrolment.citizen_id])
    return made


def _already(enrolment: Enrolment, slot: Slot, counsellor: UUID, by: Actor) -> Meeting | None:
    """The same appointment, made a moment ago. Raises Refusal when she has another then."""
    others = hers_at(by, enrolment).filter(starts_at__lt=slot.ends_at, ends_at__gt=slot.starts_at)
    same = others.filter(
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        staff__counsellor=counsellor,
        appointed__enrolment=enrolment,
    ).first()
    if same is None and (other := others.first()):
        raise Refusal(
            _("Deltageren har allerede en aftale %(when)s. Vælg et andet tidspunkt.")
            % {"when": span_words(other.starts_at, other.ends_at)}
        )
    return same
