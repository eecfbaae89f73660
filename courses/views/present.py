"""One participant as the page of a meeting shows her, and what its script is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.commands.marking import Differs
from courses.forms.marking import SAID, Sheet, as_shown
from courses.queries.meeting_room import Present, Room
from courses.states import Mark
from roegfri import clock, sealed
from roegfri.actor import Actor
from roegfri.refusal import Words

FIELDS: dict[str, Words] = {
    "mark": gettext_lazy("fremmøde"),
    "co": gettext_lazy("kulilte"),
    "note": gettext_lazy("notat"),
    "planned_quit_on": gettext_lazy("planlagt rygestop"),
    "actual_quit_on": gettext_lazy("faktisk rygestop"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """`value` is what its fields show, by name: what stands there, or what was sent and refused.

    `was` is what stands in the database; `theirs` says what somebody else has registered.
    """

    one: Present
    value: Mapping[str, str]
    was: str
    wrong: Mapping[str, str]
    theirs: str

    @property
    def unfolded(self) -> bool:
        """Something under the fold has to be looked at."""
        return bool(self.wrong.keys() - {"mark"})

    @property
    def marks(self) -> list[tuple[str, Words, bool]]:
        """The three buttons: the value, the word, whether it is the one."""
        return [(one.value, one.label, self.value["mark"] == one) for one in Mark]


def row(one: Present, form: Sheet | None, differing: Mapping[UUID, Differs]) -> Row:
    """What is shown of a participant; `form` is the sheet that was refused, whole or in part."""
    stands = {name: _text(getattr(one, name)) for name in SAID}
    difference = differing.get(one.id)
    shown_again = form is not None and (form.is_draft or form.errors or difference is not None)
    typed = form.typed(one.id) if form is not None and shown_again else {}
    return Row(
        one=one,
        value=stands | typed,
        was=as_shown(one),
        wrong=form.wrong.get(one.id, {}) if form is not None else {},
        theirs=theirs_words(difference) if difference else "",
    )


def theirs_words(difference: Differs) -> str:
    """Who registered what meanwhile: «Mette Bruun kl. 19.05: fremmøde Udeblevet»."""
    what = ", ".join(
        f"{FIELDS[name]} {_shown(name, value)}" for name, value in difference.theirs.items()
    )
    if not difference.at:
        return _("Noteret et andet sted imens: %(what)s.") % {"what": what}
    when = f"{difference.at.astimezone(clock.COPENHAGEN):%d.%m. kl. %H.%M}"
    return _("%(name)s registrerede %(when)s: %(what)s.") % {
        "name": difference.name,
        "when": when,
        "what": what,
    }


def as_json(difference: Differs) -> dict[str, Any]:
    """The difference for the page's script: what stands there now, and in words whose it is."""
    now = {name: _text(value) for name, value in difference.theirs.items()}
    return {
        "enrolment": str(difference.enrolment),
        "version": difference.version,
        "theirs": now,
        "planned_quit_on": _text(difference.quits.planned_quit_on),
        "actual_quit_on": _text(difference.quits.actual_quit_on),
        "words": theirs_words(difference),
    }


def closed_words(room: Room) -> str:
    """That it is closed, and what comes of it."""
    absent = room.counts[Mark.ABSENT]
    if not absent:
        return _("Mødegangen er lukket.")
    return ngettext(
        "Mødegangen er lukket. %(count)d udeblev og står på «I dag» til et opkald.",
        "Mødegangen er lukket. %(count)d udeblev og står på «I dag» til opkald.",
        absent,
    ) % {"count": absent}


def owner(actor: Actor) -> str:
    """Whose queue it is that a browser keeps: nobody else sends it who signs in there later."""
    words = f"{actor.user_id} {actor.organisation_id}"
    return sealed.fingerprint(words, of="meeting queue").hex()[:24]


def _shown(name: str, value: object) -> str:
    if name == "mark":
        return str(Mark(str(value)).label) if value else _("ikke registreret")
    return _text(value) or _("tomt")


def _text(value: object) -> str:
    return "" if value is None else str(value)
