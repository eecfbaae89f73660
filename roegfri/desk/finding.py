"""What a line of a search says, and what is said when there is none."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from referrals.queries.search import Hit
from referrals.queries.wanted import Wanted
from referrals.states import ReferralState
from roegfri import clock
from roegfri.persons import phone
from roegfri.ui.templatetags.ui import tag

_TAGS = {ReferralState.RECEIVED: "new", ReferralState.REACHED: "done"}


@dataclass(frozen=True, slots=True)
class Line:
    """One citizen that was found, in words; `open_case` can be opened on the call screen."""

    name: str
    born: str
    number: str
    phones: SafeString
    home: str
    state: str
    caseworker: str
    case: UUID | None
    open_case: UUID | None


def line(hit: Hit, wanted: Wanted) -> Line:
    """A hit, with what was searched for marked in the phone numbers."""
    return Line(
        name=hit.name or _("Navn ukendt"),
        born=_born(hit),
        number=hit.masked_number,
        phones=format_html_join(
            " ", '<span class="nowrap">{}</span>', ((_marked(n, wanted),) for n in hit.phones)
        ),
        home=hit.home or "",
        state=_state(hit),
        caseworker=hit.caseworker or "",
        case=hit.case_id,
        open_case=hit.open_cases[0] if hit.open_cases else None,
    )


def _born(hit: Hit) -> str:
    """ "25.12.1948, 77 år"."""
    if hit.birth_date is None:
        return ""
    years = clock.age_on(hit.birth_date, clock.today())
    return f"{hit.birth_date:%d.%m.%Y}, {years} {_('år')}"


def _state(hit: Hit) -> str:
    if hit.state is None:
        return tag("waiting", _("Behandles i en anden kommune"))
    state = ReferralState(hit.state)
    return tag(_TAGS.get(state, "waiting"), state.label)


def _marked(e164: str, wanted: Wanted) -> str:
    """The number as Danes read it; the part that was searched for is marked."""
    shown = phone.display(e164)
    apart = "[^0-9]*".join(wanted.digits)
    found = re.search(apart, shown) if apart else None
    if found is None:
        return shown
    before, after = shown[: found.start()], shown[found.end() :]
    return format_html("{}<mark>{}</mark>{}", before, found[0], after)


def searched_for(wanted: Wanted) -> str:
    """The readings of what was typed, in words; not what was typed itself."""
    said = {
        _("et CPR-nummer"): wanted.civil,
        _("en fødselsdato"): wanted.born,
        _("et telefonnummer eller en del af et"): wanted.digits,
        _("en sags id"): wanted.case,
    }
    facts = _(" eller ").join(words for words, asked in said.items() if asked)
    return _(" sammen med ").join(filter(None, (wanted.name and _("et navn"), facts)))
