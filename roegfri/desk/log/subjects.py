"""What an event is about, in words: "referrals_phone:<id>" is a telephone number.

A line of a command names the model ("referral:<id>"), one of the change log the table
("referrals_referral:<id>"); where many rows changed at once there is no id.
"""

from collections.abc import Iterable
from functools import cache

from django.apps import apps
from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from roegfri.desk.log import places
from roegfri.refusal import Words

# Models without a verbose_name, and those whose own says too little in a log.
MODELS: dict[str, Words] = {
    "answer": _("svar til et andet it-system"),
    "appointment": _("aftale med en deltager"),
    "arrival": _("linje under Indgange"),
    "authenticator": _("andet trin ved login"),
    "citizenaccess": _("adgang til borgerens sag"),
    "civilnumber": _("CPR-nummer"),
    "consent": _("samtykke"),
    "contactattempt": _("opkald"),
    "cover": _("dækning for kollega"),
    "feed": _("kalenderlink"),
    "formlink": _("link til STOPbasens skema"),
    "findable": _("søgeord"),
    "flagged": _("hvor forløbet også er oprettet"),
    "handover": _("overdragelse"),
    "heartbeat": _("overvågning af driften"),
    "incomingmessage": _("indkommet besked"),
    "informed": _("hvad borgeren er oplyst om"),
    "interview": _("samtale"),
    "marking": _("registreret fremmøde"),
    "merge": _("sammenlægning af to borgere"),
    "message": _("besked til afsendelse"),
    "phone": _("telefonnummer"),
    "receipt": _("kvittering"),
    "reservation": _("igangværende opkald"),
    "residence": _("bopælskommune"),
    "sweep": _("overvåget mappe"),
    "transferred": _("at deltageren står i STOPbasen"),
    "tick": _("punkt på deltagerens tjekliste"),
    "use": _("forbrug"),
    "usersession": _("login"),
}
# Columns whose field has no verbose_name, where they tell the reader something.
COLUMNS: dict[str, Words] = {
    "about": _("hvad det gælder"),
    "absent_id": _("fraværende"),
    "address_protected": _("adressebeskyttelse"),
    "amount": _("mængde"),
    "citizen_id": _("borger"),
    "civil_number": _("CPR-nummer"),
    "close_reason": _("grund til afslutning"),
    "ended_at": _("afsluttet"),
    "forwarded_to_id": _("givet videre til"),
    "from_on": _("fra"),
    "giver_id": _("givet af"),
    "ground": _("grundlag"),
    "handled_by_id": _("behandlet af"),
    "handled_note": _("hvad der er gjort"),
    "handler_id": _("kommune, der ringer"),
    "home": _("bopælskommune"),
    "municipality_id": _("kommune"),
    "name": _("navn"),
    "next_note": _("note til næste skridt"),
    "note": _("note"),
    "number": _("nummer"),
    "organisation_id": _("organisation"),
    "phone": _("telefonnummer"),
    "product": _("produkt"),
    "reached_at": _("truffet"),
    "reason": _("begrundelse"),
    "receiver_id": _("modtager"),
    "result": _("svar"),
    "role": _("rolle"),
    "substitute_id": _("vikar"),
    "taken_by_id": _("noteret af"),
    "times": _("tidspunkter"),
    "topic": _("emne"),
    "undone_at": _("fortrudt"),
    "until_on": _("til og med"),
    "wishes": _("ønsker"),
    "wrong_since": _("forkert siden"),
}
# What stands where no thing does.
OTHERS: dict[str, Words] = {
    "looks": _("Liste over opslag"),
    "no": _("Svar: nej"),
    "resting": _("Ikke spurgt: for mange spørgsmål på en time"),
    "yes": _("Svar: ja"),
}
_SHORT = 8


def words(subject: str) -> Words:
    """A thing or a screen in words; what is neither stands as it was written."""
    model = _model(subject)
    if model:
        name = MODELS.get(model._meta.model_name or "", model._meta.verbose_name or "")
        return str(capfirst(str(name)))
    return OTHERS.get(subject) or places.words(subject)


def short_id(subject: str) -> str:
    """The beginning of a thing's id, by which two lines about one thing are told from others."""
    return subject.partition(":")[2][:_SHORT] if _model(subject) else ""


def fields(subject: str, columns: Iterable[str]) -> list[str]:
    """The names of the columns as the screens call them; those without words are left out."""
    model = _model(subject)
    named = [_field(model, column) or COLUMNS.get(column, "") for column in columns]
    return list(dict.fromkeys(str(one) for one in named if one))


def _field(model: type[Model] | None, column: str) -> Words:
    """A field's own words, if it was given any."""
    return _labels(model).get(column, "") if model else ""


@cache
def _labels(model: type[Model]) -> dict[str, Words]:
    """By attribute and by name, of the fields that were given words."""
    given = [
        (field, field.deconstruct()[3].get("verbose_name")) for field in model._meta.concrete_fields
    ]
    return {key: words for field, words in given if words for key in (field.attname, field.name)}


def _model(subject: str) -> type[Model] | None:
    return _models().get(subject.partition(":")[0])


@cache
def _models() -> dict[str, type[Model]]:
    """By table and by name; of two that share a name, the house's own."""
    everything = apps.get_models()
    ours = [
        one
        for one in everything
        if one.__module__.partition(".")[0] in {"roegfri", "referrals", "courses"}
    ]
    named = {str(one._meta.model_name): one for one in (*everything, *ours)}
    return {**named, **{one._meta.db_table: one for one in everything}}
