"""What is wrong with a field, in plain words: the validator's own are English and technical."""

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from django.utils.translation import gettext_lazy as _
from pydantic_core import PydanticCustomError

from roegfri.api.problems import FieldFault
from roegfri.refusal import Words

SAID = "said"
_ADDRESS = "query"
_NAMED = 60  # characters of a name that is repeated
_SHOWN = 50  # faults
_WORDS: dict[str, Words] = {
    "missing": _("Feltet mangler."),
    "extra_forbidden": _("Feltet kendes ikke. Fjern det, eller ret navnet."),
    "int_parsing": _("Skal være et helt tal."),
    "greater_than_equal": _("Skal være mindst {ge}."),
    "less_than_equal": _("Må højst være {le}."),
    "string_type": _("Skal være en tekst."),
    "string_too_long": _("Må højst være på {max_length} tegn."),
    "string_too_short": _("Må ikke være tom. Udelad feltet, hvis det ikke er kendt."),
    "string_pattern_mismatch": _("Er ikke skrevet, som det skal være."),
    "bool_type": _("Skal være true eller false."),
    "list_type": _("Skal være en liste."),
    "too_long": _("Der må højst være {max_length}."),
    "literal_error": _("Skal være en af disse: {expected}."),
    "model_type": _("Skal være et objekt med navne og værdier."),
    "model_attributes_type": _("Skal være et objekt med navne og værdier."),
}
_OTHER = _("Værdien kan ikke bruges.")


def wrong(words: Words) -> NoReturn:
    """Says no to a value, inside a validator, in words for whoever sent it."""
    raise PydanticCustomError(SAID, "{words}", {"words": str(words)})


def in_words(errors: Iterable[Mapping[str, Any]], *, skip: int) -> list[FieldFault]:
    """The validator's errors as they are answered; the first `skip` parts of a path are not."""
    return [FieldFault(_path(_told(error["loc"], skip)), _said(error)) for error in errors][:_SHOWN]


def _told(place: tuple[str | int, ...], skip: int) -> tuple[str | int, ...]:
    """The part of a path that whoever sent it knows. The framework names the group of what stands
    in an address for some errors, and leaves it out for others."""
    grouped = len(place) > skip and isinstance(place[skip], str)
    return place[skip:] if place[0] != _ADDRESS or grouped else place[1:]


def _path(parts: tuple[str | int, ...]) -> str:
    return ".".join(str(part)[:_NAMED] for part in parts)


def _said(error: Mapping[str, Any]) -> str:
    context = error.get("ctx", {})
    if error["type"] == SAID:
        return str(context["words"])
    return str(_WORDS.get(error["type"], _OTHER)).format_map(context)
