"""Another number for a citizen."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from referrals.forms.fields import PhoneField


class AddPhone(forms.Form):
    """Another number for a citizen."""

    phone = PhoneField(label=_("Nyt telefonnummer"))

    def clean(self) -> dict[str, Any]:
        """The arguments of add_phone."""
        given = super().clean() or {}
        number = given.get("phone")
        return {"number": number.e164, "note": number.note} if number else {}
