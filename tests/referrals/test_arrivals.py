"""Indgange: every number is checked against arrivals written out, at instants written out."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from referrals import rules
from referrals.commands.arrivals import Came, note_arrivals
from referrals.commands.inbox import Delivery, keep_message
from referrals.commands.typed import type_in_referral
from referrals.models import Arrival, Referral, Sweep
from referrals.queries import arrivals as module
from referrals.queries.arrivals import Arrivals, Silent, arrivals
from referrals.states import InboxState, Source, Taken, Way
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting, receiving
from roegfri.organisations.models import Hospital, HospitalDepartment, Organisation, Region
from roegfri.refusal import Refusal
from tests import make
from tests.conftest import setup_connection

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)
# A Wednesday; 12:20 in Denmark.
NOW = clock.danish_time(dt.date(2026, 3, 11), dt.time(12, 20))
CREATED, REFUSED = Taken.CREATED, Taken.REFUSED


@pytest.fixture(autouse=True)
def _world(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def by() -> Actor:
    return make.actor()


def department(hospital: str, name: str = "Lungemedicinsk Afdeling") -> Organisation:
    region, _ = Region.objects.get_or_create(name="Region Prøve")
    house = Hospital.objects.create(name=hospital, region=region)
    return HospitalDepartment.objects.create(name=name, hospital=house)


def came(by: Actor, *rows: Came) -> None:
    with acting(by):
        note_arrivals(make.home(by).pk, rows)


def ago(**passed: float) -> dt.datetime:
    return NOW - dt.timedelta(**passed)


def asked(by: Actor, days: int = 7) -> Arrivals:
    with acting(by):
        return arrivals(by, days=days, at=NOW)


def numbers(found: Arrivals) -> dict[Way, tuple[int, ...]]:
    return {one.way: one.numbers for one in found.ways if one.total}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def signed_in(by: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=by.person))
    return client


# ---- what is counted -----------------------------------------------------------------------------


def test_every_way_is_counted_by_what_became_of_it(by: Actor) -> None:
    rows = [(Way.API, CREATED), (Way.API, CREATED), (Way.API, Taken.DUPLICATE),
            (Way.UPLOAD, REFUSED), (Way.FOLDER, Taken.CORRECTED)]  # fmt: skip
    came(by, *(Came(way, result, ago(hours=1)) for way, result in rows))
    found = asked(by)
    assert [one.way for one in found.ways] == list(Way)
    assert numbers(found) == {
        Way.API: (2, 0, 1, 0, 0),
        Way.UPLOAD: (0, 0, 0, 1, 0),
        Way.FOLDER: (0, 1, 0, 0, 0),
    }
    assert (found.total.numbers, found.total.total) == ((2, 1, 1, 1, 0), 5)


def test_nothing_has_come_in(by: Actor) -> None:
    found = asked(by)
    assert (found.total.total, found.senders, found.refusals, found.silent) == (0, (), (), ())
    assert len(found.hours) == 24


@pytest.mark.parametrize(("days", "number"), [(1, 2), (7, 4), (30, 6)])
def test_a_period_is_as_many_days_and_nights_up_to_now(by: Actor, days: int, number: int) -> None:
    edge = dt.timedelta(microseconds=1)
    for period in (1, 7, 30):
        start = ago(days=period)
        came(by, Came(Way.API, CREATED, start), Came(Way.API, CREATED, start + edge))
    came(by, Came(Way.API, CREATED, NOW), Came(Way.API, CREATED, NOW + edge))
    assert asked(by, days).total.total == number


def test_an_hour_is_one_of_the_danish_clock_and_the_last_is_the_one_that_runs(by: Actor) -> None:
    noon = clock.danish_time(NOW.date(), dt.time(12))
    for at in (noon, NOW, noon - dt.timedelta(seconds=1), noon - dt.timedelta(hours=23)):
        came(by, Came(Way.API, CREATED, at))
    came(by, Came(Way.API, REFUSED, noon - dt.timedelta(hours=23, seconds=1)))
    found = asked(by, days=1)
    counted = {at: one.numbers for at, one in enumerate(found.hours) if any(one.numbers)}
    assert counted == {0: (1, 0, 0, 0, 0), 22: (1, 0, 0, 0, 0), 23: (2, 0, 0, 0, 0)}
    assert found.hours[23].hour == noon


def test_the_hour_that_is_there_twice_in_autumn_is_two(by: Actor) -> None:
    """25 October 2026: 02:30 is at 00:30 UTC and at 01:30 UTC."""
    at = dt.datetime(2026, 10, 25, 11, 0, tzinfo=dt.UTC)
    for hour in (0, 1):
        came(by, Came(Way.API, CREATED, dt.datetime(2026, 10, 25, hour, 30, tzinfo=dt.UTC)))
    with acting(by):
        found = arrivals(by, days=1, at=at)
    named = [one.hour.astimezone(clock.COPENHAGEN).hour for one in found.hours if any(one.numbers)]
    assert named == [2, 2]


# ---- from whom -----------------------------------------------------------------------------------


def test_departments_of_one_name_are_told_apart_by_their_hospitals(by: Actor) -> None:
    one, other = department("Hospital A"), department("Hospital B")
    came(
        by,
        Came(Way.API, CREATED, ago(hours=3), one, "Lungemedicinsk, Anna"),
        Came(Way.API, REFUSED, ago(hours=2), one, "Lungemedicinsk, Bo"),
        Came(Way.API, CREATED, ago(hours=1), other),
        Came(Way.TYPED, CREATED, ago(hours=4), None, "Læge Hansen"),
        Came(Way.PUBLIC, CREATED, ago(hours=5)),
    )
    rows = [(row.name, row.number, row.refused, row.last_at) for row in asked(by).senders]
    assert rows == [
        ("Lungemedicinsk Afdeling, Hospital A", 2, 1, ago(hours=2)),
        ("Lungemedicinsk Afdeling, Hospital B", 1, 0, ago(hours=1)),
        ("Læge Hansen", 1, 0, ago(hours=4)),
        ("", 1, 0, ago(hours=5)),
    ]


def kept(by: Actor, reason: str, at: dt.datetime = NOW) -> uuid.UUID:
    """A message in the inbox; each other bytes."""
    with acting(by):
        answer = keep_message(
            Delivery(uuid.uuid4().bytes, "a.xml", at, Way.FOLDER),
            inbox=make.home(by),
            state=InboxState.UNREADABLE,
            reason=reason,
            by=by,
            at=at,
        )
    return answer.message.pk


def test_what_was_refused_is_told_newest_first_with_its_message(by: Actor) -> None:
    at, reason = ago(hours=1), "Kan ikke læses: ikke XML"
    message = kept(by, reason, at)
    came(
        by,
        Came(Way.API, REFUSED, ago(hours=2), None, "", "Et telefonnummer mangler"),
        Came(Way.FOLDER, REFUSED, at, None, "Ukendt afdeling", reason),
        Came(Way.API, CREATED, ago(hours=3)),
    )
    assert [(one.reason, one.sender, one.message) for one in asked(by).refusals] == [
        (reason, "Ukendt afdeling", message),
        ("Et telefonnummer mangler", "", None),
    ]


def refused(by: Actor, *reasons: str) -> dict[str, uuid.UUID | None]:
    came(by, *(Came(Way.FOLDER, REFUSED, NOW, reason=reason) for reason in reasons))
    return {one.reason: one.message for one in asked(by).refusals}


def test_a_message_is_found_though_its_sender_was_told_other_words(by: Actor) -> None:
    message = kept(by, "Ikke XML")
    assert refused(by, "The file is no XML") == {"The file is no XML": message}


def test_messages_of_one_set_are_told_apart_by_their_reasons(by: Actor) -> None:
    one, other = kept(by, "Ikke XML"), kept(by, "Ikke hel")
    assert refused(by, "Ikke XML", "Ikke hel", "Andet") == {
        "Ikke XML": one,
        "Ikke hel": other,
        "Andet": None,
    }


def test_messages_that_are_alike_each_have_their_own(by: Actor) -> None:
    alike = {kept(by, "Ikke XML") for _ in range(3)}
    came(by, *[Came(Way.FOLDER, REFUSED, NOW, reason="Ikke XML")] * 3)
    assert {one.message for one in asked(by).refusals} == alike
    came(by, Came(Way.FOLDER, REFUSED, NOW, reason="Ikke XML"))
    assert [one.message for one in asked(by).refusals].count(None) == 1


def test_the_files_own_words_are_found_where_the_reason_leaves_them_out(by: Actor) -> None:
    said = "Beskedens version «XH1599R» kendes ikke. Kendt er XH1530R."
    message = kept(by, said)
    kept(by, "Ikke XML")
    came(
        by,
        Came(
            Way.FOLDER, REFUSED, NOW, reason="Beskedens version «…» kendes ikke. Kendt er XH1530R."
        ),
    )
    (one,) = asked(by).refusals
    assert (one.message, one.whole, "XH1599R" in one.reason) == (message, said, False)


# ---- silence -------------------------------------------------------------------------------------


def days(*written: str) -> list[dt.date]:
    return [dt.date.fromisoformat(f"2026-{one}") for one in written]


TEN = days("02-20", "02-23", "02-24", "02-25", "02-26", "02-27", "03-02", "03-03", "03-04", "03-05")


@pytest.mark.parametrize(
    ("sent_on", "today", "since"),
    [
        # Thursday 5 March was the last; Friday 6 and Monday 9 are two whole workdays.
        (TEN, "03-10", "03-05"),
        (TEN, "03-09", None),
        (TEN, "03-05", None),
        (TEN, "03-30", "03-05"),
        # Eight of ten are daily, seven are not; which are missing is all the same.
        (TEN[2:], "03-10", "03-05"),
        (TEN[:3] + TEN[5:], "03-10", "03-05"),
        (TEN[3:], "03-10", None),
        # Weekends make nobody daily, and end no silence.
        (days("02-21", "02-22", "02-28", "03-01") + TEN[6:], "03-10", None),
        ([*TEN, dt.date(2026, 3, 7)], "03-10", "03-05"),
        ([], "03-10", None),
    ],
)  # fmt: skip
def test_a_daily_sender_that_falls_silent(
    sent_on: list[dt.date], today: str, since: str | None
) -> None:
    (day,) = days(today)
    assert rules.silent_since(sent_on, day) == (days(since)[0] if since else None)


def test_easter_is_no_silence() -> None:
    """The last workday before Easter 2026 is Wednesday 1 April, the next Tuesday the 7th."""
    sent_on = [dt.date(2026, 3, 19) + dt.timedelta(days=n) for n in range(14)]
    told = [rules.silent_since(sent_on, dt.date(2026, 4, day)) for day in (7, 8, 9)]
    assert told == [None, None, dt.date(2026, 4, 1)]


def test_who_used_to_send_daily_is_told_of_by_name(by: Actor) -> None:
    daily, seldom = department("Hospital A"), department("Hospital B")
    for day in TEN:
        at = clock.danish_time(day, dt.time(23, 50))
        came(by, Came(Way.FOLDER, CREATED, at, daily, f"Person {day}"))
    came(by, *(Came(Way.FOLDER, CREATED, ago(days=9), seldom) for _ in range(20)))
    silent = (Silent("Lungemedicinsk Afdeling, Hospital A", dt.date(2026, 3, 5)),)
    # It is told of whatever the period that is looked at.
    assert [asked(by, period).silent for period in (1, 7, 30)] == [silent] * 3


# ---- whose ---------------------------------------------------------------------------------------


def test_another_municipality_sees_nothing_of_it(by: Actor) -> None:
    other = make.actor()
    came(other, Came(Way.API, REFUSED, ago(hours=1), None, "Kanariefugl", "Kanariefugl"))
    assert asked(by).total.total == 0
    assert "Kanariefugl" not in text(signed_in(by).get(reverse("referrals:arrivals")))


def test_the_wall_stands_without_the_query(by: Actor) -> None:
    other = make.actor()
    came(other, Came(Way.API, CREATED, NOW))
    with acting(by):
        assert not Arrival.objects.exists()
    with acting(other):
        assert Arrival.objects.count() == 1


def test_a_sender_notes_it_at_the_receiver_and_nowhere_else(by: Actor) -> None:
    sender = make.actor(make.grant(Role.REFERRER, department("Hospital A")))
    home = make.home(by)
    with acting(receiving(sender, home.pk, home.name)):
        note_arrivals(home.pk, [Came(Way.FORM, CREATED, NOW)])
    assert numbers(asked(by)) == {Way.FORM: (1, 0, 0, 0, 0)}


# ---- what is typed -------------------------------------------------------------------------------


def typed(by: Actor, once: uuid.UUID, **given: Any) -> Referral:
    with acting(by):
        return type_in_referral(
            make.details(received_at=ago(days=1), **given),
            handler=make.home(by),
            once=once,
            by=by,
            at=NOW,
        )


def test_what_a_counsellor_types_came_in_when_she_typed_it(by: Actor) -> None:
    place = department("Hospital A")
    typed(by, uuid.uuid4(), sender=place, source=Source.HOSPITAL)
    found = asked(by)
    assert numbers(found) == {Way.TYPED: (1, 0, 0, 0, 0)}
    assert [(one.name, one.last_at) for one in found.senders] == [
        ("Lungemedicinsk Afdeling, Hospital A", NOW)
    ]


@pytest.mark.parametrize(
    ("source", "name"), [(Source.PRACTICE, "Læge Hansen"), (Source.OTHER, ""), (Source.WEBSITE, "")]
)
def test_a_count_names_nobody_who_is_not_at_work(by: Actor, source: Source, name: str) -> None:
    typed(by, uuid.uuid4(), source=source, sender_name="Læge Hansen")
    assert [one.name for one in asked(by).senders] == [name]


def test_a_form_sent_twice_came_in_once(by: Actor) -> None:
    once = uuid.uuid4()
    assert typed(by, once).pk == typed(by, once).pk
    with pytest.raises(Refusal):
        typed(by, once, text="Noget andet")
    assert asked(by).total.total == 1


def test_a_form_that_is_refused_did_not_come_in(by: Actor) -> None:
    with acting(by), pytest.raises(Refusal):
        type_in_referral(
            make.details(received_at=NOW + dt.timedelta(days=1)),
            handler=make.home(by),
            once=uuid.uuid4(),
            by=by,
            at=NOW,
        )
    assert asked(by).total.total == 0


# ---- the screen ----------------------------------------------------------------------------------


def test_the_page_shows_what_came_in(by: Actor) -> None:
    make.token(make.home(by), name="Integrationsplatformen")
    came(
        by,
        Came(Way.API, CREATED, ago(hours=1), department("Hospital A")),
        Came(Way.FOLDER, REFUSED, ago(hours=1), None, "<b>Afd</b>", "Ikke <i>XML</i>"),
    )
    page = text(signed_in(by).get(reverse("referrals:arrivals")))
    for words in ("Andet it-system", "Hospital A", "Integrationsplatformen", "<svg", "Ikke &lt;i"):
        assert words in page
    assert "<b>Afd" not in page


@pytest.mark.parametrize(("sent", "shown"), [("1", "1"), ("30", "30"), ("x", "7"), ("-1", "7")])
def test_the_period_is_chosen_and_never_wrong(by: Actor, sent: str, shown: str) -> None:
    page = text(signed_in(by).get(reverse("referrals:arrivals"), {"dage": sent}))
    assert f'href="?dage={shown}" aria-current="page"' in page


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_as_little_for_three_as_for_one(by: Actor, number: int) -> None:
    for at in range(number):
        make.token(make.home(by))
        came(by, Came(Way.API, REFUSED, ago(hours=at + 1), department(f"Hospital {at}"), "", "Nej"))
    client = signed_in(by)
    client.get(reverse("referrals:arrivals"))
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("referrals:arrivals"))
    assert len(queries) == 6, [one["sql"][:90] for one in queries]


@committed
def test_what_is_counted_is_found_by_its_index(by: Actor) -> None:
    """20,000 lines of four municipalities: those of one are read, and of one period."""
    for _ in range(3):
        make.municipality()
    with acting(make.SYSTEM), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "insert into referrals_arrival (organisation_id, at, way, result, sender_name, reason)"
            " select o.id, %s::timestamptz - n * interval '30 minutes', 'api', 'created', '', ''"
            " from organisations_organisation o, generate_series(1, 5000) n"
            " where o.kind = 'municipality' order by n desc",  # as they come: all in turn
            [NOW],
        )
    with setup_connection() as inside:
        inside.execute("vacuum analyze referrals_arrival")
    with acting(by), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"explain {module._CAME}", module._values(by, 7, NOW))
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert plan.count("arrival_by_time") == 2, plan
    assert "Seq Scan on referrals_arrival" not in plan


def test_the_watched_folder_shows_whether_it_is_looked_after(by: Actor, settings: Any) -> None:
    client, address = signed_in(by), reverse("referrals:arrivals")
    assert "ingen overvåget mappe" in text(client.get(address))
    settings.MEDCOM_FOLDER = "mappe"
    assert "Står stille" in text(client.get(address))
    own = f"{make.home(by).code}/ind"
    for folder in (".", own, "999/ind"):
        Sweep.objects.create(folder=folder, last_at=NOW, taken_at=ago(minutes=3), waiting=4)
    page = text(client.get(address))
    shown = [words in page for words in ("Virker", "Kommunens, ind", "999/ind", "Hele mappen")]
    assert shown == [True, True, False, False]
    Sweep.objects.filter(folder=own).update(trouble="Mappen kan ikke læses")
    page = text(client.get(address))
    assert ("Kræver hjælp" in page, page.count("Mappen kan ikke læses")) == (True, 2)
    assert page.index("Mappen kan ikke læses") < page.index("Det sidste døgn"), "and on top"
    with time_machine.travel(NOW + dt.timedelta(minutes=2), tick=False):
        assert "Står stille" in text(signed_in(by).get(address))
