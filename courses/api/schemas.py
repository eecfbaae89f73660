"""What is asked and what is answered, field by field."""

import datetime as dt
import uuid
from typing import Annotated, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from referrals.api import fields
from referrals.api.fields import told

MOST, USUAL = 100, 50
FURTHEST = 400  # kilometres: longer than the country
KINDS = Literal["group", "individual", "open"]


class Asked(BaseModel):
    """What the list is narrowed to; each stands in the address and may be left out."""

    model_config = ConfigDict(defer_build=True)

    municipality: Annotated[
        str,
        told(
            _("Nummeret på den kommune, der holder forløbet: tre cifre."),
            "167",
            pattern=r"^(0?[0-9]{3})?$",
        ),
    ] = ""
    agreement: Annotated[
        str,
        told(
            _("Samarbejdets navn i adressen."),
            "roegfri-paa-tvaers",
            pattern=r"^[-a-z0-9_]*$",
            max_length=60,
        ),
    ] = ""
    weekday: Annotated[
        list[Annotated[int, Field(ge=1, le=7)]],
        told(
            _(
                "Ugedagen for næste mødegang: 1 er mandag, 7 er søndag. Kan gentages. Det, der"
                " aftales med den enkelte, er altid med."
            ),
            [2],
            max_length=7,
        ),
    ] = []
    language: Annotated[
        list[Annotated[str, Field(max_length=40), fields.LINE]],
        told(
            _("Sproget, på dansk, som det står i svaret. Kan gentages."), ["Dansk"], max_length=20
        ),
    ] = []
    kind: Annotated[
        list[KINDS],
        told(
            _("group: hold. individual: individuelt. open: Kom & Kvit. Kan gentages."),
            ["group"],
            max_length=3,
        ),
    ] = []
    postcode: Annotated[
        str,
        told(
            _("Et dansk postnummer: det nærmeste kommer først, med km i luftlinje."),
            "2650",
            pattern=r"^([0-9]{4})?$",
        ),
    ] = ""
    max_km: Annotated[
        int,
        told(_("Højst så mange kilometer fra postnummeret."), 40, ge=1, le=FURTHEST),
    ] = 40
    limit: Annotated[int, told(_("Højst så mange forløb i et svar."), USUAL, ge=1, le=MOST)] = USUAL
    cursor: Annotated[
        str,
        told(_("Hvor listen fortsætter. Hent adressen i next, som den er."), max_length=600),
    ] = ""


class Municipality(BaseModel):
    """Who holds the course."""

    code: Annotated[str, told(_("Nummer, tre cifre."), "167")]
    name: Annotated[str, told(_("Navn."), "Hvidovre Kommune")]
    phone: Annotated[str, told(_("Telefon; tom, hvor ingen er oplyst."), "36 39 36 39")]


class Place(BaseModel):
    """Where one meets."""

    venue: Annotated[str, told(_("Stedets navn."), "Sundhedshuset")]
    room: Annotated[str, told(_("Lokale."), "Lokale 2")]
    street: Annotated[str, told(_("Vej og nummer."), "Testvej 1")]
    postcode: Annotated[str, told(_("Postnummer."), "2650")]
    town: Annotated[str, told(_("By."), "Hvidovre")]


class Meeting(BaseModel):
    """A meeting that is still to come."""

    number: Annotated[int, told(_("Hvilken af forløbets mødegange det er."), 3)]
    starts_at: Annotated[dt.datetime, told(_("Begynder, dansk tid."), "2026-11-24T17:00:00+01:00")]
    ends_at: Annotated[dt.datetime, told(_("Slutter."), "2026-11-24T19:00:00+01:00")]
    form: Annotated[
        Literal["in_person", "phone", "video"],
        told(_("in_person: man mødes. phone: telefon. video: video."), "in_person"),
    ]
    place: Annotated[Place | None, told(_("Hvor; null på telefon og video."))]


class Listed(BaseModel):
    """A course that citizens can choose."""

    id: Annotated[uuid.UUID, told(_("Forløbets id."), "0f1e6c1a-4f0e-4f38-9a53-1c1b5f3a7c11")]
    name: Annotated[str, told(_("Navn."), "Hold, tirsdag kl. 17.00")]
    kind: Annotated[
        KINDS, told(_("group: hold. individual: individuelt. open: Kom & Kvit."), "group")
    ]
    target: Annotated[
        Literal["all", "pregnant", "young", "workplace", "vulnerable", "ethnic", "other"],
        told(
            _(
                "Målgruppe. all: alle. pregnant: gravide. young: unge 16-25 år. workplace:"
                " arbejdsplads. vulnerable: socialt udsatte. ethnic: anden etnisk baggrund."
                " other: anden."
            ),
            "all",
        ),
    ]
    language: Annotated[str, told(_("Sproget, på dansk."), "Dansk")]
    municipality: Annotated[Municipality, told(_("Den kommune, der holder det."))]
    agreement: Annotated[str, told(_("Samarbejdet."), "roegfri-paa-tvaers")]
    place: Annotated[
        Place | None, told(_("Hvor man mødes som regel; null, hvor det ikke er oplyst."))
    ]
    access: Annotated[str, told(_("Hvordan man kommer ind."), "Elevator i gården")]
    transport: Annotated[str, told(_("Hvordan man kommer dertil."), "Bus 1A til døren")]
    seats: Annotated[
        Literal["free", "few", "waiting"],
        told(
            _("free: ledige pladser. few: få ledige pladser. waiting: venteliste."),
            "free",
        ),
    ]
    meetings: Annotated[
        int, told(_("Antal mødegange i alt; 0, hvor tiden aftales med den enkelte."), 6)
    ]
    first_at: Annotated[
        dt.datetime | None,
        told(_("Første mødegang; kan have været."), "2026-11-10T17:00:00+01:00"),
    ]
    coming: Annotated[
        list[Meeting], told(_("De mødegange, der kommer endnu, i rækkefølge. Kan være tom."))
    ]
    km: Annotated[
        float | None, told(_("Kilometer i luftlinje fra postnummeret, når det er oplyst."), 3.2)
    ]
    estimated: Annotated[
        bool, told(_("Om afstanden er anslået: et af postnumrene er ukendt."), example=False)
    ]
    url: Annotated[
        str,
        told(
            _("Forløbets side, hvor borgeren kan tilmelde sig."),
            "https://roegfri.example.dk/find-hold/0f1e6c1a-4f0e-4f38-9a53-1c1b5f3a7c11/",
        ),
    ]
    calendar: Annotated[
        str,
        told(
            _("Mødegangene som iCalendar."),
            "https://roegfri.example.dk/find-hold/0f1e6c1a-4f0e-4f38-9a53-1c1b5f3a7c11.ics",
        ),
    ]


class ListedPage(BaseModel):
    """Some of the courses, in order."""

    courses: Annotated[list[Listed], told(_("Forløbene: det nærmeste først, ellers det næste."))]
    total: Annotated[int, told(_("Hvor mange der passer i alt."), 1)]
    next: Annotated[str | None, told(_("Adressen på resten; null, når der ikke er flere."), "")]
