"""Letters as they come in, about nobody who exists: MedCom's test persons, and the trial's own."""

from collections.abc import Sequence

# The sender's EAN and the episode of a case that is given on, and is written about again.
EPISODE = ("5790000121526", "4b1d7e92c05f4a38")
_SENDER = "Amager og Hvidovre Hospital"
_DEPARTMENT = "Lungemedicinsk Afdeling"
SENDER = f"{_SENDER}, {_DEPARTMENT}"
_OIO = "http://rep.oio.dk/medcom.dk/xml/schemas"

_LETTER = """<?xml version="1.0" encoding="ISO-8859-1"?>
<Emessage xmlns="{namespace}">
<Envelope>
<Sent><Date>{day}</Date><Time>{time}</Time></Sent>
<Identifier>{number}</Identifier>
<AcknowledgementCode>minuspositivkvitt</AcknowledgementCode>
</Envelope>
<{element}>
<Letter>
<Identifier>{number}</Identifier>
<VersionCode>{version}</VersionCode>
<StatusCode>{status}</StatusCode>
<EpisodeOfCareIdentifier>{episode}</EpisodeOfCareIdentifier>
</Letter>
<Sender>
<EANIdentifier>{ean}</EANIdentifier>
<Identifier>9901001</Identifier>
<IdentifierCode>sygehusafdelingsnummer</IdentifierCode>
<OrganisationName>{sender}</OrganisationName>
<DepartmentName>{department}</DepartmentName>
</Sender>
<Receiver>
<EANIdentifier>{to_ean}</EANIdentifier>
<Identifier>{to_code}</Identifier>
<IdentifierCode>kommunenummer</IdentifierCode>
<OrganisationName>{to_name}</OrganisationName>
</Receiver>
<Patient>
{patient}
</Patient>
<RelevantClinicalInformation>
<CategoryCode>sundhedsfremme_forebyggelse</CategoryCode>
<Anamnesis><FormattedText>{text}</FormattedText></Anamnesis>
</RelevantClinicalInformation>
</{element}>
</Emessage>
"""


def letter(
    *,
    to: tuple[str, str, str],
    sent: tuple[str, str],
    number: str,
    patient: Sequence[tuple[str, str]],
    text: str,
    version: str = "XH1530R",
    episode: str = "",
    correction: bool = False,
) -> str:
    """A letter from the hospital. `to` is a municipality's EAN, code and name; `patient` her
    elements by name; XH2230R makes it an emergency (XREF22)."""
    emergency = version == "XH2230R"
    return _LETTER.format(
        namespace=f"{_OIO}/{'2020/05/06' if emergency else '2016/12/01'}/",
        element="EmergencyMunicipalityReferral" if emergency else "MunicipalityReferral",
        status="rettetbrev" if correction else "nytbrev",
        day=sent[0],
        time=sent[1],
        number=number,
        version=version,
        episode=episode,
        ean=EPISODE[0],
        sender=_SENDER,
        department=_DEPARTMENT,
        to_ean=to[0],
        to_code=to[1],
        to_name=to[2],
        patient="\n".join(f"<{name}>{words}</{name}>" for name, words in patient),
        text=text,
    )
