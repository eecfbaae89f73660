"""What was said in a conversation, as fields: the part of the call's form that fills a screen."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.commands.talk import Talk, Then
from referrals.forms.fields import BirthDateField, MomentField
from referrals.states import (
    DAY_PARTS,
    ENDINGS,
    TIMES,
    CloseReason,
    ConsentForm,
    ConsentKind,
    Help,
    Known,
    NextStep,
    Outcome,
    Product,
    Topic,
    WhyAsked,
)
from roegfri.refusal import Words

# The first call must inform of these three (S1); the subsidy is for heavy smokers.
ALL_TOLD = (Topic.GROUP, Topic.INDIVIDUAL, Topic.QUITLINE)
_NUMBER = forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

# What follows a conversation.
WAIT, TALK, CALL_BACK, QUITLINE, CLOSE = "wait", "talk", "call_back", "quitline", "close"
THEN: dict[str, Words] = {
    WAIT: _("Venter på et forløb: intet nu"),
    TALK: _("Afklarende samtale"),
    CALL_BACK: _("Ring igen"),
    QUITLINE: _("Stoplinien ringer borgeren op"),
    CLOSE: _("Afslut sagen"),
}
_STEPS = {TALK: NextStep.TALK, CALL_BACK: NextStep.CALL_BACK}


class Conversation(forms.Form):
    """What was said, and what comes next. `known` are its fields as they are known already."""

    told = forms.MultipleChoiceField(
        label=_("Oplyst om"),
        choices=Topic.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    told_all = forms.BooleanField(label=_("Alle tre tilbud"), required=False)
    per_day = forms.IntegerField(
        label=_("Svarer til cigaretter om dagen"),
        min_value=0,
        max_value=200,
        widget=_NUMBER,
        required=False,
    )
    motivation = forms.TypedChoiceField(
        label=_("Motivation for at stoppe, fra 1 til 10"),
        choices=[(n, n) for n in range(1, 11)],
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
        required=False,
    )
    pregnant = forms.ChoiceField(
        label=_("Gravid"),
        choices=Known.choices,
        widget=forms.RadioSelect,
        required=False,
        initial=Known.UNKNOWN,
    )
    wishes = forms.MultipleChoiceField(
        label=_("Ønsker"),
        choices=Help.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    times = forms.MultipleChoiceField(
        label=_("Hvornår kan borgeren komme?"),
        choices=[(one, one) for one in TIMES],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    guardian_agreed = forms.BooleanField(
        label=_("En forælder eller værge har givet samtykket"), required=False
    )
    why_asked = forms.ChoiceField(
        label=_("Hvad fik dig til at tilmelde dig?"),
        choices=WhyAsked.choices,
        widget=forms.RadioSelect,
        required=False,
        initial=WhyAsked.NOT_ASKED,
    )
    why = forms.CharField(label=_("Svar"), max_length=500, required=False)
    birth_date = BirthDateField(label=_("Fødselsdato"), required=False)
    then = forms.ChoiceField(
        label=_("Hvad sker der nu?"),
        choices=list(THEN.items()),
        widget=forms.RadioSelect,
        required=False,
        initial=WAIT,
    )
    then_at = MomentField(label=_("Hvornår"), required=False)
    then_note = forms.CharField(
        label=_("Sted eller besked"),
        help_text=_("For eksempel: Rådhuset, lokale 3."),
        max_length=200,
        required=False,
    )
    then_close = forms.ChoiceField(
        label=_("Grund"),
        choices=[("", _("Vælg")), *((one.value, one.label) for one in ENDINGS)],
        required=False,
    )
    then_agreed = forms.BooleanField(
        label=_("Borgeren har sagt ja til, at Stoplinien får navn og nummer"), required=False
    )

    def __init__(self, *args: Any, known: Mapping[str, Any] | None = None, **given: Any) -> None:
        super().__init__(*args, **{**given, "initial": known})
        for product in Product:
            self.fields[f"use_{product}"] = forms.IntegerField(
                label=product.label, min_value=0, max_value=500, widget=_NUMBER, required=False
            )
        for kind in ConsentKind:
            self.fields[f"consent_{kind}"] = forms.ChoiceField(
                label=kind.label,
                choices=[("", _("Nej, eller ikke spurgt")), *ConsentForm.choices],
                required=False,
            )

    @property
    def said(self) -> list[str]:
        """The fields of the conversation that are not as they were known.

        What the form does not hold is as it was; but in one that shows the conversation (`talk` is
        its mark) a tick that is left out has been taken away.
        """
        sent = {name.removesuffix("_0").removesuffix("_1") for name in self.data}
        sent |= _TICKS if "talk" in self.data else set()
        return [name for name in self.changed_data if name in sent and name in self.of_talk]

    @property
    def of_talk(self) -> list[str]:
        """The fields that say what was said."""
        return [*_TALK, *(name for name in self.fields if name.startswith(("use_", "consent_")))]

    @property
    def uses(self) -> Iterator[tuple[str, forms.BoundField]]:
        """Each product and its field."""
        return ((product, self[f"use_{product}"]) for product in Product)

    @property
    def consent_fields(self) -> Iterator[tuple[ConsentKind, forms.BoundField]]:
        """Each consent and its field."""
        return ((kind, self[f"consent_{kind}"]) for kind in ConsentKind)

    @property
    def grid(self) -> list[tuple[Words, list[tuple[str, str, bool]]]]:
        """The weekdays, each with its parts: the value, how it is read aloud, whether it is set."""
        chosen = set(self["times"].value() or [])
        return [
            (
                day,
                [
                    (f"{n}-{part}", f"{day} {str(words).lower()}", f"{n}-{part}" in chosen)
                    for part, words in DAY_PARTS.items()
                ],
            )
            for n, day in enumerate(WEEKDAYS, start=1)
        ]

    def talk(self, given: Mapping[str, Any], outcome: Outcome) -> Talk:
        """For log_call. What is missing becomes an error of the form."""
        told = [Topic(one) for one in given["told"]]
        uses = {str(p): given[f"use_{p}"] for p in Product if given.get(f"use_{p}")}
        asked = {kind: given[f"consent_{kind}"] for kind in ConsentKind}
        answered = bool(given["why"].strip())
        return Talk(
            told=list(dict.fromkeys([*(ALL_TOLD if given["told_all"] else ()), *told])),
            uses=uses,
            per_day=given["per_day"],
            motivation=given["motivation"],
            pregnant=Known(given["pregnant"] or Known.UNKNOWN),
            wishes=[Help(one) for one in given["wishes"]],
            times=given["times"],
            why_asked=WhyAsked.ANSWERED if answered else self._unanswered(given["why_asked"]),
            why=given["why"].strip(),
            consents={kind: ConsentForm(form) for kind, form in asked.items() if form},
            guardian_agreed=given["guardian_agreed"],
            birth_date=given["birth_date"],
            then=self._then(given) if outcome == Outcome.REACHED else Then(),
        )

    def _unanswered(self, asked: str) -> WhyAsked:
        if asked == WhyAsked.ANSWERED:
            self.add_error("why", _now("Skriv svaret, eller vælg «Ville ikke svare»."))
        return WhyAsked(asked or WhyAsked.NOT_ASKED)

    def _then(self, given: Mapping[str, Any]) -> Then:
        what, reason = given["then"] or WAIT, given["then_close"]
        if what in _STEPS and not given["then_at"]:
            self.add_error("then_at", _now("Skriv dag og klokkeslæt."))
        if what == CLOSE and not reason:
            self.add_error("then_close", _now("Vælg, hvorfor sagen afsluttes."))
        if what == QUITLINE and not given["then_agreed"]:
            self.add_error(
                "then_agreed", _now("Spørg borgeren, om Stoplinien må ringe, og sæt flueben.")
            )
        return Then(
            step=_STEPS.get(what),
            at=given.get("then_at") if what in _STEPS else None,
            note=given["then_note"],
            close=CloseReason(reason) if what == CLOSE and reason else None,
            quitline=what == QUITLINE,
        )


_TALK = (
    "told",
    "told_all",
    "per_day",
    "motivation",
    "pregnant",
    "wishes",
    "times",
    "guardian_agreed",
    "why_asked",
    "why",
    "birth_date",
    "then",
    "then_at",
    "then_note",
    "then_close",
    "then_agreed",
)
_TICKS = {"told", "told_all", "wishes", "times", "guardian_agreed", "then_agreed"}
WEEKDAYS: tuple[Words, ...] = (
    _("mandag"),
    _("tirsdag"),
    _("onsdag"),
    _("torsdag"),
    _("fredag"),
    _("lørdag"),
    _("søndag"),
)
