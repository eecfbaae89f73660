"""What a letter says is read, whatever its version; what may be missing may be missing."""

import datetime as dt
from pathlib import Path

import pytest

from roegfri.medcom import Kind, Message, Status, parse
from tests.roegfri.medcom import messages
from tests.roegfri.medcom.messages import VERSIONS, correspondence, referral

HERE = Path(__file__).parent
SAMPLES = [
    *sorted((HERE / "samples").glob("*.xml")),
    *sorted((HERE.parents[2] / "docs/samples").glob("*.xml")),
]
KINDS = {
    "XH1530R": Kind.MUNICIPAL_REFERRAL,
    "XH1531R": Kind.MUNICIPAL_REFERRAL,
    "XH0130R": Kind.HOSPITAL_REFERRAL,
    "XH0131R": Kind.HOSPITAL_REFERRAL,
    "XD9134L": Kind.CORRESPONDENCE,
}
WORDS = "Henvisning til rygestop.\nRyger  20 cigaretter dagligt. Ønsker hjælp & støtte <snarest>."


@pytest.mark.parametrize("version", KINDS)
def test_every_accepted_version_says_the_same(version: str) -> None:
    message = parse(referral(version))
    assert message.kind is KINDS[version]
    assert message.letter.version == version
    assert message.letter.type_code == VERSIONS[version].type_code
    assert message.patient.civil_number == "2512489996"
    assert message.patient.surname == "Berggren"
    assert message.patient.given_names == "Nancy Ann Test"
    assert message.clinical_text == WORDS


def test_envelope_and_letter() -> None:
    message = parse(referral())
    assert message.envelope.identifier == "ENV00000000001"
    assert message.envelope.sent == dt.datetime(2026, 6, 3, 12, 30, tzinfo=dt.UTC)
    assert message.envelope.sent.tzinfo is dt.UTC
    assert message.envelope.wants_receipt
    assert message.letter.identifier == "LET00000000001"
    assert message.letter.episode == "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
    assert message.letter.status is Status.NEW
    assert message.letter.authorised == message.envelope.sent


def test_no_receipt_is_asked_for() -> None:
    assert not parse(referral(receipt="minuspositivkvitt")).envelope.wants_receipt


def test_a_correction() -> None:
    assert parse(referral(status="rettetbrev")).letter.status is Status.CORRECTION


def test_sender_and_receiver() -> None:
    message = parse(referral())
    sender = message.sender
    assert (sender.ean, sender.identifier) == ("5790000121526", "9901001")
    assert sender.identifier_code == "sygehusafdelingsnummer"
    assert sender.organisation == "Amager og Hvidovre Hospital"
    assert (sender.department, sender.unit) == ("Lungemedicinsk Afdeling", "Ambulatoriet")
    assert sender.speciality_code == "intern_medicin_lungesygdomme"
    assert sender.address == ("Kettegård Allé 30", "2650 Hvidovre")
    assert (sender.phone, sender.referrer) == ("38623862", "Karen Sørensen")
    assert (message.receiver.ean, message.receiver.identifier) == ("5790009001676", "167")


def test_a_municipality_code_of_four_digits_is_one_of_three() -> None:
    assert parse(referral(receiver=messages.BROENDBY)).receiver.identifier == "153"


def test_an_identifier_of_another_kind_keeps_its_zeros() -> None:
    practice = messages.PRACTICE._replace(identifier="0187")
    assert parse(referral(sender=practice)).sender.identifier == "0187"


def test_phones_in_their_order_with_their_kind() -> None:
    phones = parse(referral()).patient.phones
    assert [(phone.number, phone.kind) for phone in phones] == [
        ("20123456", "mobil"),
        ("36 39 12 34", "fastnet"),
    ]


def test_a_correspondence_has_a_subject_and_its_phone_without_a_kind() -> None:
    message = parse(correspondence(phones=(messages.MOBILE,)))
    assert message.subject == "Henvisning til rygestop"
    assert [(phone.number, phone.kind) for phone in message.patient.phones] == [("20123456", "")]
    assert message.diagnoses == ()
    assert "Karen" not in message.clinical_text


def test_address_email_and_diagnoses() -> None:
    message = parse(referral())
    assert message.patient.address == ("Testvej 1, 2. th.", "Strandmarken", "2650 Hvidovre")
    assert message.patient.email == "nancy@example.dk"
    main, other = message.diagnoses
    assert (main.code, main.text, main.additional) == ("DF172", "Tobaksafhængighed", False)
    assert (other.code, other.additional) == ("DJ449", True)


def test_without_phone_name_text_and_number() -> None:
    message = parse(referral(phones=(), surname="", text="", civil_number="", email=""))
    assert message.patient.phones == ()
    assert (message.patient.surname, message.patient.given_names) == ("", "")
    assert (message.clinical_text, message.patient.email) == ("", "")
    assert (message.patient.civil_number, message.patient.civil_number_odd) == ("", False)


def test_the_alternative_identifier_stands_in_for_a_number() -> None:
    patient = parse(referral(civil_number="", alternative="UKENDT-77")).patient
    assert (patient.civil_number, patient.alternative) == ("", "UKENDT-77")


@pytest.mark.parametrize(
    ("written", "value", "odd"),
    [
        ("251248-9996", "2512489996", ""),
        ("251248 9996", "2512489996", ""),
        ("8512489996", "8512489996", ""),
        ("0203291wq3", "0203291WQ3", ""),
        ("25124899", "25124899", "odd"),
        ("ukendt", "ukendt", "odd"),
    ],
)
def test_civil_numbers_are_read_or_kept_as_given(written: str, value: str, odd: str) -> None:
    patient = parse(referral(civil_number=written)).patient
    assert patient.civil_number == value
    assert patient.civil_number_odd is (odd == "odd")


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        (("2026-01-15", "12:00"), "2026-01-15T11:00"),
        (("2026-07-15", "12:00:30"), "2026-07-15T10:00:30"),
        (("2026-06-30", "23:59"), "2026-06-30T21:59"),
        (("2026-03-29", "01:59"), "2026-03-29T00:59"),
        (("2026-03-29", "02:30"), "2026-03-29T01:30"),  # skipped: clocks show 03:30 then
        (("2026-03-29", "03:00"), "2026-03-29T01:00"),
        (("2026-10-25", "01:59"), "2026-10-24T23:59"),
        (("2026-10-25", "02:30"), "2026-10-25T00:30"),  # twice: the first, still summer time
        (("2026-10-25", "03:00"), "2026-10-25T02:00"),
        (("2024-02-29", "00:00"), "2024-02-28T23:00"),
        (("2026-06-03", "14:30:00Z"), "2026-06-03T14:30"),
        (("2026-06-03", "14:30:00+05:00"), "2026-06-03T09:30"),
    ],
)
def test_times_without_a_zone_are_danish(local: tuple[str, str], utc: str) -> None:
    expected = dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)
    assert parse(referral(sent=local)).envelope.sent == expected


@pytest.mark.parametrize(
    "encoding", ["ISO-8859-1", "iso-8859-15", "windows-1252", "UTF-8", "UTF-16"]
)
def test_the_declared_encoding_is_used(encoding: str) -> None:
    message = parse(referral(encoding=encoding, sender=messages.PRACTICE))
    assert message.sender.organisation == "Lægerne Bakken, Brøndby"
    assert message.clinical_text == WORDS


def test_utf_8_without_a_declaration_and_with_a_mark() -> None:
    body = referral(encoding="UTF-8").partition(b"\n")[2]
    assert parse(body).clinical_text == parse(b"\xef\xbb\xbf" + body).clinical_text == WORDS


def test_names_are_found_in_any_namespace_and_with_a_prefix() -> None:
    data = referral().decode("iso-8859-1").replace("xmlns=", "xmlns:m=")
    prefixed = data.replace("</", "\0").replace("<", "<m:").replace("\0", "</m:")
    prefixed = prefixed.replace("<m:?xml", "<?xml").replace("2016/12/01", "2031/01/01")
    assert parse(prefixed.encode("iso-8859-1")) == parse(referral())


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a<Break/>b<Break/><Break/>c", "a\nb\n\nc"),
        ("a\n      b\t c", "a b c"),
        ("  a <Break/>  b  ", "a\nb"),
        ("a<Space/><Space/>b", "a  b"),
        ("<Center><Bold>a</Bold></Center><Break/><FixedFont>b<Space/>c</FixedFont>", "a\nb c"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("<![CDATA[<b>fed</b>]]>", "<b>fed</b>"),
        ("a<!-- nej -->b<?php nej ?>c", "abc"),
        ("&#229;&#xC6;", "åÆ"),
    ],
)
def test_formatted_text_becomes_plain_text(text: str, plain: str) -> None:
    assert parse(referral(text=text)).clinical_text == plain


def test_all_clinical_parts_are_kept_apart() -> None:
    more = referral().replace(
        b"</RelevantClinicalInformation>",
        b"<InvestigationProgram>Spirometri</InvestigationProgram></RelevantClinicalInformation>",
    )
    assert parse(more).clinical_text == f"{WORDS}\n\nSpirometri"


def test_a_person_is_not_in_the_repr() -> None:
    shown = repr(parse(referral()))
    assert "ENV00000000001" in shown
    for personal in ("251248", "Berggren", "Nancy", "20123456", "cigaretter", "Testvej", "DF172"):
        assert personal not in shown


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_sample_files_are_read(path: Path) -> None:
    message = parse(path.read_bytes())
    assert isinstance(message, Message)
    assert message.clinical_text


def test_there_are_samples() -> None:
    assert len(SAMPLES) >= 8


def test_demo_samples_go_to_demo_municipalities() -> None:
    numbers = (HERE.parents[2] / "roegfri/organisations/data/demo/kommuner.csv").read_text("utf-8")
    for path in (HERE.parents[2] / "docs/samples").glob("*.xml"):
        message = parse(path.read_bytes())
        assert f"{message.receiver.identifier};{message.receiver.ean}" in numbers, path.name
