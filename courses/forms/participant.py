"""What is changed of a participant: her quit dates, that she leaves, moves on, or gets a seat."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from courses.models import Enrolment
from courses.models.noted import NOTED, part_of, parts_of
from courses.queries.enrollable import Where
from courses.rules.seats import WhenFull
from courses.states import CourseKind, WithdrawReason
from referrals.forms.citizen import DayField
from roegfri.ui.differences import Part, opened_parts, sealed_parts

# A cancelled course says so itself.
_REASONS = [one for one in WithdrawReason if one != WithdrawReason.CANCELLED]


class EditParticipant(forms.Form):
    """Her quit dates and a note. `seen` is what the form showed when it was opened."""

    planned_quit_on = DayField(label=_("Planlagt rygestop"), required=False)
    actual_quit_on = DayField(
        label=_("Faktisk rygestop"),
        required=False,
        help_text=_("Den dag, borgeren holdt op. Den må ligge før første mødegang."),
    )
    note = forms.CharField(
        label=_("Notat"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Ses af værtskommunen, den kommune, der har sagen, og bopælskommunen."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=20_000)

    def __init__(self, data: Any = None, *, enrolment: Enrolment) -> None:
        self.enrolment = enrolment
        now = parts_of(enrolment)
        initial: dict[str, Any] = {name: part[0] for name, part in now.items()}
        super().__init__(data, initial={**initial, "seen": self.sealed()})

    def sealed(self) -> str:
        """What stands there now, for the hidden field."""
        return sealed_parts(parts_of(self.enrolment), about=self.enrolment.pk)

    def clean_seen(self) -> dict[str, Part]:
        """What the form showed; one that was made elsewhere has to be opened again."""
        seen = opened_parts(self.cleaned_data["seen"], about=self.enrolment.pk)
        if seen is None or seen.keys() != set(NOTED):
            raise forms.ValidationError(_now("Siden er for gammel. Åbn den igen."))
        return seen

    def clean(self) -> dict[str, Any]:
        """The arguments of change_participant."""
        given = super().clean() or {}
        if self.errors:
            return given
        said = {name: given[name] for name in NOTED}
        return {"changes": part_of(**said), "seen": given["seen"]}


class Withdraw(forms.Form):
    """Why somebody leaves."""

    reason = forms.ChoiceField(
        label=_("Hvorfor?"),
        choices=[("", _("Vælg")), *((one.value, one.label) for one in _REASONS)],
    )
    note = forms.CharField(label=_("Bemærkning"), max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        """The arguments of withdraw."""
        given = super().clean() or {}
        if "reason" in given:
            given["reason"] = WithdrawReason(given["reason"])
        return given


class WhenNoSeat(forms.Form):
    """What is wanted when there is no seat: empty until somebody has been told so."""

    when_full = forms.ChoiceField(
        choices=[(one.value, one.value) for one in WhenFull], required=False
    )

    def clean(self) -> dict[str, Any]:
        """The argument of the commands."""
        given = super().clean() or {}
        if "when_full" in given:
            given["when_full"] = WhenFull(given["when_full"] or WhenFull.REFUSE)
        return given


class Transfer(WhenNoSeat):
    """To which course somebody moves on."""

    to = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": _("Vælg et forløb.")}
    )


class Destinations(forms.Form):
    """Which courses are looked for. Nothing of a person: it may stand in an address."""

    slags = forms.ChoiceField(
        label=_("Slags"), choices=[("", _("Alle slags")), *CourseKind.choices], required=False
    )
    vaert = forms.ChoiceField(label=_("Kommune"), required=False)

    def __init__(self, *given: Any, hosts: Iterable[tuple[UUID, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        choices = [("", _now("Alle kommuner")), *((str(pk), name) for pk, name in hosts)]
        self.fields["vaert"].choices = choices  # type: ignore[attr-defined]

    @property
    def where(self) -> Where:
        """What was asked for; what cannot be read asks for nothing."""
        if not self.is_valid():
            return Where()
        host = self.cleaned_data["vaert"]
        return Where(kind=self.cleaned_data["slags"], host=UUID(host) if host else None)


class Promote(forms.Form):
    """That somebody gets a seat now, and why before others who have waited longer."""

    reason = forms.CharField(
        label=_("Hvorfor foran de andre?"),
        max_length=200,
        required=False,
        help_text=_("Står i loggen."),
    )
