"""What the page of STOPbasen's pack sends: who is typed in, who is not, why numbers are shown."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

_MOST = 200


class _Typed(forms.Field):
    """Participants with the marks of their values, each as "enrolment:hex"."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Sequence[str] | None) -> dict[UUID, bytes]:
        """By enrolment. Raises ValidationError for what the page never sends."""
        try:
            return {UUID(who): bytes.fromhex(marks) for who, marks in map(_parted, value or ())}
        except ValueError:
            raise forms.ValidationError(self.error_messages["required"]) from None

    def validate(self, value: Mapping[UUID, bytes]) -> None:
        """Somebody, and not more than there can be on a course."""
        super().validate(value)
        if len(value) > _MOST:
            raise forms.ValidationError(self.error_messages["required"])


class Transfer(forms.Form):
    """Who is typed in by now."""

    typed = _Typed(
        error_messages={"required": _("Listen er ændret imens. Genindlæs siden, og prøv igen.")}
    )


class TakeBack(forms.Form):
    """Who is not."""

    enrolment = forms.UUIDField(
        error_messages={
            "required": _("Listen er ændret imens. Genindlæs siden, og prøv igen."),
            "invalid": _("Listen er ændret imens. Genindlæs siden, og prøv igen."),
        }
    )


class Reveal(forms.Form):
    """Why whole CPR numbers are shown; it stands in the log."""

    reason = forms.CharField(
        label=_("Hvorfor vises CPR-numrene?"),
        max_length=200,
        initial=_("Indtastning i STOPbasen"),
        error_messages={"required": _("Skriv, hvorfor CPR-numrene skal vises.")},
        help_text=_("Står i loggen over opslag sammen med dit navn."),
    )


def _parted(one: Any) -> tuple[str, str]:
    who, _colon, marks = str(one).partition(":")
    return who, marks
