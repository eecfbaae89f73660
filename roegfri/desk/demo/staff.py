"""The people who sign in to the trial, one for each role, and their colleagues."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password

from referrals.models import Cover
from referrals.queries.overview import LIST
from roegfri.accounts.models import Grant, User
from roegfri.accounts.roles import Role
from roegfri.organisations.models import (
    Agreement,
    HospitalDepartment,
    Municipality,
    Organisation,
    Pharmacy,
)
from roegfri.ui.models import SavedFilter

PASSWORD = "Roegfri-proeve-2026"  # noqa: S105  (the trial's, printed at its start)
DOMAIN = "roegfri.test"

# (address, name, roles with the municipality, agreement or kind of organisation they are for)
SIGN_INS: tuple[tuple[str, str, tuple[tuple[Role, str], ...]], ...] = (
    ("raadgiver", "Mette Bruun", ((Role.COUNSELLOR, "167"),)),
    ("koordinator", "Karin Holst", ((Role.COORDINATOR, "167"), (Role.COUNSELLOR, "153"))),
    ("raadgiver.aarhus", "Jonas Krogh", ((Role.COUNSELLOR, "751"),)),
    ("projektleder", "Lise Winther", ((Role.PROJECT_LEADER, "roegfri-paa-tvaers"),)),
    ("oekonomi", "Bo Engel", ((Role.FINANCE, "187"),)),
    ("apotek", "Sara Lindahl", ((Role.PHARMACY, "pharmacy"),)),
    ("stoplinien", "Tine Agger", ((Role.CALLER, "quitline"),)),
    ("henviser", "Jakob Friis", ((Role.REFERRER, "department"),)),
    ("sikkerhed", "Ellen Munk", ((Role.SECURITY, "167"),)),
    ("administrator", "Nikolaj Bay", ((Role.ADMINISTRATOR, "operator"),)),
)
# Name, and what the list's own form writes in the address.
FILTERS = (
    ("Nye fra hospitalet", "state=new&source=hospital"),
    ("Åbne uden rådgiver", "state=open&raadgiver=ingen"),
)
COVERED = "167"
COLLEAGUES = ("Anja Toft", "Peter Lassen", "Nadia Karim", "Henning Bech", "Rikke Dam", "Omar Said")


def signins() -> dict[str, Any]:
    """The demo sign-ins in the order of the roles: password, and for each person email, name,
    role and organisation as they are shown. Empty where there is no trial world."""
    wanted = [f"{local}@{DOMAIN}" for local, _, _ in SIGN_INS]
    found = {
        user.email: user
        for user in User.objects.filter(email__in=wanted).prefetch_related("grants__organisation")
    }
    people = []
    for email in wanted:
        if email in found:
            grants = sorted(found[email].grants.all(), key=lambda g: g.role != Role.COORDINATOR)
            people.append(
                {
                    "email": email,
                    "name": found[email].name,
                    "role": " + ".join(dict.fromkeys(str(g.get_role_display()) for g in grants)),
                    "organisation": " + ".join(dict.fromkeys(g.organisation.name for g in grants)),
                }
            )
    return {"password": PASSWORD, "people": people}


def hire(
    municipalities: list[Municipality], since: dt.date, seen: dt.datetime
) -> dict[Any, list[User]]:
    """Makes the sign-ins, and three counsellors for each municipality; repeatable.

    They are hired on the day `since`, and the three were last here at `seen`. Answers with the
    counsellors by municipality id.
    """
    # One hash for all: hashing sixty times would take longer than everything else.
    word = make_password(PASSWORD)
    for local, name, roles in SIGN_INS:
        user = _person(f"{local}@{DOMAIN}", name, word)
        for role, where in roles:
            _grant(user, role, _organisation(where), since)
    counsellors: dict[Any, list[User]] = {}
    for place, municipality in enumerate(municipalities):
        for number in range(3):
            name = _colleague(place * 3 + number, municipality)
            email = f"raadgiver{number + 1}.{municipality.code}@{DOMAIN}"
            user = _person(email, name, word, last_login=seen)
            _grant(user, Role.COUNSELLOR, municipality, since)
        valid = Grant.objects.filter(organisation=municipality, role=Role.COUNSELLOR)
        people = [grant.user for grant in valid.select_related("user")]
        counsellors[municipality.pk] = sorted(people, key=_signs_in_first)
    return counsellors


def _colleague(number: int, municipality: Municipality) -> str:
    """Names come again in other municipalities; but for hers, whom one covers for in Hvidovre."""
    first, *others = COLLEAGUES
    if number % len(COLLEAGUES) == 0 and municipality.code == COVERED:
        return first
    return others[number % len(others)]


def _signs_in_first(user: User) -> tuple[bool, str]:
    return user.email.partition("@")[0] not in {local for local, _, _ in SIGN_INS}, user.email


def quitline_caller() -> User:
    """Who signs in for Stoplinien."""
    return User.objects.get(email=f"stoplinien@{DOMAIN}")


def senders() -> dict[UUID, User]:
    """Who signs in for an organisation that refers, by its id."""
    grants = Grant.objects.filter(role__in=(Role.REFERRER, Role.PHARMACY)).select_related("user")
    return {grant.organisation_id: grant.user for grant in grants}


def cover(municipality: Municipality, counsellors: Sequence[User], on: dt.date) -> None:
    """A colleague is ill this week, and whoever signs in to the trial stands in; repeatable."""
    Cover.objects.get_or_create(
        municipality=municipality,
        absent=counsellors[1],
        substitute=counsellors[0],
        from_on=on - dt.timedelta(days=1),
        defaults={"until_on": on + dt.timedelta(days=4)},
    )


def keep_filters(user: User) -> None:
    """What she often looks at in the list of referrals; repeatable."""
    for name, query in FILTERS:
        SavedFilter.objects.get_or_create(
            user=user, list=LIST, name=name, defaults={"query": query}
        )


def _person(email: str, name: str, word: str, **more: Any) -> User:
    made = {"name": name, "password": word, **more}
    user, _ = User.objects.get_or_create(email=email, defaults=made)
    return user


def _grant(user: User, role: Role, organisation: Organisation, since: dt.date) -> None:
    Grant.objects.get_or_create(
        user=user, role=role, organisation=organisation, defaults={"from_on": since}
    )


def _organisation(where: str) -> Organisation:
    found: Organisation | None
    if where.isdigit():
        found = Municipality.objects.filter(code=where).first()
    elif where == "pharmacy":
        found = Pharmacy.objects.filter(municipality__code="167").first()
    elif where == "department":
        found = HospitalDepartment.objects.order_by("number").first()
    elif where in {"quitline", "operator"}:
        found = Organisation.objects.filter(kind=where).first()
    else:
        found = Agreement.objects.filter(slug=where).first()
    if found is None:
        msg = f"no organisation for {where!r}: run load_reference --demo first"
        raise LookupError(msg)
    return found
