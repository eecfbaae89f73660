"""What the docs page and the OpenAPI document say of the courses, with examples to send."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from roegfri.api.openapi import Document, extra, header

_COURSE = "0f1e6c1a-4f0e-4f38-9a53-1c1b5f3a7c11"
_PLACE: Document = {
    "venue": "Sundhedshuset",
    "room": "Lokale 2",
    "street": "Testvej 1",
    "postcode": "2650",
    "town": "Hvidovre",
}
_EXAMPLE: Document = {
    "id": _COURSE,
    "name": "Hold, tirsdag kl. 17.00",
    "kind": "group",
    "target": "all",
    "language": "Dansk",
    "municipality": {"code": "167", "name": "Hvidovre Kommune", "phone": "36393639"},
    "agreement": "roegfri-paa-tvaers",
    "place": _PLACE,
    "access": "",
    "transport": "",
    "seats": "few",
    "meetings": 6,
    "first_at": "2026-11-24T17:00:00+01:00",
    "coming": [
        {
            "number": 1,
            "starts_at": "2026-11-24T17:00:00+01:00",
            "ends_at": "2026-11-24T19:00:00+01:00",
            "form": "in_person",
            "place": _PLACE,
        }
    ],
    "km": 3.2,
    "estimated": False,
    "url": f"https://roegfri.example.dk/find-hold/{_COURSE}/",
    "calendar": f"https://roegfri.example.dk/find-hold/{_COURSE}.ics",
}
_IF_NEW = header(
    "If-None-Match",
    _("ETag fra det forrige svar: er intet ændret siden, er svaret 304 uden indhold."),
    {"type": "string", "maxLength": 1000, "pattern": r"^[\x20-\x7e]*$"},
    'W/"6f1d0b6f9c0c4a7e8f2f5f4f0b7f2c11"',
)
_UNCHANGED: Document = {"description": _("Intet er ændret.")}


def _answered(words: Any, example: Document) -> dict[str, Document]:
    said = {
        "description": words,
        "headers": {"ETag": {"schema": {"type": "string"}}},
        "content": {"application/json": {"example": example}},
    }
    return {"200": said, "304": _UNCHANGED}


COURSES: dict[str, Any] = {
    "operation_id": "getCourses",
    "summary": _("Find forløb"),
    "description": _(
        "De forløb, borgere kan vælge, og som er åbne for tilmelding. Intet om deltagere eller"
        " medarbejdere. Med et postnummer kommer det nærmeste først, ellers det, der mødes først."
        " Følg next, til den er null: så er alle med, også når nogen kommer til eller går imens."
    ),
    "openapi_extra": extra(
        parameters=[_IF_NEW],
        responses=_answered(_("Forløbene."), {"courses": [_EXAMPLE], "total": 1, "next": None}),
        samples=['curl -sS "$SITE/api/v1/courses?municipality=167&weekday=2&weekday=4"'],
    ),
}
COURSE: dict[str, Any] = {
    "operation_id": "getCourse",
    "summary": _("Hent ét forløb"),
    "description": _(
        "Det samme om ét forløb. 404, når det ikke længere kan vælges: aflyst, slut eller taget af"
        " siden."
    ),
    "openapi_extra": extra(
        parameters=[_IF_NEW],
        responses=_answered(_("Forløbet."), {**_EXAMPLE, "km": None}),
        samples=[f'curl -sS "$SITE/api/v1/courses/{_COURSE}"'],
    ),
}
