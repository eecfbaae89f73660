"""What is found in pasted text, what is left alone, and that no text takes long to read."""

import datetime as dt
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.intake import pasted
from referrals.intake.pasted import Found, dates
from referrals.states import Channel, GuardianConsent, Source
from roegfri import clock
from tests.referrals import pasted_samples as samples

TODAY = dt.date(2026, 11, 24)


def read(text: str) -> Found:
    return pasted.read(text, on=TODAY)


def phones(text: str) -> list[str]:
    return [number.e164.removeprefix("+45") for number in read(text).phones]


def danish(*moment: int) -> dt.datetime:
    return dt.datetime(*moment, tzinfo=clock.COPENHAGEN)  # type: ignore[misc, arg-type]


def test_a_mail_from_a_ward() -> None:
    found = read(samples.WARD)
    assert found.name == "Nancy Ann Berggren"
    assert found.civil_number
    assert found.civil_number.value == "2512489996"
    assert found.birth_date == dt.date(1948, 12, 25)
    assert phones(samples.WARD) == ["20123456", "38621122", "38623344"]
    assert found.source == Source.HOSPITAL
    assert found.sender_name == "Lungemedicinsk Afdeling 235, Hvidovre Hospital"
    assert found.sent == (danish(2026, 11, 20, 10, 12),)
    assert found.channel == Channel.EMAIL
    assert (found.guardian_phone, found.interpreter, found.language) == ("", False, "")


def test_a_practices_correspondence() -> None:
    found = read(samples.PRACTICE)
    assert found.name == "Berggren, Bruno"
    assert found.civil_number
    assert found.civil_number.value == "2509479989"
    assert phones(samples.PRACTICE)[0] == "30303030"
    assert found.source == Source.PRACTICE
    assert found.sender_name == "Lægerne Søndergade"
    assert found.provider_number == "012345"
    assert (found.language, found.interpreter) == ("arabisk", True)
    assert (found.channel, found.sent) == (Channel.CORRESPONDENCE, ())


def test_a_mail_that_a_colleague_passed_on() -> None:
    found = read(samples.FORWARDED)
    assert found.name == "Kirsten Berggren"
    assert phones(samples.FORWARDED) == ["40112233", "36393639", "38621111"]
    assert found.phones[0].note == "mobil"
    assert found.source == Source.HOSPITAL
    assert found.sender_name == "Kardiologisk Ambulatorium, Amager og Hvidovre Hospital"
    assert found.email == "kirsten.berggren@example.dk"
    assert found.sent == (danish(2026, 11, 23, 8, 5), danish(2026, 11, 20, 15, 47))


def test_a_pharmacys_note() -> None:
    found = read(samples.PHARMACY)
    assert found.source == Source.PHARMACY
    assert found.sender_name == "Hvidovre Apotek"
    assert found.birth_date == dt.date(1972, 7, 1)
    assert found.name == "Max Berggren"
    assert phones(samples.PHARMACY) == ["50607080", "51525354", "36781234"]
    assert found.phones[0].note == "arbejde"
    assert found.civil_number is None


def test_she_writes_herself() -> None:
    found = read(samples.HERSELF)
    assert found.source == Source.OWN_CONTACT
    assert found.name == "Brita Test Berggren"
    assert phones(samples.HERSELF) == ["22334455"]
    assert found.email == "brita.b@example.com"
    assert found.sender_name == ""
    assert found.sent == (danish(2026, 11, 20, 21, 15),)


def test_a_child_and_her_mother() -> None:
    found = read(samples.MINOR)
    assert found.name == "Emma Østergård Sørensen"
    assert found.birth_date == dt.date(2010, 10, 11)
    assert phones(samples.MINOR) == ["71727374", "86121212"]
    assert (found.guardian_name, found.guardian_phone) == ("Lise Østergård", "+4561626364")
    assert found.guardian_consent == GuardianConsent.YES
    assert found.source == Source.PRACTICE
    assert found.sender_name == "Lægehuset Nørreport"
    assert found.sent == ()  # a day without a time of day


def test_markup_is_taken_off() -> None:
    found = read(samples.HTML)
    assert found.name == "Nancy Ann Berggren"
    assert phones(samples.HTML) == ["20123456"]
    assert found.civil_number
    assert found.source == Source.HOSPITAL
    assert found.sender_name == "Gynækologisk-Obstetrisk Afdeling"
    assert not any("<" in str(value) for value in (found.name, found.sender_name, found.email))


def test_a_form_from_the_website() -> None:
    found = read(samples.WEB_FORM)
    assert found.name == "Jens Peter van den Berg"
    assert phones(samples.WEB_FORM) == ["60708090"]
    assert found.birth_date == dt.date(1980, 6, 5)
    assert found.email == "jp@example.dk"
    assert found.source == Source.WEBSITE


def test_a_job_centre() -> None:
    found = read(samples.JOBCENTRE)
    assert found.name == "Ali Hassan"
    assert phones(samples.JOBCENTRE) == ["91929394", "43577575"]
    assert (found.language, found.interpreter) == ("somalisk", False)
    assert found.address_protected
    assert found.source == Source.MUNICIPALITY
    assert found.sender_name == "Jobcenter Ishøj, Ishøj Kommune"


@pytest.mark.parametrize("text", ["", " \n\t", samples.NOTHING, "\0\0", "<br>" * 50, "🙂🙃" * 40])
def test_what_is_not_there_is_empty(text: str) -> None:
    assert read(text) == Found()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cpr 2512489996", []),
        ("251248 9996 og tlf 20123456", ["20123456"]),
        ("Tlf.: 20123456. Fax: 36391234", ["20123456"]),
        ("datter 30303030, patienten selv 20123456", ["20123456", "30303030"]),
        ("Ring til os på 36391234. Borgeren: 20123456", ["20123456", "36391234"]),
        ("20123456\n\nMvh Lægehuset\nTlf. 43961122", ["20123456", "43961122"]),
        ("Mvh Lægehuset\nTlf. 43961122", ["43961122"]),
        ("CVR 29190623", []),
        ("Tlf 43961122 (lægehuset)\nPt. tlf. 20123456", ["20123456", "43961122"]),
        ("tlf. 20 12 34 56\ntlf. 20 12 34 56", ["20123456"]),
    ],
)
def test_the_number_to_call_comes_first(text: str, expected: list[str]) -> None:
    assert phones(text) == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Nancy Ann Berggren, 251248-9996", "Nancy Ann Berggren"),
        ("Nancy Ann Berggren\n251248-9996", "Nancy Ann Berggren"),
        ("251248-9996\nNancy Ann Berggren", "Nancy Ann Berggren"),
        ("251248-9996 Nancy Ann Berggren", "Nancy Ann Berggren"),
        ("Henviser Nancy Ann Berggren, cpr. 251248-9996 til rygestop", "Nancy Ann Berggren"),
        ("Navn: NANCY BERGGREN", "NANCY BERGGREN"),
        ("Navn: Åse", "Åse"),
        ("Navn:\nÅse Ærø-Ødegård", "Åse Ærø-Ødegård"),
        ("Patient: Ludwig van Beethoven, født 1. maj 1970", "Ludwig van Beethoven"),
        ("Pt.: Søren O'Neill tlf 20123456", "Søren O'Neill"),
        ("Vedr.: Henvisning til rygestop", ""),
        ("Vedr. rygestop", ""),
        ("Kære Hvidovre Kommune\n251248-9996", ""),
        ("Med Venlig Hilsen\n251248-9996", ""),
        ("Patient 251248-9996 indlagt på Hvidovre Hospital", ""),
        ("Jeg vil gerne holde op med at ryge, jeg hedder Bo Holm og bor i Ishøj", "Bo Holm"),
    ],
)
def test_names(text: str, name: str) -> None:
    assert read(text).name == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Jeg henviser hermed Karen Holm, tlf. 20123456, til rygestop.", "Karen Holm"),
        ("Hej\nVi henviser hermed\nKaren Holm til jeres hold. Tlf 20123456", "Karen Holm"),
        ("Henviser Karen Holm til rygestop", "Karen Holm"),
        ("Hermed henvises Karen von Holm, som ryger 20 om dagen", "Karen von Holm"),
        ("Hermed henvisning af Karen Holm. Hun ryger.", "Karen Holm"),
        ("Jeg har talt med borgeren Karen Holm, der gerne vil stoppe.", "Karen Holm"),
        ("Min patient Karen Ærø-Holm ønsker hjælp", "Karen Ærø-Holm"),
        ("Vi vil henvise vores patient fru Karen Holm (tlf. 20123456)", "Karen Holm"),
        ("En snak med Max Berggren født 01.07.1972, som vil i gang", "Max Berggren"),
        ("Det drejer sig om Max Berggren (f. 01.07.1972)", "Max Berggren"),
        # Who sends, who receives, who else there is, where, and what: no name of the citizen's.
        ("Jeg henviser til vores aftale med Karen Holm.", ""),
        ("Jeg henviser til Karen Holm i sekretariatet, tlf. 36391234", ""),
        ("Henviser Karen Holm, tlf. 38621111", ""),
        ("Henviser Karen Holm", ""),
        ("Henvist af Karen Holm, Lungemedicinsk Afdeling", ""),
        ("Jeg henviser hermed Overlæge Per Lund", ""),
        ("Læge Hans Holm henviser patienten til jer", ""),
        ("Jeg henviser på vegne af Læge Hans Holm en patient", ""),
        ("Kære Karen Holm\n\nJeg henviser hermed en borger, tlf. 20123456", ""),
        ("Hej Karen Holm, tak for sidst. Borgeren vil gerne ringes op.", ""),
        ("Patientens mor Lise Holm kan træffes på 20123456", ""),
        ("Patienten ønsker rygestop. Mor: ring til Lise Holm født 01.07.1972", ""),
        ("Hans datter Lise Holm, født 01.07.2012, bor hjemme", ""),
        ("Jeg henviser Karen Holms datter til jer", ""),
        ("Vi henviser Karen Holm og Bo Berg til jer", ""),
        ("Vi henviser Hvidovre Hospital til jeres side", ""),
        ("Vi henviser Lungemedicinsk Afdeling til jer", ""),
        ("Patienten Hvidovre Kommune har skrevet om", ""),
        ("Henvises KOL Rehabilitering, rygestop", ""),
        ("Vi tilmelder Røgfri Vestegnen til netværket", ""),
        ("Jeg henviser hermed Karen, tlf. 20123456", ""),
        ("Jeg henviser hermed karen holm, tlf. 20123456", ""),
        ("Med Venlig Hilsen Karen Holm", ""),
        ("Jeg henviser en patient.\n\nMed venlig hilsen\nKaren Holm, født til at hjælpe", ""),
    ],
)
def test_names_in_running_text(text: str, name: str) -> None:
    assert read(text).name == name


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("310248-9996", None),
        ("251248-9996", "2512489996"),
        ("010190-4000 CPR: 251248-9996", "2512489996"),
        ("851248-9996", "8512489996"),
        ("251248-1AB6", "2512481AB6"),
        ("12512489996", None),
        ("+2512489996", None),
    ],
)
def test_civil_numbers(text: str, value: str | None) -> None:
    number = read(text).civil_number
    assert (number.value if number else None) == value


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("født 25.12.1948", dt.date(1948, 12, 25)),
        ("f. 25/12 1948", dt.date(1948, 12, 25)),
        ("Fødselsdato: 1948-12-25", dt.date(1948, 12, 25)),
        ("født den 25. december 1948", dt.date(1948, 12, 25)),
        ("født d. 25. dec. 1948", dt.date(1948, 12, 25)),
        ("f. 251248", dt.date(1948, 12, 25)),
        ("født 02.02.12", dt.date(2012, 2, 2)),
        ("født 01.01.22", None),  # 1922 or 2022: 104 or 4
        ("født 30.02.1948", None),
        ("født 25.12.2048", None),
        ("født i Polen", None),
        ("indlagt 25.12.1948", None),
    ],
)
def test_birth_dates(text: str, born: dt.date | None) -> None:
    expected = dt.date(1922, 1, 1) if text == "født 01.01.22" else born
    assert read(text).birth_date == expected


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("20. november 2026 10:12", danish(2026, 11, 20, 10, 12)),
        ("fredag den 20. november 2026 10.12", danish(2026, 11, 20, 10, 12)),
        ("20-11-2026 10:12:05", danish(2026, 11, 20, 10, 12)),
        ("20/11/2026 10:12", danish(2026, 11, 20, 10, 12)),
        ("2026-11-20 10:12", danish(2026, 11, 20, 10, 12)),
        ("20. nov. 2026 kl. 10.12", danish(2026, 11, 20, 10, 12)),
        ("Fri, 20 Nov 2026 09:12:33 +0000", danish(2026, 11, 20, 10, 12)),
        ("Friday, November 20, 2026 10:12 PM", danish(2026, 11, 20, 22, 12)),
        ("11/20/2026 12:05 AM", danish(2026, 11, 20, 0, 5)),
        ("20. november 2026", None),
        ("31. november 2026 10:12", None),
        ("20. november 2026 25:99", None),
        ("i går", None),
    ],
)
def test_when_a_mail_was_sent(written: str, at: dt.datetime | None) -> None:
    assert dates.moment(written) == at


def test_a_mail_from_tomorrow_has_no_time() -> None:
    assert read("Fra: A <a@b.dk>\nSendt: 25. november 2026 10:12\nTil: B\n\nx").sent == ()


@pytest.mark.parametrize(
    ("text", "consent"),
    [
        ("Forældrene har givet samtykke.", GuardianConsent.YES),
        ("Mor er indforstået med henvisningen", GuardianConsent.YES),
        ("Samtykke fra forældre: ja", GuardianConsent.YES),
        ("Samtykke fra forældre: nej", GuardianConsent.NO),
        ("Der er ikke indhentet samtykke fra forældrene.", GuardianConsent.NO),
        ("Har forældrene givet samtykke? Nej", GuardianConsent.NO),
        ("Har forældrene givet samtykke? Ved ikke", GuardianConsent.UNKNOWN),
        ("Samtykke fra forældre: uoplyst", GuardianConsent.UNKNOWN),
        ("Patienten har givet samtykke.", GuardianConsent.UNKNOWN),
        ("Forældrene ryger.", GuardianConsent.UNKNOWN),
    ],
)
def test_guardian_consent(text: str, consent: GuardianConsent) -> None:
    assert read(text).guardian_consent == consent


@pytest.mark.parametrize(
    ("text", "language", "interpreter"),
    [
        ("Behov for tolk", "", True),
        ("Tolk: ja (tyrkisk)", "tyrkisk", True),
        ("tolkebehov: nej", "", False),
        ("Taler polsk, har ikke brug for tolk", "polsk", False),
        ("arabisktalende, der skal bestilles tolk", "arabisk", True),
        ("Taler dansk", "", False),
        ("fortolkning af spirometri", "", False),
    ],
)
def test_language(text: str, language: str, *, interpreter: bool) -> None:
    assert (read(text).language, read(text).interpreter) == (language, interpreter)


# ---- hostile text --------------------------------------------------------------------------------

SIZE = 20_000
HOSTILE = {
    "digits": "1" * SIZE,
    "pairs": "20 " * (SIZE // 3),
    "numbers": "20123456 " * (SIZE // 9),
    "civil numbers": "251248-9996 " * (SIZE // 12),
    "tags": "<" * SIZE,
    "open tags": "<br " * (SIZE // 4),
    "labels": "Navn: " * (SIZE // 6),
    "heads": "Fra: a\nSendt: b\n" * (SIZE // 16),
    "greetings": "Med venlig hilsen\n" * (SIZE // 18),
    "lines": "\n" * SIZE,
    "spaces": " " * SIZE,
    "capitals": "Aa " * (SIZE // 3),
    "no dots": "jeg vil " + "a" * SIZE,
    "wrote": "den " * (SIZE // 4),
    "wrote lines": "den x skrev \n" * (SIZE // 13),
    "at": "a@" * (SIZE // 2),
    "mail": "a." * (SIZE // 2) + "@",
    "interpreter": "ikke " * (SIZE // 5),
    "born": "født " * (SIZE // 5),
    "self": "jeg vil " * (SIZE // 8),
    "entities": "&#" * (SIZE // 2),
    "dashes": "-" * SIZE,
    "mother": "mor " * (SIZE // 4),
    "mother lines": "mor 20123456\n" * (SIZE // 13),
    "workplace": "afdeling\n" * (SIZE // 9),
    "referred": "henviser Aa Bb " * (SIZE // 15),
    "commas before born": "," * SIZE + "født 1",
    "nonsense": "".join(chr(32 + (n * 7919) % 900) for n in range(SIZE)),
}


def seconds(text: str) -> float:
    """The quickest of three readings."""
    taken = []
    for _ in range(3):
        began = time.process_time()
        read(text)
        taken.append(time.process_time() - began)
    return min(taken)


def ratio(text: str) -> float:
    """How many times as long twice the text takes."""
    return seconds(text[:SIZE]) / max(seconds(text[: SIZE // 2]), 0.002)


@pytest.mark.parametrize("name", HOSTILE)
def test_twice_the_text_takes_about_twice_as_long(name: str) -> None:
    assert ratio(HOSTILE[name]) < 3.5, name


def test_control_a_pattern_that_turns_back_takes_four_times_as_long() -> None:
    slow = re.compile(r"a*a*c")

    def quadratic(length: int) -> float:
        began = time.process_time()
        slow.match("a" * length)
        return time.process_time() - began

    assert quadratic(8000) / quadratic(4000) > 3


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400))
def test_any_text_can_be_read(text: str) -> None:
    found = read(text)
    assert all(at <= clock.end_of_day(TODAY) for at in found.sent)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [*samples.WARD.split("\n"), *samples.MINOR.split("\n"), "Fra: x", "<b>", "&nbsp;", ""]
        ),
        max_size=25,
    )
)
def test_lines_in_any_order_can_be_read(lines: list[str]) -> None:
    found = read("\n".join(lines))
    assert "<" not in found.name
    assert found.civil_number is None or found.civil_number.value in {"2512489996", "1110109996"}
