"""A course as it is typed into STOPbasen, participant by participant."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from courses.models import Course
from courses.queries import course as courses
from courses.queries.endings import Ended, Endings, endings
from courses.queries.meetings import meetings
from courses.queries.pack.head import course_values, created
from courses.queries.pack.known import Known, Transfer, known
from courses.queries.pack.order import PARTICIPANT, goals, typing_order
from courses.queries.pack.person import Person
from courses.queries.pack.values import Typed, Value
from courses.queries.stopbase_forms import NoEdition, edition, first_edition, form_on
from courses.rules.ending import last_seen_on
from courses.rules.pack import Goal, Share, completed_share, smoke_free_share
from courses.rules.stopbase import Completeness, Form, which_form
from courses.states import FormKind, SmokeFree
from roegfri import clock
from roegfri.actor import Actor

_NO_GOAL = Goal(100, 1)


@dataclass(frozen=True, slots=True)
class Card:
    """One participant who agreed. `typed` are her values; `completeness` is her form's.

    `every` are her values with those questions too that were not hers to answer, for a sheet.
    `transfer` says who typed them, None: nobody yet; `changed` names the values that are others by
    now. `handler` is the municipality that has her case, empty where it is the viewer's own.
    """

    ended: Ended = field(repr=False)
    typed: Typed = field(repr=False)
    every: Typed = field(repr=False)
    marks: str
    has_form: bool
    has_number: bool
    handler: str
    completeness: Completeness
    transfer: Transfer | None
    changed: Sequence[str]

    @property
    def id(self) -> UUID:
        """The enrolment's."""
        return self.ended.id

    @property
    def is_done(self) -> bool:
        """What stands here stands in STOPbasen."""
        return self.transfer is not None and not self.changed


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """One who stands in STOPbasen and agrees to it no longer. None of her values."""

    id: UUID
    name: str
    transfer: Transfer


@dataclass(frozen=True, slots=True)
class Pack:
    """`facts` are the course's own values, `cards` those who agreed, `asked` the others' names by
    enrolment, and `withdrawn` those to be removed from STOPbasen.

    `ends` is how it ends for everybody whom the viewer works with, for the steps on top.
    `seen_until` is the last day on which the host sees them, None while the course runs; `gone`:
    it has been. `whole`: the cards bear whole CPR numbers.
    """

    course: Course
    ends: Endings
    facts: Sequence[Value]
    created: courses.Noted
    cards: Sequence[Card]
    asked: Sequence[tuple[UUID, str]]
    withdrawn: Sequence[Withdrawn]
    completed: Share
    smoke_free: Share
    seen_until: dt.date | None
    gone: bool
    whole: bool

    @property
    def done(self) -> int:
        """How many stand in STOPbasen as they stand here."""
        return sum(one.is_done for one in self.cards)

    @property
    def in_line(self) -> list[Card]:
        """Those that are still to be typed in front."""
        return sorted(self.cards, key=lambda one: one.is_done)

    @property
    def numbered(self) -> list[UUID]:
        """Whose CPR numbers stand on the page."""
        return [one.ended.citizen_id for one in self.cards if one.has_number]

    @property
    def is_done(self) -> bool:
        """Nothing is left to be typed, corrected or removed there."""
        return self.done == len(self.cards) and not self.withdrawn


def pack(viewer: Actor, course: Course, *, at: dt.datetime, whole: bool = False) -> Pack:
    """What whoever holds a course types into STOPbasen; of those alone who agreed to that.

    `whole`: with their CPR numbers in full, which a command has written to the log. Nobody but the
    host is answered with participants.
    """
    on = clock.danish_date(at)
    until = last_seen_on(clock.danish_date(course.finished_at)) if course.finished_at else None
    gone = until is not None and on > until
    ends = endings(viewer, course, at=at)
    seen = not gone and _holds(viewer, course)
    rows = [one for one in ends.rows if _took_part(one)] if seen else []
    facts = courses.head(viewer, course, meetings(viewer, course), at)
    agreed = {one.id for one in rows if one.stopbase_agreed}
    found = known(viewer, [one.id for one in rows], agreed=agreed)
    order = typing_order(viewer, PARTICIPANT, on)
    cards = [_card(viewer, one, found[one.id], order, whole) for one in rows if one.id in agreed]
    others = [(one, found[one.id].transfer) for one in rows if one.id not in agreed]
    completed, smoke_free = _shares(viewer, course, [one.ended for one in cards], at)
    return Pack(
        course=course,
        ends=ends,
        facts=course_values(viewer, course, facts, on=on),
        created=created(viewer, facts),
        cards=cards,
        asked=[(one.id, one.name) for one, transfer in others if transfer is None],
        withdrawn=[Withdrawn(one.id, one.name, done) for one, done in others if done],
        completed=completed,
        smoke_free=smoke_free,
        seen_until=until,
        gone=gone,
        whole=whole,
    )


def _holds(viewer: Actor, course: Course) -> bool:
    return viewer.is_system or course.host_id == viewer.organisation_id


def _took_part(one: Ended) -> bool:
    """To the end, or at least once before she left."""
    return bool(one.stayed or one.attended or one.transferred_at)


def _card(viewer: Actor, ended: Ended, hers: Known, order: list[str], whole: bool) -> Card:  # noqa: FBT001
    person = Person(ended, hers, _form(viewer, ended, hers))
    shown, full = (Typed(ended.id, person.values(order, whole=one)) for one in (whole, True))
    transfer = hers.transfer
    return Card(
        ended=ended,
        typed=shown,
        every=Typed(ended.id, person.values(order, whole=whole, every=True)),
        marks=full.marks.hex(),
        has_form=bool(hers.form),
        has_number=bool(hers.number),
        handler="" if hers.handler == viewer.organisation_name else hers.handler,
        completeness=person.completeness,
        transfer=transfer,
        changed=full.changed_since(transfer.marks) if transfer else [],
    )


def _form(viewer: Actor, ended: Ended, hers: Known) -> Form:
    """The edition she answered; or the one of her age when she was enrolled."""
    day = clock.danish_date(ended.enrolled_at)
    kind = FormKind(hers.form) if hers.form else which_form(ended.birth_date, day)
    try:
        return edition(kind, hers.edition) if hers.edition else form_on(kind, day)
    except NoEdition:
        return edition(kind, first_edition(kind))


def _shares(
    viewer: Actor, course: Course, rows: Sequence[Ended], at: dt.datetime
) -> tuple[Share, Share]:
    """By the goals of the day of the last meeting."""
    aims = goals(viewer, clock.danish_date(course.last_at or at))
    completed = [one for one in rows if one.by_stopbase]
    free = sum(one.smoke_free == SmokeFree.YES for one in completed)
    return (
        completed_share(len(completed), len(rows), goal=aims.get("gennemført", _NO_GOAL)),
        smoke_free_share(free, len(completed), goal=aims.get("røgfri", _NO_GOAL)),
    )
