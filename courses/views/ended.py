"""One participant as the pages of the end show her."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.commands.ending import Differs, Noted
from courses.forms.ending import SAID, Table, as_seen, as_shown
from courses.queries.ended import Ended, Endings
from courses.rules.stopbase import Completeness
from courses.states import DropOut, SmokeFree
from roegfri import clock
from roegfri.refusal import Words

FIELDS: dict[str, Words] = {
    "smoke_free": gettext_lazy("røgfri"),
    "co": gettext_lazy("kulilte"),
    "actual_quit_on": gettext_lazy("faktisk rygestop"),
    "satisfaction": gettext_lazy("tilfredshed"),
    "dropped_out": gettext_lazy("stoppede før tid"),
    "note": gettext_lazy("bemærkning"),
}
_CHOICES = {"smoke_free": SmokeFree, "dropped_out": DropOut}


@dataclass(frozen=True, slots=True)
class Row:
    """`value` is what its fields show, by name: what stands there, or what was sent and refused.

    `was` is what the page sends back as seen; `theirs` says what a colleague has written, and
    `form` how far STOPbasen's form is, None: nobody has begun on it.
    """

    one: Ended
    value: Mapping[str, str]
    was: str
    wrong: Mapping[str, str]
    theirs: str
    form: Completeness | None

    @property
    def answers(self) -> list[tuple[str, Words, bool]]:
        """The three buttons: the value, the word, whether it is the one."""
        return [(one.value, one.label, self.value["smoke_free"] == one) for one in SmokeFree]

    @property
    def reasons(self) -> list[tuple[str, Words, bool]]:
        """Why somebody stopped early, in the same way."""
        return [(one.value, one.label, self.value["dropped_out"] == one) for one in DropOut]

    @property
    def satisfied(self) -> list[tuple[str, bool]]:
        """From 1 to 5."""
        return [(number, self.value["satisfaction"] == number) for number in "12345"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines of a page, and what is said on top of them."""

    rows: Sequence[Row]
    told: str = ""

    @property
    def wrong(self) -> list[Row]:
        """Those to look at again."""
        return [row for row in self.rows if row.wrong or row.theirs]


def sheet(found: Endings, form: Table | None = None, done: Noted | None = None) -> Sheet:
    """The page as it stands; or with what was sent and could not be saved; or with a draft."""
    whole = form is not None and (form.is_draft or bool(form.errors))
    rows = [_row(one, found.forms.get(one.id), form, done or Noted(), whole) for one in found.rows]
    again = [row for row in rows if row.wrong or row.theirs]
    told = _again_words(len(again), done.saved if done else 0) if again else ""
    return Sheet(rows, told)


def _row(
    one: Ended, filled: Completeness | None, form: Table | None, done: Noted, whole: bool  # noqa: FBT001
) -> Row:  # fmt: skip
    wrong = _wrong(one.id, form, done)
    difference = done.differing.get(one.id)
    sent = form is not None and form.has(one.id) and (whole or wrong or difference is not None)
    typed = form.typed(one.id) if sent and form is not None else {}
    # Whoever is shown a colleague's words has seen them; everything else was seen before.
    was = form.was(one.id) if sent and form is not None and difference is None else as_seen(one)
    theirs = theirs_words(difference) if difference else ""
    return Row(one, as_shown(one) | typed, was, wrong, theirs, filled)


def _wrong(one: UUID, form: Table | None, done: Noted) -> Mapping[str, str]:
    if refusal := done.refused.get(one):
        return {refusal.field or "smoke_free": str(refusal)}
    return form.wrong.get(one, {}) if form is not None else {}


def theirs_words(difference: Differs) -> str:
    """Who wrote what meanwhile: «Mette Bruun skrev 3. marts kl. 19.05: røgfri Nej»."""
    what = ", ".join(
        f"{FIELDS[name]} {_shown(name, getattr(difference.now, name))}" for name in difference.names
    )
    if not difference.at:
        return _("Noteret et andet sted imens: %(what)s.") % {"what": what}
    when = f"{difference.at.astimezone(clock.COPENHAGEN):%d.%m. kl. %H.%M}"
    return _("%(name)s skrev %(when)s: %(what)s.") % {
        "name": difference.name,
        "when": when,
        "what": what,
    }


def _shown(name: str, value: object) -> str:
    if value in (None, ""):
        return _("tomt")
    kind = _CHOICES.get(name)
    return str(kind(str(value)).label) if kind else str(value)


def _again_words(again: int, saved: int) -> str:
    words = ngettext(
        "%(again)d skal ses efter, før alt er gemt.",
        "%(again)d skal ses efter, før alt er gemt.",
        again,
    )
    rest = _("Resten er gemt.") if saved else ""
    return f"{words % {'again': again}} {rest}".strip()


assert set(FIELDS) == set(SAID)  # noqa: S101  (each field has its word)
