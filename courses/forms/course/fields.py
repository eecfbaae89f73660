"""The fields that planning and correcting a course share."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from courses.models import Room
from courses.states import CourseKind, Target
from referrals.forms.citizen import Suggested
from referrals.forms.fields import OneLine
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.organisations.models import Organisation

LANGUAGES = (
    "Dansk", "Arabisk", "Engelsk", "Farsi", "Polsk", "Somali", "Tyrkisk", "Ukrainsk", "Urdu",
)  # fmt: skip
MOST = 200
# In days; how far a command lets a course begin is narrower.
FURTHEST = 3 * 366


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen for one's own courses."""

    providers: QuerySet[Organisation]
    rooms: QuerySet[Room]
    concepts: Sequence[str] = ()
    counsellors: Sequence[User] = ()
    closed: Mapping[dt.date, str] = field(default_factory=dict)


class RoomField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A room by its place, with how many it seats."""

    def label_from_instance(self, obj: Room) -> str:
        """ "Sundhedshuset, Lokale 1 (20 pladser)"."""
        name = f"{obj.venue.name}, {obj.name}"
        return (
            _now("%(name)s (%(seats)d pladser)") % {"name": name, "seats": obj.seats}
            if (obj.seats)
            else name
        )


class AboutCourse(forms.Form):
    """What a course is, apart from when it meets."""

    kind = forms.ChoiceField(label=_("Slags"), choices=CourseKind.choices, widget=forms.RadioSelect)
    name = OneLine(label=_("Navn"), max_length=80)
    target = forms.ChoiceField(label=_("Målgruppe"), choices=Target.choices)
    language = OneLine(label=_("Sprog"), max_length=40, widget=Suggested(LANGUAGES))
    capacity = forms.IntegerField(label=_("Pladser"), min_value=1, max_value=MOST, localize=False)
    concept = OneLine(label=_("STOPbasens koncept"), max_length=60)
    provider = forms.ModelChoiceField(
        label=_("Udbyder"), queryset=Organisation.objects.none(), empty_label=None
    )
    room = RoomField(
        label=_("Sted og lokale"),
        queryset=Room.objects.none(),
        required=False,
        empty_label=_("Ikke valgt"),
    )
    access = OneLine(
        label=_("Adgang"),
        max_length=300,
        help_text=_("Kun for dette forløb. Tom: som stedet siger."),
    )
    transport = OneLine(
        label=_("Transport"),
        max_length=300,
        help_text=_("Kun for dette forløb. Tom: som stedet siger."),
    )
    listed = forms.BooleanField(
        label=_("Vis på Find et hold"),
        required=False,
        help_text=_("Borgerne ser forløbet på de offentlige sider, mens det er åbent."),
    )
    # For which target group the tick was shown; a form without it says nothing about the tick.
    listed_for = forms.CharField(widget=forms.HiddenInput, required=False, max_length=12)

    def __init__(self, *given: Any, choices: Choices, **more: Any) -> None:
        super().__init__(*given, **more)
        self.choices = choices
        fields: Mapping[str, Any] = self.fields
        fields["provider"].queryset = choices.providers
        fields["room"].queryset = choices.rooms
        fields["concept"].widget = Suggested(choices.concepts)

    def clean_language(self) -> str:
        """Danish where nothing is said."""
        return self.cleaned_data["language"] or "Dansk"

    def clean_listed(self) -> bool | None:
        """None where the form had no such tick."""
        return self.cleaned_data["listed"] if self.data.get("listed_for") else None

    def bound_fields(self, names: Iterable[str]) -> list[forms.BoundField]:
        """Some fields, for a part of the page."""
        return [self[name] for name in names if name in self.fields]

    @property
    def what(self) -> list[forms.BoundField]:
        """What it is."""
        return self.bound_fields(("name", "target", "language", "capacity", "concept"))

    @property
    def where(self) -> list[forms.BoundField]:
        """Where, and by whom it is provided."""
        return self.bound_fields(("provider", "room", "access", "transport"))


class TimeField(forms.TimeField):
    """A time of day as a browser sends it, or as Danes write it."""

    def __init__(self, **given: Any) -> None:
        widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        formats = ["%H:%M", "%H.%M", "%H:%M:%S", "%H"]
        super().__init__(widget=widget, input_formats=formats, **given)


def day_of(text: str) -> dt.date | None:
    """A date as a browser sends it; None when it is none, or far from today."""
    try:
        day = dt.date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if is_near(day) else None


def is_near(day: dt.date) -> bool:
    """Whether a course may be planned there: within three years of today."""
    return abs((day - clock.today()).days) <= FURTHEST
