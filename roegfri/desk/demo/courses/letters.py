"""What left the house when courses had ended: letters to general practitioners, and STOPbasen."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from courses.commands.letters import correct_letter, note_silence, send_letter, send_on_paper
from courses.models import Course, DischargeLetter, Transferred
from courses.queries.letters import Draft, course_letters
from courses.queries.pack import pack
from courses.states import CourseKind, CourseState, LetterState
from roegfri.accounts.models import Grant, User
from roegfri.accounts.roles import GRANTS, Role
from roegfri.actor import Actor, Kind, acting, system
from roegfri.desk.demo.places import Place

# Where somebody signs in to the trial: each letter takes some milliseconds.
_HERE = ("167", "153", "751")
# Where the trial is shown every state is to be seen; the newest in front, and then all arrived.
SHOWN = "167"
_STATES = (
    "",
    LetterState.REFUSED,
    LetterState.WRITTEN,
    LetterState.WAITING,
    LetterState.RECEIVED,
    "corrected",
    LetterState.ON_PAPER,
)
_WHY = "Patienten er ikke tilmeldt denne lægepraksis."
_MORE = "\n\nTilføjet: Borgeren fortsætter med nikotinplaster i fire uger."
_WRITTEN, _ANSWERED = dt.timedelta(minutes=3), dt.timedelta(minutes=9)
_CORRECTED = dt.timedelta(minutes=45)
# Typed into STOPbasen some days after a course has ended, those of the last weeks not yet.
_TYPED, _NOT_YET = dt.timedelta(days=4), dt.timedelta(days=60)


@transaction.atomic
def lay(places: Sequence[Place], now: dt.datetime) -> None:
    """Letters about those who agreed to one, and what stands in STOPbasen; where somebody can look
    at it."""
    for_one = Q(kind__in=[CourseKind.OPEN, CourseKind.INDIVIDUAL])
    ended = Course.objects.filter(Q(state=CourseState.FINISHED) | for_one)
    for place in places:
        if place.municipality.code in _HERE:
            over = list(ended.filter(host=place.municipality).select_related("host", "agreement"))
            by = _counsellor(place.counsellors[0], place)
            with acting(by):
                _write(by, over, now, place)
            with acting(system("demo_data")):
                _typed(system("demo_data"), over, now)


def _counsellor(user: User, place: Place) -> Actor:
    grant = Grant.objects.get(
        user=user, role=Role.COUNSELLOR, organisation_id=place.municipality.pk
    )
    return Actor(
        Kind.PERSON,
        user.name,
        user_id=user.pk,
        grant_id=grant.pk,
        role=grant.role,
        organisation_id=grant.organisation_id,
        organisation_name=place.municipality.name,
        rights=GRANTS[Role.COUNSELLOR],
    )


def _write(by: Actor, courses: Iterable[Course], now: dt.datetime, place: Place) -> None:
    """By whoever handles the case, which is most often who held the course."""
    states: Iterator[str] = iter(_STATES if place.municipality.code == SHOWN else ())
    drafts = [one for course in courses for one in course_letters(by, course, at=now).drafts]
    due = [one for one in drafts if one.consent and one.came and one.is_over and not one.letter]
    arrived = []
    for draft in sorted(due, key=_over_at, reverse=True):
        at = min(_over_at(draft) + dt.timedelta(hours=20), now - _CORRECTED - _ANSWERED)
        state = next(states, LetterState.RECEIVED) if not draft.lacks else LetterState.ON_PAPER
        if made := _one(draft, state, by, at):
            arrived.append(made.pk)
    _has(arrived, LetterState.RECEIVED)


def _over_at(draft: Draft) -> dt.datetime:
    """When the course was over for her."""
    return draft.enrolment.left_at or draft.came[-1].starts_at


def _one(draft: Draft, state: str, by: Actor, at: dt.datetime) -> DischargeLetter | None:
    """A letter in that state; the one that its doctor's system has, where it is."""
    if not state or draft.lacks_on_paper:
        return None
    if state == LetterState.ON_PAPER:
        send_on_paper(draft.enrolment, text=draft.text(), by=by, at=at)
        return None
    made = send_letter(draft.enrolment, text=draft.text(), by=by, at=at)
    if state == "corrected":
        _has([made.pk], LetterState.RECEIVED)
        at += _CORRECTED
        return correct_letter(made, text=draft.text() + _MORE, by=by, at=at)
    if state == LetterState.REFUSED:
        _has([made.pk], LetterState.REFUSED, trouble=_WHY)
        note_silence(made, by=by, at=at + _ANSWERED)
    if state == LetterState.WRITTEN:
        _has([made.pk], LetterState.WRITTEN, answered_at=None)
    return made if state == LetterState.RECEIVED else None


def _has(letters: Sequence[UUID], state: LetterState, **more: object) -> None:
    """It left some minutes after it was made, and was answered some minutes after that."""
    left: dict[str, object] = {
        "state": state,
        "written_at": F("made_at") + _WRITTEN,
        "answered_at": F("made_at") + _ANSWERED,
        "state_since": F("made_at") + _ANSWERED,
    }
    DischargeLetter.objects.filter(pk__in=letters).update(**left | more)


def _typed(by: Actor, courses: Iterable[Course], now: dt.datetime) -> None:
    """Of the courses that have been over for some weeks, all who agreed stand in STOPbasen, with
    the values as they were then."""
    rows = []
    for course in courses:
        if course.finished_at is None or course.finished_at > now - _NOT_YET:
            continue
        at = course.finished_at + _TYPED
        rows += [
            Transferred(
                enrolment_id=card.id,
                at=at,
                by_id=course.created_by_id,
                digest=bytes.fromhex(card.marks),
            )
            for card in pack(by, course, at=at, whole=True).cards
        ]
    Transferred.objects.bulk_create(rows)
