"""A document, and a new edition of it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from roegfri import clock
from roegfri.collaboration import files
from roegfri.collaboration.commands import NewEdition


class EditionForm(forms.Form):
    """The file, what the edition is called, and from when it holds."""

    file = forms.FileField(
        label=_("Fil"),
        help_text=_("Højst 5 MB: PDF, DOCX, XLSX, PPTX, ODT, PNG, JPG, TXT eller MD."),
        widget=forms.FileInput(attrs={"accept": files.ACCEPT}),
        allow_empty_file=True,
        error_messages={"required": _("Vælg en fil.")},
    )
    name = forms.CharField(
        label=_("Udgave"), max_length=40, help_text=_("For eksempel «2026» eller «2. udgave».")
    )
    from_on = forms.DateField(
        label=_("Gælder fra"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y"],
        help_text=_(
            "Ligger dagen fremme, vises udgaven som kommende, og den gamle gælder så længe."
        ),
    )
    changes = forms.CharField(label=_("Hvad er nyt?"), max_length=300, required=False)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["from_on"].initial = clock.today()

    def clean(self) -> dict[str, Any]:
        """The arguments of the commands."""
        given = super().clean() or {}
        if self.errors:
            return given
        file = given.pop("file")
        edition = {
            name: given.pop(name) for name in ("name", "from_on", "changes") if name in given
        }
        return {**given, "new": NewEdition(**edition, filename=file.name, body=file.read())}


class DocumentForm(EditionForm):
    """A document with its first edition."""

    title = forms.CharField(label=_("Titel"), max_length=120)
    about = forms.CharField(label=_("Hvad bruges det til?"), max_length=300, required=False)
    field_order = ("title", "about", "file", "name", "from_on")

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        del self.fields["changes"]


class Shelving(forms.Form):
    """Which of the two the button said, whatever has become of the document since: pressed twice
    it is done once."""

    DOWN, UP = "down", "up"
    to = forms.ChoiceField(
        choices=[(DOWN, DOWN), (UP, UP)],
        error_messages={
            "required": _("Tryk på en af knapperne."),
            "invalid_choice": _("Tryk på en af knapperne."),
        },
    )
