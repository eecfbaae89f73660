"""An appointment with one participant: when, with whom, where and how."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from courses.models import Room
from courses.queries.staffing import Candidate
from courses.rules.planning import Slot
from courses.states import MeetingForm
from referrals.forms.fields import MomentField

USUAL_MINUTES = 45
_SHORTEST, _LONGEST = 5, 240


class Wish(forms.Form):
    """With whom and for how long: by that the free times are proposed."""

    counsellor = forms.TypedChoiceField(label=_("Rådgiver"), coerce=UUID)
    minutes = forms.IntegerField(
        label=_("Minutter"),
        min_value=_SHORTEST,
        max_value=_LONGEST,
        initial=USUAL_MINUTES,
        localize=False,
    )

    def __init__(self, *given: Any, people: Sequence[Candidate], **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["counsellor"].choices = [(str(one.id), one.name) for one in people]  # type: ignore[attr-defined]


class MakeAppointment(Wish):
    """One press on a free time (`pick`), or a time of one's own."""

    form = forms.ChoiceField(label=_("Hvordan"), choices=MeetingForm.choices)
    room = forms.ModelChoiceField(
        Room.objects.none(), label=_("Lokale"), required=False, empty_label=_("Intet lokale")
    )
    intake = forms.BooleanField(
        label=_("Indledende samtale"),
        required=False,
        help_text=_("Den første samtale i Kom & Kvit tæller ikke som mødegang."),
    )
    pick = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    starts = MomentField(label=_("Et andet tidspunkt"), required=False)

    field_order = ("counsellor", "minutes", "form", "room", "intake", "pick", "starts")

    def __init__(self, *given: Any, rooms: Sequence[Room], rolling: bool, **more: Any) -> None:
        super().__init__(*given, **more)
        chosen: Any = self.fields["room"]
        chosen.queryset = Room.objects.filter(pk__in=[one.pk for one in rooms])
        chosen.choices = [
            ("", chosen.empty_label),
            *((one.pk, f"{one.venue.name}, {one.name}") for one in rooms),
        ]
        if not rolling:
            del self.fields["intake"]

    def clean(self) -> dict[str, Any]:
        """The arguments of make_appointment."""
        given = super().clean() or {}
        starts_at: dt.datetime | None = given.pop("pick", None) or given.pop("starts", None)
        given.pop("starts", None)
        if self.errors:
            return given
        if starts_at is None:
            self.add_error("starts", _now("Tryk på en ledig tid, eller skriv dag og klokkeslæt."))
            return given
        minutes = dt.timedelta(minutes=given.pop("minutes"))
        try:
            return {**given, "slot": Slot(starts_at, starts_at + minutes)}
        except OverflowError:
            self.add_error("starts", _now("Datoen ligger mange år herfra. Ret årstallet."))
            return given
