"""When a meeting is, where and how; and why it is not held."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from courses.forms.course.fields import RoomField, TimeField
from courses.forms.staffing import Crew, crew_choices
from courses.models import Meeting, Room
from courses.queries.staffing import Candidate
from courses.rules.planning import Slot, closed_because
from courses.states import CourseKind, MeetingForm
from referrals.forms.citizen import DayField
from roegfri import clock


class AtATime(forms.Form):
    """A day, from and to; doubts are said once, and a tick says that it is meant."""

    on = DayField(label=_("Dag"))
    starts = TimeField(label=_("Fra"))
    ends = TimeField(label=_("Til"))
    room = RoomField(
        label=_("Sted og lokale"),
        queryset=Room.objects.none(),
        required=False,
        empty_label=_("Intet lokale"),
    )
    form = forms.ChoiceField(label=_("Hvordan"), choices=MeetingForm.choices)
    sure = forms.BooleanField(label=_("Brug tidspunktet alligevel"), required=False)

    def __init__(
        self,
        *given: Any,
        rooms: QuerySet[Room],
        closed: Mapping[dt.date, str],
        at: dt.datetime,
        **more: Any,
    ) -> None:
        super().__init__(*given, **more)
        fields: Mapping[str, Any] = self.fields
        fields["room"].queryset = rooms
        self.closed, self.at = closed, at

    def clean(self) -> dict[str, Any]:
        """The command's arguments: the times as one slot."""
        given = {**(super().clean() or {})}
        on, starts, ends = (given.pop(name, None) for name in ("on", "starts", "ends"))
        sure = given.pop("sure", False)
        if on is None or starts is None or ends is None:
            return given
        if ends <= starts:
            self.add_error("ends", _now("Mødegangen skal slutte, efter at den er begyndt."))
            return given
        slot = Slot(clock.danish_time(on, starts), clock.danish_time(on, ends))
        if (doubts := self._doubts(on, slot)) and not sure:
            self.add_error("sure", _now("%s Sæt flueben her, hvis det er meningen.") % doubts)
        return {**given, "slot": slot}

    def _doubts(self, on: dt.date, slot: Slot) -> str:
        if why := closed_because(on, closed=self.closed):
            return _now("Der er lukket den dag: %s.") % why
        if slot.starts_at < self.at:
            return _now("Tidspunktet er gået.")
        return ""

    @property
    def when(self) -> list[forms.BoundField]:
        """The day and the times, beside each other."""
        return [self["on"], self["starts"], self["ends"]]

    @property
    def asks(self) -> bool:
        """Whether the tick is shown: there was a doubt."""
        return bool(self.is_bound and (self["sure"].errors or self["sure"].value()))


class AddMeeting(AtATime):
    """One meeting more, with its counsellors. The talk of Kom & Kvit is no meeting by itself."""

    counsellors = Crew(label=_("Rådgivere"), required=False)
    intake = forms.BooleanField(label=_("Indledende samtale"), required=False)

    def __init__(self, *given: Any, people: list[Candidate], kind: str, **more: Any) -> None:
        super().__init__(*given, **more)
        crew: Any = self.fields["counsellors"]
        crew.choices = crew_choices(people)
        if kind != CourseKind.OPEN:
            del self.fields["intake"]


class MoveMeeting(AtATime):
    """Where a meeting is moved to; `seen` is the revision that was shown."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    @staticmethod
    def as_it_is(meeting: Meeting) -> dict[str, Any]:
        """What the form shows first."""
        begins, ends = (
            one.astimezone(clock.COPENHAGEN) for one in (meeting.starts_at, meeting.ends_at)
        )
        return {
            "on": begins.date(),
            "starts": begins.time(),
            "ends": ends.time(),
            "room": meeting.room_id,
            "form": meeting.form,
            "seen": meeting.revision,
        }


class CancelMeeting(forms.Form):
    """Why it is not held."""

    reason = forms.CharField(
        label=_("Hvorfor aflyses mødegangen?"),
        max_length=200,
        help_text=_("Skriv ikke noget om deltagere. Alle kommuner i aftalen kan læse det."),
    )
