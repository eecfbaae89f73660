"""Two citizens beside each other: what the screen for duplicates shows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from referrals import forms, queries
from referrals.models import Referral
from referrals.queries import Candidate, File
from roegfri import clock
from roegfri.accounts.access import SignedIn
from roegfri.audit import looks
from roegfri.desk.lines import day_words
from roegfri.persons import phone
from roegfri.refusal import Words


@dataclass(frozen=True, slots=True)
class Line:
    """One field of both; `differs` where both say something and not the same."""

    label: str
    one: str
    other: str

    @property
    def differs(self) -> bool:
        """Whether somebody has to look."""
        return bool(self.one and self.other and self.one != self.other)


def context(
    request: SignedIn, referral: Referral, form: forms.MergeTwo, found: list[Candidate]
) -> dict[str, Any]:
    """The whole page: what was found, the two beside each other, and the merges that hold."""
    mine = queries.citizen_file(request.actor, referral.pk)
    reasoned = form.is_bound and not form.errors.keys() & {"written", "why"}
    chosen = form.data.get("other") if reasoned else None
    other = next((one for one in found if str(one.citizen) == chosen), None)
    theirs = queries.citizen_file(request.actor, other.case) if other and other.case else None
    return {
        "form": form,
        "referral": referral,
        "citizen": mine.citizen,
        "candidates": found,
        "searched": bool(form.is_bound and not form.errors and form.cleaned_data["written"]),
        "other": theirs.citizen if theirs else None,
        "lines": [line for line in _lines(mine, theirs) if line.one or line.other]
        if theirs
        else [],
        "merges": queries.merges(request.actor, mine.citizen),
    }


def candidates(request: SignedIn, referral: Referral, form: forms.MergeTwo) -> list[Candidate]:
    """Whom the form finds besides her: by what is written, else by her own numbers and birth date.

    The reason, once it is given, goes into the log with everybody shown.
    """
    written = ""
    if form.is_bound and not form.errors.keys() & {"written", "why"}:
        looks.because(form.cleaned_data["why"])
        written = form.cleaned_data["written"]
    if written:
        found = queries.found_by(request.actor, written, on=clock.today())
    else:
        found = queries.may_be_her(request.actor, referral.citizen)
    mine = set(queries.persons_of(request.actor, referral.citizen))
    return [one for one in found if one.citizen not in mine and one.case]


def citizen_of(request: SignedIn, referral: Referral) -> UUID:
    """The row that counts for whose case it is."""
    return queries.kept(request.actor, referral.citizen).pk


def _lines(one: File, other: File) -> Iterable[Line]:
    for label, tell in _FIELDS:
        yield Line(str(label), tell(one), tell(other))


def _home(file: File) -> str:
    home = file.home_on(clock.today())
    return home.name if home else ""


def _address(file: File) -> str:
    who = file.citizen
    if who.address_protected:
        return _("Beskyttet")
    return ", ".join(filter(None, (who.address, f"{who.postcode} {who.town}".strip())))


def _born(file: File) -> str:
    born = file.citizen.birth_date
    return f"{born:%d.%m.%Y}" if born else ""


def _cases(file: File) -> str:
    return "; ".join(
        f"{day_words(clock.danish_date(one.received_at))} ({one.get_state_display()})"
        for one in file.referrals
    )


_FIELDS: Sequence[tuple[Words, Callable[[File], str]]] = (
    (_lazy("Navn"), lambda file: file.citizen.name),
    (_lazy("CPR-nummer"), lambda file: ", ".join(one.masked for one in file.numbers)),
    (_lazy("Født"), _born),
    (
        _lazy("Telefon"),
        lambda file: ", ".join(dict.fromkeys(phone.display(one.number) for one in file.phones)),
    ),
    (_lazy("E-mail"), lambda file: file.citizen.email),
    (_lazy("Adresse"), _address),
    (_lazy("Bopælskommune"), _home),
    (_lazy("Sprog"), lambda file: file.citizen.language),
    (_lazy("Tolk"), lambda file: _("Ja") if file.citizen.interpreter else ""),
    (_lazy("Forælder eller værge"), lambda file: file.citizen.guardian_name),
    (_lazy("Egen læge"), lambda file: file.citizen.practice_name),
    (_lazy("Henvisninger"), _cases),
)
