"""Keys for other systems: made, shown once, closed."""

import datetime as dt
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from roegfri import clock
from roegfri.accounts import policies, tokens
from roegfri.accounts.models import Token, TokenPurpose
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.organisations.kinds import Kind
from roegfri.organisations.models import Organisation
from roegfri.refusal import AlreadySent, Refusal
from roegfri.walls.locks import alone, whose

LONGEST_MONTHS, USUAL_MONTHS = 24, 12

# Whose systems may do what: messages are handed in to a municipality, referrals come from a sender.
MAY_HAVE: dict[str, frozenset[Kind]] = {
    TokenPurpose.MEDCOM: frozenset({Kind.MUNICIPALITY}),
    TokenPurpose.REFERRALS: frozenset(
        {Kind.MUNICIPALITY, Kind.HOSPITAL, Kind.DEPARTMENT, Kind.PRACTICE, Kind.PHARMACY}
    ),
}


@transaction.atomic
def create_token(
    organisation: Organisation,
    *,
    purpose: str,
    name: str,
    expires_on: dt.date,
    by: Actor,
    at: dt.datetime,
    once: uuid.UUID | None = None,
) -> tuple[Token, str]:
    """A key and its secret, which is kept nowhere and can be shown this one time only.

    `expires_on` is its last day. `once` is the form's own number: it makes one key, and is answered
    AlreadySent from then on. Raises Refusal for another municipality's organisation, for a
    purpose that kind of organisation has not, and for a day that is past or too far ahead.
    """
    key = whose(once, by, organisation.pk) if once else uuid.uuid4()
    alone("token", key)
    if Token.objects.filter(pk=key).exists():
        raise AlreadySent(
            _(
                "Nøglen er allerede lavet, og den vises kun én gang. Nåede du ikke at kopiere den, "
                "så luk den på listen, og lav en ny."
            )
        )
    _check_whose(organisation, purpose, by)
    _check_last_day(expires_on, clock.danish_date(at))
    secret = tokens.new_secret()
    token = Token.objects.create(
        id=key,
        organisation_id=organisation.pk,
        purpose=purpose,
        name=_said(name),
        prefix=tokens.prefix_of(secret),
        sha256=tokens.digest(secret),
        made_by=_who(by),
        made_at=at,
        expires_at=clock.end_of_day(expires_on),
    )
    record("token.made", token, by=by, at=at, reason=str(token))
    return token, secret


@transaction.atomic
def revoke_token(token: Token, *, by: Actor, at: dt.datetime) -> Token:
    """It opens nothing from now on. Raises Refusal when it was closed before; it stays closed."""
    token = policies.tokens_visible_to(by).select_for_update(of=("self",)).get(pk=token.pk)
    if token.revoked_at is not None:
        raise Refusal(
            _("Nøglen er allerede lukket. Den blev lukket %(day)s af %(name)s.")
            % {"day": f"{clock.danish_date(token.revoked_at):%d.%m.%Y}", "name": token.revoked_by}
        )
    token.revoked_at, token.revoked_by = at, _who(by)
    token.save(update_fields=["revoked_at", "revoked_by"])
    record("token.revoked", token, by=by, at=at, columns=["revoked_at", "revoked_by"])
    return token


def _who(by: Actor) -> str:
    """As the list shows it: a person's name, or that it was done from the command line."""
    return by.name[:120] if by.user_id else _("Driften")


def _said(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refusal(_("Skriv, hvilket system nøglen er til."), field="name")
    return name[:80]


def _check_whose(organisation: Organisation, purpose: str, by: Actor) -> None:
    if not policies.may_make_keys_for(by, organisation):
        raise Refusal(
            _("Du kan kun lave nøgler for din egen kommune. Skriv til administratoren."),
            field="organisation",
        )
    if organisation.kind in MAY_HAVE.get(purpose, frozenset()):
        return
    words = _("%(name)s henviser ikke borgere og kan ikke få en nøgle.")
    if organisation.kind in MAY_HAVE[TokenPurpose.REFERRALS]:
        words = _("MedCom-beskeder afleveres til en kommune. Vælg at henvise borgere.")
    raise Refusal(words % {"name": organisation.name}, field="purpose")


def _check_last_day(expires_on: dt.date, today: dt.date) -> None:
    longest = clock.add_months(today, LONGEST_MONTHS)
    if expires_on < today:
        raise Refusal(_("Dagen er gået. Vælg i dag eller en senere dag."), field="expires_on")
    if expires_on > longest:
        raise Refusal(
            _("En nøgle kan højst gælde i to år. Vælg %(day)s eller en tidligere dag.")
            % {"day": f"{longest:%d.%m.%Y}"},
            field="expires_on",
        )
