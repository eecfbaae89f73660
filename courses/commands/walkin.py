"""Somebody walks in without being enrolled: she is recorded, whoever she is."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from courses import policies
from courses.commands.books import books_of, locked_course
from courses.commands.enrol import WhenFull, enrol, person_of
from courses.commands.leaving import take_back
from courses.commands.marking import Said, mark
from courses.commands.marking.follow import call_due
from courses.commands.marking.who import held_meeting, may_be_met
from courses.commands.tasks import make_task
from courses.models import Attendance, Enrolment, Meeting
from courses.states import EnrolmentState, Mark, TaskKind
from referrals.commands.contact import log_call
from referrals.commands.details import Details
from referrals.commands.receive import receive_referral
from referrals.models import Phone, Referral
from referrals.policies import citizens_visible_to, referrals_visible_to
from referrals.queries import own_municipality
from referrals.states import Channel, Outcome, ReferralState, Source
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.organisations.models import Municipality
from roegfri.refusal import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkIn:
    """What is known of whoever stands in the room; nothing of it has to be. `phone` in E.164;
    `unread` is what was typed where it could not be read as a number."""

    given_names: str = ""
    surname: str = ""
    phone: str = ""
    unread: str = ""
    home: Municipality | None = None
    note: str = ""

    @property
    def words(self) -> str:
        """The note, and what was typed for a telephone number: nothing of it is lost."""
        return " ".join(filter(None, [self.note, self.unread_words]))

    @property
    def unread_words(self) -> str:
        """That the number could not be read, and what was typed; empty where it could."""
        if not self.unread:
            return ""
        return _("Telefonnummeret kunne ikke læses: «%(typed)s».") % {"typed": self.unread}


@dataclass(frozen=True, slots=True)
class WalkedIn:
    """She is recorded. `missing` says what has to be asked of her, in words."""

    enrolment: Enrolment
    missing: Sequence[str]

    @property
    def waits(self) -> bool:
        """There was no seat for her: she came all the same, and the host finds her a place."""
        return self.enrolment.state == EnrolmentState.WAITING


@transaction.atomic
def walk_in(
    meeting: Meeting,
    who: WalkIn,
    *,
    participant: Enrolment | None = None,
    citizen: uuid.UUID | None = None,
    once: uuid.UUID,
    by: Actor,
    at: dt.datetime,
) -> WalkedIn:
    """Records that somebody came: a `participant` of the course, a `citizen` of one's own, or, when
    neither is named, somebody new, whose case begins here.

    Where there is no seat she waits, with her attendance, and her place is a task; so is what is
    missing. The same form sent twice is one arrival. Raises Refusal for a meeting that is not one's
    own, is cancelled, far ahead or an appointment, and for a course that is over; AlreadySent when
    the form came before and said something else.
    """
    meeting = _own_meeting(meeting, by)
    may_be_met(meeting, at)
    if participant is not None:
        enrolment = _taking_part(participant, meeting, by=by, at=at)
    else:
        case = _case(who, citizen, once=_number(once, "case"), by=by, at=at)
        enrolment = enrol(
            meeting.course,
            case,
            when_full=WhenFull.WAIT,
            walked_in=True,
            once=_number(once, "seat"),
            by=by,
            at=at,
        )
    _came(enrolment, meeting, who, once=_number(once, "mark"), by=by, at=at)
    missing = _missing(enrolment, who, by)
    _make_tasks(enrolment, meeting, missing, who.unread_words, by=by, at=at)
    record("enrolment.walked_in", enrolment, by=by, at=at, persons=[enrolment.citizen_id])
    return WalkedIn(enrolment, missing)


def _number(once: uuid.UUID, what: str) -> uuid.UUID:
    """Each of the things that one form does is done once."""
    return uuid.uuid5(once, what)


def _own_meeting(meeting: Meeting, by: Actor) -> Meeting:
    """Raises Refusal where a stranger cannot walk in."""
    rows = policies.meetings_hosted_by(by).select_related("course__host", "course__agreement")
    if (row := rows.filter(pk=meeting.pk).first()) is None:
        raise Refusal(_("Kun værtskommunen kan notere en, der kommer uden tilmelding."))
    if row.appointment:
        raise Refusal(_("Aftalen er med én deltager. Opret en henvisning for den, der kom."))
    return row


def _taking_part(
    participant: Enrolment, meeting: Meeting, *, by: Actor, at: dt.datetime
) -> Enrolment:
    """One of the course's; whoever had withdrawn is back, in the waiting list if it is full.

    Who takes part is only read: she is locked in her turn, behind the meeting. So is who comes
    back: all that stands before her in the order of locks is locked first.
    """
    mine = policies.enrolments_worked_with_by(by).select_related("course__host")
    if (enrolment := mine.filter(pk=participant.pk).first()) is None:
        raise Refusal(_("Tilmeldingen er ikke længere jeres at ændre. Intet er ændret."))
    if enrolment.state == EnrolmentState.WITHDRAWN:
        person_of(enrolment.citizen_id, by)
        with books_of(meeting.course, by):
            locked_course(meeting.course)
        held_meeting(meeting, by)
        return take_back(enrolment, when_full=WhenFull.WAIT, by=by, at=at)
    return enrolment


def _case(
    who: WalkIn, citizen: uuid.UUID | None, *, once: uuid.UUID, by: Actor, at: dt.datetime
) -> Referral:
    """The open case of a citizen of one's own, or a new one of hers, or of somebody new. Whoever
    stands there has been talked with: the deadline of a new case is met."""
    known = _open_case(citizen, by) if citizen else None
    if known is not None:
        return known
    host = own_municipality(by)
    case = receive_referral(
        Details(
            source=Source.OWN_CONTACT,
            channel=Channel.IN_PERSON,
            received_at=at,
            given_names=who.given_names,
            surname=who.surname,
            phones=[(who.phone, "")] if who.phone else [],
            home=who.home,
            text=who.words,
        ),
        handler=host,
        decided=citizen or "new",
        once=once,
        by=by,
        at=at,
    )
    came = _("Kom uden tilmelding til en mødegang.")
    log_call(
        case,
        outcome=Outcome.REACHED,
        note=came,
        incoming=True,
        once=once,
        by=by,
        at=at,
    )
    return case


def _open_case(citizen: uuid.UUID, by: Actor) -> Referral | None:
    rows = citizens_visible_to(by).filter(Q(pk=citizen) | Q(merged_into=citizen))
    cases = referrals_visible_to(by).filter(citizen__in=rows, handler_id=by.organisation_id)
    return cases.exclude(state=ReferralState.CLOSED).order_by("-received_at", "pk").first()


def _came(
    enrolment: Enrolment,
    meeting: Meeting,
    who: WalkIn,
    *,
    once: uuid.UUID,
    by: Actor,
    at: dt.datetime,
) -> None:
    """Whatever stood there before: she is in the room. What was noted of her stays."""
    row = Attendance.objects.filter(enrolment=enrolment, meeting=meeting).first()
    said = Said(mark=Mark.ATTENDED)
    if words := who.words:
        stands = row.note if row else ""
        note = stands if words in stands else "\n".join(filter(None, [stands, words]))
        said = Said(mark=Mark.ATTENDED, note=note)
    mark(enrolment, meeting, said=said, seen=row.version if row else 0, once=once, by=by, at=at)


def _missing(enrolment: Enrolment, who: WalkIn, by: Actor) -> list[str]:
    """What has to be asked of her, in words: what a course and its settlement cannot do without."""
    rows = citizens_visible_to(by).select_related("merged_into").filter(pk=enrolment.citizen_id)
    citizen = rows.get()
    citizen = citizen.merged_into or citizen
    hers = Q(citizen=citizen.pk) | Q(citizen=enrolment.citizen_id)
    has = {
        _("navn"): bool(citizen.given_names and citizen.surname),
        _("telefonnummer"): (
            not who.unread and Phone.objects.filter(hers, wrong_since=None).exists()
        ),
        _("bopælskommune"): enrolment.home_id is not None,
    }
    return [words for words, there in has.items() if not there]


def _make_tasks(
    enrolment: Enrolment,
    meeting: Meeting,
    missing: Sequence[str],
    unread: str,
    *,
    by: Actor,
    at: dt.datetime,
) -> None:
    course, due_at = meeting.course, call_due(enrolment, meeting)
    ask = partial(make_task, course=course, enrolment=enrolment, due_at=due_at, at=at)
    asked = _("Spørg efter: %(missing)s.") % {"missing": ", ".join(missing)} if missing else ""
    with books_of(course, by):
        if enrolment.state == EnrolmentState.WAITING:
            came = _("Kom til en mødegang uden at have en plads.")
            ask(TaskKind.PLACE, note=" ".join(filter(None, [came, asked, unread])))
        if missing:
            ask(TaskKind.MISSING, note=" ".join(filter(None, [asked, unread])))
