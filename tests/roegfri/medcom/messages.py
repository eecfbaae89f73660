"""MedCom letters for tests and samples, with every optional part unless it is left out.

    referral()                              XREF15, XH1530R, from a hospital department
    referral("XH1531R", sender=PRACTICE)    the newer version, from general practice
    referral(status="rettetbrev")           a correction of the same case
    referral(phones=(), text="", surname="") what the schema lets a sender leave out

The persons are MedCom's official test persons. The numbers of the receivers are the demo ones.
"""

from typing import NamedTuple
from xml.sax.saxutils import escape

OIO = "http://rep.oio.dk/medcom.dk/xml/schemas"
SUNDCOM = "http://rep.oio.dk/sundcom.dk/medcom.dk/xml/schemas"


class Version(NamedTuple):
    body: str
    type_code: str
    namespace: str


VERSIONS = {
    "XH1530R": Version("MunicipalityReferral", "XREF15", f"{OIO}/2016/12/01/"),
    "XH1531R": Version("MunicipalityReferral", "XREF15", f"{OIO}/2020/05/06/"),
    "XH0130R": Version("HospitalReferral", "XREF01", f"{SUNDCOM}/2005/08/07/"),
    "XH0131R": Version("HospitalReferral", "XREF01", f"{SUNDCOM}/2011/02/08/"),
    "XD9134L": Version("ClinicalEmail", "XDIS91", f"{SUNDCOM}/2006/07/01/"),
    "XH2230R": Version("EmergencyMunicipalityReferral", "XREF22", f"{OIO}/2020/05/06/"),
}


class Sender(NamedTuple):
    ean: str
    identifier: str
    code: str
    organisation: str
    department: str
    unit: str
    street: str
    town: tuple[str, str]
    speciality: str


class Person(NamedTuple):
    civil_number: str
    surname: str
    given: str


HOSPITAL = Sender(
    "5790000121526",
    "9901001",
    "sygehusafdelingsnummer",
    "Amager og Hvidovre Hospital",
    "Lungemedicinsk Afdeling",
    "Ambulatoriet",
    "Kettegård Allé 30",
    ("2650", "Hvidovre"),
    "intern_medicin_lungesygdomme",
)
PRACTICE = Sender(
    "5790000121533",
    "900004",
    "ydernummer",
    "Lægerne Bakken, Brøndby",
    "Praksis",
    "",
    "Bakken 12",
    ("2605", "Brøndby"),
    "almenlaege",
)
HVIDOVRE = ("5790009001676", "167", "Hvidovre Kommune")
BROENDBY = ("5790009001539", "0153", "Brøndby Kommune")

NANCY = Person("2512489996", "Berggren", "Nancy Ann Test")
BRUNO = Person("2509479989", "Elmer", "Bruno Test")
KIRSTEN = Person("2911829996", "Berggren", "Kirsten Test")
MAX = Person("0107729995", "Berggren", "Max Test")
BRITA = Person("1509819996", "Berggren", "Brita Test")

MOBILE = ("20123456", "mobil")
LANDLINE = ("36 39 12 34", "fastnet")
TEXT = (
    "Henvisning til rygestop.<Break/>Ryger<Space/><Space/>20 cigaretter dagligt. "
    "<Bold>Ønsker</Bold> hjælp &amp; støtte &lt;snarest&gt;."
)


def referral(
    version: str = "XH1530R",
    *,
    person: Person = NANCY,
    sender: Sender = HOSPITAL,
    receiver: tuple[str, str, str] = HVIDOVRE,
    envelope: str = "ENV00000000001",
    letter: str = "LET00000000001",
    episode: str = "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    status: str = "nytbrev",
    receipt: str = "pluspositivkvitt",
    sent: tuple[str, str] = ("2026-06-03", "14:30"),
    surname: str | None = None,
    civil_number: str | None = None,
    alternative: str = "",
    phones: tuple[tuple[str, str], ...] = (MOBILE, LANDLINE),
    email: str = "nancy@example.dk",
    text: str = TEXT,
    encoding: str = "ISO-8859-1",
) -> bytes:
    """One letter as the bytes of a file; `text` is XML, all the rest is plain."""
    kind = VERSIONS[version]
    number = person.civil_number if civil_number is None else civil_number
    names = (person.surname if surname is None else surname, person.given)
    parts = [
        _letter(version, letter, status, episode, sent),
        _sender(sender),
        _receiver(receiver),
        _patient(kind, number, alternative, names, phones, email),
        _clinical(kind, text),
        _element("Reference", "")
        if kind.body == "ClinicalEmail"
        else "<Reference><RefDescription>Ingen bilag</RefDescription></Reference>",
    ]
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<Emessage xmlns="{kind.namespace}">\n'
        + _envelope(envelope, sent, receipt)
        + f"<{kind.body}>\n"
        + "".join(parts)
        + f"</{kind.body}>\n</Emessage>\n"
    ).encode(encoding)


def correspondence(**parts: object) -> bytes:
    """XDIS91."""
    return referral("XD9134L", **parts)  # type: ignore[arg-type]


def emergency() -> bytes:
    """XREF22, which is not ours."""
    return referral("XH2230R")


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>\n" if text else ""


def _moment(name: str, moment: tuple[str, str]) -> str:
    return f"<{name}>\n{_element('Date', moment[0])}{_element('Time', moment[1])}</{name}>\n"


def _envelope(identifier: str, sent: tuple[str, str], receipt: str) -> str:
    return (
        "<Envelope>\n"
        + _moment("Sent", sent)
        + _element("Identifier", identifier)
        + _element("AcknowledgementCode", receipt)
        + "</Envelope>\n"
    )


def _letter(version: str, letter: str, status: str, episode: str, at: tuple[str, str]) -> str:
    code = VERSIONS[version].type_code
    return (
        "<Letter>\n"
        + _element("Identifier", letter)
        + _element("VersionCode", version)
        + _element("StatisticalCode", code)
        + _moment("Authorisation", at)
        + _element("TypeCode", code)
        + _element("StatusCode", status)
        + _element("EpisodeOfCareIdentifier", episode)
        + "</Letter>\n"
    )


def _sender(sender: Sender) -> str:
    return (
        "<Sender>\n"
        + _element("EANIdentifier", sender.ean)
        + _element("Identifier", sender.identifier)
        + _element("IdentifierCode", sender.code)
        + _element("OrganisationName", sender.organisation)
        + _element("DepartmentName", sender.department)
        + _element("UnitName", sender.unit)
        + _element("StreetName", sender.street)
        + _element("DistrictName", sender.town[1])
        + _element("PostCodeIdentifier", sender.town[0])
        + _element("TelephoneSubscriberIdentifier", "38623862")
        + _element("MedicalSpecialityCode", sender.speciality)
        + "<Referrer>\n"
        + _element("PersonGivenName", "Karen")
        + _element("PersonSurnameName", "Sørensen")
        + "</Referrer>\n</Sender>\n"
    )


def _receiver(receiver: tuple[str, str, str]) -> str:
    ean, code, name = receiver
    return (
        "<Receiver>\n"
        + _element("EANIdentifier", ean)
        + _element("Identifier", code)
        + _element("IdentifierCode", "kommunenummer")
        + _element("OrganisationName", name)
        + _element("DepartmentName", "Forebyggelse, rygestop")
        + "</Receiver>\n"
    )


def _patient(
    kind: Version,
    number: str,
    alternative: str,
    names: tuple[str, str],
    phones: tuple[tuple[str, str], ...],
    email: str,
) -> str:
    surname, given = names
    return (
        "<Patient>\n"
        + _element("CivilRegistrationNumber", number)
        + _element("AlternativeIdentifier", alternative)
        + _element("PersonSurnameName", surname)
        + (_element("PersonGivenName", given) if surname else "")
        + _element("StreetName", "Testvej 1, 2. th.")
        + _element("SuburbName", "Strandmarken")
        + _element("DistrictName", "Hvidovre")
        + _element("PostCodeIdentifier", "2650")
        + "".join(_phone(kind, *phone) for phone in phones)
        + _element("EmailIdentifier", email)
        + "</Patient>\n"
    )


def _phone(kind: Version, number: str, code: str) -> str:
    identifier = _element("TelephoneSubscriberIdentifier", number)
    if kind.body == "ClinicalEmail":  # the older letter has the number straight in Patient
        return identifier
    code = _element("TelephoneSubscriberCode", code)
    return f"<TelephoneSubscriber>\n{identifier}{code}</TelephoneSubscriber>\n"


def _clinical(kind: Version, text: str) -> str:
    if kind.body == "ClinicalEmail":
        return (
            "<AdditionalInformation>\n<Priority>rutine</Priority>\n"
            "<Subject>Henvisning til rygestop</Subject>\n</AdditionalInformation>\n"
            "<ClinicalInformation>\n<Signed><SignedBy>Karen Sørensen</SignedBy></Signed>\n"
            f"<Text01>{text}</Text01>\n</ClinicalInformation>\n"
        )
    anamnesis = f"<Anamnesis><FormattedText>{text}</FormattedText></Anamnesis>\n" if text else ""
    return (
        "<Referral>\n<Refer>\n<DiagnoseCode>DF172</DiagnoseCode>\n"
        "<DiagnoseTypeCode>SKSdiagnosekode</DiagnoseTypeCode>\n"
        "<DiagnoseText>Tobaksafhængighed</DiagnoseText>\n</Refer>\n"
        "<ReferralAdditional>\n<DiagnoseDescriptionCode>bidiagnose</DiagnoseDescriptionCode>\n"
        "<DiagnoseCode>DJ449</DiagnoseCode>\n<DiagnoseTypeCode>SKSdiagnosekode</DiagnoseTypeCode>\n"
        "<DiagnoseText>KOL</DiagnoseText>\n</ReferralAdditional>\n</Referral>\n"
        "<RelevantClinicalInformation>\n<CategoryCode>sundhedsfremme_forebyggelse</CategoryCode>\n"
        f"{anamnesis}</RelevantClinicalInformation>\n"
    )
