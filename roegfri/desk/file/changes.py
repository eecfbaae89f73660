"""What the change log tells of a citizen, in the words of the timeline."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from referrals.models import Citizen
from referrals.models.parts import part_of
from referrals.queries import File, Happening
from referrals.states import CloseReason, Sex
from roegfri.desk.file.entries import Entry
from roegfri.persons import phone
from roegfri.ui.templatetags.rows import day

_ADDRESS = frozenset({"address", "postcode", "town"})


def of(file: File) -> Iterator[Entry]:
    """An entry for each change that says something."""
    for one in _changes(file):
        tell = _OF.get(one.facts["table"])
        yield from tell(file, one) if tell else ()


def closed_in(file: File) -> set[UUID]:
    """The referrals whose ending the change log tells."""
    return {
        one.id
        for one in _changes(file)
        if one.facts["table"] == "referrals_referral" and (_new(one) or {}).get("close_reason")
    }


def who_changed(file: File, row: UUID) -> str:
    """Who changed a row last, as far as the change log tells."""
    of_row = [one for one in _changes(file) if one.id == row]
    return (max(of_row, key=lambda one: one.at).who or "") if of_row else ""


def _changes(file: File) -> Iterator[Happening]:
    return (one for one in file.happenings if one.kind == "change")


def _old(one: Happening) -> dict[str, Any] | None:
    found: dict[str, Any] | None = one.facts["old"]
    return found


def _new(one: Happening) -> dict[str, Any] | None:
    found: dict[str, Any] | None = one.facts["new"]
    return found


def _entry(one: Happening, title: str, text: str = "", **more: str) -> Entry:
    given = {"kind": "message", "group": "changes", **more}
    return Entry(one.at, title=title, text=text, who=one.who or "", **given)


# ---- the citizen ---------------------------------------------------------------------------------


def _citizen(file: File, one: Happening) -> Iterator[Entry]:
    old, new = _old(one) or {}, _new(one) or {}
    edited = [column for column in new if part_of(column)]
    if not edited:
        return
    labels = dict.fromkeys(label_of(column) for column in edited)
    lines = [_line(file, column, old, new) for column in edited]
    title = _("Rettet: %s") % ", ".join(labels).lower()
    yield _entry(one, title, "\n".join(filter(None, lines)))


def label_of(column: str) -> str:
    """What a column of the citizen is called on screens."""
    name = column.removesuffix("_id")
    named = {one.name: str(one.verbose_name) for one in Citizen._meta.fields}
    return named[name].capitalize()


def _line(file: File, column: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """ "Efternavn: Hansen → Jensen"; nothing of an address that is protected."""
    hidden = file.citizen.address_protected and column in _ADDRESS
    if hidden or column == "practice_id":
        return ""
    before, after = (value_words(column, given.get(column)) for given in (old, new))
    return f"{label_of(column)}: {before or '–'} → {after or '–'}"


def value_words(column: str, value: Any) -> str:
    """A stored value as a person reads it."""
    if value in {None, ""}:
        return ""
    return _WORDS.get(column, str)(value)


def _yes_or_no(value: Any) -> str:
    return _("ja") if value else _("nej")


_WORDS: Mapping[str, Callable[[Any], str]] = {
    "birth_date": lambda value: day(dt.date.fromisoformat(value)),
    "sex": lambda value: str(Sex(value).label),
    "guardian_phone": phone.display,
    "interpreter": _yes_or_no,
    "address_protected": _yes_or_no,
}


# ---- her numbers, and where she lives ------------------------------------------------------------


def _phone(file: File, one: Happening) -> Iterator[Entry]:
    old, new = _old(one), _new(one)
    if old is None and new:
        yield _entry(one, _("Telefonnummer tilføjet: %s") % phone.display(new["number"]))
    elif new is None and old:
        yield _entry(one, _("Telefonnummer fjernet: %s") % phone.display(old["number"]))
    elif new:
        number = next((p.number for p in file.phones if p.pk == one.id), "")
        words = {"number": phone.display(number) if number else _("et fjernet nummer")}
        if "wrong_since" in new:
            title = (
                _("Telefonnummer markeret som forkert: %(number)s")
                if new["wrong_since"]
                else _("Telefonnummer er rigtigt alligevel: %(number)s")
            )
            yield _entry(one, title % words)
        if "note" in new:
            yield _entry(one, _("Bemærkning til %(number)s rettet") % words)


def _residence(_file: File, one: Happening) -> Iterator[Entry]:
    row = _new(one) or _old(one) or {}
    name = {"name": one.facts["municipality"] or ""}
    if _new(one) is None:
        yield _entry(one, _("Bopælskommune fjernet: %(name)s") % name)
    elif "from_on" in row:
        since = day(dt.date.fromisoformat(row["from_on"]))
        yield _entry(one, _("Bopælskommune: %(name)s") % name + " " + _("fra %s") % since)
    else:
        yield _entry(one, _("Bopælskommune rettet: %(name)s") % name)


def _number(_file: File, one: Happening) -> Iterator[Entry]:
    if _old(one) is None:
        yield _entry(one, _("CPR-nummer tilføjet"))
    elif _new(one) is None:
        yield _entry(one, _("CPR-nummer fjernet"))


# ---- the case ------------------------------------------------------------------------------------


def _referral(_file: File, one: Happening) -> Iterator[Entry]:
    new = _new(one) or {}
    if "caseworker_id" in new:
        yield _entry(one, _caseworker(one.facts["from"], one.facts["to"]), group="case")
    if reason := new.get("close_reason"):
        title = _("Afsluttet: %s") % CloseReason(reason).label
        yield _entry(one, title, group="case", kind="closed")
    elif "close_reason" in new:
        yield _entry(one, _("Genåbnet"), group="case", kind="received")


def _caseworker(before: str | None, after: str | None) -> str:
    if before and after:
        return _("Rådgiver skiftet fra %(before)s til %(after)s") % {
            "before": before,
            "after": after,
        }
    return _("Rådgiver: %s") % (after or _("ingen"))


_OF: Mapping[str, Callable[[File, Happening], Iterator[Entry]]] = {
    "referrals_citizen": _citizen,
    "referrals_phone": _phone,
    "referrals_residence": _residence,
    "referrals_civilnumber": _number,
    "referrals_referral": _referral,
}
