"""What is done about a message that could not be taken in."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.models import IncomingMessage
from referrals.states import InboxState
from roegfri.medcom.receipts import MAX_REFUSE_TEXT
from roegfri.organisations.models import Municipality

HANDLED = "behandlet"
_CIVIL_NUMBER = re.compile(r"(?<!\d)\d{6}[- ]?\d{4}(?!\d)", re.ASCII)
# What can be wrong with one that waits.
KEPT = tuple(one for one in InboxState.choices if one[0] != InboxState.ACCEPTED)


class Handled(forms.Form):
    """What came of a message that could not be taken in."""

    note = forms.CharField(
        label=_("Hvad er der gjort?"),
        help_text=_("For eksempel: ringet til lægen, som sender igen."),
        min_length=3,
        max_length=300,
    )

    def __init__(self, *args: Any, emergency: bool = False, **given: Any) -> None:
        super().__init__(*args, **given)
        if emergency:
            self.initial["note"] = _now("Givet videre til kommunens akutfunktion.")
            self.fields["note"].help_text = _(
                "For eksempel: ringet til akutfunktionen, talt med Hanne, som har fået filen."
            )


class AddToCase(forms.Form):
    """Which open case a message is about; `text` where somebody has typed what to add."""

    referral = forms.UUIDField()
    text = forms.CharField(max_length=20_000, required=False)


class ForwardMessage(forms.Form):
    """To which municipality a message is given."""

    to = forms.ModelChoiceField(
        label=_("Kommune"),
        queryset=Municipality.objects.none(),
        empty_label=_("Vælg kommune"),
        help_text=_("Fristen begynder hos dem, når de får beskeden. I ser ikke deres sag."),
    )

    def __init__(
        self,
        sent: QueryDict | None,
        *,
        municipalities: QuerySet[Municipality],
        likely: Municipality | None,
    ) -> None:
        super().__init__(sent, initial={"to": likely})
        self.fields["to"].queryset = municipalities  # type: ignore[attr-defined]


class AnswerSender(forms.Form):
    """Why the sender is told that a message was not taken in."""

    reason = forms.CharField(
        label=_("Grund til afsenderen"),
        help_text=_("Sendes som negativ kvittering. Skriv intet om borgeren eller helbred."),
        widget=forms.Textarea(attrs={"rows": 3}),
        min_length=5,
        max_length=MAX_REFUSE_TEXT,
    )

    def clean_reason(self) -> str:
        """The words, on one line; a receipt names nobody."""
        reason = " ".join(str(self.cleaned_data["reason"]).split())
        if _CIVIL_NUMBER.search(reason):
            raise ValidationError(_now("Skriv ikke CPR-nummer: kvitteringen kan læses af andre."))
        return reason


class InboxFilter(forms.Form):
    """Which messages of the inbox are shown."""

    vis = forms.ChoiceField(
        choices=[("", _("Venter")), (HANDLED, _("Behandlet"))],
        required=False,
    )
    status = forms.ChoiceField(choices=[("", _("Alle")), *KEPT], required=False)

    def narrow(self, rows: QuerySet[IncomingMessage]) -> QuerySet[IncomingMessage]:
        """By what is wrong; the query has chosen between those that wait and the others."""
        state = self.cleaned_data["status"]
        return rows.filter(state=state) if state else rows
