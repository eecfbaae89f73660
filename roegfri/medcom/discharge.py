"""The letter to a general practitioner when a municipality has helped: XDIS15, version XD1531L.

«Afslutningsnotat fra kommunal forebyggelse», one letter in one envelope, in ISO-8859-1. A corrected
one (rettetbrev) has numbers of its own and the episode of the letter it corrects.

The namespace is the one in which MedCom's own style sheet for showing messages knows an
Emessage with a MunicipalityLetter, beside the municipal referral XH1530R; no schema of XD1531L was
at hand. Receivers tell letters apart by their VersionCode (docs/medcom.md).
"""

import datetime as dt
from dataclasses import dataclass, field

from lxml import etree

from roegfri.clock import COPENHAGEN
from roegfri.medcom.messages import Status
from roegfri.medcom.writing import (
    add,
    add_all,
    add_envelope,
    add_moment,
    add_prose,
    lines_of,
    one_line,
    root_of,
    written,
)

NAMESPACE = "http://rep.oio.dk/medcom.dk/xml/schemas/2016/12/01/"
KIND, VERSION = "XDIS15", "XD1531L"
MAX_TEXT = 3150  # characters: forty-five lines of seventy
CATEGORY = "sundhedspleje"


@dataclass(frozen=True, slots=True)
class End:
    """Sender or receiver; `code` says what `identifier` is: "kommunenummer" or "ydernummer"."""

    ean: str
    identifier: str
    code: str
    organisation: str
    department: str
    speciality: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """Whom it is about: `civil_number` is a real CPR number, `alternative` one that stands in."""

    surname: str = field(repr=False)
    given_names: str = field(repr=False)
    civil_number: str = field(default="", repr=False)
    alternative: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Discharge:
    """What the letter says. `admitted` is when she was referred, `discharged` when it was over."""

    envelope: str
    letter: str
    episode: str
    status: Status
    at: dt.datetime
    sender: End
    receiver: End
    patient: Patient
    admitted: dt.datetime
    discharged: dt.datetime
    signed_by: str
    job_title: str
    text: str = field(repr=False)


def length(text: str) -> int:
    """How many characters a text is in the letter, a new line being one."""
    return len("\n".join(lines_of(text)))


def too_many(text: str) -> int:
    """How many characters a text is over what a letter holds; 0 or less where it has room."""
    return length(text) - MAX_TEXT


def write(said: Discharge) -> bytes:
    """The message. Raises ValueError for a text that is too long: nothing is ever cut off."""
    if (over := too_many(said.text)) > 0:
        msg = f"{over} characters too many"
        raise ValueError(msg)
    root = root_of(NAMESPACE)
    add_envelope(root, said.envelope, said.at, wants_receipt=True)
    body = add(root, "MunicipalityLetter")
    _letter(body, said)
    _end(body, "Sender", said.sender)
    _end(body, "Receiver", said.receiver)
    _patient(body, said.patient)
    add_moment(body, "Admission", said.admitted)
    add_moment(body, "Discharge", said.discharged)
    clinical = add(body, "ClinicalInformation")
    add_all(clinical, CategoryCode=CATEGORY)
    day = said.at.astimezone(COPENHAGEN).date().isoformat()
    add_all(add(clinical, "Signed"), Date=day, SignedBy=said.signed_by, JobTitle=said.job_title)
    add_prose(clinical, "Text01", said.text)
    return written(root)


def _letter(body: etree._Element, said: Discharge) -> None:
    letter = add(body, "Letter")
    add_all(letter, Identifier=said.letter, VersionCode=VERSION, StatisticalCode=KIND)
    add_moment(letter, "Authorisation", said.at)
    add_all(
        letter, TypeCode=KIND, StatusCode=said.status.value, EpisodeOfCareIdentifier=said.episode
    )


def _end(body: etree._Element, name: str, end: End) -> None:
    element = add(body, name)
    add_all(
        element,
        EANIdentifier=end.ean,
        Identifier=end.identifier,
        IdentifierCode=end.code,
        OrganisationName=end.organisation,
        DepartmentName=end.department,
    )
    if end.speciality:
        add_all(element, SpecialityName=end.speciality)


def _patient(body: etree._Element, patient: Patient) -> None:
    """Neither telephone nor address. Who has one name alone has it as her surname: that one has to
    be there."""
    element = add(body, "Patient")
    if patient.civil_number:
        add_all(element, CivilRegistrationNumber=patient.civil_number)
    else:
        add_all(element, AlternativeIdentifier=patient.alternative)
    surname, given = one_line(patient.surname), one_line(patient.given_names)
    add_all(element, PersonSurnameName=surname or given)
    if surname and given:
        add_all(element, PersonGivenName=given)
