"""What the docs page and the OpenAPI document say of each call, with examples that can be sent.

The people in the examples are MedCom's own test persons.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from roegfri.api.openapi import Document, extra, header

_CASE = "0f1e6c1a-4f0e-4f38-9a53-1c1b5f3a7c11"
_MESSAGE = "5b1d9b7e-7c2f-4d10-8d2e-0d2a63c1e9aa"
_ONCE = header(
    "Idempotency-Key",
    _(
        "Jeres eget nummer på kaldet, 1-200 tegn. Samme nummer og samme indhold får det samme svar"
        " i 7 dage, uden at noget sker igen. Brug det, når I prøver igen efter en afbrydelse."
    ),
    {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[\x20-\x7e]+$"},
    "2026-11-20-000187",
)
_REPLAYED = {
    "Idempotency-Replayed": {
        "description": _("true, når svaret er givet før."),
        "schema": {"type": "string", "enum": ["true"]},
    }
}


def _answer(words: Any, example: Document) -> Document:
    content = {"application/json": {"example": example}}
    return {"description": words, "headers": _REPLAYED, "content": content}


def _referral(status: str, reason: Any = "", **other: Any) -> Document:
    return {"id": _CASE, "status": status, "reason": reason, "contact_by": "2026-11-24", **other}


def _message(status: str, reason: Any = "", **other: Any) -> Document:
    receipt = f"/api/v1/medcom/{_MESSAGE}/receipt"
    said = {**_referral(status, reason), "referral": _CASE, "receipt": receipt}
    return said | {"id": _MESSAGE} | other


_MADE, _KNOWN = _("Der er oprettet en sag."), _("Den samme sag er rettet, eller kendt i forvejen.")
_KEPT = _(
    "Beskeden kan ikke blive til en sag. Den ligger i kommunens indbakke, hvor en medarbejder ser"
    " på den; reason siger hvorfor. Send den ikke igen, som den er."
)
_NO = _("Kommunen kan ikke tage imod den; reason siger hvorfor. Intet er gemt.")
_XML: Document = {
    media: {"schema": {"type": "string", "format": "binary"}}
    for media in ("application/xml", "text/xml", "application/octet-stream")
}

MEDCOM: dict[str, Any] = {
    "operation_id": "postMedcom",
    "summary": _("Aflevér en MedCom-besked"),
    "description": _(
        "Send beskeden, præcis som den er modtaget: XREF15, XREF01 eller XDIS91 i ISO-8859-1 eller"
        " UTF-8, højst 5 MB, én besked i hvert kald. Nøglen er kommunens, og beskeden skal være"
        " adresseret til den. Samme besked igen ændrer intet; et rettetbrev retter den samme sag,"
        " og fristen løber videre. Kvitteringer (XCTL03, XCTL02) for kommunens egne breve noteres"
        " på brevet. En besked, der ikke kan læses, går ikke tabt: den svares med 422 og ligger i"
        " kommunens indbakke."
    ),
    "openapi_extra": extra(
        body={"required": True, "content": _XML},
        parameters=[_ONCE],
        responses={
            "201": _answer(_MADE, _message("created")),
            "200": _answer(_KNOWN, _message("corrected")),
            "422": _answer(
                _KEPT,
                _message(
                    "refused",
                    _("Filen er ikke hel; slutningen mangler. Hent den igen."),
                    referral=None,
                    receipt=None,
                    contact_by=None,
                ),
            ),
        },
        samples=[
            (
                'curl -sS "$SITE/api/v1/medcom" \\\n'
                '  -H "Authorization: Bearer $TOKEN" \\\n'
                '  -H "Content-Type: application/xml" \\\n'
                "  --data-binary @docs/samples/1-henvisning-fra-hospital-hvidovre.xml"
            )
        ],
    ),
}
REFERRALS: dict[str, Any] = {
    "operation_id": "postReferral",
    "summary": _("Opret en henvisning"),
    "description": _(
        "Et telefonnummer er nok; har borgeren intet, skal der være en tekst. Alt andet er frit,"
        " men ukendte felter afvises, så at intet går tabt i en stavefejl. Send jeres eget nummer"
        " som reference: samme nummer og indhold ændrer intet, samme nummer med andet indhold"
        " retter den samme sag. Kommunens frist for at ringe regnes fra modtagelsen her."
    ),
    "openapi_extra": extra(
        body={
            "content": {
                "application/json": {
                    "example": {
                        "municipality": "167",
                        "phone": "30 12 34 56",
                        "text": "Henvisning til rygestop. Træffes bedst om formiddagen.",
                        "given_names": "Brita Test",
                        "surname": "Berggren",
                        "cpr": "150981-9996",
                        "reference": "HV-2026-1187",
                    }
                }
            }
        },
        parameters=[_ONCE],
        responses={
            "201": _answer(_MADE, _referral("created")),
            "200": _answer(_KNOWN, _referral("corrected")),
            "422": _answer(
                _NO,
                _referral(
                    "refused",
                    _("Kommunen er ikke med i en aftale om rygestop og kan ikke modtage."),
                    id=None,
                    contact_by=None,
                ),
            ),
        },
        samples=[
            (
                'curl -sS "$SITE/api/v1/referrals" \\\n'
                '  -H "Authorization: Bearer $TOKEN" \\\n'
                '  -H "Content-Type: application/json" \\\n'
                '  -H "Idempotency-Key: 2026-11-20-000187" \\\n'
                '  -d \'{"municipality": "167", "phone": "30 12 34 56",'
                ' "given_names": "Brita Test", "text": "Henvisning til rygestop"}\''
            )
        ],
    ),
}
REFERRAL: dict[str, Any] = {
    "operation_id": "getReferral",
    "summary": _("Hvor langt er en henvisning?"),
    "description": _(
        "Om den er modtaget, om kommunen har talt med borgeren, eller om den er afsluttet; intet"
        " andet. En nøgle ser det, dens egen organisation har sendt."
    ),
    "openapi_extra": extra(
        responses={
            "200": {
                "description": _("Hvor langt den er."),
                "content": {"application/json": {"example": {"id": _CASE, "status": "contacted"}}},
            }
        },
        samples=[
            (f'curl -sS "$SITE/api/v1/referrals/{_CASE}" \\\n  -H "Authorization: Bearer $TOKEN"')
        ],
    ),
}
RECEIPT: dict[str, Any] = {
    "operation_id": "getReceipt",
    "summary": _("Hent MedCom-kvitteringen"),
    "description": _(
        "Den positive kvittering (XCTL03), når beskeden bad om en, eller den negative (XCTL02), når"
        " kommunen har afvist den. Altid de samme bytes. Er der ingen, er svaret 404."
    ),
    "openapi_extra": extra(
        responses={
            "200": {
                "description": _("Kvitteringen, i ISO-8859-1."),
                "content": {"application/xml": {"schema": {"type": "string", "format": "binary"}}},
            }
        },
        samples=[
            (
                f'curl -sS "$SITE/api/v1/medcom/{_MESSAGE}/receipt" \\\n'
                '  -H "Authorization: Bearer $TOKEN" -o kvittering.xml'
            )
        ],
    ),
}
