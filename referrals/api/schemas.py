"""What is sent and what is answered, field by field."""

import datetime as dt
import uuid
from typing import Annotated, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from referrals.api import fields
from referrals.api.fields import told


class Strict(BaseModel):
    """Nothing is guessed: unknown names and other types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)


class Address(Strict):
    """Where she lives."""

    street: Annotated[
        str, told(_("Vej, nummer, etage."), "Testvej 1, 2. th.", max_length=200), fields.LINE
    ] = ""
    postcode: Annotated[str, told(_("Postnummer."), "2650", max_length=10), fields.LINE] = ""
    town: Annotated[str, told(_("By."), "Hvidovre", max_length=60), fields.LINE] = ""
    protected: Annotated[
        bool, told(_("Navne- og adressebeskyttelse: adressen skjules i kommunen."), example=False)
    ] = False


class NewReferral(Strict):
    """A referral; a telephone number, or a text where there is none, is all that it needs."""

    municipality: Annotated[
        str,
        told(
            _(
                "Kommunens nummer, tre cifre: den kommune, der skal ringe. En kommunes egen nøgle"
                " kan udelade det."
            ),
            "167",
            pattern=r"^(0?[0-9]{3})?$",
        ),
        fields.LINE,
    ] = ""
    phone: Annotated[
        str,
        told(_("Det nummer, der skal ringes til."), "30 12 34 56", max_length=60),
        fields.PHONE_IF_ANY,
    ] = ""
    phones: Annotated[
        list[Annotated[str, Field(max_length=60), fields.PHONE]],
        told(_("Flere numre, i den rækkefølge der skal ringes."), max_length=5),
    ] = []
    text: Annotated[
        str,
        told(
            _("Henvisningens tekst. Skal være der, hvis der ikke er et telefonnummer."),
            "Henvisning til rygestop. Træffes bedst om formiddagen.",
            max_length=20_000,
        ),
        fields.LINES,
    ] = ""
    given_names: Annotated[str, told(_("Fornavne."), "Brita Test", max_length=120), fields.LINE] = (
        ""
    )
    surname: Annotated[str, told(_("Efternavn."), "Berggren", max_length=120), fields.LINE] = ""
    cpr: Annotated[
        str,
        told(
            _("CPR- eller erstatningsnummer, med eller uden bindestreg."),
            "150981-9996",
            max_length=20,
        ),
        fields.CIVIL_NUMBER,
    ] = ""
    birth_date: Annotated[
        str, told(_("Fødselsdato."), "1981-09-15", format="date"), fields.BIRTH_DATE
    ] = ""
    email: Annotated[
        str, told(_("E-mailadresse."), "brita@example.dk", max_length=254), fields.EMAIL
    ] = ""
    address: Annotated[Address | None, told(_("Adresse."))] = None
    language: Annotated[
        str, told(_("Sprog, hvis det ikke er dansk."), "Tyrkisk", max_length=40), fields.LINE
    ] = ""
    interpreter: Annotated[bool, told(_("Behov for tolk."), example=False)] = False
    guardian_consent: Annotated[
        Literal["yes", "no", "unknown"],
        told(_("Om forældrene har givet samtykke, når borgeren er under 18."), "unknown"),
    ] = "unknown"
    guardian_name: Annotated[
        str, told(_("Forælder eller værge."), "Max Berggren", max_length=120), fields.LINE
    ] = ""
    guardian_phone: Annotated[
        str,
        told(_("Forælders eller værges telefon."), "40 12 34 56", max_length=60),
        fields.PHONE_IF_ANY,
    ] = ""
    reference: Annotated[
        str,
        told(
            _(
                "Jeres eget nummer på henvisningen. Samme nummer igen retter den samme sag, og"
                " fristen løber videre."
            ),
            "HV-2026-1187",
            max_length=40,
        ),
        fields.LINE,
    ] = ""
    department: Annotated[
        str,
        told(_("Hvor hos jer den kommer fra."), "Lungemedicinsk Ambulatorium", max_length=100),
        fields.LINE,
    ] = ""
    sent_at: Annotated[
        str,
        told(
            _("Hvornår den blev sendt hos jer. Fristen regnes fra modtagelsen her."),
            "2026-11-20T10:15:00+01:00",
            format="date-time",
        ),
        fields.MOMENT,
    ] = ""


class Answered(BaseModel):
    """What became of a referral."""

    id: Annotated[
        uuid.UUID | None,
        told(
            _("Henvisningens id; følg den på /api/v1/referrals/{id}."),
            "0f1e6c1a-4f0e-4f38-9a53-1c1b5f3a7c11",
        ),
    ]
    status: Annotated[
        Literal["created", "corrected", "duplicate", "refused"],
        told(
            _(
                "created: ny sag. corrected: rettede den samme sag. duplicate: kendt i forvejen,"
                " intet er ændret. refused: ikke taget imod; se reason."
            ),
            "created",
        ),
    ]
    reason: Annotated[str, told(_("Hvorfor den ikke er taget imod; ellers tom."), "")]
    contact_by: Annotated[
        dt.date | None,
        told(_("Den sidste dag, kommunen skal have ringet."), "2026-11-24"),
    ]


class MessageAnswered(Answered):
    """What became of a MedCom message; `id` is the message's own."""

    id: Annotated[
        uuid.UUID | None,
        told(_("Beskedens id i kommunens indbakke."), "5b1d9b7e-7c2f-4d10-8d2e-0d2a63c1e9aa"),
    ]
    status: Annotated[  # type: ignore[assignment]  # one more than of a referral
        Literal["created", "corrected", "duplicate", "answered", "refused"],
        told(
            _(
                "created: ny sag. corrected: rettede den samme sag. duplicate: kendt i forvejen,"
                " intet er ændret. answered: en kvittering for et brev, kommunen har sendt."
                " refused: ikke taget imod; se reason."
            ),
            "created",
        ),
    ]
    referral: Annotated[
        uuid.UUID | None,
        told(
            _("Henvisningens id; følg den på /api/v1/referrals/{id}."),
            "0f1e6c1a-4f0e-4f38-9a53-1c1b5f3a7c11",
        ),
    ]
    receipt: Annotated[
        str | None,
        told(
            _("Her ligger MedCom-kvitteringen, når afsenderen har bedt om en."),
            "/api/v1/medcom/5b1d9b7e-7c2f-4d10-8d2e-0d2a63c1e9aa/receipt",
        ),
    ]


class HowFar(BaseModel):
    """All that a sender is told."""

    id: Annotated[uuid.UUID, told(_("Henvisningens id."), "0f1e6c1a-4f0e-4f38-9a53-1c1b5f3a7c11")]
    status: Annotated[
        Literal["received", "contacted", "closed"],
        told(
            _("received: modtaget. contacted: kommunen har talt med borgeren. closed: afsluttet."),
            "received",
        ),
    ]
