"""What stands around every page: header, menu, banner, footer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from roegfri.accounts.roles import Right, Role
from roegfri.actor import NOBODY
from roegfri.refusal import Words


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the menu."""

    label: Words
    address: str
    right: Right
    icon: str
    section: Words = ""
    key: str = ""


WORK, OVERVIEW, LOG, OWN = _("Arbejde"), _("Overblik"), _("Log"), _("Mit")
MENU: Sequence[Item] = (
    Item(_("I dag"), "desk:today", Right.REFERRALS_HANDLE, "headset", WORK),
    Item(_("Henvisninger"), "referrals:list", Right.REFERRALS_READ, "list-bulleted", WORK),
    Item(_("Ny henvisning"), "referrals:new", Right.REFERRALS_HANDLE, "plus", WORK, "n"),
    Item(_("Indlæs henvisning"), "referrals:upload", Right.REFERRALS_IMPORT, "upload", WORK),
    Item(_("Indbakke"), "referrals:inbox", Right.REFERRALS_HANDLE, "email", WORK),
    Item(_("Aftaler"), "desk:agreements", Right.AGREEMENTS_READ, "assignment", OVERVIEW),
    Item(_("Log"), "desk:log", Right.LOG_READ, "search", LOG),
    Item(_("Stikprøve"), "desk:log_sample", Right.LOG_READ, "checklist", LOG),
    Item(_("Usædvanlige opslag"), "desk:log_odd", Right.LOG_READ, "warning", LOG),
    Item(_("Indsigt til borger"), "desk:log_person", Right.LOG_READ, "contact-info", LOG),
    Item(_("Administration"), "admin:index", Right.REFERENCE_DATA, "settings", OVERVIEW),
    Item(_("Min organisation"), "desk:organisation", Right.ORGANISATION_READ, "business", OWN),
    Item(_("Min profil"), "accounts:profile", Right.EVERYONE, "person", OWN),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """For every template: `actor`, `menu`, `grants` to switch between, `trial_banner`, `signins`."""
    actor = getattr(request, "actor", NOBODY)
    return {
        "actor": actor,
        "role_name": Role(actor.role).label if actor.role else "",
        "menu": _menu(request) if actor.rights else [],
        "grants": [g for g in getattr(request, "grants", ()) if g.pk != actor.grant_id],
        "trial": settings.TRIAL,
        "without_second_factor": settings.TRIAL and not settings.SECOND_FACTOR,
        "languages": settings.LANGUAGES,
    }


def _menu(request: HttpRequest) -> list[tuple[Words, list[dict[str, Any]]]]:
    """The sections a person has anything in, each with its lines."""
    actor = request.actor  # type: ignore[attr-defined]
    sections: dict[str, list[dict[str, Any]]] = {}
    for item in MENU:
        if actor.may(item.right):
            address = reverse(item.address)
            line = {"item": item, "url": address, "current": address == request.path}
            sections.setdefault(str(item.section), []).append(line)
    return list(sections.items())
