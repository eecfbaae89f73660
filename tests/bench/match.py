"""2,000 open courses: ranked for one citizen, and as a week, a month and a grid."""

import datetime as dt
from collections.abc import Iterator
from functools import partial
from random import Random
from uuid import UUID

from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse

from courses.models import Course, Meeting, Room, Venue
from courses.queries.matches import Wishes, ranked
from courses.queries.places import place
from courses.rules import matching
from courses.rules.seats import Standing, lack
from courses.states import CourseKind, CourseState, MeetingState
from referrals.models import Citizen, Referral
from roegfri import clock
from roegfri.actor import Actor, acting, hosting, system
from roegfri.organisations import lookup
from roegfri.organisations.kinds import Scope
from roegfri.organisations.models import Agreement, Municipality
from tests.bench import measure, people, world
from tests.bench.rows import getter

HEAD = ("of 2,000 courses", "CPU ms (app + db)", "queries", "beside it", "ratio")
COURSES, MEETINGS = 2000, 6
ASKED = matching.Asked(
    times=frozenset({"3-ev", "1-am", "5-pm"}), kinds=frozenset({CourseKind.GROUP})
)
_HOME = "2650"
_POSTCODES = ("2605", "2620", "2625", "2630", "2635", "2640", "2650", "2660", "2791", "2600")
_SYSTEM = system("bench")
_rows: list[tuple[str, ...]] = []


def add() -> None:
    """Fills, measures the ranking beside the loop, and the part of the page with its request."""
    by = people.counsellor()
    case = world.drawn_case(by.organisation_id)
    with acting(_SYSTEM), transaction.atomic():
        referral = Referral.objects.select_related("agreement").get(pk=case)
        Citizen.objects.filter(pk=referral.citizen_id).update(postcode=_HOME)
        _fill(referral.agreement, by.person)
    world.settle()
    wishes = Wishes(agreement_id=referral.agreement_id, at=clock.now(), asked=ASKED, postcode=_HOME)
    ours = measure.cost(partial(_ours, by, wishes), seconds=2)
    peer = measure.cost(partial(_peer, by, wishes, referral.agreement), seconds=2)
    part = measure.cost(partial(_part, people.browser(), case), seconds=2)
    _rows.append(_row(f"ranked, {COURSES:,} open courses", ours, peer))
    _rows.append(_row("the part of the call screen", part, None))
    _calendars(people.browser())


def lines() -> Iterator[str]:
    """A table in Markdown."""
    yield "| " + " | ".join(HEAD) + " |"
    yield "|" + " --- |" * len(HEAD)
    for row in _rows:
        yield "| " + " | ".join(row) + " |"


def _row(what: str, ours: measure.Cost, peer: measure.Cost | None) -> tuple[str, ...]:
    beside = f"the loop: {peer.total:.0f} ms ({peer.app:.0f} + {peer.database:.0f})" if peer else ""
    return (
        what,
        f"{ours.total:.1f} ({ours.app:.1f} + {ours.database:.1f})",
        str(ours.queries),
        beside,
        f"**{peer.total / ours.total:.1f} x**" if peer else "",
    )


def _calendars(client: Client) -> None:
    """Where the courses meet, in a week that many of them meet in; beside a page of one word."""
    then = clock.today() + dt.timedelta(weeks=5)
    with override_settings(ROOT_URLCONF="tests.bench.urls"):
        hello = measure.cost(getter(client, "/hej/"))
        for what, address in (
            ("week, all municipalities", f"/hold/uge/?dag={then}"),
            ("month, all municipalities", f"/hold/maaned/?dag={then}"),
            ("Ugenet", "/hold/ugenet/"),
        ):
            ours = measure.cost(getter(client, address), seconds=2)
            beside = f"hello, signed in: {hello.total:.1f} ms"
            _rows.append((*_row(what, ours, None)[:3], beside, f"{ours.total / hello.total:.0f} x"))


def _ours(by: Actor, wishes: Wishes) -> object:
    with acting(by), transaction.atomic():
        return ranked(by, wishes, limit=5)


def _part(browser: Client, case: UUID) -> object:
    """As htmx asks for it when something is ticked: session, access check and look-up log too."""
    address = reverse("desk:suggest", args=[case])
    said = {"talk": "1", "times": sorted(ASKED.times), "wishes": ["group"]}
    answer = browser.post(address, said, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer


def _peer(by: Actor, wishes: Wishes, agreement: Agreement) -> object:
    """As it is usually written: model instances with what hangs on them, judged in a loop by the
    same rule."""
    with acting(by), transaction.atomic():
        terms = lookup.terms(agreement, clock.danish_date(wishes.at)).courses
        courses = (
            Course.objects.filter(agreement=agreement, state=CourseState.PUBLISHED)
            .select_related("host", "room__venue")
            .prefetch_related("all_meetings__staff")
        )
        judged = [
            (matching.score(offer, wishes.asked), str(course.pk), course)
            for course in courses
            if (offer := _offer(by, course, wishes, terms.two_counsellors_from))
        ]
        return sorted(judged, reverse=True)[:5]


def _offer(by: Actor, course: Course, wishes: Wishes, two_from: int) -> matching.Offer | None:
    coming = [
        one
        for one in course.all_meetings.all()
        if one.state == MeetingState.PLANNED and not one.appointment and one.starts_at > wishes.at
    ]
    if not coming:
        return None
    on = clock.danish_date(coming[0].starts_at)
    here = place(by, wishes.postcode)
    there = place(by, course.room.venue.postcode) if course.room else None
    fewest = min(sum(one.live for one in meeting.staff.all()) for meeting in coming)
    return matching.Offer(
        kind=course.kind,
        language=course.language,
        target=course.target,
        fits=sum(_slot(one.starts_at) in wishes.asked.times for one in coming) / len(coming),
        left=len(coming) / course.meetings,
        days=(on - clock.danish_date(wishes.at)).days,
        on=on,
        km=here.km_to(there) if here and there else None,
        lacks=lack(
            Standing(
                course.kind, course.capacity, course.seats_taken, course.waiting, fewest, two_from
            )
        ),
    )


def _slot(starts_at: dt.datetime) -> str:
    local = starts_at.astimezone(clock.COPENHAGEN)
    return f"{local.isoweekday()}-{matching.part_of_day(local.hour)}"


# ---- the world -----------------------------------------------------------------------------------


def _fill(agreement: Agreement, by: UUID) -> None:
    chance, today = Random(5), clock.today()
    hosts = lookup.members(agreement, today, Scope.CESSATION)
    for n, host in enumerate(hosts):
        with acting(hosting(_SYSTEM, host.pk)):
            _courses(agreement, host, _POSTCODES[n % len(_POSTCODES)], by, chance, len(hosts))


def _courses(
    agreement: Agreement, host: Municipality, postcode: str, by: UUID, chance: Random, hosts: int
) -> None:
    at = clock.now()
    venue = Venue.objects.create(
        municipality=host, name="Målestok", street="Vej 1", postcode=postcode, town=host.name
    )
    room = Room.objects.create(venue=venue, name="1")
    given = {"host": host, "provider": host, "agreement": agreement, "kind": CourseKind.GROUP}
    states = {"state": CourseState.PUBLISHED, "state_since": at, "published_at": at}
    made = Course.objects.bulk_create(
        Course(
            **given,
            **states,
            name=f"Hold {n}",
            capacity=(size := chance.choice((10, 12, 12, 16))),
            seats_taken=chance.randint(0, size),
            room=room,
            created_at=at,
            created_by_id=by,
        )
        for n in range(COURSES // hosts)
    )
    Meeting.objects.bulk_create(one for course in made for one in _meetings(course, at, chance))


def _meetings(course: Course, at: dt.datetime, chance: Random) -> Iterator[Meeting]:
    first = clock.danish_date(at) + dt.timedelta(days=chance.randint(1, 60))
    time = dt.time(chance.choice((9, 13, 17, 19)))
    for week in range(MEETINGS):
        starts_at = clock.danish_time(first + dt.timedelta(weeks=week), time)
        yield Meeting(
            course=course,
            starts_at=starts_at,
            ends_at=starts_at + dt.timedelta(hours=2),
            planned_at=starts_at,
            state_since=at,
            created_at=at,
        )
