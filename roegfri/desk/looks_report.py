"""The list a citizen has a right to: who looked at her data, when, in which role, and why."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from referrals.queries import person_by_identifier
from roegfri import letters
from roegfri.accounts.roles import Role
from roegfri.actor import Actor
from roegfri.audit import acts, commands, looks
from roegfri.audit import queries as log
from roegfri.audit.queries import Look
from roegfri.desk.log.actors import by_whom
from roegfri.organisations.models import Organisation
from roegfri.persons import cpr
from roegfri.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list."""

    at: dt.datetime
    role: str
    organisation: str
    act: str
    reason: str


def make(identifier: str, *, by: Actor, at: dt.datetime) -> bytes:
    """The PDF, and a line in the log that it was made, or of what was searched for in vain.

    Raises Refusal when nobody is found by the identifier, or PDFs cannot be made here.
    """
    person = person_by_identifier(by, identifier)
    if person is None:
        looks.searched(identifier)
        msg = _(
            "Vi kender ingen borger med det nummer eller den sag. Se efter, om det er "
            "skrevet rigtigt."
        )
        raise Refusal(msg, field="identifier")
    lines = lines_about([person], by=by)
    context = {
        "sender": get_object_or_404(Organisation, pk=by.organisation_id),
        "printed_at": at,
        "concerning": _masked(identifier),
        "lines": lines,
        "first_at": lines[-1].at if lines else None,
        "last_at": lines[0].at if lines else None,
    }
    try:
        pdf = letters.render("letters/looks.html", context)
    except letters.PdfUnavailable as fault:
        raise Refusal(_("Listen kan ikke laves som PDF lige nu. Sig det til driften.")) from fault
    commands.hand_out_looks(person, by=by, at=at)
    return pdf


def lines_about(persons: Iterable[UUID], *, by: Actor) -> list[Line]:
    """What one's own organisation did with the data of these rows, which are one person; the newest
    first. The log shows an organisation its own lines, and no name of staff stands in them."""
    looked = [look for person in persons for look in log.looks_at(by, person)]
    looked.sort(key=lambda look: look.at, reverse=True)
    return [_line(look, by.organisation_name) for look in _told_once(looked)]


def _told_once(looks: Sequence[Look]) -> list[Look]:
    """Without the rows that an act of the same request changed: they are the same thing done."""
    acted = {look.request_id for look in looks if not look.act.startswith("row.")} - {""}
    return [
        look for look in looks if not (look.act.startswith("row.") and look.request_id in acted)
    ]


def _line(look: Look, organisation: str) -> Line:
    return Line(
        at=look.at,
        role=str(Role(look.role).label) if look.role in Role.values else by_whom(look.actor),
        organisation=organisation,
        act=str(acts.words(look.act)),
        reason=look.reason or _("Arbejde med din sag"),
    )


def _masked(identifier: str) -> str:
    digits = "".join(sign for sign in identifier if sign.isalnum())
    if len(digits) == len("2512489996"):
        return _("Borger med CPR-nummer %(number)s") % {"number": cpr.masked(digits)}
    return _("Borger med sag %(case)s") % {"case": identifier.strip()}
