"""The filters of the lists."""

from django import forms
from django.utils.translation import gettext_lazy as _

from referrals.queries import ListedFilters
from referrals.states import ReferralState, Source


class Filter(forms.Form):
    """The filters of the referral list; nothing personal, because they stand in the address."""

    state = forms.ChoiceField(
        label=_("Status"), choices=[("", _("Alle")), *ReferralState.choices], required=False
    )
    source = forms.ChoiceField(
        label=_("Henvist fra"), choices=[("", _("Alle")), *Source.choices], required=False
    )
    due = forms.ChoiceField(
        label=_("Frist"),
        choices=[("", _("Alle")), ("overdue", _("Overskredet")), ("today", _("I dag"))],
        required=False,
    )

    def narrowed(self) -> ListedFilters | None:
        """What the list is narrowed by; None when the form is filled in wrongly."""
        return ListedFilters(**self.cleaned_data) if self.is_valid() else None
