"""XDIS15 written: its order, its limits, and that no name or text can break it."""

import datetime as dt
import random
import re
import sys
import unicodedata
from collections.abc import Iterator
from xml.parsers import expat

import pytest
from lxml import etree

from roegfri import medcom
from roegfri.medcom import discharge, receipts
from roegfri.medcom.answers import read_answer
from roegfri.medcom.discharge import MAX_TEXT, Discharge, End, Patient
from roegfri.medcom.messages import Status
from roegfri.medcom.writing import new_identifier, without_controls

SUMMER = dt.datetime(2026, 6, 30, 22, 30, tzinfo=dt.UTC)
_ORDER = """
Envelope/Sent/Date Envelope/Sent/Time Envelope/Identifier Envelope/AcknowledgementCode
MunicipalityLetter/Letter/Identifier MunicipalityLetter/Letter/VersionCode
MunicipalityLetter/Letter/StatisticalCode MunicipalityLetter/Letter/Authorisation/Date
MunicipalityLetter/Letter/Authorisation/Time MunicipalityLetter/Letter/TypeCode
MunicipalityLetter/Letter/StatusCode MunicipalityLetter/Letter/EpisodeOfCareIdentifier
MunicipalityLetter/Sender/EANIdentifier MunicipalityLetter/Sender/Identifier
MunicipalityLetter/Sender/IdentifierCode MunicipalityLetter/Sender/OrganisationName
MunicipalityLetter/Sender/DepartmentName MunicipalityLetter/Sender/SpecialityName
MunicipalityLetter/Receiver/EANIdentifier MunicipalityLetter/Receiver/Identifier
MunicipalityLetter/Receiver/IdentifierCode MunicipalityLetter/Receiver/OrganisationName
MunicipalityLetter/Receiver/DepartmentName
MunicipalityLetter/Patient/CivilRegistrationNumber
MunicipalityLetter/Patient/PersonSurnameName MunicipalityLetter/Patient/PersonGivenName
MunicipalityLetter/Admission/Date MunicipalityLetter/Admission/Time
MunicipalityLetter/Discharge/Date MunicipalityLetter/Discharge/Time
MunicipalityLetter/ClinicalInformation/CategoryCode
MunicipalityLetter/ClinicalInformation/Signed/Date
MunicipalityLetter/ClinicalInformation/Signed/SignedBy
MunicipalityLetter/ClinicalInformation/Signed/JobTitle
MunicipalityLetter/ClinicalInformation/Text01
"""
ORDER = _ORDER.split()


def letter(
    text: str = "Har deltaget.", surname: str = "Berggren", given: str = "Nancy Ann", **more: str
) -> Discharge:
    return Discharge(
        envelope="ENV00000000001",
        letter="LET00000000001",
        episode="EPI00000000001",
        status=Status.NEW,
        at=SUMMER,
        sender=End("5790009001676", "167", "kommunenummer", more.get("town", "Hvidovre Kommune"),
                   "Sundhed og forebyggelse", "Rygestoprådgivning"),
        receiver=End("5790000121533", "900004", "ydernummer", more.get("doctor", "Lægerne Bakken"),
                     "Almen praksis"),
        patient=Patient(surname, given, civil_number="2512489996"),
        admitted=dt.datetime(2026, 1, 31, 23, 0, tzinfo=dt.UTC),
        discharged=SUMMER,
        signed_by=more.get("signed", "Rikke Rådgiver"),
        job_title="Rygestoprådgiver",
        text=text,
    )  # fmt: skip


def leaves(xml: bytes) -> list[tuple[str, str]]:
    """Every element without others in it, by its path below the root, with its text."""
    found = []

    def walk(element: etree._Element, above: str) -> None:
        name = etree.QName(element)
        assert name.namespace == discharge.NAMESPACE
        path = f"{above}/{name.localname}".lstrip("/")
        inner = [one for one in element if etree.QName(one).localname != "Break"]
        for child in inner:
            walk(child, path)
        if not inner:
            for sign in element:
                sign.tail = "\n" + (sign.tail or "")
            found.append((path, "".join(map(str, element.itertext()))))

    for child in etree.fromstring(xml):
        walk(child, "")
    return found


def by_expat(xml: bytes) -> dict[str, str]:
    """The same by a reader that shares no code with the writer; the last of a name."""
    found: dict[str, str] = {}
    stack: list[str] = []
    reader = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        assert set(attributes) <= {"xmlns"}
        if name == "Break":
            found[stack[-1]] += "\n"
        else:
            found[name] = ""
        stack.append(name)

    def text(some: str) -> None:
        found[stack[-1]] += some

    def refuse(*_some: object) -> None:
        pytest.fail("a document type or an entity")

    reader.StartElementHandler = start
    reader.EndElementHandler = lambda _name: stack.pop()
    reader.CharacterDataHandler = text
    reader.StartDoctypeDeclHandler = reader.EntityDeclHandler = refuse
    reader.ProcessingInstructionHandler = reader.CommentHandler = refuse
    reader.Parse(xml, bool(xml))
    return found


HOSTILE = (
    "]]>", "<![CDATA[x]]>", "&amp;", "&#0;", "&#x1F4A9;", "&x;", "<!DOCTYPE a [<!ENTITY x 'y'>]>",
    "<!-- -- -->", "--", "<?xml version='1.0'?>", "</PersonSurnameName>", "<Break/>", "'\"<>&",
    "\0", "\x07\x1b[31m", "\ud800", "\udfff", "\ud83d", "\ufffe", "\uffff", "\x85", "\x9f",
    "\u2028", "\u2029", "\u202e", "\u200f", "\u200b", "\ufeff", "\U0001f469\u200d\U0001f52c",
    "e\u0301\u0327\u0342" * 9, "\r", "\r\n\t", "Å" * 5000, "%s%n", "{{7*7}}", "' or 1=1 --",
    "\U0010ffff", "\U000f0000", "\ue000", "\x7f", "\u00ad", "null", "None", "0", " ", "",
)  # fmt: skip
SCRIPTS = (
    "Søren Ærø Ågård", "Þóra Óðinsdóttir", "Łukasz Żółć", "Ğülşen Işık", "Дмитрий", "Ελένη",
    "محمد", "שרה", "प्रिया", "ภาษาไทย", "王小明", "김철수", "さくら", "አበበ", "Ƿynn", "ᚠᚢᚦ",
    "Nguyễn Thị Ánh", "Naja Ivalu", "O'Brien-Ødegård", "d’Arc", "Jean–Luc",
)  # fmt: skip


def odd_names(how_many: int = 2000) -> Iterator[str]:
    """The same ones every time: what is hostile, every script, and mixtures of both."""
    chance = random.Random(6)
    yield from HOSTILE
    yield from SCRIPTS
    for _n in range(how_many - len(HOSTILE) - len(SCRIPTS)):
        parts = chance.choices((*HOSTILE, *SCRIPTS), k=2)
        loose = "".join(chr(chance.randrange(sys.maxunicode + 1)) for _c in range(6))
        yield "".join((*parts, loose, chance.choice(SCRIPTS)))


def visible(text: str) -> str:
    return " ".join(without_controls(text).split())


# ---- the document --------------------------------------------------------------------------------


def test_the_elements_in_their_order() -> None:
    xml = discharge.write(letter("Første linje\n\nTredje"))
    said = leaves(xml)
    assert [path for path, _text in said] == ORDER
    found = dict(said)
    assert found["Envelope/Sent/Date"] == "2026-07-01"
    assert found["Envelope/Sent/Time"] == "00:30"
    assert found["Envelope/AcknowledgementCode"] == "pluspositivkvitt"
    assert found["MunicipalityLetter/Letter/VersionCode"] == "XD1531L"
    assert found["MunicipalityLetter/Letter/TypeCode"] == "XDIS15"
    assert found["MunicipalityLetter/Admission/Date"] == "2026-02-01"
    assert found["MunicipalityLetter/ClinicalInformation/CategoryCode"] == "sundhedspleje"
    assert b"Text01>F\xf8rste linje<Break/><Break/>Tredje</" in xml
    assert re.match(rb"<\?xml version=.1\.0. encoding=.ISO-8859-1.\?>", xml)
    assert b"<!DOCTYPE" not in xml


def test_it_can_be_glanced_at_as_a_letter_of_ours() -> None:
    seen = medcom.glance(discharge.write(letter()))
    assert seen
    assert (seen.letter, seen.name, seen.civil_number) == (
        "MunicipalityLetter", "Nancy Ann Berggren", "2512489996",
    )  # fmt: skip
    assert (seen.sender.code, seen.receiver.ean) == ("167", "5790000121533")


def test_no_name_of_two_thousand_breaks_it() -> None:
    """In every field that somebody else can write, by two readers."""
    names = list(odd_names())
    assert len(names) == 2000
    for name in names:
        xml = discharge.write(
            letter(name[:MAX_TEXT], surname=name, given=name, town=name, doctor=name, signed=name)
        )
        seen = visible(name)
        for read in (by_expat(xml), {p.rsplit("/")[-1]: t for p, t in leaves(xml)}):
            assert read.get("PersonSurnameName", "") == seen
            assert read["SignedBy"] == seen
            assert read["Text01"].split() == visible(name[:MAX_TEXT]).split()
        assert xml.decode("iso-8859-1").encode("iso-8859-1") == xml
        assert [one for one in xml if one < 32 and one not in b"\t\n\r"] == []


def test_control_written_by_hand_the_names_break_it() -> None:
    broken = 0
    for name in odd_names():
        try:
            by_expat(f"<a>{name}</a>".encode("utf-8", "surrogatepass"))
        except expat.ExpatError:
            broken += 1
    assert broken > 200


@pytest.mark.parametrize("name", ["Cher", "  Cher ", "Ch\0er"])
def test_one_name_is_a_surname(name: str) -> None:
    found = by_expat(discharge.write(letter(surname="", given=name)))
    assert (found["PersonSurnameName"], "PersonGivenName" in found) == ("Cher", False)


def test_what_the_old_set_lacks_is_written_as_a_number() -> None:
    xml = discharge.write(letter("≥ 🚭 Ł"))
    assert b"&#8805; &#128685; &#321;" in xml


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ("x" * 3150, 0),
        ("x" * 3151, 1),
        ("\n" * 9, -3150),
        ("x\r\n" * 1575 + "y", 1),
        ("x\0" * 3150, 0),
    ],
)
def test_how_much_there_is_room_for(text: str, over: int) -> None:
    assert discharge.too_many(text) == over
    if over > 0:
        with pytest.raises(ValueError, match=str(over)):
            discharge.write(letter(text))
    else:
        discharge.write(letter(text))


def test_its_numbers_are_as_medcom_allows() -> None:
    made = {new_identifier() for _n in range(500)}
    assert len(made) == 500
    assert all(re.fullmatch("[0-9A-Z]{14}", one) for one in made)


# ---- what is answered ----------------------------------------------------------------------------

SENT = receipts.Original("ENV1", "LET1", "XD1531L", "5790009001676", "5790000121533")


def test_receipts_are_read_as_they_are_written() -> None:
    good = read_answer(receipts.positive(SENT, identifier="R1", at=SUMMER))
    assert good
    assert (good.is_positive, good.envelope, good.letter, good.why) == (True, "ENV1", "LET1", "")
    assert (good.sender_ean, good.receiver_ean) == ("5790000121533", "5790009001676")
    code = receipts.RefuseCode.RECEIVER
    bad = read_answer(
        receipts.negative(SENT, code=code, reason="Linje et\nto <b>", identifier="R2", at=SUMMER)
    )
    assert bad
    assert not bad.is_positive
    assert bad.why == "problem med modtagerID: Linje et to <b>"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a/>",
        b"<Emessage/>",
        b"<Emessage><Envelope/><PositiveReceipt/></Emessage>",
        b"<Emessage><Envelope/><PositiveReceipt/><PositiveReceipt/></Emessage>",
        b"<!DOCTYPE a><Emessage><PositiveReceipt/></Emessage>",
        receipts.positive(SENT, identifier="R", at=SUMMER)[:-20],
        receipts.positive(SENT, identifier="R", at=SUMMER).replace(b"Emessage", b"Emassage"),
        discharge.write(letter()),
    ],
)
def test_what_is_no_receipt_is_none(data: bytes) -> None:
    assert read_answer(data) is None


def test_a_receipt_of_another_version_is_read_all_the_same() -> None:
    data = receipts.positive(SENT, identifier="R", at=SUMMER).replace(b"2005/08/07", b"2031/01/01")
    assert read_answer(data)


def test_the_odd_ones_are_of_every_kind() -> None:
    kinds = {unicodedata.category(one) for name in odd_names() for one in name}
    assert {"Cc", "Cf", "Cs", "Co", "Cn", "Lo", "Lu", "Mn", "So"} <= kinds
