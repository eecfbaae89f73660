"""A course with thirty participants in the middle of its meetings: its page, and the room."""

import datetime as dt
import uuid
from collections.abc import Iterator
from itertools import count

from django.db import transaction
from django.test import Client

from courses.models import Attendance, Course, Enrolment, Meeting, Staffing
from courses.states import Mark
from referrals.models import Referral
from roegfri import clock
from roegfri.actor import Actor, acting
from tests import make
from tests.bench import measure, people, world
from tests.bench.measure import Cost
from tests.bench.rows import getter

PARTICIPANTS, MEETINGS = 30, 7


def pages(client: Client) -> Iterator[tuple[str, Cost]]:
    """What each page costs, by what it shows."""
    course, meetings = _course(people.counsellor())
    for what, address, row in (
        ("course page", f"/hold/{course.pk}/", b"/tilmelding/"),
        ("meeting mode", f"/moede/{meetings[2].pk}/", b'data-enrolment="'),
    ):
        assert client.get(address).content.count(row) >= PARTICIPANTS, what
        yield f"{what}: {PARTICIPANTS} participants", measure.cost(getter(client, address))


def _course(by: Actor) -> tuple[Course, list[Meeting]]:
    """Two meetings have been, and everybody is marked at them."""
    first = clock.now() - dt.timedelta(weeks=2, minutes=30)
    with transaction.atomic():
        free = make.user(name="Rådgiver")
        course = make.course(by, meetings=MEETINGS, first=first, capacity=PARTICIPANTS)
    taking_part = [make.enrolment(course, case, by) for case in _cases(by)]
    with acting(by), transaction.atomic():
        meetings = list(course.all_meetings.order_by("starts_at"))
        Staffing.objects.bulk_create(
            Staffing(
                meeting=one,
                counsellor=free,
                starts_at=one.starts_at,
                ends_at=one.ends_at,
            )
            for one in meetings
        )
        Attendance.objects.bulk_create(
            _mark(one, meeting.pk, by, number)
            for meeting in meetings[:2]
            for one, number in zip(taking_part, count(), strict=False)
        )
    world.settle()
    return course, meetings


def _mark(of: Enrolment, meeting: uuid.UUID, by: Actor, number: int) -> Attendance:
    mark = Mark.ABSENT if number % 10 == 0 else Mark.ATTENDED
    return Attendance(
        enrolment=of, meeting_id=meeting, mark=mark, co=12, at=clock.now(), by_id=by.person
    )


def _cases(by: Actor) -> list[Referral]:
    """Her municipality's own, that are drawn and no copies."""
    with world.inside() as inside:
        drawn = inside.execute(
            "select id from drawn.referral where handler_id = %s order by received_at, id limit %s",
            [by.organisation_id, PARTICIPANTS],
        ).fetchall()
    with acting(by), transaction.atomic():
        return list(Referral.objects.filter(pk__in=[row[0] for row in drawn]))
