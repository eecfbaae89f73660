"""A course as it is answered."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from courses.queries.found import FoundCourse, Meets, Where
from roegfri import clock
from roegfri.public.strangers import whole_address


def told(course: FoundCourse, request: HttpRequest) -> dict[str, Any]:
    """All of schemas.Listed, as JSON has it."""
    return {
        "id": str(course.id),
        "name": course.name,
        "kind": str(course.kind),
        "target": str(course.target),
        "language": course.language,
        "municipality": {
            "code": course.host_code,
            "name": course.host,
            "phone": course.host_phone,
        },
        "agreement": course.agreement,
        "place": _place(course.where),
        "access": course.access,
        "transport": course.transport,
        "seats": str(course.seats),
        "meetings": course.meetings,
        "first_at": _local(course.first_at),
        "coming": [_meeting(one) for one in course.coming],
        "km": None if course.km is None else round(course.km, 1),
        "estimated": course.estimated,
        "url": _address(request, "find:course", course.id),
        "calendar": _address(request, "find:calendar", course.id),
    }


def _meeting(one: Meets) -> Mapping[str, Any]:
    return {
        "number": one.number,
        "starts_at": _local(one.starts_at),
        "ends_at": _local(one.ends_at),
        "form": str(one.form),
        "place": _place(one.where),
    }


def _place(where: Where | None) -> Mapping[str, str] | None:
    if where is None:
        return None
    venue, room, street, postcode, town = where
    return {"venue": venue, "room": room, "street": street, "postcode": postcode, "town": town}


def _local(moment: Any) -> str | None:
    """By a Danish clock, with its zone: what is read by people as it stands."""
    return moment.astimezone(clock.COPENHAGEN).isoformat() if moment else None


def _address(request: HttpRequest, name: str, pk: UUID) -> str:
    return whole_address(request, reverse(name, kwargs={"pk": pk}))
