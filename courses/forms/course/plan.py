"""A course and its meetings, on one screen."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from courses.commands.planning import CourseDetails
from courses.forms.course.fields import AboutCourse, Choices, TimeField, day_of, is_near
from courses.queries.proposal import MOST, Wanted
from courses.rules.listing import listed_at_first
from courses.states import CourseKind
from referrals.forms.citizen import DayField
from roegfri.accounts.models import User


class PlanCourse(AboutCourse):
    """All that is said of a new course.

    Besides its fields it is sent `on`, the days as they stand in the proposal, each to be changed;
    and `laid`, which says what they were proposed from: when the first day or the number has been
    changed since, the days are proposed anew.
    """

    first_on = DayField(label=_("Første mødegang"), required=False)
    starts = TimeField(label=_("Fra kl."), required=False)
    ends = TimeField(label=_("Til kl."), required=False)
    count = forms.IntegerField(
        label=_("Antal mødegange"), min_value=0, max_value=MOST, required=False, localize=False
    )
    counsellors = forms.MultipleChoiceField(
        label=_("Rådgivere"), required=False, widget=forms.CheckboxSelectMultiple
    )
    once = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)

    def __init__(self, *given: Any, choices: Choices, **more: Any) -> None:
        super().__init__(*map(_followed, given[:1]), *given[1:], choices=choices, **more)
        self.said: dict[str, Any] = {}
        fields: Any = self.fields
        fields["counsellors"].choices = [(str(one.pk), one.name) for one in choices.counsellors]
        fields["name"].help_text = _now("Lad feltet stå tomt, så får forløbet et navn.")

    @classmethod
    def half(cls, data: QueryDict, *, choices: Choices) -> "PlanCourse":
        """What has been filled in so far: nothing that is missing is a mistake yet."""
        form = cls(data, choices=choices)
        form.full_clean()
        form.errors.clear()
        return form

    @property
    def when(self) -> list[forms.BoundField]:
        """When it meets."""
        return self.bound_fields(("first_on", "starts", "ends", "count"))

    @property
    def laid(self) -> str:
        """What the days are proposed from; sent along with them."""
        return f"{self._said('first_on')} {self._said('count')}"

    @property
    def wanted(self) -> Wanted:
        """What has been chosen so far."""
        given = self.said if self.is_bound else self.initial
        return Wanted(
            kind=given.get("kind") or CourseKind.GROUP,
            first_on=given.get("first_on"),
            starts=given.get("starts"),
            ends=given.get("ends"),
            count=given.get("count") or 0,
            on=self._on(),
            capacity=given.get("capacity") or 0,
            room=given.get("room"),
            counsellors=self._people(given.get("counsellors") or ()),
        )

    def clean_first_on(self) -> dt.date | None:
        """A day near enough to be reckoned from; a wrong year is asked about."""
        day: dt.date | None = self.cleaned_data["first_on"]
        if day and not is_near(day):
            raise forms.ValidationError(_now("Datoen ligger langt fra i dag. Er året rigtigt?"))
        return day

    def clean(self) -> dict[str, Any]:
        """The arguments of plan_course."""
        given = self.said = super().clean() or self.cleaned_data
        self._check_when(given)
        if self.errors:
            return given
        wanted, closed = self.wanted, self.choices.closed
        details = {name: given[name] for name in AboutCourse.base_fields if name != "listed_for"}
        details["name"] = given["name"] or wanted.name(closed)
        return {
            "details": CourseDetails(**details),
            "times": wanted.slots(closed),
            "counsellors": [one.pk for one in wanted.counsellors],
            "once": given["once"],
        }

    def _check_when(self, given: dict[str, Any]) -> None:
        """One at a time is met by appointments; everything else has a first meeting."""
        first, starts, ends = (given.get(name) for name in ("first_on", "starts", "ends"))
        if given.get("kind") == CourseKind.INDIVIDUAL and not first:
            return
        for name, words in _MISSING.items():
            if name not in self.errors and not given.get(name):
                self.add_error(name, str(words))
        if starts and ends and ends <= starts:
            self.add_error("ends", _now("Skal ligge efter, at mødegangen er begyndt."))
        if not all(self._written()):
            self.add_error(
                "first_on",
                _now("En af datoerne i forslaget mangler, eller er et forkert år. Ret den."),
            )

    def _on(self) -> tuple[dt.date, ...]:
        """The days of the proposal as they were sent, if they are of the proposal that is shown."""
        if not self.is_bound or self.data.get("laid", "").strip() != self.laid.strip():
            return ()
        return tuple(day for day in self._written() if day)

    def _written(self) -> list[dt.date | None]:
        sent = self.data.getlist("on") if isinstance(self.data, QueryDict) else []
        return [day_of(text) for text in sent[:MOST]]

    def _people(self, chosen: Any) -> tuple[User, ...]:
        ids = {str(one) for one in chosen}
        return tuple(one for one in self.choices.counsellors if str(one.pk) in ids)

    def _said(self, name: str) -> str:
        value = self.data.get(name, "") if self.is_bound else self.initial.get(name, "")
        return str(value or "").strip()


def _followed(data: QueryDict | None) -> QueryDict | None:
    """What was sent, with a tick that follows the target group as long as nobody touched it: what
    is held at a workplace is not shown unless somebody says so."""
    if not data or not data.get("listed_for"):
        return data
    usual, now = (listed_at_first(data.get(name, "")) for name in ("listed_for", "target"))
    said = data.copy()
    if usual != now and ("listed" in data) == usual:
        said.pop("listed", None)
        if now:
            said["listed"] = "on"
    said["listed_for"] = data.get("target", "")
    return said


_MISSING = {
    "first_on": _("Skriv datoen for første mødegang."),
    "starts": _("Skriv, hvornår mødegangene begynder."),
    "ends": _("Skriv, hvornår de slutter."),
    "count": _("Skriv, hvor mange mødegange der skal være."),
}
