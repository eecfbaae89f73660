"""Who comes from where: counts of the whole agreement, for those who may see it."""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from courses.models import Enrolment
from courses.queries.comers import Comers, comers
from courses.states import CourseKind, EnrolmentState
from courses.views.comers import period_of
from roegfri import clock
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting
from roegfri.audit.models import AuditEvent
from roegfri.organisations.models import Agreement, Municipality
from tests import make

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 4)
NOW = clock.danish_time(TODAY, dt.time(10))
THIS = clock.half_year(TODAY)


@pytest.fixture(autouse=True)
def _world(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(NOW, tick=False):
        yield


class World:
    """Two members, A and B, and C outside; A's group has people of all three."""

    def __init__(self) -> None:
        self.agreement: Agreement = make.agreement()
        self.a, self.b = (
            make.actor(
                make.grant(
                    Role.COORDINATOR, make.municipality(self.agreement, name=f"{name} Kommune")
                )
            )
            for name in ("Aby", "Øby")
        )
        self.outside: Municipality = make.municipality(name="Cby Kommune")
        self.group = make.course(self.a)
        self.number = 0
        self.put(self.a, make.home(self.a))
        self.put(self.a, make.home(self.b))
        self.put(self.a, make.home(self.b), came=True)
        self.put(self.a, self.outside)
        self.put(self.a, None, state=EnrolmentState.WAITING)
        alone = make.course(self.b, kind=CourseKind.INDIVIDUAL)
        self.put(self.b, make.home(self.a), course=alone)

    def put(
        self, by: Actor, home: Municipality | None, *, came: bool = False, **given: Any
    ) -> Enrolment:
        self.number += 1
        case = make.referral(by, home=home, number=f"+45202020{self.number:02d}")
        waits = given.get("state") == EnrolmentState.WAITING
        facts = {"enrolled_at": None, "waiting_since": NOW} if waits else {}
        course = given.pop("course", self.group)
        made = make.enrolment(course, case, by, **facts, **given)
        if came:
            with acting(make.SYSTEM):
                Enrolment.objects.filter(pk=made.pk).update(home_frozen_on=TODAY)
        return made

    def leader(self) -> Actor:
        return make.actor(make.grant(Role.PROJECT_LEADER, self.agreement))


@pytest.fixture
def world() -> World:
    return World()


def asked(viewer: Actor, period: clock.Period = THIS) -> Comers:
    with acting(viewer):
        found = comers(viewer, period, on=TODAY)
    assert found
    return found


def enrolled(found: Comers) -> list[list[int]]:
    return [[cell.enrolled for cell in row.cells] for row in found.together.rows]


def test_hosts_stand_down_homes_across_strangers_last(world: World) -> None:
    for viewer in (world.a, world.b, world.leader()):
        found = asked(viewer)
        names = [(home.name, home.member) for home in found.together.homes]
        assert names == [
            ("Aby Kommune", True),
            ("Øby Kommune", True),
            ("Cby Kommune", False),
            ("", False),
        ]
        assert [row.host.name for row in found.together.rows] == ["Aby Kommune", "Øby Kommune"]
        assert enrolled(found) == [[1, 2, 1, 0], [0, 0, 0, 0]]
        total = found.together.total
        assert (total.enrolled, total.waiting, total.came) == (4, 1, 1)
        assert [number.enrolled for number in found.together.totals] == [1, 2, 1, 0]
        assert (found.together.own.enrolled, found.together.strangers.enrolled) == (1, 1)
        assert found.together.strangers.waiting == 1
        assert found.individual.total.enrolled == 1
        assert [home.name for home in found.individual.homes] == ["Aby Kommune", "Øby Kommune"]


def test_another_half_year_has_its_own_numbers(world: World) -> None:
    before = asked(world.a, THIS.previous()).together.total
    assert (before.enrolled, before.came, before.waiting) == (0, 0, 1), "who waits, waits now"


def test_another_agreement_sees_its_own_alone_and_a_counsellor_nothing(world: World) -> None:
    stranger = make.actor(make.grant(Role.COORDINATOR))
    assert not asked(stranger).together.total
    counsellor = make.actor(make.grant(organisation=make.home(world.a)))
    with acting(counsellor):
        assert comers(counsellor, THIS, on=TODAY) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2025-2", "2. halvår 2025"),
        ("2025-3", "1. halvår 2026"),
        ("1999-1", "1. halvår 2026"),
        ("٢٠٢٥-1", "1. halvår 2026"),
        ("", "1. halvår 2026"),
    ],
)
def test_which_half_year_the_address_asks_for(text: str, words: str) -> None:
    assert str(period_of(text, now=THIS)) == words


@pytest.fixture
def client(world: World) -> Client:
    client = Client()
    client.force_login(make.grant(Role.COORDINATOR, make.home(world.b)).user)
    return client


def test_the_page_shows_one_measure_and_flags_who_is_decided_on_by_hand(
    world: World, client: Client
) -> None:
    page = client.get("/hvorfra/").content.decode()
    for words in (
        "1. halvår 2026",
        '<th scope="row">Aby</th>',
        '<th scope="col" class="align-text-right">Uden for aftalen</th>',
        "4 i alt, heraf 3 i en anden kommune",
        "1 bor uden for aftalen",
        "?periode=2025-2&amp;vis=enrolled",
    ):
        assert words in page
    assert "1 i alt" in client.get("/hvorfra/?vis=came").content.decode()
    assert "Ingen i den periode" in client.get("/hvorfra/?periode=2024-1").content.decode()
    with acting(make.SYSTEM):
        assert not AuditEvent.objects.filter(act="person.read").exists(), "counts are nobody"


def test_the_file_has_a_line_for_each_host_and_home(world: World, client: Client) -> None:
    text = client.get("/hvorfra/?hent=csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert [row[2:] for row in rows[1:]] == [
        ["Aby Kommune", "Aby Kommune", "Ja", "1", "0", "0"],
        ["Aby Kommune", "Øby Kommune", "Ja", "2", "0", "1"],
        ["Aby Kommune", "Cby Kommune", "Nej", "1", "0", "0"],
        ["Aby Kommune", "Ukendt", "Nej", "0", "1", "0"],
        ["Øby Kommune", "Aby Kommune", "Ja", "1", "0", "0"],
    ]
    assert client.get("/hvorfra/?hent=xlsx").content[:2] == b"PK"
    assert client.get("/hvorfra/?hent=pdf").status_code == 404
    with acting(make.SYSTEM):
        lines = AuditEvent.objects.filter(act="list.extracted").values_list("subject", flat=True)
        assert set(lines) == {"comers.csv: 5", "comers.xlsx: 5"}
