"""One participant as the pages of the end show her."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.commands.ending import Differs, Noted, Result
from courses.forms.ending import SAID, Table, as_seen, as_shown, why_not_smoke_free
from courses.queries.ended import Ended, Endings
from courses.rules.ending import SMOKES_FROM_CO, Doubt
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
_DOUBTS: dict[Doubt, Words] = {
    Doubt.DEAD: gettext_lazy("Der står, at borgeren er røgfri, og at borgeren er død."),
    Doubt.CO: gettext_lazy(
        "Der står, at borgeren er røgfri, men kulilten er %(co)s ppm. Fra %(limit)d ppm tyder den"
        " på rygning."
    ),
    Doubt.LEFT_SMOKE_FREE: gettext_lazy(
        "Der står, at borgeren ikke er røgfri, og at borgeren stoppede, fordi borgeren er røgfri."
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    """`value` is what its fields show, by name: what stands there, or what was sent and refused.

    `was` is what the page sends back as seen; `theirs` says what a colleague has written, `asks`
    what hardly goes together (`sure` is the answer that it does), and `form` how far STOPbasen's
    form is, None: nobody has begun on it.
    """

    one: Ended
    value: Mapping[str, str]
    was: str
    wrong: Mapping[str, str]
    theirs: str
    asks: Sequence[str]
    sure: str
    form: Completeness | None

    @property
    def again(self) -> bool:
        """To be looked at before all is saved."""
        return bool(self.wrong or self.theirs or self.asks)

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
        return [row for row in self.rows if row.again]


@dataclass(frozen=True, slots=True)
class Rest:
    """Of whom nothing is said and who were at the last meeting: how many are smoke-free when that
    is said of the rest, and in words those of whom it is not."""

    count: int
    left_out: str


def rest(found: Endings) -> Rest:
    """As the page stands, before anything is typed."""
    there = [one for one in found.rows if one.missing and one.at_last]
    why = {one.id: why_not_smoke_free(one, None, one.actual_quit_on) for one in there}
    return Rest(sum(not words for words in why.values()), left_out_words(found, why))


def left_out_words(found: Endings, why: Mapping[UUID, str]) -> str:
    """«Elif Olsen (30 ppm), Ali Khan (intet rygestop endnu)», by name."""
    return ", ".join(
        f"{one.name or _('Navn ukendt')} ({why[one.id]})" for one in found.rows if why.get(one.id)
    )


def left_to_do(found: Endings) -> str:
    """What the course that is ended still lacks: «skemaer 10 af 12, diplomer 0 af 12»; or empty."""
    counted = [
        (_("skemaer"), found.filled, len(found.stayed)),
        (_("STOPbasen"), found.transferred, found.agreed),
        (_("diplomer"), found.diplomas, found.at_last),
        (_("breve"), found.letters, found.to_write_to),
    ]
    words = _("%(what)s %(done)d af %(all)d")
    return ", ".join(
        words % {"what": what, "done": done, "all": every}
        for what, done, every in counted
        if done < every
    )


def sheet(found: Endings, form: Table | None = None, done: Noted | None = None) -> Sheet:
    """The page as it stands; or with what was sent and could not be saved; or with a draft."""
    whole = form is not None and (form.is_draft or bool(form.errors))
    rows = [_row(one, found.forms.get(one.id), form, done or Noted(), whole) for one in found.rows]
    again = [row for row in rows if row.again]
    told = _again_words(len(again), done.saved if done else 0) if again else ""
    return Sheet(rows, told)


def _row(
    one: Ended, filled: Completeness | None, form: Table | None, done: Noted, whole: bool  # noqa: FBT001
) -> Row:  # fmt: skip
    wrong = _wrong(one.id, form, done)
    difference = done.differing.get(one.id)
    asked = form.asked.get(one.id, frozenset()) if form is not None else frozenset()
    again = whole or wrong or asked or difference is not None
    sent = form if form is not None and form.has(one.id) and again else None
    # What nobody has touched here is shown as it stands by now, with a colleague's words.
    value = as_shown(one) | (sent.touched(one.id) if sent else {})
    # Whoever is shown a colleague's words has seen them; everything else was seen before.
    was = sent.was(one.id) if sent and difference is None else as_seen(one)
    theirs = theirs_words(difference) if difference else ""
    asks = [_asked(doubt, value) for doubt in Doubt if doubt in asked]
    return Row(one, value, was, wrong, theirs, asks, " ".join(sorted(asked)), filled)


def _asked(doubt: Doubt, value: Mapping[str, str]) -> str:
    return str(_DOUBTS[doubt]) % {"co": value["co"], "limit": SMOKES_FROM_CO}


def _wrong(one: UUID, form: Table | None, done: Noted) -> Mapping[str, str]:
    if refusal := done.refused.get(one):
        return {refusal.field or "smoke_free": str(refusal)}
    return form.wrong.get(one, {}) if form is not None else {}


def theirs_words(difference: Differs) -> str:
    """Who wrote what meanwhile: «Mette Bruun skrev 3. marts kl. 19.05: røgfri Nej»."""
    what = _said(difference.names, difference.now)
    if difference.kept:
        kept = _said(difference.kept, difference.now)
        what = _("%(what)s. Det bliver stående: %(kept)s") % {"what": what, "kept": kept}
    if not difference.at:
        return _("Noteret et andet sted imens: %(what)s.") % {"what": what}
    when = f"{difference.at.astimezone(clock.COPENHAGEN):%d.%m. kl. %H.%M}"
    return _("%(name)s skrev %(when)s: %(what)s.") % {
        "name": difference.name,
        "when": when,
        "what": what,
    }


def _said(names: Sequence[str], result: Result) -> str:
    return ", ".join(f"{FIELDS[name]} {_shown(name, getattr(result, name))}" for name in names)


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
