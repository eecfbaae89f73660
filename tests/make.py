"""Builders: one per model, sensible by default; a state beyond the first is reached by commands."""

import datetime as dt
import uuid
from itertools import count
from typing import Any

from referrals.commands.contact import log_call
from referrals.commands.details import Details
from referrals.commands.receive import receive_referral
from referrals.models import ContactAttempt, Cover, Referral
from referrals.states import Channel, Outcome, Source
from roegfri import clock
from roegfri.accounts import tokens
from roegfri.accounts.commands import create_token
from roegfri.accounts.models import Grant, Token, TokenPurpose, User
from roegfri.accounts.roles import GRANTS, Role
from roegfri.actor import Actor, Kind, acting, system
from roegfri.organisations import kinds
from roegfri.organisations.models import (
    Agreement,
    Membership,
    Municipality,
    Organisation,
    Region,
    Term,
)
from roegfri.persons import cpr

_number = count(1)
LONG_AGO = dt.date(2018, 1, 1)
# A Monday without holidays near it.
MONDAY = clock.danish_time(dt.date(2026, 3, 2), dt.time(9))
TERMS = {
    "contact_deadline_count": "2",
    "contact_deadline_unit": "workdays",
    "saturday_counts": "nej",
    "attempts_before_not_reached": "3",
    "minimum_age": "0",
    "guardian_age": "15",
    "own_consent_age": "15",
    "target_age": "16",
    "heavy_smoker_from": "15",
    "equivalent_pipe": "30",
    "equivalent_cigars": "50",
    "equivalent_snus": "10",
    "equivalent_e_cigarette": "50",
    "equivalent_pouches": "10",
}


def agreement(**terms: str) -> Agreement:
    """An agreement with two workdays to call, unless told otherwise."""
    number = next(_number)
    made = Agreement.objects.create(
        name=f"Aftale {number}", slug=f"aftale-{number}", kind=kinds.Kind.AGREEMENT
    )
    Term.objects.bulk_create(
        Term(agreement=made, name=name, value=value, from_on=LONG_AGO)
        for name, value in {**TERMS, **terms}.items()
    )
    return made


def municipality(within: Agreement | None = None, **given: Any) -> Municipality:
    """A member of an agreement."""
    number = next(_number)
    region, _ = Region.objects.get_or_create(name="Region Prøve")
    usual = {
        "name": f"Kommune {number}",
        "kind": kinds.Kind.MUNICIPALITY,
        "code": f"{100 + number % 900}",
        "cvr": f"{10_000_000 + number}",
        "region": region,
    }
    made = Municipality.objects.create(**{**usual, **given})
    Membership.objects.create(
        agreement=within or agreement(),
        municipality=made,
        scope=kinds.Scope.CESSATION,
        from_on=LONG_AGO,
    )
    return made


def user(**given: Any) -> User:
    """A person without roles."""
    number = next(_number)
    usual = {"email": f"bruger{number}@example.test", "name": f"Bruger {number}"}
    return User.objects.create_user(**{**usual, **given})


def grant(
    role: Role = Role.COUNSELLOR,
    organisation: Organisation | None = None,
    person: User | None = None,
) -> Grant:
    """A role in force since long ago."""
    return Grant.objects.create(
        user=person or user(),
        role=role,
        organisation=organisation or municipality(),
        from_on=LONG_AGO,
    )


def actor(given: Grant | None = None) -> Actor:
    """Who acts under a grant."""
    under = given or grant()
    return Actor(
        Kind.PERSON,
        under.user.name,
        user_id=under.user.pk,
        grant_id=under.pk,
        role=under.role,
        organisation_id=under.organisation_id,
        organisation_name=under.organisation.name,
        rights=GRANTS[under.role],
    )


def token(
    organisation: Organisation | None = None,
    purpose: TokenPurpose = TokenPurpose.REFERRALS,
    **given: Any,
) -> tuple[Token, str]:
    """A key for another system that holds for a year, and its secret."""
    at = given.pop("at", clock.now())
    usual = {"name": "Integration", "expires_on": clock.danish_date(at) + dt.timedelta(days=365)}
    with acting(SYSTEM):
        return create_token(
            organisation or municipality(), purpose=purpose, by=SYSTEM, at=at, **{**usual, **given}
        )


def token_of(secret: str, at: dt.datetime) -> Token | None:
    """The key, if it opens anything at that instant."""
    shown = tokens.presented(secret, at)
    return shown.token if shown.standing is tokens.Standing.GOOD else None


def home(of: Actor) -> Municipality:
    """The municipality somebody acts for."""
    assert of.organisation_id
    return Municipality.objects.get(pk=of.organisation_id)


def details(**given: Any) -> Details:
    """What a general practice sends; `number` is a telephone number, `civil_number` text."""
    usual: dict[str, Any] = {
        "source": Source.PRACTICE,
        "channel": Channel.MEDCOM,
        "received_at": MONDAY,
        "given_names": "Nancy Ann",
        "surname": "Berggren",
        "phones": [(given.pop("number", "+4520123456"), "mobil")],
        "text": "Henvisning til rygestop",
    }
    if text := given.pop("civil_number", ""):
        usual["civil_number"] = cpr.parse(text, on=MONDAY.date())
    return Details(**{**usual, **given})


def referral(by: Actor | None = None, **given: Any) -> Referral:
    """A referral received on MONDAY by the municipality of `by`."""
    by = by or actor()
    with acting(by):
        return receive_referral(
            details(**given),
            handler=home(by),
            by=by,
            at=given.get("received_at", MONDAY),
        )


def call(
    referral: Referral,
    by: Actor,
    outcome: Outcome = Outcome.NO_ANSWER,
    at: dt.datetime = MONDAY,
    **given: Any,
) -> ContactAttempt:
    """A logged call."""
    once = given.pop("once", None) or uuid.uuid4()
    with acting(by):
        return log_call(referral, outcome=outcome, once=once, by=by, at=at, **given)


def cover(by: Actor, absent: uuid.UUID, on: dt.date) -> Cover:
    """`by` looks after the cases of a colleague for one day."""
    with acting(by):
        return Cover.objects.create(
            municipality=home(by),
            absent_id=absent,
            substitute_id=by.person,
            from_on=on,
            until_on=on,
        )


SYSTEM = system("test")
