"""What a citizen has a right to: all that is kept of her, in plain words, and who looked at it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from referrals import queries
from referrals.commands.extracts import hand_out_file
from referrals.queries import File
from roegfri import letters
from roegfri.accounts.access import SignedIn
from roegfri.desk.file.entries import Entry
from roegfri.desk.file.page import file_context
from roegfri.desk.lines import day_words
from roegfri.desk.looks_report import lines_about
from roegfri.organisations.models import Organisation
from roegfri.persons import phone
from roegfri.refusal import Refusal
from roegfri.ui.templatetags.rows import day


def insight_pdf(request: SignedIn, pk: UUID, *, at: dt.datetime) -> bytes:
    """The PDF, and a line in the log that it was handed out.

    Her CPR number and a protected address stand in it in full: it is she who gets it. The looks are
    those of one's own organisation; she can ask another municipality for its own. Raises Http404,
    and Refusal when PDFs cannot be made here.
    """
    found = queries.citizen_file(request.actor, pk)
    shown = file_context(request, found)
    looks = lines_about(found.persons, by=request.actor)
    context = {
        "sender": get_object_or_404(Organisation, pk=request.actor.organisation_id),
        "printed_at": at,
        "name": found.citizen.name or _("Navn ukendt"),
        "facts": facts(found, shown, queries.whole_number(request.actor, found)),
        "cases": [_case(one) for one in found.referrals],
        "consents": shown["consents"],
        "entries": [_told(one) for one in reversed(shown["entries"])],
        "looks": looks,
    }
    try:
        pdf = letters.render("letters/insight.html", context)
    except letters.PdfUnavailable as fault:
        raise Refusal(_("PDF kan ikke laves lige nu. Sig det til driften.")) from fault
    hand_out_file(found.referral, persons=found.persons, by=request.actor, at=at)
    return pdf


def facts(found: File, shown: dict[str, Any], number: str) -> list[tuple[str, list[str]]]:
    """What is known of her: heading and lines; what nobody has told is said to be unknown."""
    lines = [*_who(found, number), *_where(found), *_around(found, shown["practice"])]
    said = [(label, [line for line in given if line]) for label, given in lines]
    return [(label, given or [_("Ikke oplyst")]) for label, given in said]


def _who(found: File, number: str) -> Iterator[tuple[str, list[str]]]:
    citizen = found.citizen
    yield _("Navn"), [citizen.name]
    yield _("CPR-nummer"), [number]
    if len(found.numbers) > 1:
        yield _("Tidligere numre"), [one.masked for one in found.numbers[1:]]
    yield _("Fødselsdato"), [day(citizen.birth_date)] if citizen.birth_date else []
    yield _("Køn"), [str(citizen.get_sex_display())] if citizen.sex else []


def _where(found: File) -> Iterator[tuple[str, list[str]]]:
    citizen = found.citizen
    protected = _("Adressen er beskyttet og vises ikke i systemet.")
    yield _("Telefon"), [_phone(one) for one in found.phones]
    yield _("E-mail"), [citizen.email]
    yield (
        _("Adresse"),
        [
            citizen.address,
            f"{citizen.postcode} {citizen.town}".strip(),
            protected if citizen.address_protected else "",
        ],
    )
    homes = [f"{one.name}, {_('fra')} {day(one.from_on)}" for one in found.homes]
    yield _("Bopælskommune"), homes


def _around(found: File, practice: str) -> Iterator[tuple[str, list[str]]]:
    citizen = found.citizen
    yield _("Sprog"), [citizen.language, _("Tolk") if citizen.interpreter else ""]
    yield _("Egen læge"), [practice]
    number = phone.display(citizen.guardian_phone) if citizen.guardian_phone else ""
    yield _("Forælder eller værge"), [f"{citizen.guardian_name} {number}".strip()]


def _phone(one: Any) -> str:
    words = [phone.display(one.number), one.note, _("(forkert)") if one.wrong_since else ""]
    return " ".join(filter(None, words))


def _case(referral: Any) -> dict[str, Any]:
    """One referral as the report tells it."""
    return {
        "received_at": referral.received_at,
        "sender": referral.sender_name or str(referral.get_source_display()),
        "channel": str(referral.get_channel_display()),
        "state": str(referral.get_state_display()),
        "contact_by": day_words(referral.contact_by),
        "handler": referral.handler.name,
        "caseworker": referral.caseworker.name if referral.caseworker else "",
        "agreement": referral.agreement.name,
        "text": referral.text,
    }


def _told(entry: Entry) -> Entry:
    """The referral's own text stands with the referral, once."""
    return replace(entry, text="") if entry.kind == "referral" else entry
