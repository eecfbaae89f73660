"""Who did it where it was no person: Actor.label in words."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from roegfri.actor import Kind
from roegfri.refusal import Words

# The names of the system scopes (roegfri.actor.system), by what they do.
SYSTEMS: dict[str, Words] = {
    "accounts.forget_ended_sessions": _("oprydning i gamle login"),
    "api.forget_answers": _("oprydning i snitfladens gamle svar"),
    "audit.seal": _("forsegling af loggen"),
    "audit.verify": _("kontrol af loggen"),
    "courses.ask_for_contacts": _("den, der skal tales med før første mødegang"),
    "courses.ask_for_letters": _("breve til egen læge, der skal skrives"),
    "courses.ask_to_finish": _("forløb, der skal afsluttes"),
    "courses.end_long_absent": _("afslutning efter langt fravær"),
    "courses.feed": _("kalender hentet ved hemmeligt link"),
    "courses.look_at_lines": _("ventelisten, når tiden har givet plads"),
    "courses.tell_of_letters": _("breve til egen læge uden kvittering"),
    "create_token": _("driften laver en adgangsnøgle"),
    "create_user": _("driften opretter en bruger"),
    "demo_data": _("øvedata"),
    "desk.heartbeat": _("overvågning af driften"),
    "desk.readyz": _("overvågning af driften"),
    "import_medcom": _("driften indlæser MedCom-filer"),
    "load_reference": _("stamdata"),
    "migrate": _("opdatering af systemet"),
    "outbox.send": _("afsendelse af beskeder"),
    "referrals.sweep": _("mappen"),
    "reset_second_factor": _("driften nulstiller andet trin ved login"),
    "search.verify": _("kontrol af søgningen"),
    "ui.forget_old_drafts": _("oprydning i gamle kladder"),
}
_KINDS: dict[str, Words] = {
    Kind.TOKEN: _("Adgangsnøgle"),
    Kind.PUBLIC: _("Offentlig tilmelding"),
    Kind.LINK: _("Link i et brev"),
    Kind.SYSTEM: _("Systemet"),
    Kind.NOBODY: _("Ingen, der er logget ind"),
    "database": _("Driften, direkte i databasen"),
}


def words(label: str, keys: Mapping[UUID, str]) -> str:
    """In words; `keys` are the names of the other systems' keys, by id."""
    kind, _colon, name = label.partition(":")
    said = str(_KINDS.get(kind, _KINDS[Kind.SYSTEM]))
    more = keys.get(key, "") if (key := _key(label)) else SYSTEMS.get(name, "")
    return f"{said}: {more}" if more else said


def keys_of(labels: Collection[str]) -> set[UUID]:
    """The ids of the keys among them."""
    return {key for label in labels if (key := _key(label))}


def by_whom(label: str) -> str:
    """What a citizen is told of the one without a role: what it was, not what it is called."""
    kind = label.partition(":")[0]
    if kind == Kind.TOKEN:
        return _now("Et andet it-system")
    return str(_KINDS[Kind.PUBLIC if kind == Kind.PUBLIC else Kind.SYSTEM])


def _key(label: str) -> UUID | None:
    kind, _colon, name = label.partition(":")
    try:
        return UUID(name) if kind == Kind.TOKEN else None
    except ValueError:
        return None
