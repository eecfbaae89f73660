"""Letters to general practitioners: what one would say, what it lacks, and those that were sent."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, OuterRef, Q, UUIDField
from django.db.models.functions import JSONObject
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import translation

from courses import policies
from courses.models import Attendance, Course, DischargeLetter, Enrolment
from courses.queries.met import Met, Occasions, occasions
from courses.rules.discharge import Facts, Known, Lack, Result, lacks, lacks_on_paper
from courses.states import (
    CourseKind,
    CourseState,
    EnrolmentState,
    LetterState,
    Mark,
    SmokeFree,
)
from referrals.models import Citizen, CivilNumber, Consent
from referrals.policies import citizens_visible_to, referrals_visible_to
from referrals.states import ConsentKind
from roegfri import clock
from roegfri.actor import Actor
from roegfri.organisations.models import Municipality, Practice
from roegfri.persons import names

KINDS = (ConsentKind.DISCHARGE, ConsentKind.DISCHARGE_RESULT)
# What can be corrected: it is out of the house.
GONE = (LetterState.WRITTEN, LetterState.RECEIVED, LetterState.REFUSED)


@dataclass(frozen=True, slots=True)
class Draft:
    """What would be sent about one participant, and what is missing.

    `citizen` is the row that counts, `number` her newest number, `consents` those that hold, by
    kind; `letters` are all of hers, the newest first. `sender` is the viewer's municipality.
    """

    enrolment: Enrolment
    citizen: Citizen
    number: CivilNumber | None
    practice: Practice | None
    sender: Municipality
    consents: Mapping[str, Consent]
    met: Sequence[Met]
    letters: Sequence[DischargeLetter]

    @property
    def consent(self) -> Consent | None:
        """That a letter is sent at all."""
        return self.consents.get(ConsentKind.DISCHARGE)

    @property
    def result_consent(self) -> Consent | None:
        """That it says how it went; nothing without the other."""
        return self.consents.get(ConsentKind.DISCHARGE_RESULT) if self.consent else None

    @property
    def doctor(self) -> str:
        """Her general practitioner by name; "" where nobody has told."""
        return self.practice.name if self.practice else self.citizen.practice_name

    @property
    def came(self) -> Sequence[Met]:
        """The meetings she came to, in order."""
        return [one for one in self.met if one.mark == Mark.ATTENDED]

    @property
    def lacks(self) -> Sequence[Lack]:
        """What keeps it from going out as a message."""
        return lacks(self._known())

    @property
    def lacks_on_paper(self) -> Sequence[Lack]:
        """What keeps it from being printed."""
        return lacks_on_paper(self._known())

    @property
    def letter(self) -> DischargeLetter | None:
        """The one that counts: the newest that was not stopped."""
        return next((one for one in self.letters if one.state != LetterState.STOPPED), None)

    @property
    def is_over(self) -> bool:
        """Whether the course is over for her: «Efter endt rygestopforløb» (S1)."""
        coming = any(one.coming for one in self.met)
        left = self.enrolment.state in {EnrolmentState.ENDED, EnrolmentState.WITHDRAWN}
        finished = self.enrolment.course.state == CourseState.FINISHED
        stands = self.enrolment.course.kind != CourseKind.GROUP
        return left or finished or not (coming or stands)

    @property
    def is_ready(self) -> bool:
        """Whether it can be sent with those of all others at one press."""
        return self.letter is None and self.is_over and not self.lacks

    @property
    def last_day(self) -> dt.date | None:
        """The Danish day on which she came last."""
        return clock.danish_date(self.came[-1].starts_at) if self.came else None

    def text(self) -> str:
        """The letter as it is proposed, always in Danish; "" about somebody who never came."""
        if not self.came:
            return ""
        context = {"facts": self._facts(), "result": self.result}
        with translation.override("da"):
            return render_to_string("courses/letters/discharge.txt", context).strip()

    @property
    def result(self) -> Result:
        """How it went; empty without her consent to tell."""
        if self.result_consent is None:
            return Result()
        ending = getattr(self.enrolment, "ending", None)
        said = ending.smoke_free if ending else ""
        known = said if said in {SmokeFree.YES, SmokeFree.NO} else ""
        return Result(known, self.enrolment.actual_quit_on)

    def _facts(self) -> Facts:
        course, came = self.enrolment.course, self.came
        over = [one for one in self.met if not one.coming]
        days = [clock.danish_date(one.starts_at) for one in came]
        return Facts(
            host=course.host.name,
            kind=course.kind,
            first_on=days[0],
            last_on=days[-1],
            attended=len(came),
            held=None if course.kind == CourseKind.OPEN else len(over),
            sender=self.sender.name,
            phone=self.sender.phone,
        )

    def _known(self) -> Known:
        return Known(
            consent=self.consent is not None,
            attended=len(self.came),
            name=bool(names.full(self.citizen.given_names, self.citizen.surname).strip()),
            number=self.number is not None,
            practice=self.practice is not None,
            doctor=bool(self.doctor),
            ean=bool(self.practice and self.practice.ean),
            sender_ean=bool(self.sender.ean),
        )


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A participant whose letter another municipality sends; "" where one may not know which."""

    name: str
    handler: str


@dataclass(frozen=True, slots=True)
class CourseLetters:
    """Everybody of a course whom one sees: those whose letter one sends, and the others."""

    course: Course
    drafts: Sequence[Draft]
    elsewhere: Sequence[Elsewhere]

    @property
    def ready(self) -> Sequence[Draft]:
        """Those that can go at one press."""
        return [one for one in self.drafts if one.is_ready]


def letter_draft(viewer: Actor, enrolment: Enrolment, *, at: dt.datetime | None = None) -> Draft:
    """What would be sent about a participant. Raises Http404 when one does not handle her case."""
    found = _drafts(viewer, Q(pk=enrolment.pk), at or clock.now())
    if not found:
        raise Http404
    return found[0]


def letters_of(viewer: Actor, enrolment: Enrolment) -> list[DischargeLetter]:
    """All letters about a participant that one may see, the newest first."""
    rows = policies.letters_visible_to(viewer).filter(enrolment=enrolment).defer("body")
    return list(rows.select_related("organisation", "made_by").order_by("-made_at", "-pk"))


def letters_about(viewer: Actor, persons: Collection[UUID]) -> list[DischargeLetter]:
    """The letters about one citizen, by all rows that are her, with their courses."""
    rows = policies.letters_visible_to(viewer).filter(enrolment__citizen__in=persons)
    with_course = rows.select_related("enrolment__course", "organisation", "made_by")
    return list(with_course.defer("body").order_by("-made_at", "-pk"))


def letter(viewer: Actor, pk: UUID) -> DischargeLetter:
    """One letter of one's own, or of a case one has taken over. Raises Http404."""
    rows = policies.letters_visible_to(viewer).select_related(
        "organisation", "made_by", "consent", "result_consent", "practice__as_practice"
    )
    return get_object_or_404(rows, pk=pk)


def whose_letter(viewer: Actor, found: DischargeLetter) -> Enrolment | None:
    """Whom it is about; None when one sees her no more."""
    rows = policies.enrolments_visible_to(viewer).select_related("citizen__merged_into", "course")
    return rows.filter(pk=found.enrolment_id).first()


def course_letters(viewer: Actor, course: Course, *, at: dt.datetime) -> CourseLetters:
    """Everybody who takes or took part; who never came has no letter to be sent."""
    took_part = Q(course=course) & ~Q(state__in=[EnrolmentState.WAITING, EnrolmentState.MOVED])
    drafts = _drafts(viewer, took_part, at)
    mine = {one.enrolment.pk for one in drafts}
    rows = policies.enrolments_visible_to(viewer).filter(took_part).exclude(pk__in=mine)
    handler = Func(F("pk"), function="enrolment_handler", output_field=UUIDField())
    others = rows.select_related("citizen__merged_into").annotate(handler=handler)
    ordered = list(others.order_by("citizen__sort_key", "pk"))
    towns = Municipality.objects.in_bulk({one.handler for one in ordered if one.handler})
    elsewhere = [
        Elsewhere(_kept(one).name, towns[one.handler].name if one.handler in towns else "")
        for one in ordered
    ]
    return CourseLetters(course, drafts, elsewhere)


def _drafts(viewer: Actor, which: Q, at: dt.datetime) -> list[Draft]:
    """By name; a handful of statements, however many they are."""
    rows = _handled(viewer, which)
    if not rows:
        return []
    sender = Municipality.objects.get(pk=viewer.organisation_id)
    persons = _persons(viewer, rows)
    numbers, consents = _numbers(persons), _consents(persons)
    practices = Practice.objects.in_bulk({_kept(one).practice_id for one in rows} - {None})
    letters = _letters(viewer, rows)
    met = {one.course_id: one.course for one in rows}
    when = {pk: occasions(viewer, course, at=at) for pk, course in met.items()}
    return [
        Draft(
            enrolment=one,
            citizen=_kept(one),
            number=numbers.get(_kept(one).pk),
            practice=practices.get(_kept(one).practice_id),
            sender=sender,
            consents=consents.get(_kept(one).pk, {}),
            met=_met(when[one.course_id], one),
            letters=letters[one.pk],
        )
        for one in rows
    ]


def _handled(viewer: Actor, which: Q) -> list[Any]:
    """The enrolments whose case one's own municipality has, with what was marked."""
    cases = referrals_visible_to(viewer).filter(handler=viewer.organisation_id)
    hers = Attendance.objects.filter(enrolment=OuterRef("pk"))
    marks = hers.values(row=JSONObject(meeting="meeting_id", mark="mark"))
    rows = policies.enrolments_worked_with_by(viewer).filter(which, referral__in=cases)
    read = rows.select_related("citizen__merged_into", "course__host", "referral", "ending")
    return list(
        read.annotate(marks=ArraySubquery(marks)).order_by("citizen__sort_key", "created_at", "pk")
    )


def _met(when: Occasions, row: Any) -> Sequence[Met]:
    return when.met({one["meeting"]: one for one in row.marks})


def _kept(row: Enrolment) -> Citizen:
    """The row that counts for her."""
    return row.citizen.merged_into or row.citizen


def _persons(viewer: Actor, rows: Iterable[Enrolment]) -> dict[UUID, UUID]:
    """Every row that is one of them -> the one that counts."""
    roots = {_kept(one).pk for one in rows}
    own = {one.citizen_id: _kept(one).pk for one in rows}
    merged = citizens_visible_to(viewer).filter(merged_into__in=roots)
    return {**dict(merged.values_list("pk", "merged_into")), **{pk: pk for pk in roots}, **own}


def _numbers(persons: Mapping[UUID, UUID]) -> dict[UUID, CivilNumber]:
    """The newest of each."""
    found = CivilNumber.objects.filter(citizen__in=persons).order_by("since", "-pk")
    return {persons[one.citizen_id]: one for one in found}


def _consents(persons: Mapping[UUID, UUID]) -> dict[UUID, dict[str, Consent]]:
    """Those to a letter that hold, by kind; the oldest that does."""
    live = Consent.objects.filter(citizen__in=persons, kind__in=KINDS, withdrawn_at=None)
    found = defaultdict[UUID, dict[str, Consent]](dict)
    for one in live.select_related("taken_by").order_by("-given_at", "pk"):
        found[persons[one.citizen_id]][one.kind] = one
    return found


def _letters(viewer: Actor, rows: Iterable[Enrolment]) -> Mapping[UUID, list[DischargeLetter]]:
    found = defaultdict[UUID, list[DischargeLetter]](list)
    sent = policies.letters_visible_to(viewer).filter(enrolment__in=[one.pk for one in rows])
    for one in sent.select_related("organisation", "made_by").defer("body").order_by("-made_at"):
        found[one.enrolment_id].append(one)
    return found
