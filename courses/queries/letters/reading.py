"""What is known of participants whose case one handles, for their letters."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject
from django.http import Http404

from courses import policies
from courses.models import Attendance, DischargeLetter, Enrolment
from courses.queries.letters.draft import Draft
from courses.queries.met import Met, Occasions, occasions
from referrals.models import Citizen, CivilNumber, Consent
from referrals.policies import citizens_visible_to, referrals_visible_to
from referrals.states import ConsentKind
from roegfri import clock
from roegfri.actor import Actor
from roegfri.organisations.models import Municipality, Practice

KINDS = (ConsentKind.DISCHARGE, ConsentKind.DISCHARGE_RESULT)


def letter_draft(viewer: Actor, enrolment: Enrolment, *, at: dt.datetime | None = None) -> Draft:
    """What would be sent about a participant. Raises Http404 when one does not handle her case."""
    found = drafts(viewer, Q(pk=enrolment.pk), at or clock.now())
    if not found:
        raise Http404
    return found[0]


def drafts(viewer: Actor, which: Q, at: dt.datetime) -> list[Draft]:
    """By name; a handful of statements, however many they are."""
    rows = _handled(viewer, which)
    if not rows:
        return []
    sender = Municipality.objects.get(pk=viewer.organisation_id or UUID(int=0))
    persons = persons_of_all(viewer, rows)
    numbers, consents = newest_numbers(persons), _consents(persons)
    practices = Practice.objects.in_bulk({counting_row(one).practice_id for one in rows} - {None})
    letters = _letters(viewer, rows)
    met = {one.course_id: one.course for one in rows}
    when = {pk: occasions(viewer, course, at=at) for pk, course in met.items()}
    return [
        Draft(
            enrolment=one,
            citizen=counting_row(one),
            number=numbers.get(counting_row(one).pk),
            practice=practices.get(counting_row(one).practice_id),
            sender=sender,
            consents=consents.get(counting_row(one).pk, {}),
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


def counting_row(row: Enrolment) -> Citizen:
    """The row that counts for her."""
    return row.citizen.merged_into or row.citizen


def persons_of_all(viewer: Actor, rows: Iterable[Enrolment]) -> dict[UUID, UUID]:
    """Every row that is one of them -> the one that counts."""
    roots = {counting_row(one).pk for one in rows}
    own = {one.citizen_id: counting_row(one).pk for one in rows}
    merged = citizens_visible_to(viewer).filter(merged_into__in=roots)
    into = {pk: root for pk, root in merged.values_list("pk", "merged_into") if root}
    return {**into, **{pk: pk for pk in roots}, **own}


def newest_numbers(persons: Mapping[UUID, UUID]) -> dict[UUID, CivilNumber]:
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
