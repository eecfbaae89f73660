"""A new course, with its meetings and its counsellors."""

import datetime as dt
import uuid
from collections.abc import Sequence
from itertools import pairwise

from django.db import transaction
from django.utils.translation import gettext as _

from courses.commands.meetings import lay_meetings
from courses.commands.planning.details import CourseDetails, check_course
from courses.models import Course
from courses.models.parts import PARTS
from courses.rules.listing import listed_at_first
from courses.rules.planning import Slot
from courses.states import CourseState
from roegfri import clock
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.organisations import lookup
from roegfri.organisations.kinds import Scope
from roegfri.organisations.models import Agreement, Municipality
from roegfri.refusal import AlreadySent, Refusal
from roegfri.ui.spans import span_words
from roegfri.walls.locks import alone, said, whose

# How long ago and how far ahead: late registration is normal, a wrong year is not.
_EARLIEST, _FURTHEST = dt.timedelta(days=366), dt.timedelta(days=2 * 366)


@transaction.atomic
def plan_course(
    details: CourseDetails,
    *,
    times: Sequence[Slot],
    counsellors: Sequence[uuid.UUID] = (),
    copied_from: Course | None = None,
    once: uuid.UUID | None = None,
    by: Actor,
    at: dt.datetime,
) -> Course:
    """A draft of one's own municipality's, with a meeting at each of the times.

    `once` is the form's own number: the same form sent twice is one course. Raises Refusal for
    meetings out of order, or so long ago or far ahead that a year must be wrong; when the
    municipality is in no agreement on the day of the first; for a provider without a contract and a
    room that is closed; when a room or a counsellor is taken (lay_meetings); AlreadySent when the
    form came before and said something else.
    """
    host = _own_municipality(by)
    said_now = said(details=details, times=times, counsellors=counsellors, copied=copied_from)
    if once:
        once = whose(once, by, host.pk)
        if known := _planned_before(once, said_now):
            return known
    _in_order(times, at)
    on = clock.danish_date(times[0].starts_at if times else at)
    course = _course(details, host, _agreement(host, on), by=by, at=at)
    course.copied_from = copied_from
    course.once, course.request_sha256 = once or course.once, said_now
    check_course(course, by, on, changed=PARTS.values())
    course.save(force_insert=True)
    lay_meetings(course, times, counsellors, at=at)
    course.refresh_from_db(fields=["first_at", "last_at", "meetings"])
    record("course.planned", course, by=by, at=at)
    return course


def _own_municipality(by: Actor) -> Municipality:
    own = Municipality.objects.filter(pk__in=[by.organisation_id]).first()
    if own is None:
        raise Refusal(_("Et forløb hører til en kommune. Skift til din rolle i kommunen."))
    return own


def _planned_before(once: uuid.UUID, said_now: bytes) -> Course | None:
    """The course that the form made before. Raises AlreadySent if it said something else."""
    alone("course", once)
    known = Course.objects.filter(once=once).first()
    if known and bytes(known.request_sha256 or b"") != said_now:
        raise AlreadySent(
            _(
                "Forløbet er allerede oprettet, men med andre oplysninger end dem her. Ret det på "
                "forløbets side. Skal der oprettes ét til, så åbn en ny formular."
            )
        )
    return known


def _in_order(times: Sequence[Slot], at: dt.datetime) -> None:
    for number, (one, following) in enumerate(pairwise(times), 1):
        if following.starts_at < one.starts_at:
            raise Refusal(
                _("Mødegang %(next)d (%(later)s) ligger før mødegang %(nr)d. Ret datoerne.")
                % {
                    "nr": number,
                    "next": number + 1,
                    "later": span_words(following.starts_at, following.ends_at),
                },
                field="first_on",
            )
    if times and not at - _EARLIEST <= times[0].starts_at <= times[-1].starts_at <= at + _FURTHEST:
        raise Refusal(
            _("Mødegangene skal ligge inden for det sidste år eller de næste to. Er året rigtigt?"),
            field="first_on",
        )


def _agreement(host: Municipality, on: dt.date) -> Agreement:
    agreement = lookup.agreement_of(host, on, Scope.CESSATION)
    if agreement is None:
        raise Refusal(
            _("%(name)s er ikke med i en aftale om rygestop den %(day)s og kan ikke holde forløb.")
            % {"name": host.name, "day": f"{on:%d.%m.%Y}"}
        )
    return agreement


def _course(
    details: CourseDetails,
    host: Municipality,
    agreement: Agreement,
    *,
    by: Actor,
    at: dt.datetime,
) -> Course:
    return Course(
        host=host,
        provider_id=details.provider.pk if details.provider else host.pk,
        agreement=agreement,
        kind=details.kind,
        name=details.name,
        concept=details.concept,
        language=details.language or "Dansk",
        target=details.target,
        capacity=details.capacity,
        room=details.room,
        access=details.access,
        transport=details.transport,
        listed=listed_at_first(details.target) if details.listed is None else details.listed,
        state=CourseState.DRAFT,
        state_since=at,
        created_at=at,
        created_by_id=by.person,
    )
