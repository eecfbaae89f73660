"""The filters of the lists."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import formats
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from referrals.queries import ListedFilters
from referrals.queries.deadlines import Kind
from referrals.queries.overview import Sender
from referrals.states import ReferralState, Source
from roegfri.organisations.kinds import Kind as Kinds
from roegfri.refusal import Words

# Words of the address that are no state: not closed; and those nobody has called yet.
OPEN, NEW = "open", "new"
# Whose: one's own, and nobody's; anything else is a caseworker's id.
MINE, NOBODY = "mig", "ingen"
LACKS: Mapping[str, tuple[str, Words]] = {
    "number": ("nummer", _("Telefonnummer")),
    "home": ("bopael", _("Bopælskommune")),
}
# What deadlines kept counts: its word in the address, and what it is called, in their order.
CAME_AS: Mapping[str, tuple[str, Words]] = {
    Kind.SENT: ("henvist", _("Henvist")),
    Kind.SELF: ("selv", _("Selvhenvendt")),
    Kind.FOLLOW_UP: ("opfoelgning", _("Efter opfølgning")),
}
VERDICTS: Mapping[str, tuple[str, Words]] = {
    "in_time": ("i_tide", _("I tide")),
    "late": ("for_sent", _("For sent")),
    "waiting": ("venter", _("Venter")),
    "missed": ("overskredet", _("Ikke truffet i tide")),
}


def _meant(known: Mapping[str, tuple[str, Words]], word: str) -> str:
    """What a word of the address stands for; empty for none."""
    return next((name for name, (said, _label) in known.items() if said == word), "")


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    ours = [MinValueValidator(dt.date(2000, 1, 1)), MaxValueValidator(dt.date(2199, 12, 31))]
    return forms.DateField(label=label, required=False, widget=widget, validators=ours)


class Offered(forms.CharField):
    """One of some rows. They are offered when the page is shown, not asked for to read an address:
    an id of none of them narrows the list to nothing."""

    widget = forms.Select

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)
        self.choices: list[Any] = []

    def offer(self, choices: list[Any]) -> None:
        """What can be chosen; groups are allowed."""
        self.choices = choices
        assert isinstance(self.widget, forms.Select)  # noqa: S101  (said above)
        self.widget.choices = choices


class Filter(forms.Form):
    """The filters of the referral list; nothing personal, because they stand in the address."""

    state = forms.ChoiceField(
        label=_("Status"),
        choices=[
            ("", _("Alle")),
            (NEW, _("Nye: ingen har ringet")),
            (OPEN, _("Åben")),
            *ReferralState.choices,
        ],
        required=False,
    )
    due = forms.ChoiceField(
        label=_("Frist"),
        choices=[("", _("Alle")), ("overdue", _("Overskredet")), ("today", _("I dag"))],
        required=False,
    )
    raadgiver = Offered(label=_("Rådgiver"), required=False)
    source = forms.ChoiceField(
        label=_("Henvist fra"), choices=[("", _("Alle")), *Source.choices], required=False
    )
    henviser = Offered(label=_("Henviser"), required=False)
    modtaget_fra = _day(_("Modtaget fra"))
    modtaget_til = _day(_("Modtaget til og med"))
    slags = forms.ChoiceField(
        label=_("Kom som"), choices=[("", _("Alle")), *CAME_AS.values()], required=False
    )
    kontakt = forms.ChoiceField(
        label=_("Frist overholdt"), choices=[("", _("Alle")), *VERDICTS.values()], required=False
    )
    mangler = forms.ChoiceField(
        label=_("Mangler"), choices=[("", _("Alle")), *LACKS.values()], required=False
    )

    template_name = "referrals/filters.html"
    # Those that stand on the page at once; the others are a click away.
    FIRST = ("state", "due", "raadgiver", "source")
    offers_senders = False

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
        """Whether one of those narrows the list, or all are asked for."""
        return self.offers_senders or any(field.data for field in self.more)

    def clean_raadgiver(self) -> str:
        """«mig», «ingen» or an id."""
        text = str(self.cleaned_data["raadgiver"])
        if text in {"", MINE, NOBODY}:
            return text
        try:
            return str(UUID(text))
        except ValueError as fault:
            raise forms.ValidationError(_("Vælg en rådgiver på listen.")) from fault

    def clean_henviser(self) -> UUID | None:
        """An id."""
        text = self.cleaned_data["henviser"]
        try:
            return UUID(text) if text else None
        except ValueError as fault:
            raise forms.ValidationError(_("Vælg en henviser på listen.")) from fault

    def narrowed(self) -> ListedFilters | None:
        """What the list is narrowed by; None when the form is filled in wrongly."""
        if not self.is_valid():
            return None
        asked = self.cleaned_data
        state, whose = asked["state"], asked["raadgiver"]
        return ListedFilters(
            state="" if state in {OPEN, NEW} else state,
            unclosed=state == OPEN,
            contact="untried" if state == NEW else "",
            source=asked["source"],
            due=asked["due"],
            sender_id=asked["henviser"],
            received_from=asked["modtaget_fra"],
            received_until=asked["modtaget_til"],
            came_as=_meant(CAME_AS, asked["slags"]),
            verdict=_meant(VERDICTS, asked["kontakt"]),
            lacks=_meant(LACKS, asked["mangler"]),
            mine=whose == MINE,
            unassigned=whose == NOBODY,
            caseworker_id=None if whose in {"", MINE, NOBODY} else UUID(whose),
        )

    def offer(
        self, people: Iterable[tuple[UUID, str]], senders: Iterable[Sender] | None = None
    ) -> None:
        """The choices that are rows; what is chosen already stays one of them.

        Without `senders` there is a way to ask for them instead: they take a while to find.
        """
        fixed = [("", _("Alle")), (MINE, _("Mig og dem, jeg dækker")), (NOBODY, _("Ingen endnu"))]
        named = [(str(pk), name) for pk, name in people]
        self._choose("raadgiver", [*fixed, *named], _("En tidligere kollega"))
        kinds: dict[str, list[tuple[str, str]]] = {}
        self.offers_senders = senders is not None
        for one in senders or ():
            kinds.setdefault(one.kind, []).append((str(one.id), one.name))
        groups = [(str(Kinds(kind).label), rows) for kind, rows in kinds.items()]
        self._choose("henviser", [("", _("Alle")), *groups], _("En bestemt henviser"))

    def active(self) -> list[tuple[str, Words, str]]:
        """What narrows the list: each field filled in, its label, and its value in words."""
        return [
            (name, str(field.label), self._in_words(name, self.cleaned_data[name]))
            for name, field in self.fields.items()
            if self.is_valid() and self.cleaned_data[name]
        ]

    @property
    def query_string(self) -> str:
        """The same as text: what is kept of a filter."""
        return urlencode(self.query())

    def query(self) -> dict[str, str]:
        """What is filled in, as it stands in the address; nothing that the form does not know."""
        if not self.is_valid():
            return {}
        return {name: str(value) for name, value in self.cleaned_data.items() if value}

    def _choose(self, name: str, choices: list[Any], otherwise: Words) -> None:
        chosen = str(self.data.get(name, ""))
        if chosen and chosen not in dict(_flat(choices)):
            choices = [*choices, (chosen, otherwise)]
        field = self.fields[name]
        assert isinstance(field, Offered)  # noqa: S101  (said above)
        field.offer(choices)

    def _in_words(self, name: str, value: Any) -> str:
        if isinstance(value, dt.date):
            return formats.date_format(value, "j. b Y")
        return str(dict(_flat(self.fields[name].choices)).get(str(value), value))  # type: ignore[attr-defined]


def _flat(choices: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """The choices without their groups."""
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield str(value), label


class KeepFilter(forms.Form):
    """What a filter that one keeps is called."""

    name = forms.CharField(label=_("Navn"), max_length=40)
