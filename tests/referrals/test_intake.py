"""A MedCom file comes in: a referral, a correction, or a place in the inbox with the reason."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, models, transaction
from django.test import Client
from django.utils import translation
from structlog.testing import capture_logs

from referrals.commands.handover import hand_over
from referrals.commands.inbox import Answer
from referrals.intake import take_file
from referrals.models import Citizen, CivilNumber, IncomingMessage, Phone, Referral
from referrals.states import Channel, InboxState, Outcome, ReferralState, Source, Taken, Way
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.actor import Actor, acting
from roegfri.audit.models import AuditEvent
from roegfri.organisations.kinds import Kind
from roegfri.organisations.models import Hospital, HospitalDepartment
from tests import make
from tests.conftest import setup_connection
from tests.roegfri.medcom import messages
from tests.threads import at_once

pytestmark = pytest.mark.django_db
NEXT_DAY = make.MONDAY + dt.timedelta(days=1)
ELSEWHERE = ("5790000000005", "999", "En anden kommune")


@pytest.fixture(autouse=True)
def _now(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(NEXT_DAY, tick=False):
        yield


@pytest.fixture
def by() -> Actor:
    """A counsellor of the municipality that the letters are addressed to."""
    home = make.municipality(ean=messages.HVIDOVRE[0], name="Hvidovre Kommune")
    return make.actor(make.grant(organisation=home))


def take(body: bytes, by: Actor, *, received_at: dt.datetime = make.MONDAY) -> Answer:
    with acting(by):
        inbox = make.home(by)
        return take_file(
            body, "henvisning.xml", inbox=inbox, received_at=received_at, by=by, at=NEXT_DAY
        )


def state_of_the_world() -> dict[str, list[dict[str, Any]]]:
    """Every row that a file could have made or changed."""
    tables: tuple[type[models.Model], ...] = (
        Citizen,
        CivilNumber,
        Phone,
        Referral,
        IncomingMessage,
    )
    with acting(make.SYSTEM), transaction.atomic():
        return {m.__name__: list(m._default_manager.order_by("pk").values()) for m in tables}


def only(by: Actor) -> Referral:
    with acting(by):
        return Referral.objects.select_related("citizen").get()


def numbers(by: Actor) -> list[str]:
    with acting(by):
        return list(Phone.objects.order_by("rank").values_list("number", flat=True))


# ---- taken in ------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["XH1530R", "XH1531R", "XH0130R", "XH0131R"])
def test_a_referral_is_created(by: Actor, version: str) -> None:
    receipt = take(messages.referral(version), by)
    assert receipt.taken is Taken.CREATED
    referral = only(by)
    assert receipt.message.referral_id == referral.pk
    assert referral.citizen.name == "Nancy Ann Test Berggren"
    assert referral.citizen.birth_date == dt.date(1948, 12, 25)
    assert (referral.source, referral.channel) == (Source.HOSPITAL, Channel.MEDCOM)
    assert referral.contact_by == dt.date(2026, 3, 4)
    assert numbers(by) == ["+4520123456", "+4536391234"]
    with acting(by):
        assert CivilNumber.objects.get().value == "2512489996"


def test_a_correspondence_is_a_referral_too(by: Actor) -> None:
    assert take(messages.correspondence(), by).taken is Taken.CREATED
    assert only(by).channel == Channel.CORRESPONDENCE


def test_the_clock_starts_when_the_municipality_received_it(by: Actor) -> None:
    friday = make.MONDAY - dt.timedelta(days=3)
    take(messages.referral(), by, received_at=friday)
    assert only(by).contact_by == dt.date(2026, 3, 3)


def test_the_bytes_are_kept_as_they_came(by: Actor) -> None:
    body = messages.referral()
    receipt = take(body, by)
    with acting(by):
        assert IncomingMessage.objects.get(pk=receipt.message.pk).bytes == body


def test_a_known_department_is_the_sender(by: Actor) -> None:
    region = make.home(by).region
    hospital = Hospital.objects.create(kind=Kind.HOSPITAL, name="Hvidovre", region=region)
    known = HospitalDepartment.objects.create(
        kind=Kind.DEPARTMENT, name="Lungemedicinsk", hospital=hospital, number="9901001"
    )
    take(messages.referral(), by)
    assert only(by).sender_id == known.pk


def test_an_unknown_sender_is_named_as_she_names_herself(by: Actor) -> None:
    take(messages.referral(), by)
    referral = only(by)
    assert referral.sender_id is None
    assert referral.sender_name == "Amager og Hvidovre Hospital, Lungemedicinsk Afdeling"


def test_without_a_telephone_number_it_is_a_referral_all_the_same(by: Actor) -> None:
    assert take(messages.referral(phones=()), by).taken is Taken.CREATED
    assert numbers(by) == []
    page = signed_in(by).get(f"/opkald/{only(by).pk}/")
    assert page.status_code == 200


def test_a_number_that_is_none_is_kept_in_the_text(by: Actor) -> None:
    take(messages.referral(phones=(("ring til naboen", "mobil"),)), by)
    assert numbers(by) == []
    assert "ring til naboen" in only(by).text


def test_a_personal_number_with_a_dash_is_a_number(by: Actor) -> None:
    take(messages.referral(civil_number="251248-9996"), by)
    with acting(by):
        assert CivilNumber.objects.get().value == "2512489996"


def test_an_odd_personal_number_is_kept_in_the_text(by: Actor) -> None:
    take(messages.referral(civil_number="9999999999"), by)
    with acting(by):
        assert not CivilNumber.objects.exists()
    assert "9999999999" in only(by).text


# ---- again, and corrected ------------------------------------------------------------------------


def test_the_same_message_again_changes_nothing(by: Actor) -> None:
    first = take(messages.referral(), by)
    before = state_of_the_world()
    again = take(messages.referral(), by, received_at=NEXT_DAY)
    assert again.taken is Taken.DUPLICATE
    assert again.message == first.message
    assert state_of_the_world() == before


def corrected(number: int, **parts: Any) -> bytes:
    return messages.referral(
        status="rettetbrev", envelope=f"ENV{number}", letter=f"LET{number}", **parts
    )


def test_a_corrected_letter_mends_the_case_and_leaves_its_clock(by: Actor) -> None:
    take(messages.referral(), by)
    before = only(by)
    more = (messages.MOBILE, messages.LANDLINE, ("30303030", "arbejde"))
    receipt = take(corrected(2, phones=more, text="Ny tekst"), by, received_at=NEXT_DAY)
    after = only(by)
    assert (receipt.taken, after.pk) == (Taken.CORRECTED, before.pk)
    assert (after.received_at, after.contact_by) == (before.received_at, before.contact_by)
    assert after.text.startswith("Ny tekst")
    assert numbers(by) == ["+4520123456", "+4536391234", "+4530303030"]


@pytest.mark.parametrize("later", [dt.timedelta(), dt.timedelta(days=1)], ids=["same day", "later"])
def test_a_letter_about_a_case_given_on_waits_to_be_passed_on(
    by: Actor, later: dt.timedelta
) -> None:
    """Taken in, it would open a second case for somebody whom another municipality calls."""
    take(messages.referral(), by)
    other = make.municipality(make.home(by).memberships.get().agreement, name="Ny Kommune")
    with acting(by):
        hand_over(Referral.objects.get(), to=other, reason="", by=by, at=NEXT_DAY)
    with time_machine.travel(NEXT_DAY + later, tick=False):
        receipt = take(corrected(2, text="Ny tekst"), by)
        assert receipt.message.state == InboxState.MISADDRESSED
        assert "Ny Kommune" in receipt.message.reason
    with acting(make.SYSTEM), transaction.atomic():
        assert Referral.objects.count() == 1


def further(number: int, **parts: Any) -> bytes:
    """A new letter («nytbrev») with a number of its own, about the same episode."""
    return messages.referral(envelope=f"ENV{number}", letter=f"LET{number}", **parts)


def test_a_further_letter_is_added_below_and_overwrites_nothing(by: Actor) -> None:
    take(messages.referral(text="Første brev", surname="Berggren"), by)
    before = only(by)
    more = (messages.MOBILE, ("30303030", "arbejde"))
    answer = take(
        further(2, text="Andet brev", surname="Bjerggren", phones=more, email="ny@example.dk"),
        by,
        received_at=NEXT_DAY,
    )
    after = only(by)
    assert (answer.taken, after.pk) == (Taken.CORRECTED, before.pk)
    assert after.text.startswith("Første brev")
    assert "Nyt brev modtaget 03.03.2026:\nAndet brev" in after.text
    assert (after.citizen.surname, after.citizen.email) == ("Berggren", before.citizen.email)
    assert (after.received_at, after.contact_by) == (before.received_at, before.contact_by)
    assert numbers(by) == ["+4520123456", "+4536391234", "+4530303030"]


def test_a_further_letter_that_says_the_same_adds_no_text(by: Actor) -> None:
    take(messages.referral(), by)
    text = only(by).text
    assert take(further(2), by).taken is Taken.CORRECTED
    assert only(by).text == text


def test_another_number_in_a_further_letter_is_shown_and_not_believed(by: Actor) -> None:
    take(messages.referral(), by)
    take(further(2, civil_number=messages.KIRSTEN.civil_number), by)
    with acting(by):
        assert CivilNumber.objects.get().value == messages.NANCY.civil_number
    assert "andet personnummer end borgerens: 291182-****" in only(by).text


def test_a_number_that_was_missing_comes_with_a_further_letter(by: Actor) -> None:
    take(messages.referral(civil_number=""), by)
    take(further(2), by)
    with acting(by):
        assert CivilNumber.objects.get().value == messages.NANCY.civil_number


def test_the_same_numbers_with_one_byte_changed_change_nothing(by: Actor) -> None:
    first = take(messages.referral(), by)
    before = only(by).text
    forged = messages.referral().replace(b"20<Space/>", b"40<Space/>").replace(b"20 cig", b"40 cig")
    assert len(forged) == len(messages.referral())
    assert forged != messages.referral()
    answer = take(forged, by)
    assert (answer.taken, answer.message.state) == (Taken.REFUSED, InboxState.UNREADABLE)
    assert "samme numre" in answer.reason
    assert only(by).text == before
    again = take(forged, by)
    assert (again.taken, again.message) == (Taken.DUPLICATE, answer.message)
    assert take(messages.referral(), by).message == first.message


def test_the_same_numbers_about_another_episode_change_nothing(by: Actor) -> None:
    take(messages.referral(), by)
    assert take(messages.referral(episode="en anden"), by).taken is Taken.REFUSED
    assert referrals_there_are() == 1


@pytest.mark.parametrize("corrects", [True, False], ids=["rettetbrev", "nytbrev"])
def test_a_letter_passed_on_to_whoever_has_the_case_now_reaches_it(
    by: Actor, *, corrects: bool
) -> None:
    take(messages.referral(), by)
    other = make.municipality(make.home(by).memberships.get().agreement, name="Ny Kommune")
    with acting(by):
        hand_over(Referral.objects.get(), to=other, reason="", by=by, at=NEXT_DAY)
    body = corrected(2, text="Ny tekst") if corrects else further(2, text="Ny tekst")
    answer = take_file(
        body,
        "f.xml",
        inbox=other,
        received_at=NEXT_DAY,
        way=Way.FORWARDED,
        by=by,
        at=NEXT_DAY,
    )
    assert answer.taken is Taken.CORRECTED
    with acting(make.SYSTEM), transaction.atomic():
        case = Referral.objects.get()
        assert "Ny tekst" in case.text
        assert (case.handler_id, case.received_by_id) == (other.pk, make.home(by).pk)


def test_what_is_passed_on_is_taken_whatever_its_address(by: Actor) -> None:
    inbox = make.home(by)
    elsewhere = messages.referral(receiver=ELSEWHERE)
    given: dict[str, Any] = {"inbox": inbox, "received_at": NEXT_DAY, "by": by, "at": NEXT_DAY}
    assert take_file(elsewhere, "f.xml", **given).taken is Taken.REFUSED
    assert take_file(elsewhere, "f.xml", way=Way.FORWARDED, **given).taken is Taken.CREATED


def test_a_file_name_may_be_anything(by: Actor) -> None:
    odd = "hen\0vis\udcff" + "x" * 300
    answer = take_file(b"", odd, inbox=make.home(by), received_at=NEXT_DAY, by=by, at=NEXT_DAY)
    assert answer.message.filename.startswith("henvis?x")


def test_a_case_is_corrected_as_often_as_need_be(by: Actor) -> None:
    take(messages.referral(), by)
    take(corrected(2, text="Anden tekst"), by)
    receipt = take(corrected(3, text="Tredje tekst"), by)
    assert receipt.taken is Taken.CORRECTED
    assert only(by).text.startswith("Tredje tekst")
    with acting(by):
        assert IncomingMessage.objects.count() == 3
    assert take(corrected(3, text="Tredje tekst"), by).taken is Taken.DUPLICATE


def test_a_correction_of_what_never_came_is_a_referral(by: Actor) -> None:
    assert take(corrected(2), by).taken is Taken.CREATED


def test_a_correction_of_a_closed_case_opens_no_second_one(by: Actor) -> None:
    take(messages.referral(), by)
    make.call(only(by), by, Outcome.DECLINED)
    receipt = take(corrected(2, text="Ny tekst"), by)
    after = only(by)
    assert (receipt.taken, after.state) == (Taken.CORRECTED, ReferralState.CLOSED)
    assert after.text.startswith("Ny tekst")


def test_a_new_letter_of_a_closed_case_opens_a_new_one(by: Actor) -> None:
    take(messages.referral(), by)
    make.call(only(by), by, Outcome.DECLINED)
    assert take(messages.referral(envelope="ENV2", letter="LET2"), by).taken is Taken.CREATED


@pytest.mark.parametrize(
    "parts",
    [
        {"envelope": "E" * 40, "letter": "L" * 40, "episode": "a" * 40},
        {"envelope": "E" * 41},
        {"letter": "L" * 41},
        {"episode": "a" * 41},
        {"sender": messages.HOSPITAL._replace(ean="5" * 14)},
    ],
    ids=["the longest", "envelope", "letter", "episode", "ean"],
)
def test_no_number_is_longer_than_its_column(by: Actor, parts: dict[str, Any]) -> None:
    receipt = take(messages.referral(**parts), by)
    fits = parts.get("envelope") == "E" * 40
    assert receipt.taken is (Taken.CREATED if fits else Taken.REFUSED)


def test_the_same_episode_of_another_sender_is_another_case(by: Actor) -> None:
    take(messages.referral(), by)
    other = messages.referral(sender=messages.PRACTICE, envelope="ENV9", letter="LET9")
    assert take(other, by).taken is Taken.CREATED
    with acting(by):
        assert Referral.objects.count() == 2
        assert Citizen.objects.count() == 1


# ---- not taken in --------------------------------------------------------------------------------


def test_a_message_for_another_member_stays_in_the_inbox(by: Actor) -> None:
    make.municipality(ean=messages.BROENDBY[0], name="Brøndby Kommune")
    receipt = take(messages.referral(receiver=messages.BROENDBY), by)
    assert_kept(receipt, InboxState.MISADDRESSED, "adresseret til Brøndby Kommune")


def test_a_message_for_whoever_is_no_member_stays_in_the_inbox(by: Actor) -> None:
    outside = make.municipality(ean=ELSEWHERE[0], name="En anden kommune")
    outside.memberships.all().delete()
    receipt = take(messages.referral(receiver=ELSEWHERE), by)
    assert_kept(receipt, InboxState.MISADDRESSED, "ikke med i en aftale")


def test_a_message_for_somebody_unknown_stays_in_the_inbox(by: Actor) -> None:
    receipt = take(messages.referral(receiver=ELSEWHERE), by)
    assert_kept(receipt, InboxState.MISADDRESSED, "som ikke kendes her")


def test_an_emergency_referral_belongs_elsewhere(by: Actor) -> None:
    assert_kept(take(messages.emergency(), by), InboxState.NOT_OURS, "akut")


UNREADABLE = {
    "empty": b"",
    "no xml": b"Hej",
    "cut": messages.referral()[:900],
    "entities": b'<!DOCTYPE x [<!ENTITY a "b">]><Emessage/>',
    "version": messages.referral().replace(b"XH1530R", b"XH9999R"),
    "bytes": bytes(range(256)),
    "two in one": messages.referral() + messages.referral(),
    "two letters": messages.referral().replace(b"</Emessage>", b"<ClinicalEmail/></Emessage>"),
    "no such date": messages.referral(sent=("2026-02-30", "14:30")),
    "no such time": messages.referral(sent=("2026-02-28", "24:61")),
    "encoding": messages.referral().replace(b"ISO-8859-1", b"EBCDIC-DK"),
    "other encoding": messages.referral(surname="Ærø").replace(b"ISO-8859-1", b"UTF-8     "),
    "root": b"<Besked/>",
    "external": b"<!DOCTYPE x SYSTEM 'file:///etc/passwd'><Emessage/>",
    "large": b"<Emessage>" + b"x" * 3_000_000,
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_kept_with_its_bytes_and_the_reason(by: Actor, name: str) -> None:
    body = UNREADABLE[name]
    receipt = take(body, by)
    assert receipt.taken is Taken.REFUSED
    assert receipt.message.reason
    with acting(by):
        assert IncomingMessage.objects.get().bytes == body
        assert IncomingMessage.objects.get().state in {InboxState.UNREADABLE, InboxState.NOT_OURS}
    again = take(body, by)
    assert (again.taken, again.message) == (Taken.DUPLICATE, receipt.message)
    nothing_half_written()


def assert_kept(receipt: Answer, state: InboxState, why: str) -> None:
    assert receipt.taken is Taken.REFUSED
    assert (receipt.message.state, receipt.message.referral_id) == (state, None)
    assert why in receipt.message.reason
    nothing_half_written()
    with acting(make.SYSTEM):
        assert AuditEvent.objects.filter(act="message.kept").count() == 1


def nothing_half_written() -> None:
    written = {name for name, rows in state_of_the_world().items() if rows}
    assert written == {"IncomingMessage"}


@pytest.mark.django_db(transaction=True)
def test_a_file_that_fails_on_the_way_leaves_nothing(by: Actor) -> None:
    """The database fails at the last statement, when citizen and case have been written."""
    with setup_connection() as server:
        server.execute(
            "create function disk_full() returns trigger language plpgsql as"
            " $$ begin raise exception 'disk full'; end $$"
        )
        server.execute(
            "create trigger disk_full before insert on referrals_incomingmessage"
            " execute function disk_full()"
        )
        try:
            with pytest.raises(DatabaseError, match="disk full"):
                take(messages.referral(), by)
        finally:
            server.execute("drop function disk_full() cascade")
    assert not any(state_of_the_world().values())
    assert take(messages.referral(), by).taken is Taken.CREATED


# ---- at once -------------------------------------------------------------------------------------


def referrals_there_are() -> int:
    with acting(make.SYSTEM), transaction.atomic():
        return Referral.objects.count()


@pytest.mark.django_db(transaction=True)
def test_fifty_deliveries_at_once_are_one_referral(by: Actor) -> None:
    taken: list[Taken] = []
    with capture_logs() as said:
        assert at_once(*[lambda: taken.append(take(messages.referral(), by).taken)] * 50) == []
    assert sorted(taken) == [Taken.CREATED] + [Taken.DUPLICATE] * 49
    assert referrals_there_are() == 1
    assert said == [], "none had to be tried again"


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_the_deliveries_collide(
    by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the lock is for: without it the second delivery fails where it should be a duplicate,
    and is only saved by being tried again."""
    monkeypatch.setattr("referrals.commands.inbox.taking.all_alone", list)
    with capture_logs() as said:
        wrong = at_once(*[lambda: take(messages.referral(), by)] * 50)
    assert wrong or said, "nothing collided: the test above proves nothing"
    assert referrals_there_are() == 1, "the constraint is the last wall"


def citizens_there_are() -> int:
    with acting(make.SYSTEM), transaction.atomic():
        return Citizen.objects.count()


def eight_cases_of_one_person() -> list[bytes]:
    return [
        messages.referral(envelope=f"ENV{n}", letter=f"LET{n}", episode=f"e{n}") for n in range(8)
    ]


@pytest.mark.django_db(transaction=True)
def test_eight_cases_of_one_person_at_once_are_one_citizen(by: Actor) -> None:
    bodies = iter(eight_cases_of_one_person())
    assert at_once(*[lambda: take(next(bodies), by)] * 8) == []
    assert (citizens_there_are(), referrals_there_are()) == (1, 8)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_one_person_is_several_citizens(
    by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("referrals.commands.inbox.taking.all_alone", list)
    bodies = iter(eight_cases_of_one_person())
    wrong = at_once(*[lambda: take(next(bodies), by)] * 8)
    assert wrong or citizens_there_are() > 1, "nothing collided: the test above proves nothing"


# ---- shown ---------------------------------------------------------------------------------------

HOSTILE = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;"


def signed_in(by: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=by.person))
    return client


def test_markup_in_a_letter_is_text_on_every_screen(by: Actor) -> None:
    take(messages.referral(text=HOSTILE, surname="<b>Elmer</b>"), by)
    refused = take(b"<script>alert(3)</script>", by)
    referral, client = only(by), signed_in(by)
    assert "<script>alert(1)" in referral.text
    for url, shown in (
        (f"/opkald/{referral.pk}/", "&lt;script&gt;alert(1)"),
        (f"/sag/{referral.pk}/", "&lt;script&gt;alert(1)"),
        (f"/henvisninger/indbakke/{refused.message.pk}/", "&lt;script&gt;alert(3)"),
        ("/henvisninger/", "&lt;b&gt;Elmer"),
        ("/", "&lt;b&gt;Elmer"),
    ):
        page = client.get(url).content.decode()
        assert shown in page, url
        for raw in ("<script>alert", "<img src=x", "<b>Elmer"):
            assert raw not in page, url


def test_whoever_opens_a_message_of_the_inbox_stands_in_the_log(by: Actor) -> None:
    """No citizen is known whom a look-up could name: the message is named instead."""
    kept = take(b"Nancy Ann, 2512489996", by).message
    client = signed_in(by)
    for path in ("", "fil/"):
        assert client.get(f"/henvisninger/indbakke/{kept.pk}/{path}").status_code == 200
    with acting(make.SYSTEM):
        opened = AuditEvent.objects.filter(act="message.read", user_id=by.user_id)
        assert [event.subject for event in opened] == [f"incomingmessage:{kept.pk}"] * 2


def test_a_message_that_was_taken_in_is_not_opened_past_its_case(by: Actor) -> None:
    taken = take(messages.referral(), by).message
    client = signed_in(by)
    for path in ("", "fil/"):
        assert client.get(f"/henvisninger/indbakke/{taken.pk}/{path}").status_code == 404


def test_the_guardian_is_called_first_below_the_age_of_the_agreement() -> None:
    agreed = make.agreement(guardian_age="18")
    home = make.municipality(agreed, ean=messages.HVIDOVRE[0], name="Hvidovre Kommune")
    by = make.actor(make.grant(organisation=home))
    take(messages.referral(civil_number="1110109996"), by)
    page = signed_in(by).get(f"/opkald/{only(by).pk}/").content.decode()
    assert "Under 18 år" in page


def test_the_day_of_receipt_is_danish(by: Actor) -> None:
    """00:30 on Tuesday is still Monday in UTC."""
    early = clock.danish_time(dt.date(2026, 3, 3), dt.time(0, 30))
    take(messages.referral(), by, received_at=early)
    assert only(by).contact_by == dt.date(2026, 3, 5)


def test_what_is_kept_is_danish_whatever_language_it_was_brought_in(by: Actor) -> None:
    with acting(by), translation.override("en"):
        answer = take(b"<other/>", by)
        assert translation.get_language() == "en"
    assert answer.reason.startswith("Filen er ikke en MedCom-besked")
