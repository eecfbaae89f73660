"""The description of the API as OpenAPI 3.1: what the framework knows, and what it does not."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from roegfri.api.problems import KINDS, MEDIA_TYPE, Kind
from roegfri.refusal import Words

Document = dict[str, Any]
PREFIX = "api/v1/"
# Which statuses any call can be answered with, and which those with a body besides.
_ALWAYS = (401, 403, 404, 405, 429, 500)
_WITH_BODY = (400, 409, 411, 413, 415)
# Those that need no key.
_OPEN = (400, 403, 404, 405, 429, 500)


def path_of(name: str, **given: UUID | str) -> str:
    """The address of a call, for an answer that points at it."""
    return reverse(f"api:{name}", kwargs=given)


def document() -> Document:
    """The whole description, in the language that is active; made once for each."""
    return _document(translation.get_language() or "")


@cache
def _document(language: str) -> Document:
    # The addresses of the apps above are imported when they are first asked for.
    from roegfri.api.v1 import api  # noqa: PLC0415

    with translation.override(language):
        made = api.get_openapi_schema(path_prefix=PREFIX)
        made["servers"] = [{"url": "/"}]
        made["components"]["schemas"] |= {"Problem": _problem_schema()}
        made["components"]["securitySchemes"]["Bearer"] |= {"description": _key_words()}
        made["components"]["responses"] = {
            f"Problem{status}": _response(status) for status in (*_ALWAYS, *_WITH_BODY)
        }
        for calls in made["paths"].values():
            calls.pop("head", None)
            for method, call in calls.items():
                _complete(call, with_body=method == "post", is_open="security" not in call)
        # What is to be translated is so now; and it is plain data from here on.
        plain: Document = json.loads(json.dumps(made, cls=DjangoJSONEncoder))
    return plain


def extra(
    *,
    responses: Document,
    body: Document | None = None,
    parameters: Sequence[Document] = (),
    samples: Sequence[str] = (),
) -> Document:
    """What a call says of itself beyond its types, for its `openapi_extra`."""
    said: Document = {"x-codeSamples": [{"lang": "Shell", "source": one} for one in samples]}
    said |= {"requestBody": body} if body else {}
    said |= {"parameters": list(parameters)} if parameters else {}
    # The framework knows its own answers by numbers.
    return said | {"responses": {int(status): one for status, one in responses.items()}}


def header(name: str, words: Words, schema: Document, example: str) -> Document:
    """A header that may be sent along."""
    return {
        "in": "header",
        "name": name,
        "required": False,
        "description": words,
        "schema": schema,
        "example": example,
    }


def _complete(call: Document, *, with_body: bool, is_open: bool) -> None:
    """The answers that every call may get, and the headers that come with all of them."""
    if is_open:
        call["security"] = []
    for one in call["parameters"]:
        # The framework takes a schema's examples for the parameter's own, which are named.
        if "examples" in one:
            one["example"] = one.pop("examples")[0]
    for status in _OPEN if is_open else (*_ALWAYS, *(_WITH_BODY if with_body else ())):
        call["responses"][str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    call["responses"] = {
        str(status): response
        for status, response in sorted(call["responses"].items(), key=lambda one: int(one[0]))
    }


def _response(status: int) -> Document:
    kinds = [kind for kind in KINDS.values() if kind.status == status]
    said: Document = {
        "description": " / ".join(str(kind.title) for kind in kinds),
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {kind.slug: {"value": _example(kind)} for kind in kinds},
            }
        },
    }
    headers = {
        401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
        405: {"Allow": {"schema": {"type": "string"}}},
        429: {"Retry-After": {"description": _("Sekunder."), "schema": {"type": "string"}}},
    }
    return said | ({"headers": headers[status]} if status in headers else {})


def _example(kind: Kind) -> Document:
    said = {
        "type": kind.type,
        "title": str(kind.title),
        "status": int(kind.status),
        "detail": str(kind.detail),
        "request_id": "6f1d0b6f9c0c4a7e8f2f5f4f0b7f2c11",
    }
    if kind.slug == "invalid":
        words = _("Et dansk telefonnummer har 8 cifre og begynder med 2-9.")
        return said | {"errors": [{"field": "phone", "message": words}]}
    return said


def _problem_schema() -> Document:
    def text(words: str) -> Document:
        return {"type": "string", "description": words}

    fault = {
        "type": "object",
        "required": ["field", "message"],
        "properties": {
            "field": text(_("Feltets navn; lag og numre i lister skilt af punktum.")),
            "message": text(_("Hvad der er galt, og hvad der skal stå.")),
        },
    }
    return {
        "type": "object",
        "description": _("Hvad der gik galt (RFC 9457)."),
        "required": ["type", "title", "status", "detail", "request_id"],
        "properties": {
            "type": text(_("Hvilken slags problem: en adresse i vejledningen.")),
            "title": text(_("Problemet i få ord.")),
            "status": {"type": "integer", "description": _("Svarets statuskode.")},
            "detail": text(_("Hvad der skal gøres.")),
            "request_id": text(_("Kaldets nummer, til at spørge driften om.")),
            "errors": {
                "type": "array",
                "description": _("De felter, der er noget galt med."),
                "items": fault,
            },
        },
    }


def _key_words() -> str:
    return _("Adgangsnøglen (rgf_…), som kommunens koordinator eller administratoren laver.")
