"""What the screens are called in the log: the menu's own words."""

from collections.abc import Iterable, Iterator
from functools import cache

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.translation import gettext_lazy as _

from roegfri.desk.frame import MENU
from roegfri.refusal import Words

SCREENS: dict[str, Words] = {
    "account_login": _("Log ind"),
    "desk:today": _("I dag"),
    "desk:note": _("I dag"),
    "desk:logged": _("I dag"),
    "desk:assign": _("Sag"),
    "desk:assign_many": _("Henvisninger"),
    "desk:marks": _("I dag"),
    "desk:call": _("Opkald"),
    "desk:new_phone": _("Opkald"),
    "desk:take_over": _("Opkald"),
    "desk:let_go": _("Opkald"),
    "desk:hold": _("Opkald"),
    "desk:give_up": _("Opkald"),
    "desk:undo_call": _("Opkald"),
    "desk:suggest": _("Opkald"),
    "desk:enrol_from_call": _("Opkald"),
    "desk:find_course": _("Find forløb"),
    "desk:enrol_case": _("Find forløb"),
    "desk:file": _("Sag"),
    "desk:consent": _("Sag"),
    "desk:reveal": _("Sag"),
    "desk:citizen": _("Ret oplysninger"),
    "desk:new_number_to_call": _("Ret oplysninger"),
    "desk:phone": _("Ret oplysninger"),
    "desk:remove_phone": _("Ret oplysninger"),
    "desk:new_civil_number": _("Ret oplysninger"),
    "desk:remove_number": _("Ret oplysninger"),
    "desk:move": _("Ret oplysninger"),
    "desk:remove_home": _("Ret oplysninger"),
    "desk:print": _("Udskrift af sag"),
    "desk:insight": _("Indsigt til borger"),
    "desk:withdraw": _("Sag"),
    "desk:close": _("Sag"),
    "desk:reopen": _("Sag"),
    "desk:give_on": _("Sag"),
    "desk:to_quitline": _("Sag"),
    "desk:search": _("Søg"),
    "desk:merge": _("Slå sammen med en dublet"),
    "desk:unmerge": _("Slå sammen med en dublet"),
    "courses:course": _("Forløb"),
    "courses:enrol": _("Tilmeld borger"),
    "courses:participant": _("Deltager"),
    "courses:change_participant": _("Deltager"),
    "courses:withdraw": _("Frameld"),
    "courses:take_back": _("Deltager"),
    "courses:transfer": _("Flyt til et andet forløb"),
    "courses:promote": _("Deltager"),
    "courses:ending": _("Afslutning"),
    "courses:finish": _("Afslutning"),
    "courses:participant_ending": _("Afslutning for en deltager"),
    "courses:task": _("Opgave"),
    "courses:point": _("Deltagerens tjekliste"),
    "courses:appointment": _("Lav aftale med en deltager"),
    "courses:diplomas": _("Diplomer"),
    "courses:diplomas_pdf": _("Diplomer"),
    "courses:diploma_pdf": _("Diplom"),
    "courses:letters": _("Breve til egen læge"),
    "courses:letter": _("Brev til egen læge"),
    "courses:letter_paper": _("Brev til egen læge"),
    "courses:letter_consent": _("Brev til egen læge"),
    "courses:letter_no": _("Brev til egen læge"),
    "courses:letter_doctor": _("Brev til egen læge"),
    "courses:one_letter": _("Brev til egen læge"),
    "courses:letter_pdf": _("Brev til egen læge, hentet som PDF"),
    "courses:letter_stop": _("Brev til egen læge"),
    "courses:letter_correct": _("Brev til egen læge"),
    "courses:form": _("STOPbasens skema"),
    "courses:form_link": _("Link til STOPbasens skema"),
    "courses:agreements": _("Deltagerens samtykker"),
    "courses:own_form": _("STOPbasens skema ved borgerens eget link"),
    "courses:own_form_part": _("STOPbasens skema ved borgerens eget link"),
    "courses:my_calendar": _("Min kalender"),
    "courses:pack": _("STOPbasen"),
    "courses:pack_numbers": _("STOPbasen"),
    "courses:pack_mark": _("STOPbasen"),
    "courses:pack_take_back": _("STOPbasen"),
    "courses:pack_sheet": _("STOPbasen, hentet som fil"),
    "courses:calendar": _("Kalender ved hemmeligt link"),
    "api:medcom": _("Snitflade: MedCom-besked"),
    "api:receipt": _("Snitflade: kvittering"),
    "api:referral": _("Snitflade: hvor langt en henvisning er"),
    "api:referrals": _("Snitflade: henvisning"),
}


# Where no line of the menu stands above an address, and none says more: the start of its name.
_REST: dict[str, Words] = {
    "desk:": _("Røgfri"),
    "ui:": _("Røgfri"),
    "api:": _("Snitflade"),
    "signup:": _("Offentlig tilmelding"),
    "find:": _("Find et hold"),
    "embed:": _("Find et hold"),
}


def words(subject: str) -> Words:
    """A screen in words: its own, else those of the menu above it; anything else as it stands."""
    route = _routes().get(subject)
    if route is None:
        return subject
    return SCREENS.get(subject) or _above(f"/{route}") or _rest(subject)


def _above(path: str) -> Words:
    under = [(url, label) for url, label in _menu() if path.startswith(url)]
    return max(under, key=lambda one: len(one[0]))[1] if under else ""


def _rest(name: str) -> Words:
    return next((label for start, label in _REST.items() if name.startswith(start)), _("Røgfri"))


@cache
def _menu() -> tuple[tuple[str, Words], ...]:
    """The lines of the menu but the one at the root, which stands above everything."""
    found = ((reverse(item.address), item.label) for item in MENU)
    return tuple((url, label) for url, label in found if url != "/")


@cache
def _routes() -> dict[str, str]:
    return dict(routes(get_resolver().url_patterns))


def routes(
    patterns: Iterable[URLPattern | URLResolver], spaces: tuple[str, ...] = (), before: str = ""
) -> Iterator[tuple[str, str]]:
    """Every address of the house that has a name, as a screen is called, with its route."""
    for one in patterns:
        route = f"{before}{one.pattern}"
        if isinstance(one, URLResolver):
            within = (*spaces, one.namespace) if one.namespace else spaces
            yield from routes(one.url_patterns, within, route)
        elif one.name:
            yield ":".join((*spaces, one.name)), route
