"""The rows of the table."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.test import Client
from lxml import etree

from referrals.commands.inbox import Delivery
from referrals.intake import take_files
from referrals.models import ContactAttempt, Referral
from referrals.states import Outcome, Taken
from roegfri import clock
from roegfri.actor import Actor, acting
from roegfri.audit.commands import record
from roegfri.organisations.models import Municipality
from tests.bench import measure, people, stock, world
from tests.bench.measure import Cost
from tests.roegfri.medcom import messages

LISTS = (("I dag", "/", "i-dag"), ("Henvisninger", "/henvisninger/", "henvisninger"))
EVENTS = 60
MESSAGES = 1000
SURNAMES = ("Berggren", "Kjær", "Østergaard", "Holm", "Lund", "Thorup", "Winther")


@dataclass(frozen=True, slots=True)
class Result:
    """One list at one scale, with its peers."""

    screen: str
    ours: Cost
    textbook: Cost
    admin: Cost


def lists(client: Client) -> Iterator[Result]:
    """The two hottest screens, beside the same in the textbook's way and in the admin."""
    handler = people.counsellor().organisation_id
    for screen, address, name in LISTS:
        ours = measure.cost(getter(client, address))
        wanted = "&state__exact=received" if name == "i-dag" else ""
        with stock.project():
            peer = people.browser()
            textbook = measure.cost(getter(peer, f"/textbook/{name}/?handler={handler}"))
            list_page = f"/admin/referrals/referral/?handler__{_key()}__exact={handler}{wanted}"
            admin = measure.cost(getter(peer, list_page))
        yield Result(screen, ours, textbook, admin)


def _key() -> str:
    return str(Referral._meta.get_field("handler").target_field.name)


def getter(client: Client, address: str) -> Callable[[], object]:
    """Asks for a page, and insists on getting it."""

    def get() -> None:
        response = client.get(address)
        assert response.status_code == 200, f"{address}: {response.status_code}"

    return get


def file(client: Client) -> tuple[Cost, Cost]:
    """A citizen's file with 60 events, and a page that says hello."""
    address = f"/sag/{_long_case(people.counsellor())}/"
    assert client.get(address).content.count(b"timeline-when") >= EVENTS
    return measure.cost(getter(client, address)), measure.cost(getter(client, "/hej/"))


def _long_case(by: Actor) -> uuid.UUID:
    with acting(by), transaction.atomic():
        referral = Referral.objects.get(pk=world.drawn_case(by.organisation_id))
        ContactAttempt.objects.bulk_create(
            ContactAttempt(
                referral=referral,
                at=clock.now(),
                outcome=Outcome.NO_ANSWER,
                note="Ingen svar, heller ikke på mobilen.",
                caller_id=by.user_id,  # type: ignore[misc]
            )
            for _ in range(EVENTS)
        )
    return referral.pk


@dataclass(frozen=True, slots=True)
class Intake:
    """Messages a second of one core, application and database; and lxml's parsing alone."""

    in_sets: float
    alone: float
    same_person: float
    parsed: float


def intake() -> Intake:
    """MedCom messages parsed and stored: whole files in, cases out; each of a new citizen, and
    all of one who is known."""
    by = people.counsellor()
    numbers = iter(range(10 * MESSAGES))
    with acting(by):
        inbox = Municipality.objects.get(pk=by.organisation_id)  # type: ignore[misc]

        def rate(at_once: int, *, same: bool = False) -> float:
            def one_set() -> None:
                at = clock.now()
                some = [Delivery(bodies.pop(), "b.xml", at) for _ in range(at_once)]
                for answer in take_files(some, inbox=inbox, by=by, at=at):
                    assert answer.taken == Taken.CREATED, answer.reason

            times = MESSAGES // at_once
            bodies = [_message(next(numbers), same=same) for _ in range((times + 1) * at_once)]
            one_set()
            return 1000 * at_once / measure.spent(one_set, times=times)

        body = _message(0)
        parsed = measure.spent(lambda: etree.fromstring(body), times=5000)
        return Intake(rate(200), rate(1), rate(200, same=True), 1000 / parsed)


def _message(number: int, *, same: bool = False) -> bytes:
    """Another citizen each time; the day of birth is moved by 60, as in all made-up numbers."""
    born = f"{61 + number % 28:02d}{1 + number % 12:02d}{50 + number % 40:02d}"
    return messages.referral(
        civil_number="6101500001" if same else f"{born}{number % 3000:04d}",
        surname=f"{SURNAMES[number % len(SURNAMES)]}-{SURNAMES[number // 7 % len(SURNAMES)]}",
        envelope=f"ENV{number:011d}",
        letter=f"LET{number:011d}",
        episode=uuid.uuid4().hex,
    )


def look() -> tuple[float, float]:
    """What a line in the look-up log adds to a page of 25 persons: median and 95 % of the calls."""
    by, persons = people.counsellor(), [uuid.uuid4() for _ in range(25)]

    def log() -> None:
        record("person.read", "desk:today", by=by, at=clock.now(), persons=persons)

    with acting(by), transaction.atomic():
        return measure.percentile(log, 0.5), measure.percentile(log, 0.95)
