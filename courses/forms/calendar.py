"""What the lists and calendars of courses are narrowed by; and the buttons of a calendar's link."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from courses.queries.calendar import CalendarFilters
from courses.queries.grid import GridFilters
from courses.queries.listed import CURRENT, ListedFilters
from courses.states import CourseKind, CourseState, Target
from referrals.forms.lists import Offered
from roegfri.actor import Actor
from roegfri.refusal import Words

# Words of the address: every municipality, and every state.
EVERY = "alle"
WEEKDAYS: tuple[Words, ...] = (
    _("Mandag"),
    _("Tirsdag"),
    _("Onsdag"),
    _("Torsdag"),
    _("Fredag"),
    _("Lørdag"),
    _("Søndag"),
)
# How many weeks ahead the grid looks unless it is told.
WEEKS = 8
MAKE, RENEW, END = "make", "renew", "end"


class Whose(forms.Form):
    """Whose courses: one's own municipality's unless told, and everybody's for a project leader."""

    kommune = Offered(label=_("Kommune"), required=False)

    def __init__(self, data: Any, *, viewer: Actor, hosts: Iterable[tuple[UUID, str]]) -> None:
        super().__init__(data)
        named = [(pk, name.removesuffix(" Kommune")) for pk, name in hosts]
        own = next((name for pk, name in named if pk == viewer.organisation_id), "")
        self.own = viewer.organisation_id if own else None
        first = [("", own), (EVERY, _("Alle kommuner"))] if own else [("", _("Alle kommuner"))]
        others = [(str(pk), name) for pk, name in named if pk != self.own]
        field = self.fields["kommune"]
        assert isinstance(field, Offered)  # noqa: S101  (said above)
        field.offer([*first, *others])

    def clean_kommune(self) -> UUID | None:
        """The municipality, or None for all of them."""
        text = self.cleaned_data["kommune"]
        if not text:
            return self.own
        try:
            return None if text == EVERY else UUID(text)
        except ValueError as fault:
            raise forms.ValidationError(_("Vælg en kommune på listen.")) from fault

    @property
    def is_of_one(self) -> bool:
        """Whether all that is shown is one municipality's: its name need not stand everywhere."""
        return self.is_valid() and self.cleaned_data["kommune"] is not None


class CourseFilter(Whose):
    """The filters of the list of courses."""

    status = forms.ChoiceField(
        label=_("Status"),
        choices=[("", _("Aktuelle")), *CourseState.choices, (EVERY, _("Alle"))],
        required=False,
    )
    slags = forms.ChoiceField(
        label=_("Slags"), choices=[("", _("Alle")), *CourseKind.choices], required=False
    )
    ugedag = forms.TypedChoiceField(
        label=_("Ugedag"),
        choices=[("", _("Alle")), *enumerate(WEEKDAYS, start=1)],
        coerce=int,
        empty_value=None,
        required=False,
    )
    sprog = Offered(label=_("Sprog"), required=False)
    tekst = forms.CharField(label=_("Navn eller sted"), max_length=80, required=False)

    template_name = "courses/_filters.html"
    FIRST = ("kommune", "status", "slags", "ugedag")

    def __init__(self, data: Any, *, languages: Iterable[str], **around: Any) -> None:
        super().__init__(data, **around)
        _offer_languages(self.fields["sprog"], languages)

    @property
    def first(self) -> list[forms.BoundField]:
        """On the page at once."""
        return [self[name] for name in self.FIRST]

    @property
    def more(self) -> list[forms.BoundField]:
        """A click away."""
        return [self[name] for name in self.fields if name not in self.FIRST]

    @property
    def more_asked(self) -> bool:
        """Whether one of those narrows the list."""
        return any(field.data for field in self.more)

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is asked for beyond what the list shows by itself."""
        return any(self[name].data for name in self.fields)

    def narrowed(self) -> ListedFilters | None:
        """What the list is narrowed by; None when the form is filled in wrongly."""
        if not self.is_valid():
            return None
        asked = self.cleaned_data
        states = {"": CURRENT, EVERY: ""}
        return ListedFilters(
            host_id=asked["kommune"],
            state=states.get(asked["status"], asked["status"]),
            kind=asked["slags"],
            language=asked["sprog"],
            weekday=asked["ugedag"],
            text=asked["tekst"].strip(),
        )


class CalendarFilter(Whose):
    """Which days of whose calendar."""

    mine = forms.BooleanField(label=_("Kun mine"), required=False)
    dag = forms.DateField(
        required=False,
        widget=forms.HiddenInput,
        validators=[
            MinValueValidator(dt.date(2000, 1, 1)),
            MaxValueValidator(dt.date(2199, 12, 31)),
        ],
    )

    def __init__(self, data: Any, **around: Any) -> None:
        super().__init__(data, **around)
        if self.own is None:
            del self.fields["mine"]  # nobody of an agreement is at a meeting

    def day(self, today: dt.date) -> dt.date:
        """The day asked for; today when there is none such."""
        self.is_valid()
        asked: dt.date | None = self.cleaned_data.get("dag")
        return asked or today

    def narrowed(self) -> CalendarFilters:
        """Whose; filled in wrongly it is one's own. One's own meetings are in every municipality
        unless one is asked for."""
        if not self.is_valid():
            return CalendarFilters(host_id=self.own)
        mine = bool(self.cleaned_data.get("mine"))
        everywhere = mine and not self.data.get("kommune")
        return CalendarFilters(
            host_id=None if everywhere else self.cleaned_data["kommune"], mine=mine
        )


class GridFilter(forms.Form):
    """The filters of the week across municipalities."""

    sprog = Offered(label=_("Sprog"), required=False)
    maalgruppe = forms.ChoiceField(
        label=_("Målgruppe"), choices=[("", _("Alle forløb")), *Target.choices], required=False
    )
    uger = forms.TypedChoiceField(
        label=_("Mødes inden for"),
        choices=[(4, _("4 uger")), (8, _("8 uger")), (12, _("12 uger")), (26, _("Et halvt år"))],
        coerce=int,
        required=False,
    )

    def __init__(self, data: Any, *, languages: Iterable[str]) -> None:
        super().__init__({"uger": WEEKS, **data.dict()})
        _offer_languages(self.fields["sprog"], languages)

    def narrowed(self) -> GridFilters:
        """What the grid is narrowed by; what is filled in wrongly narrows nothing."""
        self.is_valid()
        asked = self.cleaned_data
        return GridFilters(
            language=asked.get("sprog", ""),
            target=asked.get("maalgruppe", ""),
            weeks=asked.get("uger") or WEEKS,
        )


class FeedAct(forms.Form):
    """One of the buttons under a calendar's link; `link` is the one that stood on the page."""

    act = forms.ChoiceField(choices=[(one, one) for one in (MAKE, RENEW, END)])
    link = forms.UUIDField(required=False)


def _offer_languages(field: forms.Field, languages: Iterable[str]) -> None:
    assert isinstance(field, Offered)  # noqa: S101  (said above)
    field.offer([("", _("Alle")), *[(one, one) for one in languages]])
