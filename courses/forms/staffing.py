"""Who holds a meeting or a course; and what somebody has learned."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from courses.queries.staffing import Candidate
from referrals.forms.citizen import DayField
from referrals.forms.fields import OneLine
from roegfri.accounts.models import User

BASIC = _("Grundkursus til rygestoprådgiver")


def note_on(one: Candidate) -> str:
    """Her name, and what speaks against her."""
    if one.away:
        return _now("%s (arbejder her ikke alle dagene)") % one.name
    if one.busy:
        return _now("%s (optaget)") % one.name
    return one.name if one.qualified else _now("%s (intet grundkursus noteret)") % one.name


class Crew(forms.TypedMultipleChoiceField):
    """Several of the candidates; clean values are ids."""

    def __init__(self, **given: Any) -> None:
        super().__init__(coerce=UUID, widget=forms.CheckboxSelectMultiple, **given)


def crew_choices(people: Sequence[Candidate]) -> list[tuple[str, str]]:
    """The candidates as Crew offers them."""
    return [(str(one.id), note_on(one)) for one in people]


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of some people."""

    def __init__(self, **given: Any) -> None:
        super().__init__(queryset=User.objects.none(), **given)
        self.notes: Mapping[UUID, str] = {}

    def offer(self, people: QuerySet[User], notes: Mapping[UUID, str] | None = None) -> None:
        """Whom it offers, and what stands by each."""
        self.notes = notes or {}
        self.queryset = people

    def label_from_instance(self, obj: User) -> str:
        """Her name, with what speaks against her."""
        return self.notes.get(obj.pk, obj.name)


def _offer(form: forms.Form, name: str, people: QuerySet[User], notes: Any = None) -> None:
    field = form.fields[name]
    assert isinstance(field, PersonField)  # noqa: S101  (said above)
    field.offer(people, notes)


class PutOn(forms.Form):
    """Who comes to a meeting: beside the others, or in somebody's stead."""

    counsellor = PersonField(label=_("Rådgiver"), empty_label=_("Vælg"))
    instead_of = PersonField(
        label=_("Kommer som"), required=False, empty_label=_("Rådgiver ved siden af de andre")
    )

    def __init__(
        self,
        *given: Any,
        people: QuerySet[User],
        there: QuerySet[User],
        notes: Mapping[UUID, str],
        **more: Any,
    ) -> None:
        super().__init__(*given, **more)
        _offer(self, "counsellor", people, notes)
        stead = {one.pk: _now("Vikar for %s") % one.name for one in there}
        _offer(self, "instead_of", there, stead)


class TakeOff(forms.Form):
    """Who does not come after all."""

    counsellor = PersonField()

    def __init__(self, *given: Any, there: QuerySet[User], **more: Any) -> None:
        super().__init__(*given, **more)
        _offer(self, "counsellor", there)


class StaffCourse(forms.Form):
    """Who comes to all meetings of a course that are still ahead."""

    counsellor = PersonField(label=_("Rådgiver"), empty_label=_("Vælg"))
    only_free = forms.BooleanField(
        label=_("Spring de mødegange over, hvor personen er optaget"), required=False
    )

    def __init__(
        self, *given: Any, people: QuerySet[User], notes: Mapping[UUID, str], **more: Any
    ) -> None:
        super().__init__(*given, **more)
        _offer(self, "counsellor", people, notes)


class Swap(forms.Form):
    """Who is away and when, and who comes instead; on this course alone or on all."""

    away = PersonField(label=_("Fraværende"), empty_label=_("Vælg"))
    substitute = PersonField(label=_("Vikar"), empty_label=_("Vælg"))
    from_on = DayField(label=_("Fra"))
    until_on = DayField(
        label=_("Til og med"), required=False, help_text=_("Tom: resten af mødegangene.")
    )
    everywhere = forms.BooleanField(
        label=_("Også på kommunens andre forløb, aftaler med enkelte deltagere medregnet"),
        required=False,
    )
    only_free = forms.BooleanField(
        label=_("Spring de mødegange over, hvor vikaren er optaget"), required=False
    )

    def __init__(
        self, *given: Any, people: QuerySet[User], there: QuerySet[User], **more: Any
    ) -> None:
        super().__init__(*given, **more)
        _offer(self, "away", there)
        _offer(self, "substitute", people)

    @property
    def days(self) -> list[forms.BoundField]:
        """From and until, beside each other."""
        return [self["from_on"], self["until_on"]]


class Person(forms.Form):
    """A colleague whose note is removed."""

    user = PersonField()

    def __init__(self, *given: Any, people: QuerySet[User], **more: Any) -> None:
        super().__init__(*given, **more)
        _offer(self, "user", people)


class Learned(Person):
    """What a colleague has learned and when."""

    user = PersonField(label=_("Medarbejder"), empty_label=_("Vælg"))
    name = OneLine(label=_("Uddannelse"), max_length=120, initial=BASIC)
    completed_on = DayField(label=_("Gennemført"))

    def clean_name(self) -> str:
        """The basic course where nothing is said."""
        return self.cleaned_data["name"] or str(BASIC)
