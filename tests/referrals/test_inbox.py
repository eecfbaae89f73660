"""What could not be taken in goes on: tried again, given on, answered, written up; nothing lost."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from referrals.commands import onwards
from referrals.commands.aside import set_aside, take_up_again
from referrals.commands.closing import close_referral
from referrals.commands.handover import hand_over
from referrals.commands.inbox import Answer
from referrals.commands.onwards import (
    add_to_case,
    answer_sender,
    forward_message,
    retry_message,
    retry_messages,
)
from referrals.intake import take_file, told
from referrals.models import Arrival, Citizen, IncomingMessage, Receipt, Referral
from referrals.states import CloseReason, InboxState, Taken, Way
from roegfri.accounts.models import User
from roegfri.actor import Actor, acting
from roegfri.organisations.models import Municipality
from roegfri.refusal import Refusal
from tests import make
from tests.roegfri.medcom import messages
from tests.threads import at_once

pytestmark = pytest.mark.django_db
CAME = make.MONDAY
NOW = make.MONDAY + dt.timedelta(days=2)
BAD = b"<Emessage>Kanariefugl"


@pytest.fixture(autouse=True)
def _now(settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    settings.MEDCOM_FOLDER = str(tmp_path)
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def by() -> Actor:
    """A counsellor of Hvidovre, whose EAN nobody has entered yet."""
    home = make.municipality(name="Hvidovre Kommune")
    return make.actor(make.grant(organisation=home))


@pytest.fixture
def other(by: Actor) -> Actor:
    """A counsellor of another municipality in the same agreement."""
    agreed = make.home(by).memberships.get().agreement
    there = make.municipality(agreed, name="Brøndby Kommune", ean=messages.BROENDBY[0])
    return make.actor(make.grant(organisation=there))


def take(body: bytes, by: Actor, *, received_at: dt.datetime = CAME, name: str = "a.xml") -> Answer:
    with acting(by):
        return take_file(
            body,
            name,
            inbox=make.home(by),
            received_at=received_at,
            way=Way.UPLOAD,
            by=by,
            at=NOW,
        )


def kept(by: Actor, body: bytes | None = None, **more: Any) -> IncomingMessage:
    """A letter to Hvidovre, which waits because its EAN is not known here."""
    answer = take(messages.referral(**more) if body is None else body, by)
    assert answer.taken is Taken.REFUSED, answer.message.reason
    return answer.message


def enter_ean(by: Actor) -> None:
    Municipality.objects.filter(pk=make.home(by).pk).update(ean=messages.HVIDOVRE[0])


def row(message: IncomingMessage) -> IncomingMessage:
    with acting(make.SYSTEM), transaction.atomic():
        return IncomingMessage.objects.get(pk=message.pk)


def rows() -> int:
    with acting(make.SYSTEM), transaction.atomic():
        return IncomingMessage.objects.count()


def cases() -> list[Referral]:
    with acting(make.SYSTEM), transaction.atomic():
        return list(Referral.objects.select_related("citizen").order_by("received_at"))


def signed_in(by: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=by.person))
    return client


def retry(message: IncomingMessage, by: Actor) -> Answer:
    with acting(by), transaction.atomic():
        return retry_message(message, by=by, at=NOW)


def forward(message: IncomingMessage, to: Actor, by: Actor) -> bool:
    with acting(by), transaction.atomic():
        return forward_message(message, to=make.home(to), by=by, at=NOW)


# ---- tried again ---------------------------------------------------------------------------------


def test_a_message_is_taken_in_when_what_was_missing_is_there(by: Actor) -> None:
    waits = kept(by)
    enter_ean(by)
    answer = retry(waits, by)
    (case,) = cases()
    after = row(waits)
    assert (answer.taken, answer.message.pk) == (Taken.CREATED, waits.pk)
    assert (after.state, after.reason, after.referral_id) == (InboxState.ACCEPTED, "", case.pk)
    assert (case.received_at, case.contact_by) == (CAME, dt.date(2026, 3, 4))
    assert rows() == 1


def test_what_is_still_wrong_is_said_anew(by: Actor) -> None:
    waits = kept(by)
    enter_ean(by)
    make.home(by).memberships.all().delete()
    assert retry(waits, by).taken is Taken.REFUSED
    after = row(waits)
    assert (after.state, rows()) == (InboxState.MISADDRESSED, 1)
    assert "ikke med i en aftale" in after.reason != waits.reason
    assert cases() == []


def test_again_is_the_same_again(by: Actor) -> None:
    waits = kept(by)
    enter_ean(by)
    first, second = retry(waits, by), retry(waits, by)
    assert (first.taken, second.taken) == (Taken.CREATED, Taken.DUPLICATE)
    assert first.message.referral_id == second.message.referral_id
    assert len(cases()) == 1


def test_one_that_came_by_another_door_meanwhile_points_at_that_case(by: Actor) -> None:
    waits = kept(by)
    enter_ean(by)
    again = take(messages.referral(), by)
    assert again.taken is Taken.CREATED
    assert retry(waits, by).taken is Taken.DUPLICATE
    after = row(waits)
    assert after.handled_at == NOW
    assert after.referral_id == again.message.referral_id
    assert len(cases()) == 1


def test_all_that_wait_are_tried(by: Actor, other: Actor) -> None:
    first = kept(by)
    kept(by, BAD)
    mended = kept(by, envelope="ENV2", letter="LET2", episode="e2")
    set_aside_by(mended, by)
    theirs = kept(other)
    enter_ean(by)
    with acting(by), transaction.atomic():
        tried = retry_messages(None, by=by, at=NOW)
    assert not tried.more
    assert sorted(answer.taken for answer in tried.answers) == [Taken.CREATED, Taken.REFUSED]
    assert row(first).state == InboxState.ACCEPTED
    assert row(mended).state == InboxState.MISADDRESSED, "a colleague has dealt with it"
    assert row(theirs).state == InboxState.MISADDRESSED


@pytest.mark.parametrize(("most", "size"), [(2, 10**9), (500, 1)])
def test_no_more_are_tried_than_a_page_can_hold(
    by: Actor, monkeypatch: pytest.MonkeyPatch, most: int, size: int
) -> None:
    monkeypatch.setattr(onwards, "RETRY_MOST", most)
    monkeypatch.setattr(onwards, "RETRY_BYTES", size)
    waits = [kept(by, envelope=f"E{nr}", letter=f"L{nr}", episode=f"e{nr}") for nr in range(3)]
    enter_ean(by)
    number = min(most, 1 if size == 1 else 3)
    page = signed_in(by).post("/henvisninger/indbakke/igen/", {"all": "1"}, follow=True)
    assert f"De {number} ældste er prøvet, ikke resten." in page.content.decode()
    states = sorted(row(one).state for one in waits)
    assert states.count(InboxState.ACCEPTED) == number


def set_aside_by(message: IncomingMessage, by: Actor) -> None:
    with acting(by), transaction.atomic():
        set_aside(message, note="Ringet", by=by, at=NOW)


def test_the_ticked_ones_are_tried(by: Actor) -> None:
    first, second = kept(by), kept(by, envelope="ENV2", letter="LET2", episode="e2")
    enter_ean(by)
    url = "/henvisninger/indbakke/igen/"
    page = signed_in(by).post(url, {"id": [str(first.pk)]}, follow=True)
    assert "1 besked er læst ind." in page.content.decode()
    assert (row(first).state, row(second).state) == (InboxState.ACCEPTED, InboxState.MISADDRESSED)


@pytest.mark.parametrize("sent", [{}, {"id": "x"}, {"id": "\0"}])
def test_nothing_ticked_is_said(by: Actor, sent: dict[str, str]) -> None:
    page = signed_in(by).post("/henvisninger/indbakke/igen/", sent, follow=True)
    assert "Vælg mindst én besked" in page.content.decode()


def test_a_message_of_anothers_inbox_is_not_tried(by: Actor, other: Actor) -> None:
    theirs = kept(other)
    before = row(theirs).reason
    signed_in(by).post("/henvisninger/indbakke/igen/", {"id": [str(theirs.pk)]})
    assert row(theirs).reason == before
    with pytest.raises(IncomingMessage.DoesNotExist):
        retry(theirs, by)


# ---- given on ------------------------------------------------------------------------------------


def test_the_receivers_clock_starts_when_it_gets_the_message(by: Actor, other: Actor) -> None:
    waits = kept(by, receiver=messages.BROENDBY)
    assert forward(waits, other, by) is True
    (case,) = cases()
    assert case.handler_id == other.organisation_id
    assert (case.received_at, case.contact_by) == (NOW, dt.date(2026, 3, 6))
    after = row(waits)
    assert (after.forwarded_to_id, after.referral_id) == (other.organisation_id, None)
    assert "læst ind" in after.handled_note
    with acting(make.SYSTEM), transaction.atomic():
        there = IncomingMessage.objects.get(organisation_id=other.organisation_id)
    assert (there.way, there.state, there.received_at) == (
        Way.FORWARDED,
        InboxState.ACCEPTED,
        NOW,
    )


def test_the_giver_sees_nothing_of_the_case_there(by: Actor, other: Actor) -> None:
    waits = kept(by, receiver=messages.BROENDBY)
    forward(waits, other, by)
    with acting(by), transaction.atomic():
        assert not Referral.objects.exists()
        assert not Citizen.objects.exists()
        assert IncomingMessage.objects.count() == 1


def test_one_that_cannot_be_read_there_either_lies_in_their_inbox(by: Actor, other: Actor) -> None:
    waits = kept(by, BAD)
    assert forward(waits, other, by) is False
    assert "ligger i deres indbakke" in row(waits).handled_note
    with acting(other), transaction.atomic():
        there = IncomingMessage.objects.get()
        assert (there.bytes, there.state) == (BAD, InboxState.UNREADABLE)
        assert there.handled_at is None


def test_a_letter_to_somebody_unknown_is_taken_in_by_whom_it_is_given_to(
    by: Actor, other: Actor
) -> None:
    waits = kept(by, receiver=("5790000000005", "999", "Forkert"))
    assert forward(waits, other, by) is True
    assert [case.handler_id for case in cases()] == [other.organisation_id]


def test_a_municipality_without_an_agreement_cannot_be_given_anything(by: Actor) -> None:
    waits = kept(by)
    outside = make.actor(make.grant(organisation=make.municipality(name="Udenfor")))
    make.home(outside).memberships.all().delete()
    with pytest.raises(Refusal, match="ikke med i en aftale"):
        forward(waits, outside, by)
    assert row(waits).handled_at is None
    assert rows() == 1
    with pytest.raises(Refusal, match="ligger allerede hos jer"):
        forward(waits, by, by)


def test_a_given_message_is_not_taken_back(by: Actor, other: Actor) -> None:
    waits = kept(by, receiver=messages.BROENDBY)
    forward(waits, other, by)
    with pytest.raises(Refusal, match="ikke lægges tilbage"), acting(by), transaction.atomic():
        take_up_again(waits, by=by, at=NOW)
    with pytest.raises(Refusal, match="allerede behandlet"):
        forward(waits, other, by)
    page = signed_in(by).get(f"/henvisninger/indbakke/{waits.pk}/").content.decode()
    assert "Læg den tilbage" not in page


def test_a_correction_follows_the_case_to_whom_it_was_given(by: Actor, other: Actor) -> None:
    enter_ean(by)
    taken = take(messages.referral(), by)
    assert taken.taken is Taken.CREATED
    with acting(by), transaction.atomic():
        hand_over(Referral.objects.get(), to=make.home(other), reason="", by=by, at=NOW)
    before = cases()[0]
    waits = kept(by, status="rettetbrev", envelope="E2", letter="L2", text="Ny tekst")
    shown = signed_in(by).get(f"/henvisninger/indbakke/{waits.pk}/")
    assert f'value="{other.organisation_id}" selected' in shown.content.decode()
    told_sender = shown.context["answer"]["reason"].value()
    assert "Brøndby" not in told_sender, "a sender does not learn who has the case now"
    assert forward(waits, other, by) is True
    (case,) = cases()
    assert case.pk == before.pk
    assert case.text.startswith("Ny tekst")
    assert (case.contact_by, case.received_at) == (before.contact_by, before.received_at)


def test_the_addressed_one_stands_chosen(by: Actor, other: Actor) -> None:
    waits = kept(by, receiver=messages.BROENDBY)
    page = signed_in(by).get(f"/henvisninger/indbakke/{waits.pk}/").content.decode()
    assert f'value="{other.organisation_id}" selected' in page
    assert page.index("Giv videre til en anden") < page.index("Prøv igen")


def test_giving_on_is_a_button(by: Actor, other: Actor) -> None:
    waits = kept(by, receiver=messages.BROENDBY)
    client, url = signed_in(by), f"/henvisninger/indbakke/{waits.pk}/videre/"
    assert client.post(url, {"to": str(by.organisation_id)}).status_code == 422
    page = client.post(url, {"to": str(other.organisation_id)}, follow=True).content.decode()
    assert "Beskeden er læst ind dér." in page
    again = client.post(url, {"to": str(other.organisation_id)})
    assert (again.status_code, len(cases())) == (422, 1)


# ---- answered ------------------------------------------------------------------------------------


def test_the_sender_is_told_by_a_negative_receipt(by: Actor) -> None:
    waits = kept(by, receiver=messages.BROENDBY)
    url = f"/henvisninger/indbakke/{waits.pk}/svar/"
    answer = {"reason": "Forkert modtager.\nSend til Brøndby."}
    assert signed_in(by).post(url, answer).status_code == 302
    with acting(make.SYSTEM), transaction.atomic():
        receipt = Receipt.objects.get()
    assert b"Forkert modtager. Send til" in bytes(receipt.xml)
    after = row(waits)
    assert (after.handled_at, after.forwarded_to_id) == (NOW, None)
    with pytest.raises(Refusal, match="ikke lægges tilbage"), acting(by), transaction.atomic():
        take_up_again(waits, by=by, at=NOW)


@pytest.mark.parametrize("reason", ["251248-9996 er ikke vores", "", "x", "y" * 351])
def test_a_reason_names_nobody_and_is_short(by: Actor, reason: str) -> None:
    waits = kept(by, receiver=messages.BROENDBY)
    url = f"/henvisninger/indbakke/{waits.pk}/svar/"
    assert signed_in(by).post(url, {"reason": reason}).status_code == 422
    assert row(waits).handled_at is None


def test_who_cannot_be_answered_is_not_offered_an_answer(by: Actor, settings: Any) -> None:
    unreadable, readable = kept(by, BAD), kept(by)
    client = signed_in(by)

    def offered(message: IncomingMessage) -> bool:
        page = client.get(f"/henvisninger/indbakke/{message.pk}/").content.decode()
        return "Svar afsenderen" in page

    assert (offered(unreadable), offered(readable)) == (False, True)
    settings.MEDCOM_FOLDER = ""
    assert not offered(readable)
    with pytest.raises(Refusal), acting(by), transaction.atomic():
        answer_sender(unreadable, reason="Kan ikke læses", by=by, at=NOW)
    assert row(unreadable).handled_at is None


# ---- written up ----------------------------------------------------------------------------------


def test_a_referral_is_written_from_what_can_be_read(by: Actor) -> None:
    waits = kept(by, body=messages.referral().replace(b"XH1530R", b"XH9999R"))
    client = signed_in(by)
    write = client.get(f"/henvisninger/indbakke/{waits.pk}/").context["write"]
    form = client.post("/henvisninger/ny/tekst/", write).context["form"]
    assert form["phone"].value() == "20 12 34 56"
    assert form["name"].value() == "Nancy Ann Test Berggren"
    found = {field.html_name: field.value() or "" for field in form if field.name != "received_at"}
    filled = write | found | {"source": "hospital"}
    made = client.post("/henvisninger/ny/", filled)
    assert made.status_code == 302, made.context["form"].errors
    (case,) = cases()
    assert case.received_at == CAME, "the clock runs from when the message came"
    after = row(waits)
    assert (after.handled_at, after.referral_id) == (NOW, case.pk)
    # The same form again, and another one after it.
    assert client.post("/henvisninger/ny/", filled).status_code == 302
    filled["once"] = str(uuid.uuid4())
    filled["decided"] = str(case.citizen_id)
    assert client.post("/henvisninger/ny/", filled).status_code == 422
    assert len(cases()) == 1


def test_a_message_of_another_municipality_is_not_written_from(by: Actor, other: Actor) -> None:
    theirs = kept(other)
    sent = {
        "phone": "20123456",
        "source": "practice",
        "channel": "email",
        "message": str(theirs.pk),
        "received_at_0": "2026-03-02",
        "received_at_1": "09:00",
        "once": str(uuid.uuid4()),
    }
    assert signed_in(by).post("/henvisninger/ny/", sent).status_code == 422
    assert (row(theirs).handled_at, cases()) == (None, [])


# ---- added to a case ----------------------------------------------------------------------------


def about_a_case(by: Actor) -> tuple[Referral, IncomingMessage]:
    """A case, and a letter about the same person that cannot be read in."""
    enter_ean(by)
    assert take(messages.referral(), by).taken is Taken.CREATED
    letter = messages.referral(
        envelope="E9", letter="L9", episode="9", text="Har fået 251248-9996 og nyt arbejde.",
        phones=(("31313131", "mobil"),),
    )  # fmt: skip
    return cases()[0], kept(by, letter.replace(b"XH1530R", b"XH9999R"))


def test_a_message_is_added_to_the_open_case_of_the_same_person(by: Actor) -> None:
    case, waits = about_a_case(by)
    client, url = signed_in(by), f"/henvisninger/indbakke/{waits.pk}/"
    page = client.get(url).content.decode()
    assert page.index("Føj teksten til den åbne sag") < page.index("Opret henvisning ud fra")
    sent = {"referral": str(case.pk)}
    for _twice in range(2):
        assert client.post(f"{url}sag/", sent).headers["Location"] == f"/opkald/{case.pk}/"
    (after,) = cases()
    assert after.text.startswith(case.text)
    assert after.text.count("Nyt brev modtaget 02.03.2026:\nHar fået 251248-**** og nyt") == 1
    assert (after.contact_by, after.received_at) == (case.contact_by, case.received_at)
    with acting(make.SYSTEM), transaction.atomic():
        numbers = set(after.citizen.phones.values_list("number", flat=True))
    assert "+4531313131" in numbers
    dealt = row(waits)
    assert (dealt.handled_at, dealt.referral_id) == (NOW, case.pk)


def test_what_is_written_up_is_added_to_the_open_case_instead(by: Actor) -> None:
    case, waits = about_a_case(by)
    client, url = signed_in(by), f"/henvisninger/indbakke/{waits.pk}/"
    form = client.post("/henvisninger/ny/tekst/", client.get(url).context["write"])
    page = form.content.decode()
    assert page.index(f'formaction="{url}sag/"') < page.index("ny henvisning på")
    sent = {"referral": str(case.pk), "text": "Skrevet om. CPR 2512489996."}
    client.post(f"{url}sag/", sent)
    assert cases()[0].text.endswith("Skrevet om. CPR 251248-****.")


def test_nothing_is_added_to_a_closed_case_or_anothers(by: Actor, other: Actor) -> None:
    case, waits = about_a_case(by)
    client, url = signed_in(by), f"/henvisninger/indbakke/{waits.pk}/"
    theirs = make.referral(other)
    assert client.post(f"{url}sag/", {"referral": str(theirs.pk)}).status_code == 404
    assert client.post(f"{url}sag/", {"referral": "x"}).headers["Location"] == url
    with acting(by), transaction.atomic():
        close_referral(case, reason=CloseReason.MISTAKE, by=by, at=NOW)
    assert "Føj teksten" not in client.get(url).content.decode()
    said = client.post(f"{url}sag/", {"referral": str(case.pk)}, follow=True).content.decode()
    assert "Sagen er afsluttet i mellemtiden" in said
    # Two came at the same instant: which stands first is nobody's promise.
    kept = {one.pk: one.text for one in cases()}
    assert (row(waits).handled_at, kept[case.pk]) == (None, case.text)


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_add_it_once(by: Actor) -> None:
    case, waits = about_a_case(by)

    def add() -> None:
        with acting(by), transaction.atomic():
            add_to_case(waits, referral=case, text="Ny tekst", by=by, at=NOW)

    assert at_once(*[add] * 20) == []
    assert cases()[0].text.count("Ny tekst") == 1


# ---- what helps is on top ------------------------------------------------------------------------

WRONG = {
    "no letter": (b"\x89PNG\r\n\x1a\n\0\0", ["again", "note", "retry", "forward"]),
    "cut off": (messages.referral()[:900], ["again", "note", "retry", "forward"]),
    "empty": (b"", ["again", "note", "retry", "forward"]),
    "too large": (b"<a>" + b"x" * 2_000_001, ["again", "note", "retry", "forward"]),
    "version": (
        messages.referral().replace(b"XH1530R", b"XH9999R"),
        ["write", "answer", "retry", "forward", "note"],
    ),
    "not for us": (
        messages.referral(),
        ["retry", "forward", "answer", "write", "note"],
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_helps_is_on_top(by: Actor, name: str) -> None:
    body, acts = WRONG[name]
    page = signed_in(by).get(f"/henvisninger/indbakke/{kept(by, body).pk}/")
    assert page.context["acts"] == acts
    if name == "no letter":
        assert "\N{REPLACEMENT CHARACTER}" not in page.content.decode()
        assert "Filen er ikke tekst" in page.content.decode()


def test_a_referral_written_instead_of_a_broken_file_deals_with_it(by: Actor) -> None:
    waits = kept(by, BAD)
    client = signed_in(by)
    write = client.get(f"/henvisninger/indbakke/{waits.pk}/").context["write"]
    form = client.post("/henvisninger/ny/tekst/", write).context["form"]
    found = {field.html_name: field.value() or "" for field in form if field.name != "received_at"}
    more = {"phone": "20123456", "source": "practice"}
    made = client.post("/henvisninger/ny/", write | found | more, follow=True).content.decode()
    (case,) = cases()
    assert row(waits).referral_id == case.pk
    assert f'href="/opkald/{case.pk}/"' in made


def test_the_sender_is_known_of_what_is_kept(by: Actor) -> None:
    for body in (messages.emergency(), messages.referral().replace(b"XH1530R", b"XH9999R")):
        assert kept(by, body).sender_name.startswith("Amager og Hvidovre Hospital")
    assert kept(by, BAD).sender_name == ""
    with acting(by):
        assert Arrival.objects.exclude(sender_name="").count() == 2


def test_who_may_be_waiting_elsewhere_stands_first(by: Actor) -> None:
    urgent = kept(by, messages.emergency())
    later = kept(by, BAD)
    with acting(make.SYSTEM), transaction.atomic():
        IncomingMessage.objects.filter(pk=later.pk).update(came_at=NOW + dt.timedelta(minutes=1))
    listed = signed_in(by).get("/henvisninger/indbakke/").context["list"].page.rows
    assert [one.pk for one in listed] == [urgent.pk, later.pk]


def test_whose_name_a_receipt_goes_out_in_and_whether_it_has(by: Actor) -> None:
    waits = kept(by, receiver=messages.BROENDBY)
    client, url = signed_in(by), f"/henvisninger/indbakke/{waits.pk}/"
    assert "det navn, beskeden er sendt til: Brøndby" in client.get(url).content.decode()
    client.post(f"{url}svar/", {"reason": "Send til den rette"})
    for page in (url, "/henvisninger/indbakke/?vis=behandlet"):
        assert "venter på at blive skrevet" in client.get(page).content.decode()
    with acting(make.SYSTEM), transaction.atomic():
        Receipt.objects.update(written_at=NOW)
    for page in (url, "/henvisninger/indbakke/?vis=behandlet"):
        assert "Kvitteringen er skrevet" in client.get(page).content.decode()


# ---- at once -------------------------------------------------------------------------------------


# A letter that no other constraint of the database would stop the second time.
BARE: dict[str, Any] = {"episode": "", "receipt": "minuspositivkvitt"}


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_on_try_again_are_one_referral(by: Actor) -> None:
    waits = kept(by, **BARE)
    enter_ean(by)
    taken: list[Taken] = []
    acts = [lambda: taken.append(retry(waits, by).taken)] * 20
    assert at_once(*acts) == []
    assert sorted(taken) == [Taken.CREATED] + [Taken.DUPLICATE] * 19
    assert (len(cases()), rows()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_locks_the_clicks_collide(
    by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db.models import QuerySet

    waits = kept(by, **BARE)
    enter_ean(by)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *_a, **_k: self)
    monkeypatch.setattr("referrals.commands.inbox.taking.all_alone", lambda _locks: None)
    wrong = at_once(*[lambda: retry(waits, by)] * 20)
    assert wrong or len(cases()) > 1, "nothing collided: the test above proves nothing"


@pytest.mark.django_db(transaction=True)
def test_trying_again_while_it_is_delivered_again_is_one_referral(by: Actor) -> None:
    waits = kept(by)
    enter_ean(by)
    retries: list[Callable[[], object]] = [lambda: retry(waits, by)] * 8
    deliveries: list[Callable[[], object]] = [lambda: take(messages.referral(), by)] * 8
    assert at_once(*retries, *deliveries) == []
    (case,) = cases()
    assert row(waits).referral_id == case.pk


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_on_give_on_are_one_case_there(by: Actor, other: Actor) -> None:
    waits = kept(by, receiver=messages.BROENDBY)
    wrong = at_once(*[lambda: forward(waits, other, by)] * 20)
    assert [type(fault) for fault in wrong] == [Refusal] * 19
    assert (len(cases()), rows()) == (1, 2)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_row_lock_the_message_is_given_twice(
    by: Actor, other: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db.models import QuerySet

    waits = kept(by, receiver=messages.BROENDBY)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *_a, **_k: self)
    wrong = at_once(*[lambda: forward(waits, other, by)] * 20)
    assert len(wrong) < 19, "nobody got past: the test above proves nothing"


# ---- shown ---------------------------------------------------------------------------------------

SCRIPT = "<script>alert(1)</script>"
HOSTILE = {
    "script": SCRIPT,
    "bidi": "regning\u202elmx.xml",
    "nul": "a\0b.xml",
    "long": "x" * 300 + ".xml",
    "path": "../../etc/passwd",
    "formula": "=1+1.xml",
    "empty": "",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_file_name_does_harm(by: Actor, name: str) -> None:
    upload = {
        "file": [
            SimpleUploadedFile("god.xml", BAD + b"1"),
            SimpleUploadedFile(HOSTILE[name] or "-", BAD),
        ],
        "received_at_0": "2026-03-02",
        "received_at_1": "09:00",
    }
    client = signed_in(by)
    pages = [client.post("/henvisninger/indlaes/", upload), client.get("/henvisninger/indbakke/")]
    with acting(by):
        ids = list(IncomingMessage.objects.values_list("pk", flat=True))
    pages += [client.get(f"/henvisninger/indbakke/{pk}/") for pk in ids]
    for page in pages:
        assert page.status_code == 200
        text = page.content.decode()
        assert not any(bad in text for bad in (SCRIPT, "\u202e", "\0", "etc/passwd"))
    assert len(ids) == 2


BYTES = {
    "script": SCRIPT.encode(),
    "bidi": "\u202e<Emessage>\u2066".encode(),
    "nul": b"\0\0\0" * 50,
    "utf-16": "<Emessage>hej</Emessage>".encode("utf-16"),
    "binary": bytes(range(256)) * 20,
    "half a letter": "blåbær".encode()[:3],
    "empty": b"",
    "markup in every field": messages.referral(
        text="&lt;script&gt;alert(1)&lt;/script&gt;", surname=SCRIPT, status="andet"
    ),
}


@pytest.mark.parametrize("name", BYTES)
def test_no_bytes_do_harm(by: Actor, name: str) -> None:
    waits = kept(by, BYTES[name])
    page = signed_in(by).get(f"/henvisninger/indbakke/{waits.pk}/")
    assert page.status_code == 200
    text = page.content.decode()
    assert not any(bad in text for bad in (SCRIPT, "\u202e", "\u2066", "\0"))
    assert retry(waits, by).taken is Taken.REFUSED


def test_the_file_shows_as_it_was_meant(by: Actor) -> None:
    assert "Kettegård Allé" in told(messages.referral()).raw
    assert "Kettegård Allé" in told(messages.referral(encoding="utf-8")).raw


def test_what_the_letter_says_stands_above_it_with_the_number_masked(by: Actor) -> None:
    waits = kept(by, receiver=messages.BROENDBY)
    page = signed_in(by).get(f"/henvisninger/indbakke/{waits.pk}/").content.decode()
    facts = page[page.index("Det står der") : page.index("Vis filen")]
    for words in ("Lungemedicinsk Afdeling", "Brøndby Kommune", "Nancy Ann", "251248-****"):
        assert words in facts
    assert "2512489996" not in facts


def test_an_emergency_is_red_and_says_what_to_do(by: Actor) -> None:
    waits = kept(by, messages.emergency())
    page = signed_in(by).get(f"/henvisninger/indbakke/{waits.pk}/").content.decode()
    assert "alert-error" in page
    assert "Ring til kommunens akutfunktion" in page
    assert "Prøv igen" not in page
    assert page.index("Notér, hvem der har fået den") < page.index("Giv videre til en anden")


def test_the_list_is_narrowed_by_what_is_wrong(by: Actor) -> None:
    kept(by, BAD)
    kept(by, messages.emergency())
    client = signed_in(by)

    def shown(query: str) -> int:
        page = client.get(f"/henvisninger/indbakke/?{query}").content.decode()
        return page.count('name="id"')

    assert [shown(q) for q in ("", "status=unreadable", "status=not_ours")] == [2, 1, 1]
    assert [shown(q) for q in ("status=misaddressed", "status=x", "vis=behandlet")] == [0, 0, 0]


# ---- many files ----------------------------------------------------------------------------------


def send(by: Actor, *files: tuple[str, bytes]) -> Any:
    upload = {
        "file": [SimpleUploadedFile(name, body) for name, body in files],
        "received_at_0": "2026-03-02",
        "received_at_1": "09:00",
    }
    return signed_in(by).post("/henvisninger/indlaes/", upload)


def test_of_many_files_each_says_what_became_of_it(by: Actor) -> None:
    enter_ean(by)
    page = send(
        by,
        ("ny.xml", messages.referral()),
        ("samme.xml", messages.referral()),
        ("rettelse.xml", messages.referral(status="rettetbrev", envelope="E2", letter="L2")),
        ("odelagt.xml", BAD),
    )
    assert page.status_code == 200
    lines = [(line.filename, str(line.words)) for line in page.context["lines"]]
    assert lines == [
        ("odelagt.xml", "I indbakken"),
        ("rettelse.xml", "Rettelse"),
        ("ny.xml", "Læst ind"),
        ("samme.xml", "Læst ind før"),
    ]
    text = page.content.decode()
    (case,) = cases()
    assert text.count(f"/opkald/{case.pk}/") == 3
    assert "Nancy" not in text


def test_one_file_leads_straight_to_the_call(by: Actor) -> None:
    enter_ean(by)
    page = send(by, ("ny.xml", messages.referral()))
    assert page.headers["Location"] == f"/opkald/{cases()[0].pk}/"


def test_no_file_is_asked_for(by: Actor) -> None:
    page = send(by)
    assert (page.status_code, "Vælg mindst én fil." in page.content.decode()) == (422, True)


def test_what_lay_in_the_inbox_already_says_so(by: Actor) -> None:
    kept(by, BAD)
    page = send(by, ("a.xml", BAD), ("b.xml", BAD + b"2"))
    words = [str(line.words) for line in page.context["lines"]]
    assert words == ["I indbakken", "Lå i indbakken i forvejen"]


def test_a_hundred_and_fifty_files_are_read_and_too_many_are_told(by: Actor, settings: Any) -> None:
    some = [(f"{n}.xml", b"<a>%d" % n) for n in range(150)]
    assert send(by, *some).status_code == 200
    assert rows() == 150
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 10
    page = send(by, *some)
    assert page.status_code == 413
    assert "vælg højst 10 filer" in page.content.decode()
    assert rows() == 150


def test_the_screens_number_is_the_systems(by: Actor, settings: Any) -> None:
    page = signed_in(by).get("/henvisninger/indlaes/").content.decode()
    assert f"Højst {settings.DATA_UPLOAD_MAX_NUMBER_FILES} filer" in page
    assert settings.UPLOAD_CAP == 5 * 1024 * 1024
    assert "multiple" in page
