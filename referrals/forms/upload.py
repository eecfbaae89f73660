"""The upload of files."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from referrals.commands.inbox import Delivery
from referrals.forms.fields import MomentField, not_in_the_future
from referrals.states import Way


class _Files(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or many; its clean value is a list of them."""

    widget = _Files
    default_error_messages = {"required": _("Vælg mindst én fil.")}

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Raises ValidationError where none was chosen."""
        return [super(FilesField, self).clean(one, initial) for one in data or [None]]


class Upload(forms.Form):
    """MedCom files, and when the municipality got them."""

    file = FilesField(
        label=_("MedCom-henvisninger (XML)"),
        help_text=_(
            "Vælg en eller flere filer, eller træk dem hertil. Højst 500 filer og 5 MB ad gangen."
        ),
        allow_empty_file=True,
    )
    received_at = MomentField(
        label=_("Modtaget"),
        help_text=_("Fristen regnes herfra. Kom filen i fredags, så skriv fredag."),
        validators=[not_in_the_future],
    )

    def clean(self) -> dict[str, Any]:
        """The argument of take_files."""
        given = super().clean() or {}
        if self.errors:
            return given
        files: Sequence[UploadedFile[Any]] = given["file"]
        received_at = given["received_at"]
        return {
            "deliveries": [
                Delivery(file.read(), file.name or "", received_at, Way.UPLOAD) for file in files
            ]
        }
