"""The words somebody agreed to, by their version; they stand in docs/privacy.md too."""

import re
from functools import lru_cache

from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string

_VERSION = re.compile(r"[0-9]{4}-[0-9]{2}", re.ASCII)


@lru_cache(maxsize=1024)
def text_of(kind: str, version: str, municipality: str) -> str:
    """The text in a municipality's name; empty for a version whose words are not kept here."""
    if not _VERSION.fullmatch(version):
        return ""
    try:
        name = f"referrals/consents/{version}/{kind}.txt"
        return render_to_string(name, {"municipality": municipality}).strip()
    except TemplateDoesNotExist:
        return ""
