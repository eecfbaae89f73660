"""From a tree of elements to a Message.

Elements are found by local name, since each version of a letter has a namespace of its own; the
VersionCode then says which letter it is. What the schema lets a sender leave out may be missing.
"""

import datetime as dt
import re
from collections.abc import Iterator

from lxml import etree

from roegfri import clock
from roegfri.medcom.faults import Fault, NotOurs, Unreadable
from roegfri.medcom.messages import (
    MAX_EAN,
    MAX_FIELD,
    MAX_NUMBER,
    Diagnosis,
    Envelope,
    Kind,
    Letter,
    Message,
    Party,
    Patient,
    Phone,
    Status,
)
from roegfri.medcom.reading import tree
from roegfri.organisations.numbers import municipality_code

_LETTERS = {
    "MunicipalityReferral": (Kind.MUNICIPAL_REFERRAL, ("XH1530R", "XH1531R")),
    "HospitalReferral": (Kind.HOSPITAL_REFERRAL, ("XH0130R", "XH0131R")),
    "ClinicalEmail": (Kind.CORRESPONDENCE, ("XD9134L",)),
}
EMERGENCY = "EmergencyMunicipalityReferral"
_CLINICAL = ("RelevantClinicalInformation", "ClinicalInformation")
_NOT_PROSE = ("CategoryCode", "Signed")

_DATE = re.compile(r"(?:19|20)\d\d-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_CIVIL_NUMBER = re.compile(r"(\d{6})[- ]?(\d{4}|\d[A-Za-z]{2}\d)", re.ASCII)

# Private-use characters, in which layout survives the folding of white space.
_BREAK, _SPACE = "\ue000", "\ue001"
_LAYOUT = {"Break": _BREAK, "Space": _SPACE}


def parse(data: bytes) -> Message:
    """The message in a file. Raises Unreadable or NotOurs, both with a Danish `reason`."""
    root = tree(data)
    if _name(root) != "Emessage":
        raise Unreadable(Fault.ROOT, _name(root)[:MAX_FIELD])
    body, kind = _body(root)
    envelope = _envelope(_required(root, "Envelope"))
    letter = _letter(_required(body, "Letter"), _LETTERS[_name(body)][1])
    return Message(
        kind=kind,
        envelope=envelope,
        letter=letter,
        sender=_party(_required(body, "Sender")),
        receiver=_party(_required(body, "Receiver")),
        patient=_patient(_required(body, "Patient")),
        subject=_text(_child(body, "AdditionalInformation"), "Subject"),
        clinical_text=clinical_text(body),
        diagnoses=_diagnoses(_child(body, "Referral")),
    )


def _body(root: etree._Element) -> tuple[etree._Element, Kind]:
    """The one letter in the envelope."""
    bodies = [child for child in root if _name(child) != "Envelope"]
    if not bodies:
        raise Unreadable(Fault.MISSING, "MunicipalityReferral")
    if len(bodies) > 1 or len(_children(root, "Envelope")) > 1:
        raise Unreadable(Fault.SEVERAL)
    name = _name(bodies[0])
    if name == EMERGENCY:
        raise NotOurs(Fault.EMERGENCY)
    if name not in _LETTERS:
        raise NotOurs(Fault.OTHER_LETTER, name[:MAX_FIELD])
    return bodies[0], _LETTERS[name][0]


def _envelope(element: etree._Element) -> Envelope:
    return Envelope(
        sent=_instant(_required(element, "Sent")),
        identifier=_required_text(element, "Identifier", most=MAX_NUMBER),
        wants_receipt=_text(element, "AcknowledgementCode") == "pluspositivkvitt",
    )


def _letter(element: etree._Element, versions: tuple[str, ...]) -> Letter:
    version = _required_text(element, "VersionCode")
    if version not in versions:
        raise Unreadable(Fault.VERSION, version)
    status = _required_text(element, "StatusCode")
    if status not in set(Status):
        raise Unreadable(Fault.STATUS, status)
    authorised = _child(element, "Authorisation")
    return Letter(
        identifier=_required_text(element, "Identifier", most=MAX_NUMBER),
        version=version,
        type_code=_text(element, "TypeCode"),
        status=Status(status),
        episode=_text(element, "EpisodeOfCareIdentifier", most=MAX_NUMBER),
        authorised=None if authorised is None else _instant(authorised),
    )


def _party(element: etree._Element) -> Party:
    code = _text(element, "IdentifierCode")
    identifier = _text(element, "Identifier")
    return Party(
        ean=_text(element, "EANIdentifier", most=MAX_EAN),
        identifier=municipality_code(identifier) if code == "kommunenummer" else identifier,
        identifier_code=code,
        organisation=_text(element, "OrganisationName"),
        department=_text(element, "DepartmentName"),
        unit=_text(element, "UnitName"),
        speciality_code=_text(element, "MedicalSpecialityCode"),
        address=_address(element),
        phone=_text(element, "TelephoneSubscriberIdentifier"),
        referrer=_person(_child(element, "Referrer")),
    )


def _address(element: etree._Element) -> tuple[str, ...]:
    town = f"{_text(element, 'PostCodeIdentifier')} {_text(element, 'DistrictName')}".strip()
    lines = (_text(element, "StreetName"), _text(element, "SuburbName"), town)
    return tuple(line for line in lines if line)


def _person(element: etree._Element | None) -> str:
    names = (_text(element, "PersonGivenName"), _text(element, "PersonSurnameName"))
    return " ".join(name for name in names if name)


def _patient(element: etree._Element) -> Patient:
    written = _text(element, "CivilRegistrationNumber")
    shaped = _CIVIL_NUMBER.fullmatch(written)
    return Patient(
        civil_number=(shaped[1] + shaped[2]).upper() if shaped else written,
        civil_number_odd=bool(written) and shaped is None,
        alternative=_text(element, "AlternativeIdentifier"),
        surname=_text(element, "PersonSurnameName"),
        given_names=_text(element, "PersonGivenName"),
        street=_text(element, "StreetName"),
        suburb=_text(element, "SuburbName"),
        district=_text(element, "DistrictName"),
        postcode=_text(element, "PostCodeIdentifier"),
        phones=tuple(_phones(element)),
        email=_text(element, "EmailIdentifier"),
    )


def _phones(element: etree._Element) -> Iterator[Phone]:
    """The patient's numbers; a letter of the older kind has one, without an element around it."""
    for subscriber in (*_children(element, "TelephoneSubscriber"), element):
        number = _text(subscriber, "TelephoneSubscriberIdentifier")
        if number:
            yield Phone(number, _text(subscriber, "TelephoneSubscriberCode"))


def _diagnoses(element: etree._Element | None) -> tuple[Diagnosis, ...]:
    return tuple(
        Diagnosis(
            code=_text(child, "DiagnoseCode"),
            type_code=_text(child, "DiagnoseTypeCode"),
            text=_text(child, "DiagnoseText"),
            additional=_name(child) == "ReferralAdditional",
        )
        for child in (() if element is None else element)
        if _name(child) in {"Refer", "ReferralAdditional"}
    )


def clinical_text(body: etree._Element) -> str:
    """Every text the sender wrote about the patient, a blank line between them."""
    sections = (section for section in body if _name(section) in _CLINICAL)
    texts = (_prose(part) for section in sections for part in section)
    return "\n\n".join(text for text in texts if text)


def _prose(element: etree._Element) -> str:
    """FormattedText as plain text: Break is a new line, Space a space, the rest is its text."""
    if _name(element) in _NOT_PROSE:
        return ""
    for name, mark in _LAYOUT.items():
        for sign in element.iter("{*}" + name):
            sign.tail = mark + (sign.tail or "")
    text = re.sub(r"[ \t\r\n]+", " ", "".join(map(str, element.itertext())))
    text = re.sub(f" ?{_BREAK} ?", "\n", text)
    return text.replace(_SPACE, " ").strip()


def _instant(element: etree._Element) -> dt.datetime:
    """Date and Time as an instant in UTC; without a zone they are what a Danish clock shows.

    In the hour that comes twice in October the first is meant; the hour that is skipped in March is
    read an hour later, as clocks then show it.
    """
    day, time = _required_text(element, "Date"), _required_text(element, "Time")
    try:
        if not _DATE.fullmatch(day) or not _TIME.fullmatch(time):
            raise ValueError  # noqa: TRY301 (the same fault as a date that does not exist)
        date, clock_time = dt.date.fromisoformat(day), dt.time.fromisoformat(time)
    except ValueError:
        raise Unreadable(Fault.DATE, f"{day} {time}") from None
    if clock_time.tzinfo:
        return dt.datetime.combine(date, clock_time).astimezone(dt.UTC)
    return clock.danish_time(date, clock_time).astimezone(dt.UTC)


def _name(element: etree._Element) -> str:
    """The name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _children(element: etree._Element, name: str) -> list[etree._Element]:
    return list(element.iterchildren("{*}" + name))


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    # Asked sixty times a message: `find` says the same and takes four times as long.
    return None if element is None else next(element.iterchildren("{*}" + name), None)


def _required(element: etree._Element, name: str) -> etree._Element:
    found = _child(element, name)
    if found is None:
        raise Unreadable(Fault.MISSING, name)
    return found


def _text(element: etree._Element | None, name: str, *, most: int = MAX_FIELD) -> str:
    """The text of a one-line field of at most so many characters, "" where it is missing."""
    found = _child(element, name)
    if found is None:
        return ""
    whole = "".join(map(str, found.itertext())) if len(found) else found.text or ""
    text = " ".join(whole.split())
    if len(text) > most:
        raise Unreadable(Fault.TOO_LONG, name)
    return text


def _required_text(element: etree._Element, name: str, *, most: int = MAX_FIELD) -> str:
    text = _text(element, name, most=most)
    if not text:
        raise Unreadable(Fault.MISSING, name)
    return text
