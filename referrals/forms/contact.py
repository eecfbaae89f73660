"""What came of a call, another number, the end of a case."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.forms.fields import MomentField, PhoneField
from referrals.states import Outcome


class Call(forms.Form):
    """What came of a call; each outcome is a button of its own."""

    outcome = forms.ChoiceField(label=_("Resultat"), choices=Outcome.choices)
    note = forms.CharField(
        label=_("Notat"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=10_000,
        required=False,
    )
    call_back_at = MomentField(label=_("Ring igen"), required=False)
    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean(self) -> dict[str, Any]:
        """A time to call back counts only with that outcome."""
        given = super().clean() or {}
        if given.get("outcome") == Outcome.CALL_BACK:
            if not given.get("call_back_at") and "call_back_at" not in self.errors:
                self.add_error("call_back_at", _now("Skriv, hvornår der skal ringes igen."))
        elif "call_back_at" in given or "call_back_at" in self.errors:
            given["call_back_at"] = None
            self.errors.pop("call_back_at", None)
        return given


class AddPhone(forms.Form):
    """Another number for a citizen."""

    phone = PhoneField(label=_("Nyt telefonnummer"))

    def clean(self) -> dict[str, Any]:
        """The arguments of add_phone."""
        given = super().clean() or {}
        number = given.get("phone")
        return {"number": number.e164, "note": number.note} if number else {}
