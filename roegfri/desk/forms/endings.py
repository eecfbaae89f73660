"""The end of a case, where the citizen may still be on a course."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.models import Enrolment
from referrals.forms import Close, ToQuitline


class _Stays(forms.Form):
    """Whoever is on a course is asked about; of anybody else there is nothing to ask."""

    stays = forms.BooleanField(
        label=_("Afslut alligevel: borgeren bliver på forløbet"), required=False
    )

    def __init__(self, *args: Any, on: Sequence[Enrolment], **given: Any) -> None:
        super().__init__(*args, **given)
        if not on:
            del self.fields["stays"]
            return
        names = ", ".join(one.course.name for one in on)
        self.fields["stays"].help_text = gettext(
            "Borgeren er tilmeldt eller venter på: %(courses)s. Frameld først, hvis borgeren ikke"
            " skal med."
        ) % {"courses": names}


class CloseCase(_Stays, Close):
    """Why a case ends."""

    def clean(self) -> dict[str, Any]:
        """The arguments of close_case."""
        return {**super().clean(), "stays": self.cleaned_data.get("stays", False)}


class CaseToQuitline(_Stays, ToQuitline):
    """A citizen is given to Stoplinien, which closes her case here."""
