"""What came of a call: one form, one button per outcome."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.commands.contact import Anyway
from referrals.commands.outcomes import TALKS
from referrals.forms.conversation import Conversation
from referrals.forms.fields import MomentField
from referrals.states import Outcome


class Call(Conversation):
    """What came of a call, and what was said.

    `outcome` is the button that was pressed, or `pick`: "call_back 2026-03-02T15:00:00+00:00", an
    outcome with a time. Clean, it is the arguments of log_call. `ask_to_discard`: a conversation
    was written down, and the outcome says that there was none.
    """

    ask_to_discard = False
    outcome = forms.ChoiceField(label=_("Resultat"), choices=Outcome.choices, required=False)
    pick = forms.CharField(max_length=60, required=False)
    anyway = forms.ChoiceField(choices=[(one.value, one.value) for one in Anyway], required=False)
    discard = forms.BooleanField(label=_("Kassér det, jeg har skrevet om samtalen"), required=False)
    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    phone = forms.CharField(label=_("Ringet til"), max_length=16, required=False)
    incoming = forms.BooleanField(label=_("Borgeren ringede selv op"), required=False)
    note = forms.CharField(
        label=_("Notat"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=10_000,
        required=False,
    )
    retry = forms.CharField(label=_("Næste forsøg"), max_length=40, required=False)
    retry_at = MomentField(label=_("Andet tidspunkt"), required=False)
    call_back_at = MomentField(label=_("Andet tidspunkt"), required=False)
    decide_at = MomentField(label=_("Andet tidspunkt"), required=False)
    declined_why = forms.CharField(
        label=_("Hvorfor ikke?"),
        help_text=_("Skriv det kun, hvis borgeren selv sagde det."),
        max_length=300,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """The arguments of log_call; what the outcome has no use for is no mistake."""
        given = super().clean() or {}
        outcome, when = self._pressed(given)
        self._forgive(outcome)
        if not outcome:
            self.add_error(None, _now("Vælg, hvad der kom ud af opkaldet."))
        elif outcome not in TALKS and self.said and not given.get("discard"):
            self.ask_to_discard = True
            self.add_error(
                None,
                _now(
                    "Du har skrevet noget om en samtale. Gem den med «Truffet», eller sæt "
                    "flueben ved «Kassér det» og vælg igen."
                ),
            )
        if self.errors:
            return given
        return self._arguments(given, Outcome(outcome), when)

    @property
    def pressed(self) -> Outcome:
        """The outcome of a form without mistakes."""
        return Outcome(self.cleaned_data["outcome"])

    def _pressed(self, given: Mapping[str, Any]) -> tuple[str, dt.datetime | None]:
        """The outcome, and the time that was picked with it."""
        name, _space, moment = given.get("pick", "").partition(" ")
        if name not in Outcome.values:
            return given.get("outcome", ""), None
        return name, _instant(moment)

    def _forgive(self, outcome: str) -> None:
        """Mistakes in fields that this outcome does not ask for."""
        spared = {"call_back_at", "decide_at", "retry_at"} - {_OWN_TIME.get(outcome, "")}
        if outcome not in TALKS:
            spared |= set(self.of_talk)
        for name in spared & set(self.errors):
            del self.errors[name]
            self.cleaned_data[name] = None

    def _arguments(
        self, given: dict[str, Any], outcome: Outcome, when: dt.datetime | None
    ) -> dict[str, Any]:
        own = given.get(_OWN_TIME.get(outcome, ""))
        promised = outcome in {Outcome.CALL_BACK, Outcome.THINKING}
        if outcome == Outcome.CALL_BACK and not (when or own):
            self.add_error("call_back_at", _now("Skriv, hvornår der skal ringes igen."))
        missed = outcome in {Outcome.NO_ANSWER, Outcome.VOICEMAIL}
        retry = own or _instant(given.get("retry", ""))
        talked = outcome in TALKS and self.said
        why = given.get("declined_why", "") if outcome == Outcome.DECLINED else ""
        return {
            "outcome": outcome,
            "once": given["once"],
            "anyway": Anyway(given.get("anyway", "")),
            "note": "\n".join(filter(None, (given.get("note", ""), why))),
            "phone": given.get("phone", ""),
            "incoming": given.get("incoming", False),
            "call_back_at": (when or own) if promised else None,
            "retry_at": retry if missed else None,
            "talk": self.talk(given, outcome) if talked else None,
        }


# Which field holds a time of one's own.
_OWN_TIME: dict[str, str] = {
    Outcome.CALL_BACK: "call_back_at",
    Outcome.THINKING: "decide_at",
    Outcome.NO_ANSWER: "retry_at",
    Outcome.VOICEMAIL: "retry_at",
}


def _instant(text: str) -> dt.datetime | None:
    """A time that a button or a choice of ours carries; None for anything else."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
