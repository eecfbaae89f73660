"""What is corrected of a course; its meetings have forms of their own."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _now

from courses.forms.course.fields import AboutCourse, Choices
from courses.models import Course
from courses.models.parts import PARTS, parts_of
from courses.states import CourseState, Flag
from roegfri.ui.differences import Part, Parts, opened_parts, sealed_parts, settled


class EditCourse(AboutCourse):
    """What a course is. `seen` is what the form showed when it was opened."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=20_000)
    shown = forms.CharField(widget=forms.HiddenInput, max_length=20_000, required=False)

    def __init__(self, *given: Any, course: Course, choices: Choices) -> None:
        super().__init__(*given, choices=choices, initial=_initial(course))
        self.course = course
        self.fields["name"].required = True
        if course.state != CourseState.DRAFT:
            del self.fields["kind"]

    def clean_seen(self) -> dict[str, Part]:
        """What the form showed; a form that was made elsewhere has to be opened again."""
        seen = opened_parts(self.cleaned_data["seen"], about=self.course.pk)
        if seen is None or seen.keys() != parts_of(self.course).keys():
            raise forms.ValidationError(_now("Siden er for gammel. Åbn «Ret forløbet» igen."))
        return seen

    def clean(self) -> dict[str, Any]:
        """The arguments of change_course; the choices between two who wrote are made already."""
        given = super().clean() or {}
        if self.errors:
            return given
        seen, mine = given["seen"], _parts(given)
        if shown := opened_parts(given["shown"], about=self.course.pk):
            seen, mine = settled(seen, shown, {**seen, **mine}, self.data)
        return {"changes": mine, "version": given["version"], "seen": seen}


def sealed_now(now: Parts, course: Course) -> str:
    """What the page of differences shows as theirs, for a hidden field."""
    return sealed_parts(now, about=course.pk)


def _parts(given: Mapping[str, Any]) -> dict[str, Part]:
    said = {name: given[name] for name in PARTS if name in given}
    if said.get("listed") is None:
        said.pop("listed", None)
    return {name: (_plain(value),) for name, value in said.items()}


def _plain(value: Any) -> Any:
    return str(value.pk) if hasattr(value, "pk") else value


def _initial(course: Course) -> dict[str, Any]:
    return {
        **{name: getattr(course, name) for name in PARTS},
        "provider": course.provider_id,
        "room": course.room_id,
        "listed_for": course.target,
        "version": course.version,
        "seen": sealed_parts(parts_of(course), about=course.pk),
    }


class NoteFlag(forms.Form):
    """Where the course has been created besides here; or that it has not, after all."""

    flag = forms.ChoiceField(choices=Flag.choices)
    off = forms.BooleanField(required=False)
