"""What was sent, read strictly: the bytes as they came, or one JSON object and nothing else."""

import json
from collections.abc import Collection
from typing import Any, NoReturn

from django.conf import settings
from django.http import HttpRequest, UnreadablePostError
from django.utils.translation import gettext as _
from ninja.parser import Parser

from roegfri.api.problems import Problem

JSON_CAP = 500_000  # bytes
_NAMED = 60  # characters of a name that is repeated
_UTF8 = frozenset({"", "utf-8", "utf8"})


def raw(request: HttpRequest, *, types: Collection[str]) -> bytes:
    """The body's bytes. Raises Problem for another type, an encoding, or a body cut off."""
    _check_type(request, types)
    announced = int(request.META.get("CONTENT_LENGTH") or 0)
    try:
        body = request.read(settings.UPLOAD_CAP)
    except UnreadablePostError:
        body = b""
    if len(body) != announced:
        raise Problem("malformed", _("Indholdet blev afbrudt undervejs. Intet er gemt; send igen."))
    if not body:
        raise Problem("malformed", _("Der er intet indhold. Send beskeden som den er."))
    return body


class StrictParser(Parser):
    """JSON without what different programs read differently: names twice, NaN, odd characters."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """The object. Raises Problem."""
        _check_type(request, ("application/json",))
        if request.content_params.get("charset", "").lower() not in _UTF8:  # type: ignore[union-attr]
            raise Problem("wrong-type", _("Send JSON i UTF-8."))
        body = request.body
        if len(body) > JSON_CAP:
            raise Problem("too-large")
        return parse(body)


def parse(body: bytes) -> dict[str, Any]:
    """The one JSON object in these bytes. Raises Problem."""
    try:
        # A byte order mark is no content (RFC 8259, 8.1: it may be ignored).
        text = body.decode("utf-8-sig")
        found = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise Problem("malformed", _("Indholdet er ikke UTF-8. Send JSON i UTF-8.")) from None
    except RecursionError:
        raise Problem("malformed", _("Der er for mange lag i hinanden.")) from None
    except json.JSONDecodeError as fault:
        words = _("Det er ikke JSON: fejlen er i linje %(line)s, tegn %(column)s.")
        where = {"line": fault.lineno, "column": fault.colno}
        raise Problem("malformed", words % where) from None
    except ValueError:  # a number of thousands of digits
        raise Problem("malformed", _("Et tal er for stort.")) from None
    if not isinstance(found, dict):
        raise Problem("malformed")
    return found


def _check_type(request: HttpRequest, types: Collection[str]) -> None:
    if request.content_type not in types:
        words = _("Indholdet skal være %(types)s.") % {"types": ", ".join(types)}
        raise Problem("wrong-type", words)
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem("wrong-type", _("Send indholdet uden komprimering."))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            words = _("Feltet «%(name)s» står der to gange.") % {"name": name[:_NAMED]}
            raise Problem("malformed", words)
        found[name] = value
    return found


def _no_number(_name: str) -> NoReturn:
    raise Problem("malformed", _("NaN og Infinity er ikke JSON."))
