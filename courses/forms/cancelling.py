"""Why a course is not held, and where its participants go."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils import formats
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from courses.models import Course
from courses.queries.participants import ListedParticipant
from roegfri import clock

# As many courses as are offered for each participant by herself.
NEAREST = 15
AS_ALL, NONE = "", "none"


class CourseField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A course by its name, whose it is, when it meets next, and how many seats are free."""

    def label_from_instance(self, obj: Course) -> str:
        """ "Hold 3, Hvidovre, 3. marts, 4 ledige"."""
        return course_words(obj)


def course_words(course: Any) -> str:
    """How a list of courses names one."""
    next_at = course.next_at and clock.danish_date(course.next_at)
    free = max(course.capacity - course.seats_taken - course.waiting, 0)
    seats = _now("venteliste")
    if free and course.lacks_counsellor:
        seats = _now("%(n)d ledige, når der er en rådgiver til") % {"n": free}
    elif free:
        seats = _now("%(n)d ledige") % {"n": free}
    day = [formats.date_format(next_at, "j. F")] if next_at else []
    return ", ".join([course.name, course.host.name, *day, seats])


class CancelCourse(forms.Form):
    """The reason; one course for all, and what is chosen for some."""

    reason = forms.CharField(
        label=_("Hvorfor aflyses forløbet?"),
        max_length=300,
        help_text=_("Skriv ikke noget om deltagere. Alle kommuner i aftalen kan læse det."),
    )
    move_to = CourseField(
        label=_("Flyt deltagerne til"),
        queryset=Course.objects.none(),
        required=False,
        empty_label=_("Intet forløb: den kommune, der har sagen, finder et andet"),
    )

    def __init__(
        self,
        *given: Any,
        courses: QuerySet[Course],
        people: Sequence[ListedParticipant],
        **more: Any,
    ) -> None:
        super().__init__(*given, **more)
        fields: Mapping[str, Any] = self.fields
        fields["move_to"].queryset = courses
        self.nearest = {str(one.pk): one for one in courses[:NEAREST]} if people else {}
        self.people = people
        offered = [
            (AS_ALL, _now("Som de andre")),
            (NONE, _now("Intet forløb")),
            *((pk, course_words(one)) for pk, one in self.nearest.items()),
        ]
        for one in people:
            self.fields[f"to_{one.id}"] = forms.ChoiceField(
                label=one.name or _now("Navn ukendt"), choices=offered, required=False
            )

    @property
    def each(self) -> list[forms.BoundField]:
        """One field for each participant."""
        return [self[f"to_{one.id}"] for one in self.people]

    @property
    def chosen(self) -> bool:
        """Whether something was chosen for one of them."""
        return any(field.value() for field in self.each)

    def clean(self) -> dict[str, Any]:
        """The command's arguments."""
        given = {**(super().clean() or {})}
        chosen = {one.id: given.pop(f"to_{one.id}", AS_ALL) for one in self.people}
        choices: dict[UUID, Course | None] = {
            pk: self.nearest.get(to) for pk, to in chosen.items() if to != AS_ALL
        }
        return {**given, "choices": choices}
