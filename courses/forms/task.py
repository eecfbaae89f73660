"""What came of a task, and one item of a participant's checklist."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Meeting
from courses.states import PER_MEETING, Item, TaskResult


class _Proposed(forms.ChoiceField):
    """One of some times; what was proposed when the page was shown, and is no longer, is none."""

    def valid_value(self, value: Any) -> bool:
        """Whatever it is: what is not proposed is not used."""
        return True


class Finish(forms.Form):
    """One press: done, nobody answered, or not needed any more; and when to try again.

    `retries` are the times that are proposed, the usual one first.
    """

    result = forms.ChoiceField(
        choices=TaskResult.choices,
        widget=forms.HiddenInput,
        error_messages={"required": _("Tryk på det, der skete.")},
    )
    note = forms.CharField(
        label=_("Notat"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Står på opgaven, som kolleger i kommunen kan se."),
    )
    retry = _Proposed(label=_("Svarer borgeren ikke, så prøv igen"), required=False)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *given: Any, retries: Sequence[tuple[dt.datetime, str]] = (), **more: Any
    ) -> None:
        super().__init__(*given, **more)
        self.retries = {at.isoformat(): at for at, _words in retries}
        self.fields["retry"].choices = [  # type: ignore[attr-defined]
            (at.isoformat(), words) for at, words in retries
        ]

    def clean(self) -> dict[str, Any]:
        """The arguments of finish_task."""
        given = super().clean() or {}
        if "result" not in given:
            return given
        usual = next(iter(self.retries.values()), None)
        return {
            "result": TaskResult(given["result"]),
            "note": given.get("note", ""),
            "next_at": self.retries.get(given.get("retry", ""), usual),
            "seen": given.get("seen"),
        }


class Point(forms.Form):
    """One item of the checklist, ticked or not; of some, of which meeting."""

    item = forms.ChoiceField(choices=Item.choices)
    meeting = forms.UUIDField(required=False)
    done = forms.TypedChoiceField(
        choices=[("ja", ""), ("nej", "")], coerce=lambda word: word == "ja"
    )

    def __init__(self, *given: Any, meetings: Sequence[Meeting], **more: Any) -> None:
        super().__init__(*given, **more)
        self.meetings = {one.pk: one for one in meetings}

    def clean_meeting(self) -> Meeting | None:
        """One of her own course's."""
        asked: UUID | None = self.cleaned_data["meeting"]
        if asked and asked not in self.meetings:
            raise forms.ValidationError(_("Mødegangen hører til et andet forløb. Vælg en anden."))
        return self.meetings.get(asked) if asked else None

    def clean(self) -> dict[str, Any]:
        """`done`, and the arguments of tick and untick."""
        given = super().clean() or {}
        if "item" in given:
            given["item"] = Item(given["item"])
            if given["item"] not in PER_MEETING:
                given["meeting"] = None
        return given
