"""The sender's own door: refer somebody, follow how far it comes, and see nothing else."""

import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from django.urls import reverse

from referrals import policies, queries
from referrals.commands import send
from referrals.commands.handover import hand_over
from referrals.commands.phones import add_phone
from referrals.commands.send import Sending, send_referral, sender_mark
from referrals.commands.undo import undo_call
from referrals.models import (
    Arrival,
    Citizen,
    CitizenAccess,
    CivilNumber,
    IncomingMessage,
    Phone,
    Referral,
    SentReferral,
)
from referrals.states import Channel, GuardianConsent, Outcome, SentState, Source, Taken, Way
from roegfri.accounts.models import Grant
from roegfri.accounts.roles import Role
from roegfri.accounts.tokens import actor_of
from roegfri.actor import Actor, acting, receiving
from roegfri.audit.models import AuditEvent, AuditEventPerson, ChangeValue
from roegfri.organisations.kinds import Kind
from roegfri.organisations.models import (
    Hospital,
    HospitalDepartment,
    Municipality,
    Organisation,
    Pharmacy,
    Practice,
    Region,
)
from roegfri.refusal import AlreadySent, Refusal
from roegfri.ui.models import Draft
from tests import make
from tests.threads import answers_at_once

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def monday(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(make.MONDAY, tick=False):
        yield


def department(name: str = "Lungemedicinsk Afdeling", region: str = "Region Prøve") -> Organisation:
    where, _ = Region.objects.get_or_create(name=region)
    hospital = Hospital.objects.create(name="Prøve Hospital", region=where)
    return HospitalDepartment.objects.create(name=name, hospital=hospital)


def practice() -> Organisation:
    number = f"{100_000 + Practice.objects.count()}"
    return Practice.objects.create(name="Lægerne Torvet", provider_number=number)


def pharmacy() -> Organisation:
    given = {"cvr": "10000009", "p_number": f"{1_000_000 + Pharmacy.objects.count()}"}
    return Pharmacy.objects.create(name="Svane Apotek", municipality=make.municipality(), **given)


def referrer(of: Organisation | None = None) -> Actor:
    """Somebody who refers, at a department unless told otherwise."""
    of = of or department()
    return make.actor(make.grant(Role.PHARMACY if of.kind == Kind.PHARMACY else Role.REFERRER, of))


def place_of(by: Actor) -> Organisation:
    assert by.organisation_id
    return Organisation.objects.get(pk=by.organisation_id)


def grant_of(by: Actor) -> Grant:
    assert by.grant_id
    return Grant.objects.get(pk=by.grant_id)


def system_of(organisation: Organisation) -> Actor:
    """The organisation's own system, by its key."""
    token, _secret = make.token(organisation)
    return actor_of(token, "")


def sends(by: Actor, to: Municipality, at: dt.datetime = make.MONDAY, **given: Any) -> Sending:
    how = {name: given.pop(name) for name in ("once", "reference", "name") if name in given}
    with acting(by):
        return send_referral(make.details(**given), to=to, by=by, at=at, **how)


def case_of(sending: Sending) -> Referral:
    with acting(make.SYSTEM):
        return Referral.objects.select_related("citizen").get(pk=sending.referral_id)


def followed(by: Actor) -> list[SentReferral]:
    with acting(by):
        return queries.sent_page(by).rows


def counted(model: type[models.Model]) -> int:
    with acting(make.SYSTEM), transaction.atomic():
        return model._default_manager.count()


# ---- what is sent --------------------------------------------------------------------------------


def test_it_is_on_the_call_list_with_its_clock_and_who_sent_it() -> None:
    to, anna = make.municipality(), referrer()
    sending = sends(anna, to, source=Source.OTHER, sender_name="En helt anden")
    case = case_of(sending)
    assert (sending.taken, case.handler_id, case.state) == (Taken.CREATED, to.pk, "received")
    assert (case.source, case.channel) == (Source.HOSPITAL, Channel.WEB)
    assert case.sender_id == anna.organisation_id
    assert case.sender_name == f"Lungemedicinsk Afdeling, {anna.name}"
    assert case.received_at == make.MONDAY
    assert sending.contact_by == case.contact_by == dt.date(2026, 3, 4)
    mette = make.actor(make.grant(organisation=to))
    with acting(mette):
        assert [line.id for line in queries.worklist(mette).rows] == [case.pk]


@pytest.mark.parametrize(
    ("where", "source"),
    [
        (department, Source.HOSPITAL),
        (practice, Source.PRACTICE),
        (pharmacy, Source.PHARMACY),
        (make.municipality, Source.MUNICIPALITY),
    ],
)
def test_the_source_is_what_kind_of_sender_it_is(
    where: Callable[[], Organisation], source: Source
) -> None:
    sender = where()
    to = Municipality.objects.filter(pk=sender.pk).first() or make.municipality()
    by_person = case_of(sends(referrer(sender), to))
    by_system = case_of(sends(system_of(sender), to, number="+4530303030"))
    assert (by_person.source, by_person.channel) == (source, Channel.WEB)
    assert (by_system.source, by_system.channel) == (source, Channel.API)


def test_it_is_one_line_among_what_came_in() -> None:
    to, anna = make.municipality(), referrer()
    once = uuid.uuid4()
    sends(anna, to, once=once)
    sends(anna, to, once=once)
    sends(system_of(department()), to)
    with acting(make.SYSTEM):
        lines = list(Arrival.objects.order_by("id").values_list("way", "result", "sender_name"))
    assert lines == [
        (Way.FORM, Taken.CREATED, "Lungemedicinsk Afdeling"),
        (Way.FORM, Taken.DUPLICATE, "Lungemedicinsk Afdeling"),
        (Way.API, Taken.CREATED, "Lungemedicinsk Afdeling"),
    ]


def test_a_municipality_that_takes_none_is_refused_in_plain_words_and_nothing_is_written() -> None:
    outside = make.municipality(name="Nabo Kommune")
    outside.memberships.all().delete()
    with pytest.raises(Refusal, match="Nabo Kommune er ikke med i en aftale"):
        sends(referrer(), outside)
    assert [counted(one) for one in (Referral, Citizen, SentReferral, Arrival)] == [0, 0, 0, 0]


def test_who_is_known_there_is_the_same_citizen_and_the_sender_is_told_nothing() -> None:
    mette, anna = make.actor(), referrer()
    before = make.referral(mette, civil_number="2512489996")
    known = sends(anna, make.home(mette), civil_number="2512489996", number="+4530303030")
    new = sends(anna, make.home(mette), civil_number="2509479989", number="+4540404040")
    assert case_of(known).citizen_id == before.citizen_id
    told = [
        (one.taken, one.contact_by, one.sent.state, one.sent.name, one.sent.shared)
        for one in (known, new)
    ]
    assert told[0] == told[1]


def test_the_log_says_that_she_sent_it_and_not_that_she_saw_anybody() -> None:
    mette, anna = make.actor(), referrer()
    before = make.referral(mette, civil_number="2512489996")
    client = signed_in(anna)
    answer = client.post("/henvis/ny/", typed(make.home(mette), civil_number="251248-9996"))
    assert answer.status_code == 302
    with acting(make.SYSTEM):
        hers = AuditEvent.objects.filter(user_id=anna.user_id).order_by("seq")
        acts = list(hers.values_list("act", "organisation_id"))
        of_whom = AuditEventPerson.objects.filter(event_seq__in=hers.values("seq"))
        persons = set(of_whom.values_list("person", flat=True))
    mine, theirs = anna.organisation_id, mette.organisation_id
    assert ("referral.sent", mine) in acts
    assert ("referral.received", theirs) in acts
    assert not [act for act, _ in acts if act in {"person.read", "person.searched"}]
    assert persons == {before.citizen_id}


# ---- sent twice ----------------------------------------------------------------------------------


def test_the_same_form_twice_is_one_referral() -> None:
    to, anna, once = make.municipality(), referrer(), uuid.uuid4()
    first = sends(anna, to, once=once)
    again = sends(anna, to, make.MONDAY + HOUR, once=once)
    assert (again.taken, again.referral_id) == (Taken.DUPLICATE, first.referral_id)
    assert again.contact_by == first.contact_by
    assert (counted(Referral), counted(Citizen), counted(SentReferral)) == (1, 1, 1)


@pytest.mark.parametrize("other", ["text", "municipality"])
def test_the_same_form_with_other_content_is_refused(other: str) -> None:
    to, anna, once = make.municipality(), referrer(), uuid.uuid4()
    sends(anna, to, once=once)
    changed: dict[str, Any] = {"text": "Noget andet"} if other == "text" else {}
    receiver = make.municipality() if other == "municipality" else to
    with pytest.raises(AlreadySent, match="allerede sendt"):
        sends(anna, receiver, once=once, **changed)
    assert counted(Referral) == 1


def test_the_number_of_a_form_is_its_senders_own() -> None:
    to, once = make.municipality(), uuid.uuid4()
    for by in (referrer(), referrer()):
        assert sends(by, to, once=once).taken == Taken.CREATED
    assert counted(Referral) == 2


def test_a_form_sent_again_after_the_case_was_given_away_is_still_one() -> None:
    within = make.agreement()
    mette = make.actor(make.grant(organisation=make.municipality(within)))
    anna, once = referrer(), uuid.uuid4()
    first = sends(anna, make.home(mette), once=once)
    give_away(mette, first, make.municipality(within))
    again = sends(anna, make.home(mette), make.MONDAY + HOUR, once=once)
    assert (again.taken, again.referral_id) == (Taken.DUPLICATE, first.referral_id)


def give_away(by: Actor, sending: Sending, to: Municipality) -> None:
    with acting(by), transaction.atomic():
        case = Referral.objects.get(pk=sending.referral_id)
        hand_over(case, to=to, reason="", by=by, at=make.MONDAY)
    with connection.cursor() as cursor, acting(make.SYSTEM):
        cursor.execute(
            "select citizen_access_end(%s, %s, 'handling', %s)",
            [case.pk, by.organisation_id, make.MONDAY.date() - dt.timedelta(days=1)],
        )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by_reference", [False, True])
def test_eight_at_once_are_one_referral(*, by_reference: bool) -> None:
    taken = at_once(by_reference=by_reference)
    assert sorted(taken) == [Taken.CREATED, *[Taken.DUPLICATE] * 7]
    assert counted(Referral) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by_reference", [False, True])
def test_control_without_the_lock_they_fail(
    monkeypatch: pytest.MonkeyPatch, *, by_reference: bool
) -> None:
    monkeypatch.setattr(send, "alone", lambda *_words: None)
    taken = at_once(by_reference=by_reference)
    assert sorted(taken) != [Taken.CREATED, *[Taken.DUPLICATE] * 7]


def at_once(*, by_reference: bool) -> list[str]:
    """Eight threads send the same; what each was answered, "failed" where it was none."""
    to = make.municipality()
    by = system_of(department()) if by_reference else referrer()
    how: dict[str, Any] = {"reference": "A-1"} if by_reference else {"once": uuid.uuid4()}

    def work() -> str:
        try:
            return sends(by, to, **how).taken
        except DatabaseError:
            return "failed"

    return answers_at_once(work, 8)


# ---- the sender's own reference ------------------------------------------------------------------


def test_the_same_reference_again_changes_nothing() -> None:
    to, epj = make.municipality(), system_of(department())
    first = sends(epj, to, reference="A-1")
    again = sends(epj, to, make.MONDAY + HOUR, reference="A-1")
    assert (again.taken, again.referral_id) == (Taken.DUPLICATE, first.referral_id)
    assert again.contact_by == first.contact_by
    assert counted(Referral) == 1


def test_other_content_corrects_the_same_case_and_its_clock_runs_on() -> None:
    to, epj = make.municipality(), system_of(department())
    first = sends(epj, to, reference="A-1", civil_number="2512489996")
    tuesday = make.MONDAY + dt.timedelta(days=1)
    better: dict[str, Any] = {
        "text": "Ryger 20 om dagen",
        "surname": "Berg",
        "number": "+4530303030",
        "language": "Tyrkisk",
        "interpreter": True,
        "guardian_consent": GuardianConsent.YES,
    }
    mended = sends(epj, to, tuesday, reference="A-1", **better)
    assert (mended.taken, mended.referral_id) == (Taken.CORRECTED, first.referral_id)
    case = case_of(mended)
    assert (case.text, case.guardian_consent) == ("Ryger 20 om dagen", GuardianConsent.YES)
    assert (case.citizen.surname, case.citizen.language) == ("Berg", "Tyrkisk")
    assert case.citizen.interpreter
    assert (case.received_at, case.contact_by) == (make.MONDAY, first.contact_by)
    assert mended.contact_by == first.contact_by
    with acting(make.SYSTEM):
        numbers = set(Phone.objects.values_list("number", flat=True))
        assert numbers == {"+4520123456", "+4530303030"}
        assert SentReferral.objects.get().name == "Nancy Ann Berg"
    assert sends(epj, to, tuesday, reference="A-1", **better).taken == Taken.DUPLICATE
    assert sends(epj, to, tuesday, reference="A-1").taken == Taken.CORRECTED
    assert counted(Referral) == 1


def test_what_a_correction_leaves_out_stays_as_it_was() -> None:
    to, epj = make.municipality(), system_of(department())
    sends(epj, to, reference="A-1", text="Ryger 20 om dagen", sent_at=make.MONDAY - HOUR)
    case = case_of(sends(epj, to, reference="A-1", text="", surname="Berg"))
    assert (case.text, case.sent_at) == ("Ryger 20 om dagen", make.MONDAY - HOUR)
    assert case.citizen.surname == "Berg"


OLD, NEW, OWN = "+4520123456", "+4530303030", "+4540404040"


def called(case: Referral) -> list[tuple[str, str]]:
    """Her numbers in the order of calling, with what is said of them."""
    with acting(make.SYSTEM):
        rows = Phone.objects.filter(citizen=case.citizen_id).order_by("rank")
        return list(rows.values_list("number", "note"))


def test_the_numbers_of_the_corrected_letter_are_called_first() -> None:
    to, epj, mette = corrected_place()
    first = sends(epj, to, reference="A-1", phones=[(OLD, "mobil")])
    with acting(mette):
        add_phone(case_of(first).citizen, number=OWN, note="søster", by=mette, at=make.MONDAY)
    assert [number for number, _ in called(case_of(first))] == [OWN, OLD]
    sends(epj, to, reference="A-1", phones=[(NEW, "arbejde")])
    assert called(case_of(first)) == [
        (NEW, "arbejde"),
        (OWN, "søster"),
        (OLD, "mobil, før rettelsen"),
    ]
    with acting(mette):
        assert [line.number for line in queries.worklist(mette).rows] == [NEW]
    sends(epj, to, reference="A-1", phones=[(OLD, "mobil")])
    assert called(case_of(first)) == [
        (OLD, "mobil"),
        (OWN, "søster"),
        (NEW, "arbejde, før rettelsen"),
    ]


def test_a_number_on_which_somebody_answered_is_called_first_whatever_a_correction_says() -> None:
    to, epj, mette = corrected_place()
    case = case_of(sends(epj, to, reference="A-1", phones=[(OLD, "")]))
    make.call(case, mette, Outcome.CALL_BACK, phone=OLD, call_back_at=make.MONDAY + 2 * HOUR)
    sends(epj, to, reference="A-1", phones=[(NEW, "")])
    assert called(case) == [(OLD, ""), (NEW, "")]


def test_of_somebody_with_other_cases_no_number_is_said_to_be_old() -> None:
    to, epj, _mette = corrected_place()
    number: dict[str, Any] = {"civil_number": "2512489996"}
    case = case_of(sends(epj, to, reference="A-1", phones=[(OLD, "")], **number))
    sends(epj, to, reference="A-2", phones=[(OLD, "")], **number)
    sends(epj, to, reference="A-1", phones=[(NEW, "")], **number)
    assert called(case) == [(NEW, ""), (OLD, "")]


def test_a_correction_without_numbers_leaves_them_as_they_were() -> None:
    to, epj, _mette = corrected_place()
    case = case_of(sends(epj, to, reference="A-1", phones=[(OLD, "mobil")], text="Ryger"))
    sends(epj, to, reference="A-1", phones=[], text="Ryger 20 om dagen")
    assert called(case) == [(OLD, "mobil")]


def corrected_place() -> tuple[Municipality, Actor, Actor]:
    """Who receives, the sender's own system, and a counsellor of who receives."""
    to = make.municipality()
    return to, system_of(department()), make.actor(make.grant(organisation=to))


KIRSTEN: dict[str, Any] = {"civil_number": "2911829996", "given_names": "Kirsten"}


def numbers_of(case: Referral) -> set[str]:
    with acting(make.SYSTEM):
        return {one.value for one in case.citizen.civil_numbers.all()}


def test_a_correction_with_the_number_of_somebody_known_here_mixes_no_two_people() -> None:
    """The next letter about either goes to her own file; who is meant is for a person to see."""
    to, epj = make.municipality(), system_of(department())
    nancy = sends(epj, to, reference="A-1", civil_number="2512489996")
    kirsten = sends(epj, to, reference="A-2", **KIRSTEN)
    mended = sends(epj, to, reference="A-1", text="Rettet", number="+4530303030", **KIRSTEN)
    assert (mended.taken, mended.referral_id) == (Taken.CORRECTED, nancy.referral_id)
    case = case_of(nancy)
    assert (case.citizen.given_names, numbers_of(case)) == ("Nancy Ann", {"2512489996"})
    assert case.text.startswith("Rettet")
    assert "andet personnummer end borgerens: 291182-****" in case.text
    again = sends(system_of(department()), to, reference="A-3", **KIRSTEN)
    assert case_of(again).citizen_id == case_of(kirsten).citizen_id != case.citizen_id


def test_a_correction_does_not_write_another_number_on_somebody_with_other_cases() -> None:
    to, epj = make.municipality(), system_of(department())
    before = sends(epj, to, reference="A-1", civil_number="2512489996")
    sends(epj, to, reference="A-2", civil_number="2512489996")
    sends(epj, to, reference="A-2", **KIRSTEN)
    case = case_of(before)
    assert (case.citizen.given_names, numbers_of(case)) == ("Nancy Ann", {"2512489996"})


def test_a_number_that_was_mistyped_is_corrected_and_the_old_one_is_told_of() -> None:
    to, epj = make.municipality(), system_of(department())
    first = sends(epj, to, reference="A-1", civil_number="2512489996")
    sends(epj, to, reference="A-1", **KIRSTEN)
    case = case_of(first)
    assert (case.citizen.given_names, len(numbers_of(case))) == ("Kirsten", 2)
    assert case.citizen.birth_date == dt.date(1982, 11, 29)
    assert "Fjern det gamle" in case.text


def test_a_birth_date_alone_does_not_overrule_the_civil_number() -> None:
    to, epj = make.municipality(), system_of(department())
    first = sends(epj, to, reference="A-1", civil_number="2512489996")
    sends(epj, to, reference="A-1", birth_date=dt.date(2001, 1, 1), surname="Berg")
    citizen = case_of(first).citizen
    assert (citizen.surname, citizen.birth_date) == ("Berg", dt.date(1948, 12, 25))


def test_a_correction_can_protect_the_address() -> None:
    to, epj = make.municipality(), system_of(department())
    first = sends(epj, to, reference="A-1", address="Testvej 1")
    sends(epj, to, reference="A-1", address="Testvej 2", address_protected=True)
    assert case_of(first).citizen.address_protected
    sends(epj, to, reference="A-1", address="Testvej 2")
    assert case_of(first).citizen.address_protected, "what is left out stays"


def test_a_reference_is_the_senders_and_the_receivers_own() -> None:
    to = make.municipality()
    one, other = system_of(department()), system_of(department())
    cases = {
        sends(one, to, reference="A-1").referral_id,
        sends(other, to, reference="A-1").referral_id,
        sends(one, make.municipality(), reference="A-1").referral_id,
    }
    assert len(cases) == 3


def test_a_correction_of_a_case_that_was_given_away_is_refused_and_the_same_again_is_not() -> None:
    within = make.agreement()
    mette = make.actor(make.grant(organisation=make.municipality(within)))
    epj, to = system_of(department()), make.home(mette)
    first = sends(epj, to, reference="A-1")
    give_away(mette, first, make.municipality(within))
    with pytest.raises(Refusal, match="har givet sagen videre"):
        sends(epj, to, reference="A-1", text="Rettet")
    assert sends(epj, to, reference="A-1").taken == Taken.DUPLICATE
    assert case_of(first).text == "Henvisning til rygestop"


def test_a_municipalitys_own_system_corrects_what_it_sent() -> None:
    to = make.municipality()
    own = system_of(to)
    assert sends(own, to, reference="A-1").taken == Taken.CREATED
    assert sends(own, to, reference="A-1", text="Rettet").taken == Taken.CORRECTED
    assert followed(referrer(to)) == []


def test_a_mark_is_nobodys_ean_and_always_the_same() -> None:
    one, other = uuid.UUID(int=1), uuid.UUID(int=2)
    assert re.fullmatch(r"R[A-Z2-7]{12}", sender_mark(one))
    assert sender_mark(one) == sender_mark(uuid.UUID(int=1)) != sender_mark(other)


# ---- how far it has come -------------------------------------------------------------------------


def state_of(sending: Sending, by: Actor) -> str:
    (row,) = followed(by)
    assert row.referral_id == sending.referral_id
    return row.state


def test_the_sender_follows_it_from_received_to_closed() -> None:
    mette, anna = make.actor(), referrer()
    sending = sends(anna, make.home(mette))
    case = case_of(sending)
    make.call(case, mette, Outcome.NO_ANSWER, make.MONDAY - HOUR)
    assert state_of(sending, anna) == SentState.RECEIVED
    reached = make.call(case, mette, Outcome.REACHED)
    assert state_of(sending, anna) == SentState.CONTACTED
    with acting(mette):
        undo_call(reached, by=mette, at=make.MONDAY)
    assert state_of(sending, anna) == SentState.RECEIVED
    make.call(case, mette, Outcome.DECLINED)
    assert state_of(sending, anna) == SentState.CLOSED


# ---- the walls -----------------------------------------------------------------------------------

HIDDEN = (Citizen, CitizenAccess, CivilNumber, IncomingMessage, Phone, Referral)


@pytest.fixture(params=["both walls", "the database alone"])
def walls(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the code's own scoping, and without it."""
    if request.param == "the database alone":
        everything = lambda _viewer: SentReferral.objects.all()  # noqa: E731
        monkeypatch.setattr(policies, "sent_visible_to", everything)


def test_a_sender_sees_no_citizen_and_no_case() -> None:
    mette, anna = make.actor(), referrer()
    make.referral(mette, civil_number="2512489996")
    sends(anna, make.home(mette), civil_number="2512489996")
    for by in (anna, system_of(place_of(anna))):
        with acting(by):
            assert {one.__name__ for one in HIDDEN if one._default_manager.exists()} == set()
            assert policies.citizens_visible_to(by).count() == 0
            assert policies.referrals_visible_to(by).count() == 0


def test_a_department_sees_its_own_and_no_others(walls: None) -> None:
    to, here, there = make.municipality(), department(), department()
    anna, lise, bent = referrer(here), referrer(here), referrer(there)
    sends(anna, to)
    assert len(followed(anna)) == len(followed(lise)) == 1
    assert followed(bent) == []


def test_a_municipal_colleague_sees_her_own_alone(walls: None) -> None:
    to = make.municipality()
    anna, lise = referrer(to), referrer(to)
    sends(anna, to)
    assert len(followed(anna)) == 1
    assert followed(lise) == []


@pytest.mark.parametrize("role", sorted(set(Role.values) - {Role.REFERRER, Role.PHARMACY}))
def test_no_other_role_of_the_senders_organisation_sees_them(walls: None, role: str) -> None:
    here = department()
    sends(referrer(here), make.municipality())
    other = make.actor(make.grant(Role(role), here))
    assert followed(other) == []


def test_the_receiver_does_not_see_the_senders_list(walls: None) -> None:
    mette = make.actor()
    sends(referrer(), make.home(mette))
    assert followed(mette) == []


def test_control_the_rows_are_there(walls: None) -> None:
    sends(referrer(), make.municipality())
    with acting(make.SYSTEM):
        assert SentReferral.objects.count() == 1


def test_a_sender_writes_no_row_of_another_and_none_about_a_case_by_hand() -> None:
    here, there = referrer(), referrer()
    mine = sends(here, make.municipality()).sent
    with acting(there):
        assert SentReferral.objects.filter(pk=mine.pk).update(name="Rettet") == 0
        mine.pk = uuid.uuid4()
        with pytest.raises(DatabaseError), transaction.atomic():
            mine.save(force_insert=True)


def test_the_scope_of_the_receiver_ends_with_the_sending() -> None:
    to, anna = make.municipality(), referrer()
    with acting(anna), transaction.atomic():
        send_referral(make.details(), to=to, by=anna, at=make.MONDAY)
        assert not Citizen.objects.exists()
        with acting(receiving(anna, to.pk)):
            assert Citizen.objects.count() == 1
        assert not Citizen.objects.exists()


# ---- the screens ---------------------------------------------------------------------------------


def signed_in(by: Actor) -> Client:
    client = Client()
    client.force_login(grant_of(by).user)
    return client


def typed(receiver: Municipality | None, /, **given: str) -> dict[str, str]:
    usual = {
        "phone": "20 12 34 56",
        "text": "Henvisning til rygestop",
        "name": "Nancy Ann Berggren",
        "guardian_consent": "unknown",
        "once": str(uuid.uuid4()),
    }
    return {**usual, **({"to": str(receiver.pk)} if receiver else {}), **given}


def page_of(client: Client, path: str = "/henvis/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return unescape(response.content.decode())


@pytest.mark.parametrize("where", [department, practice, pharmacy, make.municipality])
def test_a_sender_begins_on_its_own_list(where: Callable[[], Organisation]) -> None:
    client = signed_in(referrer(where()))
    response = client.get("/")
    assert (response.status_code, response.headers["Location"]) == (302, "/henvis/")
    page = page_of(client)
    assert "Ingen henvisninger endnu" in page
    assert 'href="/henvis/ny/" data-key="n"' in page


def test_text_and_phone_suffice_and_the_new_one_stands_on_top() -> None:
    to, anna = make.municipality(name="Hvidovre Kommune"), referrer()
    sends(anna, to, make.MONDAY - HOUR, given_names="Ældre", surname="Sag")
    client = signed_in(anna)
    response = client.post("/henvis/ny/", typed(to, name=""), follow=True)
    page = unescape(response.content.decode())
    assert response.redirect_chain == [("/henvis/", 302)]
    assert "Henvisningen er sendt" in page
    assert page.index("Tlf. … 456") < page.index("Ældre Sag")
    assert "Hvidovre Kommune" in page
    assert "senest 4. mar" in re.sub(r"\s+", " ", page)


def test_the_list_tells_nothing_but_what_was_typed_and_how_far_it_is() -> None:
    mette, anna = make.actor(), referrer()
    secret: dict[str, Any] = {
        "civil_number": "2512489996",
        "text": "Hemmelig tekst",
        "address": "Kanalvej 1",
    }
    sending = sends(anna, make.home(mette), **secret)
    make.call(case_of(sending), mette, Outcome.REACHED, note="Hemmelig note")
    page = page_of(signed_in(anna))
    assert "Nancy Ann Berggren" in page
    assert "Kontaktet" in page
    for word in ("Hemmelig", "251248", "20 12 34", "Kanalvej", str(sending.referral_id)):
        assert word not in page


@pytest.mark.parametrize(
    ("text", "phone", "wrong"),
    [
        ("Ring på 20 12 34 56 efter kl. 16", "", ""),
        ("Ring på 20 12 34 56 eller 30 30 30 30", "", "flere numre i beskeden"),
        ("Ring på 20 12 34 56 eller 30 30 30 30", "20 12 34 56", ""),
        ("Henvisning til rygestop", "", "Skriv et nummer"),
        ("Henvisning til rygestop", "12345", "nummer"),
        ("Henvisning, CPR 251248-9996", "", "Skriv et nummer"),
    ],
)
def test_the_number_may_stand_in_the_message(text: str, phone: str, wrong: str) -> None:
    to, client = make.municipality(), signed_in(referrer())
    response = client.post("/henvis/ny/", typed(to, text=text, phone=phone))
    if wrong:
        assert response.status_code == 422
        assert wrong in unescape(response.content.decode())
        assert counted(Referral) == 0
        return
    assert response.status_code == 302
    with acting(make.SYSTEM):
        assert Phone.objects.get().number == "+4520123456"
        assert Referral.objects.get().text == text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("civil_number", "251348-9996"),
        ("birth_date", "2030-01-01"),
        ("birth_date", "1947-09-25"),
        ("to", str(uuid.UUID(int=0))),
        ("to", ""),
        ("guardian_consent", "måske"),
        ("once", "x"),
        ("text", "x" * 20_001),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(field: str, value: str) -> None:
    to, client = make.municipality(), signed_in(referrer())
    number = {"civil_number": "251248-9996"} if value == "1947-09-25" else {}
    response = client.post("/henvis/ny/", typed(to, **{**number, field: value}))
    page = unescape(response.content.decode())
    assert response.status_code == 422
    assert "Nancy Ann Berggren" in page
    assert counted(Referral) == counted(SentReferral) == 0


def test_a_municipality_that_is_no_member_is_not_to_be_chosen_and_not_accepted() -> None:
    outside = make.municipality(name="Udenfor Kommune")
    outside.memberships.all().delete()
    make.municipality(name="Indenfor Kommune")
    client = signed_in(referrer())
    page = page_of(client, "/henvis/ny/")
    assert "Indenfor Kommune" in page
    assert "Udenfor Kommune" not in page
    assert client.post("/henvis/ny/", typed(outside)).status_code == 422


def test_those_near_stand_first_and_the_last_one_is_chosen() -> None:
    far = Region.objects.create(name="Region Fjern")
    near = make.municipality(name="Åby Kommune")
    make.municipality(name="Aaby Fjern Kommune", region=far)
    used = make.municipality(name="Ørby Kommune")
    anna = referrer()
    with acting(anna):
        offered = queries.receivers(anna, make.MONDAY.date())
        assert [one.name for one in offered.near] == [near.name, used.name]
        assert offered.usual is None
    sends(anna, used)
    with acting(anna):
        assert queries.receivers(anna, make.MONDAY.date()).usual == used
    assert f'<option value="{used.pk}" selected>' in page_of(signed_in(anna), "/henvis/ny/")


def test_a_pharmacy_begins_with_its_own_municipality() -> None:
    by = referrer(pharmacy())
    own = Pharmacy.objects.get(pk=place_of(by).pk).municipality
    with acting(by):
        assert queries.receivers(by, make.MONDAY.date()).usual == own


def test_a_municipal_colleague_sends_to_her_own_and_no_other() -> None:
    own, other = make.municipality(name="Egen Kommune"), make.municipality()
    client = signed_in(referrer(own))
    page = page_of(client, "/henvis/ny/")
    assert "Sendes til <strong>Egen Kommune</strong>" in page
    assert 'name="to"' not in page
    assert client.post("/henvis/ny/", typed(other)).status_code == 302
    with acting(make.SYSTEM):
        assert Referral.objects.get().handler_id == own.pk


def test_a_municipality_without_an_agreement_is_told_so() -> None:
    own = make.municipality()
    own.memberships.all().delete()
    client = signed_in(referrer(own))
    assert "Der er ingen kommune at sende til" in page_of(client, "/henvis/ny/")
    assert client.post("/henvis/ny/", typed(None)).status_code == 422
    assert counted(Referral) == 0


def test_it_says_by_when_the_chosen_municipality_calls() -> None:
    seven = {"contact_deadline_count": "7", "contact_deadline_unit": "calendar_days"}
    to = make.municipality(make.agreement(**seven), name="Syvdages Kommune")
    client = signed_in(referrer())
    assert "inden for den frist" in page_of(client, "/henvis/ny/")
    response = client.post("/henvis/ny/frist/", typed(to), headers={"HX-Request": "true"})
    page = unescape(response.content.decode())
    assert "<strong>Syvdages Kommune</strong> til borgeren senest <strong>mandag 9. marts" in page
    assert counted(Referral) == 0


@pytest.mark.parametrize(
    ("given", "child"),
    [
        ({}, False),
        ({"birth_date": "2010-03-03"}, True),
        ({"birth_date": "2008-03-03"}, True),
        ({"birth_date": "2008-03-02"}, False),
        ({"civil_number": "111010-9996"}, True),
        ({"civil_number": "251248-9996"}, False),
        ({"civil_number": "11"}, False),
    ],
)
def test_the_parents_consent_is_asked_for_when_she_is_under_18(
    given: dict[str, str], *, child: bool
) -> None:
    to, client = make.municipality(), signed_in(referrer())
    response = client.post("/henvis/ny/frist/", typed(to, **given))
    page = unescape(response.content.decode())
    assert ("Borgeren er under 18 år" in page, "<details" in page) == (child, not child)
    assert page.count('name="guardian_consent"') == 3  # can be reached whatever her age


def test_what_the_parents_said_reaches_the_case() -> None:
    to, client = make.municipality(), signed_in(referrer())
    given = {
        "civil_number": "111010-9996",
        "guardian_consent": "yes",
        "guardian_name": "Henriette Lund",
        "guardian_phone": "30 30 30 30",
    }
    assert client.post("/henvis/ny/", typed(to, **given)).status_code == 302
    with acting(make.SYSTEM):
        case = Referral.objects.select_related("citizen").get()
        assert case.guardian_consent == GuardianConsent.YES
        assert case.citizen.guardian_name == "Henriette Lund"
        assert case.citizen.guardian_phone == "+4530303030"
        assert case.citizen.birth_date == dt.date(2010, 10, 11)


def test_a_double_click_is_one_referral_and_the_same_answer() -> None:
    to, client = make.municipality(), signed_in(referrer())
    form = typed(to)
    answers = [client.post("/henvis/ny/", form) for _ in range(2)]
    assert [(one.status_code, one.headers["Location"]) for one in answers] == [
        (302, "/henvis/"),
        (302, "/henvis/"),
    ]
    changed = client.post("/henvis/ny/", {**form, "text": "Noget andet"})
    assert changed.status_code == 409
    assert counted(Referral) == 1


def test_what_was_typed_waits_for_her_and_goes_when_it_is_sent() -> None:
    to, anna = make.municipality(), referrer()
    client = signed_in(anna)
    form = typed(to)
    assert client.post(reverse("ui:draft") + "?for=/henvis/ny/", form).status_code < 300
    assert "Nancy Ann Berggren" in page_of(client, "/henvis/ny/")
    client.post("/henvis/ny/", form)
    with acting(anna):
        assert not Draft.objects.exists()


# ---- finding somebody ----------------------------------------------------------------------------


def test_somebody_is_found_by_a_part_of_the_name_and_it_is_logged() -> None:
    to, anna, other = make.municipality(), referrer(), referrer()
    one = sends(anna, to, given_names="Åse", surname="Østergård")
    sends(anna, to, number="+4530303030", given_names="Bo", surname="Lund")
    sends(other, to, number="+4540404040", given_names="Åse", surname="Østergård")
    client = signed_in(anna)
    page = unescape(client.post("/henvis/", {"name": "øster", "state": ""}).content.decode())
    assert page.count("Åse Østergård") == 1
    assert "Bo Lund" not in page
    none = unescape(client.post("/henvis/", {"name": "x", "state": ""}).content.decode())
    assert "Ingen af jeres henvisninger passer" in none
    with acting(make.SYSTEM):
        searched = AuditEvent.objects.filter(act="person.searched", user_id=anna.user_id)
        found = AuditEventPerson.objects.filter(event_seq__in=searched.values("seq"))
        assert searched.count() == 2
        assert [row.person for row in found] == [one.sent.citizen_id]
        values: Any = ChangeValue.objects.filter(event_seq__in=searched.values("seq")).values_list(
            "new_values", flat=True
        )
        assert sorted(v["criterion"] for v in values) == ["x", "øster"]


def test_a_name_stands_in_no_address() -> None:
    to, anna = make.municipality(), referrer()
    sends(anna, to)
    page = signed_in(anna).get("/henvis/", {"name": "findes ikke"}).content.decode()
    assert "Nancy Ann Berggren" in page  # nothing is read from it
    assert 'method="post"' in page


def test_those_in_one_state() -> None:
    mette, anna = make.actor(), referrer()
    case = case_of(sends(anna, make.home(mette), given_names="Kaldt", surname="Op"))
    make.call(case, mette, Outcome.REACHED)
    sends(anna, make.home(mette), number="+4530303030", given_names="Ny", surname="Sag")
    client = signed_in(anna)
    page = client.post("/henvis/", {"name": "", "state": "contacted"}).content.decode()
    assert ("Kaldt Op" in page, "Ny Sag" in page) == (True, False)


def test_pages_follow_each_other_without_gaps() -> None:
    to, anna = make.municipality(), referrer()
    for number in range(30):
        at = make.MONDAY - dt.timedelta(minutes=30 - number)
        sends(anna, to, at, number=f"+4530{number:06d}", given_names=f"Nr{number}", surname="X")
    client = signed_in(anna)
    first = page_of(client)
    cursor = re.search(r'name="fra" value="([^"]+)"', first)
    assert cursor
    second = client.post("/henvis/", {"name": "", "state": "", "fra": cursor[1]}).content.decode()
    names = [re.findall(r"Nr\d+ X", page) for page in (first, second)]
    assert names[0] + names[1] == [f"Nr{number} X" for number in range(29, -1, -1)]
    assert len(names[0]) == 25
    assert client.post("/henvis/", {"name": "", "state": "", "fra": "x"}).status_code == 200


def test_looking_at_the_list_is_logged_for_each_person_on_it() -> None:
    to, anna = make.municipality(), referrer()
    persons = {sends(anna, to, number=f"+45303030{n}0").sent.citizen_id for n in range(1, 4)}
    page_of(signed_in(anna))
    with acting(make.SYSTEM):
        event = AuditEvent.objects.get(act="person.read", user_id=anna.user_id)
        seen = AuditEventPerson.objects.filter(event_seq=event.seq)
        assert {row.person for row in seen} == persons
        assert event.subject == "sending:list"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(
    rows: int, django_assert_num_queries: Any
) -> None:
    to, anna = make.municipality(), referrer()
    for number in range(rows):
        sends(anna, to, number=f"+4530303{number}00")
    client = signed_in(anna)
    client.get("/henvis/")
    with django_assert_num_queries(6):
        client.get("/henvis/")


# ---- who may not ---------------------------------------------------------------------------------


def test_who_loses_the_role_sees_nothing() -> None:
    to, anna = make.municipality(), referrer()
    sends(anna, to)
    client = signed_in(anna)
    assert "Nancy" in page_of(client)
    grant = grant_of(anna)
    grant.until_on = make.MONDAY.date() - dt.timedelta(days=1)
    grant.save()
    for path in ("/henvis/", "/henvis/ny/"):
        response = client.get(path)
        assert response.status_code in {302, 403}
        assert b"Nancy" not in response.content
    assert client.post("/henvis/ny/", typed(to)).status_code in {302, 403}
    assert counted(Referral) == 1


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.COORDINATOR, Role.FINANCE, Role.SECURITY])
def test_the_other_roles_of_a_municipality_have_no_such_page(role: Role) -> None:
    to = make.municipality()
    client = signed_in(make.actor(make.grant(role, to)))
    for path in (reverse("sending:list"), reverse("sending:new"), reverse("sending:around")):
        assert client.get(path).status_code == 403
    assert client.post("/henvis/ny/", typed(to)).status_code == 403
    assert counted(Referral) == 0
