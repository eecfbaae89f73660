"""What stands around every page: header, menu, banner, footer."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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


# Another word in English than the passkeys people sign in with.
KEYS = pgettext_lazy("API", "Adgangsnøgler")
WORK, OVERVIEW, LOG, OWN = _("Arbejde"), _("Overblik"), _("Log"), _("Mit")
MENU: Sequence[Item] = (
    Item(_("I dag"), "desk:today", Right.REFERRALS_HANDLE, "headset", WORK),
    Item(_("Henvisninger"), "referrals:list", Right.REFERRALS_READ, "list-bulleted", WORK),
    Item(_("Ny henvisning"), "referrals:new", Right.REFERRALS_HANDLE, "plus", WORK, "n"),
    Item(_("Indlæs henvisning"), "referrals:upload", Right.REFERRALS_IMPORT, "upload", WORK),
    Item(_("Indbakke"), "referrals:inbox", Right.REFERRALS_HANDLE, "email", WORK),
    Item(pgettext_lazy("menu", "Hold"), "courses:list", Right.COURSES_READ, "calendar-month", WORK),
    Item(_("Ugenet"), "courses:grid", Right.COURSES_READ, "apps", WORK),
    Item(_("Dæk for kollega"), "desk:covers", Right.REFERRALS_HANDLE, "persons", WORK),
    Item(_("Dokumenter"), "collaboration:documents", Right.DOCUMENTS_READ, "document", OVERVIEW),
    Item(_("Frister overholdt"), "desk:deadlines", Right.REFERRALS_READ, "analytics", OVERVIEW),
    Item(_("Hvem kommer hvorfra"), "courses:comers", Right.COMERS_READ, "map", OVERVIEW),
    Item(_("Indgange"), "referrals:arrivals", Right.REFERRALS_READ, "download", OVERVIEW),
    Item(_("Medarbejdere"), "desk:staff", Right.STAFF_MANAGE, "groups", OVERVIEW),
    Item(_("Steder"), "courses:venues", Right.COURSES_PLAN, "location", OVERVIEW),
    Item(_("Uddannelse"), "courses:qualifications", Right.COURSES_PLAN, "student", OVERVIEW),
    Item(_("Lukkedage"), "desk:closing_days", Right.CLOSING_DAYS_SET, "calendar-month", OVERVIEW),
    Item(KEYS, "desk:tokens", Right.TOKENS_MANAGE, "lock", OVERVIEW),
    Item(_("Mine henvisninger"), "sending:list", Right.REFERRALS_SEND, "list-bulleted", WORK),
    Item(_("Henvis en borger"), "sending:new", Right.REFERRALS_SEND, "plus", WORK, "n"),
    Item(_("Offentlig tilmelding"), "public:texts", Right.PUBLIC_TEXTS, "language", OVERVIEW),
    Item(_("Opkald for kommunerne"), "desk:quitline", Right.QUITLINE_CALLS, "headset", WORK),
    Item(_("Aftaler"), "desk:agreements", Right.AGREEMENTS_READ, "assignment", OVERVIEW),
    Item(_("Log"), "desk:log", Right.LOG_READ, "search", LOG),
    Item(_("Stikprøve"), "desk:log_sample", Right.LOG_READ, "checklist", LOG),
    Item(_("Usædvanlige opslag"), "desk:log_odd", Right.LOG_READ, "warning", LOG),
    Item(_("Indsigt til borger"), "desk:log_person", Right.LOG_READ, "contact-info", LOG),
    Item(_("Administration"), "admin:index", Right.REFERENCE_DATA, "settings", OVERVIEW),
    Item(_("Min organisation"), "desk:organisation", Right.ORGANISATION_READ, "business", OWN),
    Item(_("Min profil"), "accounts:profile", Right.EVERYONE, "person", OWN),
)


@dataclass(frozen=True, slots=True)
class Line:
    """An item as it stands on a page; `current` is the value of aria-current."""

    item: Item
    url: str
    current: str


@dataclass(frozen=True, slots=True, eq=False)
class Menu:
    """The sections a person has anything in, each with its lines; and the line she stands on.

    Made once for a role and a place, and known by its identity: its markup is kept (ui/kept.py).
    """

    sections: tuple[tuple[Words, tuple[Line, ...]], ...]
    here: Words

    def __bool__(self) -> bool:
        return bool(self.sections)


def frame(request: HttpRequest) -> dict[str, Any]:
    """For every template: who acts and may act as whom, the menu, the banner, the languages.

    Pages for strangers and for what went wrong have it too: then there is no menu.
    """
    actor = getattr(request, "actor", NOBODY)
    return {
        "actor": actor,
        "role_name": Role(actor.role).label if actor.role in Role.values else "",
        "menu": menu(actor, request.path),
        "grants": [g for g in getattr(request, "grants", ()) if g.pk != actor.grant_id],
        "trial": settings.TRIAL,
        "without_second_factor": settings.TRIAL and not settings.SECOND_FACTOR,
        "languages": settings.LANGUAGES,
    }


def menu(actor: Actor, path: str) -> Menu:
    """The menu of whoever acts, on the page at `path`."""
    urls = [url for _, url in _items(actor.rights)]
    above = max((url for url in urls if path.startswith(url)), key=len, default="")
    return _menu(actor.rights, above, "page" if path == above else "true")


@cache
def _items(rights: frozenset[str]) -> tuple[tuple[Item, str], ...]:
    return tuple((item, reverse(item.address)) for item in MENU if item.right in rights)


@cache
def _menu(rights: frozenset[str], above: str, where: str) -> Menu:
    """`above` is the address of the line that the page is on or below ("/" is above all)."""
    if above == "/" and where != "page":
        above = ""
    sections: dict[Words, list[Line]] = {}
    here: Words = ""
    for item, url in _items(rights):
        current = where if url == above else ""
        here = item.label if current else here
        sections.setdefault(item.section, []).append(Line(item, url, current))
    return Menu(tuple((words, tuple(lines)) for words, lines in sections.items()), here)
