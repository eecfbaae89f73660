"""What the API says when it says no: problem details (RFC 9457) in plain words.

Every kind of problem stands in KINDS, and on the docs page under its own anchor, which is what its
`type` points at. Nothing that was sent is repeated but the names of fields.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from roegfri.refusal import Words

MEDIA_TYPE = "application/problem+json"
DOCS = "/api/v1/docs"
_READS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: what it is called, and what to do about it; `read` says so of a call
    that saves nothing anyhow, where that is something else."""

    slug: str
    status: HTTPStatus
    title: Words
    detail: Words
    read: Words = ""

    @property
    def type(self) -> str:
        """Its own place on the docs page."""
        return f"{DOCS}#{self.slug}"


KINDS: dict[str, Kind] = {
    kind.slug: kind
    for kind in (
        Kind(
            "malformed",
            HTTPStatus.BAD_REQUEST,
            _("Indholdet kan ikke læses"),
            _("Send ét JSON-objekt i UTF-8."),
        ),
        Kind(
            "invalid",
            HTTPStatus.BAD_REQUEST,
            _("Nogle felter er ikke, som de skal være"),
            _("Ret de felter, der står under «errors», og send igen. Intet er gemt."),
            _("Ret de felter, der står under «errors», og kald igen."),
        ),
        Kind(
            "bad-request",
            HTTPStatus.BAD_REQUEST,
            _("Kaldet kan ikke forstås"),
            _("Se adressen, metoden og overskrifterne efter i vejledningen."),
        ),
        Kind(
            "token-missing",
            HTTPStatus.UNAUTHORIZED,
            _("Der mangler en adgangsnøgle"),
            _("Send overskriften «Authorization: Bearer» og nøglen."),
        ),
        Kind(
            "token-unknown",
            HTTPStatus.UNAUTHORIZED,
            _("Adgangsnøglen kendes ikke"),
            _("Se efter, om hele nøglen er kommet med. Kommunens koordinator kan lave en ny."),
        ),
        Kind(
            "token-expired",
            HTTPStatus.UNAUTHORIZED,
            _("Adgangsnøglen er udløbet"),
            _("Bed kommunens koordinator eller administratoren om en ny nøgle."),
        ),
        Kind(
            "token-revoked",
            HTTPStatus.UNAUTHORIZED,
            _("Adgangsnøglen er lukket"),
            _("Bed kommunens koordinator eller administratoren om en ny nøgle."),
        ),
        Kind(
            "wrong-purpose",
            HTTPStatus.FORBIDDEN,
            _("Nøglen er til noget andet"),
            _("En nøgle er enten til MedCom-beskeder eller til henvisninger. Brug den anden."),
        ),
        Kind(
            "https-required",
            HTTPStatus.FORBIDDEN,
            _("Kald adressen med https"),
            _("Nøglen er sendt ukrypteret. Få den lukket, lav en ny, og brug https."),
        ),
        Kind(
            "not-found",
            HTTPStatus.NOT_FOUND,
            _("Findes ikke"),
            _("Adressen findes ikke, eller det, den peger på, er ikke jeres."),
        ),
        Kind(
            "method-not-allowed",
            HTTPStatus.METHOD_NOT_ALLOWED,
            _("Metoden kan ikke bruges her"),
            _("Overskriften «Allow» siger, hvilke metoder adressen kan kaldes med."),
        ),
        Kind(
            "key-used",
            HTTPStatus.CONFLICT,
            _("Nøglen til gentagelse er brugt til noget andet"),
            _("«Idempotency-Key» er før sendt med et andet indhold. Brug en ny til nyt indhold."),
        ),
        Kind(
            "length-required",
            HTTPStatus.LENGTH_REQUIRED,
            _("Længden mangler"),
            _("Send overskriften «Content-Length»; indhold i stykker tages ikke imod."),
        ),
        Kind(
            "too-large",
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            _("Indholdet er for stort"),
            _("En MedCom-besked må fylde 5 MB og en henvisning 500 kB. Intet er læst eller gemt."),
        ),
        Kind(
            "wrong-type",
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            _("Indholdets type kan ikke bruges her"),
            _("Se i vejledningen, hvilken «Content-Type» adressen tager imod."),
        ),
        Kind(
            "too-many-requests",
            HTTPStatus.TOO_MANY_REQUESTS,
            _("For mange kald"),
            _("Vent det antal sekunder, der står i overskriften «Retry-After», og prøv igen."),
        ),
        Kind(
            "server-error",
            HTTPStatus.INTERNAL_SERVER_ERROR,
            _("Noget gik galt hos os"),
            _("Intet er gemt. Prøv igen om lidt; sker det igen, så oplys «request_id»."),
            _("Prøv igen om lidt; sker det igen, så oplys «request_id»."),
        ),
    )
}
# What a bare status means, where nothing more is known.
BY_STATUS: dict[int, str] = {
    400: "bad-request",
    403: "not-found",  # an address that gives away nothing
    404: "not-found",
    405: "method-not-allowed",
    411: "length-required",
    413: "too-large",
    415: "wrong-type",
    429: "too-many-requests",
}


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with one field; `field` is its path ("phones.0")."""

    field: str
    message: str


@dataclass(slots=True)
class Problem(Exception):
    """The request is answered with a problem; `detail` stands for the usual words of its kind."""

    slug: str
    detail: Words = ""
    errors: Sequence[FieldFault] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        """What KINDS says of it."""
        return KINDS[self.slug]


def of_status(status: int) -> Problem:
    """The problem of a bare status."""
    ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return Problem(BY_STATUS.get(status, "server-error" if ours else "bad-request"))


def answer(problem: Problem, request: HttpRequest) -> HttpResponse:
    """The response, in the language that is active."""
    kind = problem.kind
    usual = (kind.read if request.method in _READS else "") or kind.detail
    said: dict[str, object] = {
        "type": kind.type,
        "title": str(kind.title),
        "status": int(kind.status),
        "detail": str(problem.detail or usual),
        "request_id": getattr(request, "id", ""),
    }
    if problem.errors:
        said["errors"] = [{"field": e.field, "message": e.message} for e in problem.errors]
    headers = {"Content-Language": get_language() or "", **problem.headers}
    if kind.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="Roegfri"'
    # A name that was sent can hold half a character, which JSON can write and UTF-8 cannot.
    body = json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")
    return HttpResponse(body, status=kind.status, content_type=MEDIA_TYPE, headers=headers)
