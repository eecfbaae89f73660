"""What stands around every page: header, menu, banner, footer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from roegfri.accounts.roles import Right, Role
from roegfri.actor import NOBODY, Actor
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
    """For every template: who acts and may act as whom, the menu, the banner, the languages.

    Pages for strangers and for what went wrong have it too: then there is no menu.
    """
    actor = getattr(request, "actor", NOBODY)
    menu, here = _menu(request, actor)
    return {
        "actor": actor,
        "role_name": Role(actor.role).label if actor.role else "",
        "menu": menu,
        "here": here,
        "grants": [g for g in getattr(request, "grants", ()) if g.pk != actor.grant_id],
        "trial": settings.TRIAL,
        "without_second_factor": settings.TRIAL and not settings.SECOND_FACTOR,
        "languages": settings.LANGUAGES,
    }


def _menu(
    request: HttpRequest, actor: Actor
) -> tuple[list[tuple[Words, list[dict[str, Any]]]], Words]:
    """The sections a person has anything in, each with its lines; and the line she stands on."""
    mine = [(item, reverse(item.address)) for item in MENU if actor.may(item.right)]
    above = max((url for _, url in mine if request.path.startswith(url)), key=len, default="")
    sections: dict[Words, list[dict[str, Any]]] = {}
    here: Words = ""
    for item, url in mine:
        current = _current(url, request.path, above)
        here = item.label if current else here
        sections.setdefault(item.section, []).append({"item": item, "url": url, "current": current})
    return list(sections.items()), here


def _current(url: str, path: str, above: str) -> str:
    """The value of aria-current: on the line's own page, or on one below it ("/" is above all)."""
    if url == path:
        return "page"
    return "true" if url == above != "/" else ""
