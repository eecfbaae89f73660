"""Ret oplysninger: bad input is answered in plain words, and two who write lose nothing."""

import datetime as dt
import re
from typing import Any
from unicodedata import name as name_of

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from referrals.models import Citizen, CivilNumber, Phone, Referral, Residence
from roegfri.accounts.models import Grant
from roegfri.actor import acting
from roegfri.audit.models import AuditEvent
from roegfri.organisations.kinds import Kind
from roegfri.organisations.models import Practice
from tests import make

pytestmark = pytest.mark.django_db
OK, REDIRECT, CONFLICT, UNPROCESSABLE = 200, 302, 409, 422
FIELDS = re.compile(r'<input type="hidden" name="(version|seen|shown)" value="([^"]*)"')


@pytest.fixture(autouse=True)
def monday(settings: Any) -> Any:
    settings.SECOND_FACTOR = False
    with time_machine.travel(make.MONDAY, tick=False) as travelled:
        yield travelled


class Desk:
    """Somebody at the form of one citizen."""

    def __init__(self, grant: Grant, referral: Referral) -> None:
        self.client, self.referral = Client(), referral
        self.client.force_login(grant.user)
        self.form: dict[str, str] = {}

    def url(self, view: str = "desk:citizen", *more: Any) -> str:
        return reverse(view, args=[self.referral.pk, *more])

    def opens(self) -> "Desk":
        response: Any = self.client.get(self.url())
        assert response.status_code == OK
        form = response.context["form"]
        self.form = {
            name: str(form[name].value())
            for name in form.fields
            if form[name].value() is not None and form[name].value() is not False
        }
        return self

    def sends(self, **typed: str) -> Any:
        return self.client.post(self.url(), {**self.form, **typed})

    def posts(self, view: str, *more: Any, **typed: str) -> Any:
        return self.client.post(self.url(view, *more), typed)


@pytest.fixture
def grant() -> Grant:
    return make.grant()


@pytest.fixture
def desk(grant: Grant) -> Desk:
    return Desk(grant, make.referral(make.actor(grant), civil_number="2512489996"))


def text(response: Any) -> str:
    return str(response.content.decode())


def citizen(desk: Desk) -> Citizen:
    with acting(make.SYSTEM):
        return Citizen.objects.get(pk=desk.referral.citizen_id)


# ---- one at the form -----------------------------------------------------------------------------


def test_what_is_typed_is_saved_and_the_columns_stand_in_the_log(desk: Desk) -> None:
    sent = desk.opens().sends(
        given_names="Nancy  Ann",
        surname="Ærø-Ødegård",
        sex="female",
        email="nancy@example.test",
        address="Vej 1, 2. tv.",
        postcode="2650",
        town="Hvidovre",
        language="Polsk",
        interpreter="on",
        practice="Dr. Jensen",
        guardian_name="Mor",
        guardian_phone="20 30 40 50 (mor)",
    )
    assert sent.status_code == REDIRECT
    now = citizen(desk)
    assert (now.given_names, now.surname, now.sex) == ("Nancy Ann", "Ærø-Ødegård", "female")
    assert (now.address, now.postcode, now.town) == ("Vej 1, 2. tv.", "2650", "Hvidovre")
    assert (now.practice_name, now.guardian_phone) == ("Dr. Jensen", "+4520304050")
    assert (now.interpreter, now.version) == (True, 1)
    with acting(make.SYSTEM):
        event = AuditEvent.objects.get(act="citizen.changed")
    assert "given_names" not in event.columns
    assert {"surname", "email", "practice_name"} <= set(event.columns)


def test_the_same_form_sent_twice_changes_once(desk: Desk) -> None:
    desk.opens()
    for _ in range(2):
        assert desk.sends(surname="Hansen").status_code == REDIRECT
    assert (citizen(desk).surname, citizen(desk).version) == ("Hansen", 1)


def test_a_known_practice_is_found_by_its_number(desk: Desk) -> None:
    practice = Practice.objects.create(
        kind=Kind.PRACTICE, name="Lægerne Torvet", provider_number="012345"
    )
    desk.opens().sends(practice="Lægerne Torvet (012345)")
    assert (citizen(desk).practice_id, citizen(desk).practice_name) == (practice.pk, "")
    assert desk.opens().form["practice"] == "Lægerne Torvet (012345)"


def test_the_number_proposes_the_sex_and_does_not_set_it(desk: Desk) -> None:
    page = text(desk.client.get(desk.url()))
    assert "CPR-nummeret tyder på: Kvinde" in page
    assert citizen(desk).sex == ""


EMOJI = "".join(chr(0x1F300 + n * 7 % 600) for n in range(120))


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("birth_date", "2026-03-03", "fremtiden"),
        ("birth_date", "1899-12-31", "1900"),
        ("birth_date", "31-02-1980", "dato"),
        ("birth_date", "0000-00-00", "dato"),
        ("given_names", "A" * 121, "120"),
        ("surname", "A\0B", "ull"),
        ("email", "nancy(at)example", "e-mail"),
        ("sex", "begge", "begge"),
        ("guardian_phone", "20 ab 30 40", "telefonnummer"),
        ("guardian_phone", "12", "8 cifre"),
        ("version", "-1", ""),
        ("seen", "noget andet", "Siden er for gammel"),
        ("seen", "", ""),
    ],
)
def test_what_cannot_be_is_refused_beside_the_field(
    desk: Desk, field: str, typed: str, words: str
) -> None:
    sent = desk.opens().sends(**{field: typed, "town": "Skrevet by"})
    assert sent.status_code == UNPROCESSABLE
    assert words in text(sent)
    assert "Skrevet by" in text(sent)
    assert citizen(desk).version == 0


@pytest.mark.parametrize("typed", ["😀 Åse", EMOJI, "<b>x</b>", "'; drop table x; --", "O\u0301"])
def test_any_letters_are_a_name(desk: Desk, typed: str) -> None:
    assert name_of(EMOJI[0])
    sent = desk.opens().sends(surname=typed, given_names=typed)
    assert sent.status_code == REDIRECT
    assert citizen(desk).surname == typed
    assert "<b>x</b>" not in text(desk.client.get(desk.url("desk:file")))


def test_a_form_of_another_citizen_is_not_taken_for_this_one(grant: Grant, desk: Desk) -> None:
    other = Desk(grant, make.referral(make.actor(grant), number="+4530303030"))
    seen = other.opens().form["seen"]
    assert desk.opens().sends(seen=seen, surname="Hansen").status_code == UNPROCESSABLE


def test_a_protected_address_is_not_in_the_page_and_stays(desk: Desk) -> None:
    desk.opens().sends(address="Hemmelig Vej 1", town="Hvidovre", address_protected="on")
    page = text(desk.client.get(desk.url()))
    assert "Hemmelig Vej" not in page
    assert desk.opens().sends(surname="Hansen").status_code == REDIRECT
    assert (citizen(desk).address, citizen(desk).surname) == ("Hemmelig Vej 1", "Hansen")
    desk.opens().sends(address="Ny Vej 2", town="Brøndby")
    assert (citizen(desk).address, citizen(desk).town) == ("Ny Vej 2", "Brøndby")


# ---- two at the form -----------------------------------------------------------------------------


@pytest.fixture
def two(grant: Grant, desk: Desk) -> tuple[Desk, Desk]:
    colleague = make.grant(organisation=grant.organisation, person=make.user(name="Mette Bruun"))
    return Desk(colleague, desk.referral).opens(), desk.opens()


def answers(response: Any) -> dict[str, str]:
    """What the page of differences sends along, as a browser would."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text(response)))


def test_both_changed_the_same_and_each_field_is_chosen(two: tuple[Desk, Desk]) -> None:
    mette, jens = two
    assert mette.sends(surname="Andersen", town="Brøndby").status_code == REDIRECT
    sent = jens.sends(surname="Christensen", town="Dragør", email="ny@example.test")
    assert sent.status_code == CONFLICT
    page = text(sent)
    for words in ("Mette Bruun skrev", "Andersen", "Christensen", "Berggren", "Dragør", "Brøndby"):
        assert words in page, words
    assert (citizen(jens).surname, citizen(jens).email) == ("Andersen", "")
    chosen = {"choice-surname": "mine", "choice-address": "theirs"}
    done = jens.client.post(jens.url(), {**answers(sent), **chosen})
    assert done.status_code == REDIRECT
    now = citizen(jens)
    assert (now.surname, now.town, now.email) == ("Christensen", "Brøndby", "ny@example.test")


def test_without_a_choice_it_is_asked_again(two: tuple[Desk, Desk]) -> None:
    mette, jens = two
    mette.sends(surname="Andersen")
    sent = jens.sends(surname="Christensen")
    for chosen in ({}, {"choice-surname": "begge"}):
        again = jens.client.post(jens.url(), {**answers(sent), **chosen})
        assert again.status_code == CONFLICT
    assert citizen(jens).surname == "Andersen"


def test_a_third_change_meanwhile_is_asked_about_too(two: tuple[Desk, Desk]) -> None:
    mette, jens = two
    mette.sends(surname="Andersen")
    sent = jens.sends(surname="Christensen")
    mette.opens().sends(surname="Dahl")
    again = jens.client.post(jens.url(), {**answers(sent), "choice-surname": "mine"})
    assert again.status_code == CONFLICT
    assert "Dahl" in text(again)
    done = jens.client.post(jens.url(), {**answers(again), "choice-surname": "mine"})
    assert done.status_code == REDIRECT
    assert citizen(jens).surname == "Christensen"


def test_what_only_one_changed_is_kept_and_told(two: tuple[Desk, Desk]) -> None:
    mette, jens = two
    mette.sends(email="ny@example.test")
    assert jens.sends(surname="Christensen").status_code == REDIRECT
    now = citizen(jens)
    assert (now.surname, now.email) == ("Christensen", "ny@example.test")
    page = text(jens.client.get(jens.url("desk:file")))
    assert "Mette Bruun har rettet e-mail imens; det er beholdt." in page


def test_both_wrote_the_same_and_nothing_is_asked(two: tuple[Desk, Desk]) -> None:
    for one in two:
        assert one.sends(surname="Andersen").status_code == REDIRECT


def test_a_protected_address_is_not_in_the_difference(two: tuple[Desk, Desk]) -> None:
    mette, jens = two
    mette.sends(address="Hemmelig Vej 1", address_protected="on")
    sent = jens.sends(address="Anden Vej 2")
    assert sent.status_code == CONFLICT
    assert "Hemmelig Vej" not in text(sent)


# ---- numbers -------------------------------------------------------------------------------------


def test_a_new_cpr_number_counts_and_the_old_one_stays(
    desk: Desk, monday: time_machine.Traveller
) -> None:
    monday.shift(60)
    for _ in range(2):
        assert desk.posts("desk:new_civil_number", number="250947-9989").status_code == REDIRECT
    page = text(desk.client.get(desk.url()))
    assert page.index("250947-****") < page.index("251248-****")
    assert "9989" not in page
    with acting(make.SYSTEM):
        assert CivilNumber.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("310248-9996", "ikke en dato"),
        ("25124", "10 cifre"),
        ("251248-99a6", "10 cifre"),
        ("", "felt"),
        ("251248-9996\0", "ull"),
    ],
)
def test_a_number_that_is_none_says_why(desk: Desk, typed: str, words: str) -> None:
    sent = desk.posts("desk:new_civil_number", number=typed)
    assert sent.status_code == UNPROCESSABLE
    assert words in text(sent)


def test_another_citizens_number_is_refused_and_of_another_municipality_is_not_known(
    grant: Grant, desk: Desk
) -> None:
    make.referral(make.actor(grant), civil_number="2509479989", number="+4530303030")
    make.referral(make.actor(), civil_number="2911829996", number="+4530303031")
    sent = desk.posts("desk:new_civil_number", number="2509479989")
    assert sent.status_code == UNPROCESSABLE
    assert "slås sammen" in text(sent)
    assert desk.posts("desk:new_civil_number", number="2911829996").status_code == REDIRECT


def test_a_slip_is_taken_away_after_a_question(desk: Desk) -> None:
    with acting(make.SYSTEM):
        number = CivilNumber.objects.get()
    url = desk.url("desk:remove_number", number.pk)
    assert "Fjern CPR-nummeret?" in text(desk.client.get(url))
    assert desk.client.post(url).status_code == REDIRECT
    assert desk.client.post(url).status_code == 404
    with acting(make.SYSTEM):
        assert not CivilNumber.objects.exists()


# ---- telephones ----------------------------------------------------------------------------------


def phones(desk: Desk) -> list[tuple[str, str, bool]]:
    with acting(make.SYSTEM):
        rows = Phone.objects.filter(citizen=desk.referral.citizen_id).order_by("rank")
        return [(one.number[-8:], one.note, bool(one.wrong_since)) for one in rows]


def phone(desk: Desk, number: str) -> Phone:
    with acting(make.SYSTEM):
        return Phone.objects.get(number=number)


def corrected(was: str, phone: str = "", note: str = "mobil") -> dict[str, str]:
    return {"act": "change", "was": was, "phone": phone or was, "note": note}


def logged(desk: Desk, act: str) -> int:
    with acting(make.SYSTEM):
        return AuditEvent.objects.filter(act=act).count()


def test_a_digit_is_corrected_in_one_go_and_a_corrected_number_is_not_known_to_be_wrong(
    desk: Desk,
) -> None:
    one = phone(desk, "+4520123456")
    desk.posts("desk:phone", one.pk, act="wrong")
    before = logged(desk, "phone.changed")
    answer = desk.posts("desk:phone", one.pk, **corrected("+4520123456", "20 12 34 57", "arbejde"))
    assert answer.status_code == REDIRECT
    assert phones(desk) == [("20123457", "arbejde", False)]
    assert logged(desk, "phone.changed") == before + 1
    # The same page again: the number is another by now, and what was typed stands in its field.
    again = desk.posts("desk:phone", one.pk, **corrected("+4520123456", "20 12 34 58"))
    assert again.status_code == UNPROCESSABLE
    assert ("er nu 20 12 34 57" in text(again), 'value="20 12 34 58"' in text(again)) == (True,) * 2
    assert phones(desk) == [("20123457", "arbejde", False)]
    assert logged(desk, "phone.changed") == before + 1


def test_what_was_not_touched_is_saved_as_it_is_kept(desk: Desk) -> None:
    one = phone(desk, "+4520123456")
    with acting(make.SYSTEM):
        # A number that the numbering plan does not give out, as the trial's are.
        Phone.objects.update(number="+4500123456")
    for note, times in (("mor", 1), ("mor", 1), ("far", 2)):
        answer = desk.posts(
            "desk:phone", one.pk, **corrected("+4500123456", "00 12 34 56", note=note)
        )
        assert answer.status_code == REDIRECT
        assert phones(desk) == [("00123456", note, False)]
        assert logged(desk, "phone.changed") == times


def test_a_number_that_the_citizen_has_already_is_refused(desk: Desk) -> None:
    desk.posts("desk:new_number_to_call", phone="30 30 30 30", note="mor")
    before = phones(desk)
    one = phone(desk, "+4520123456")
    answer = desk.posts("desk:phone", one.pk, **corrected("+4520123456", "+45 3030 3030"))
    assert answer.status_code == UNPROCESSABLE
    assert "har allerede det nummer" in text(answer)
    assert f'href="#phone-{one.pk}-phone"' in text(answer)
    assert phones(desk) == before


def test_the_same_number_added_again_and_again_is_one_line_in_the_log(desk: Desk) -> None:
    for _ in range(20):
        desk.posts("desk:new_number_to_call", phone="30 30 30 30", note="mor")
    assert logged(desk, "phone.added") == 1
    # But what it changes is noted: it is not wrong after all.
    desk.posts("desk:phone", phone(desk, "+4530303030").pk, act="wrong")
    desk.posts("desk:new_number_to_call", phone="30 30 30 30")
    assert phones(desk)[0] == ("30303030", "mor", False)
    assert logged(desk, "phone.added") == 2


def test_numbers_are_added_noted_ordered_marked_and_removed(desk: Desk) -> None:
    for _ in range(2):
        desk.posts("desk:new_number_to_call", phone="30 30 30 30", note="mor, fastnet")
    assert phones(desk) == [("30303030", "mor, fastnet", False), ("20123456", "mobil", False)]
    first, second = phone(desk, "+4520123456"), phone(desk, "+4530303030")
    for _ in range(2):
        desk.posts("desk:phone", first.pk, act="place", place="0")
    assert [number for number, *_ in phones(desk)] == ["20123456", "30303030"]
    desk.posts("desk:phone", second.pk, **corrected("+4530303030", note="far"))
    desk.posts("desk:phone", second.pk, act="wrong")
    assert phones(desk)[1] == ("30303030", "far", True)
    desk.posts("desk:phone", second.pk, act="right")
    assert phones(desk)[1] == ("30303030", "far", False)
    url = desk.url("desk:remove_phone", second.pk)
    assert "30 30 30 30" in text(desk.client.get(url))
    desk.client.post(url)
    assert [number for number, *_ in phones(desk)] == ["20123456"]


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"act": "change", "note": "n" * 41}, UNPROCESSABLE),
        ({"act": "change", "note": "a\0b"}, UNPROCESSABLE),
        ({"act": "change", "phone": ""}, UNPROCESSABLE),
        ({"act": "change", "phone": "20 12 ab 34"}, UNPROCESSABLE),
        ({"act": "change", "phone": "2" * 61}, UNPROCESSABLE),
        ({"act": "change", "was": "x" * 17}, UNPROCESSABLE),
        ({"act": "change", "was": ""}, UNPROCESSABLE),
        ({"act": "place", "place": "99999999999"}, UNPROCESSABLE),
        ({"act": "place"}, UNPROCESSABLE),
        ({"act": "delete"}, REDIRECT),
        ({}, REDIRECT),
    ],
)
def test_a_button_that_is_none_changes_nothing(
    desk: Desk, typed: dict[str, str], status: int
) -> None:
    before = phones(desk)
    one = phone(desk, "+4520123456")
    usual = {"was": one.number, "phone": "21 12 34 56", "note": "mobil"}
    assert desk.posts("desk:phone", one.pk, **usual | typed).status_code == status
    assert phones(desk) == before


@pytest.mark.parametrize("typed", ["20 12 ab 34", "12", "", "2" * 61, "20\0123456"])
def test_a_telephone_with_letters_is_refused(desk: Desk, typed: str) -> None:
    assert desk.posts("desk:new_number_to_call", phone=typed).status_code == UNPROCESSABLE


# ---- where she lives -----------------------------------------------------------------------------


def test_a_home_has_a_date_and_a_history(desk: Desk) -> None:
    one, other = make.municipality(name="Første By"), make.municipality(name="Anden By")
    desk.posts("desk:move", municipality=str(one.pk), from_on="2025-01-01")
    for _ in range(2):
        desk.posts("desk:move", municipality=str(other.pk), from_on="2026-02-01")
    desk.posts("desk:move", municipality=str(one.pk), from_on="2026-02-01")
    desk.posts("desk:move", municipality=str(other.pk), from_on="2026-02-01")
    with acting(make.SYSTEM):
        rows = list(Residence.objects.order_by("from_on").values_list("municipality__name"))
    assert rows == [("Første By",), ("Anden By",)]
    page = text(desk.client.get(desk.url()))
    assert page.index("Anden By <span") < page.index("Første By <span")


@pytest.mark.parametrize(
    ("day", "words"),
    [("1900-01-01", "fødsel"), ("2028-01-01", "et år ude"), ("2026-02-30", "dato"), ("", "felt")],
)
def test_a_date_of_moving_that_cannot_be_is_refused(desk: Desk, day: str, words: str) -> None:
    one = make.municipality()
    sent = desk.posts("desk:move", municipality=str(one.pk), from_on=day)
    assert sent.status_code == UNPROCESSABLE
    assert words in text(sent)


@pytest.mark.parametrize("typed", ["", "vrøvl", "00000000-0000-0000-0000-000000000000", "\0"])
def test_a_municipality_that_is_none_is_refused(desk: Desk, typed: str) -> None:
    sent = desk.posts("desk:move", municipality=typed, from_on="2026-02-01")
    assert sent.status_code == UNPROCESSABLE


def test_a_case_given_on_is_looked_at_and_not_changed(grant: Grant, desk: Desk) -> None:
    elsewhere = make.municipality()
    desk.opens()
    with acting(make.SYSTEM):
        Referral.objects.update(handler=elsewhere)
    sent = desk.sends(surname="Hansen")
    assert sent.status_code == UNPROCESSABLE
    assert "ikke længere hos jer" in text(sent)
    assert citizen(desk).surname == "Berggren"


def test_a_closed_case_asks_why_before_the_form(grant: Grant, desk: Desk) -> None:
    from referrals.commands.closing import close_referral
    from referrals.states import CloseReason

    by = make.actor(grant)
    with acting(by):
        close_referral(desk.referral, reason=CloseReason.MISTAKE, by=by, at=make.MONDAY)
    later = make.MONDAY + dt.timedelta(minutes=1)
    assert later
    for view in ("desk:citizen", "desk:print", "desk:insight", "desk:reveal", "desk:move"):
        page = text(desk.client.get(desk.url(view)))
        assert "Hvorfor åbner du sagen?" in page, view
        assert "Nancy" not in page, view
