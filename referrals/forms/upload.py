"""The upload of a file."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from referrals.forms.fields import MomentField, not_in_the_future


class Upload(forms.Form):
    """One MedCom file, and when the municipality got it."""

    file = forms.FileField(
        label=_("MedCom-henvisning (XML)"),
        help_text=_("XREF15 fra almen praksis eller hospital. Højst 2 MB."),
        allow_empty_file=True,
    )
    received_at = MomentField(
        label=_("Modtaget"),
        help_text=_("Fristen regnes herfra. Kom filen i fredags, så skriv fredag."),
        validators=[not_in_the_future],
    )

    def clean(self) -> dict[str, Any]:
        """The arguments of take_file."""
        given = super().clean() or {}
        if self.errors:
            return given
        file = given["file"]
        return {
            "body": file.read(),
            "filename": file.name,
            "received_at": given["received_at"],
        }
