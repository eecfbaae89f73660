"""What an identity provider says of a person, read as roles.

Each provider of settings.OIDC_PROVIDERS carries, in its "settings":

    "roles": {"claim": "groups", "map": {"<value>": {"role": "counsellor", "municipality": "461"}}}
    "second_factor": {"claim": "amr", "values": ["mfa"]}

A value may map to a list of several roles. docs/sign-in.md has a whole example.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import structlog

from roegfri.organisations.models import (
    Agreement,
    HospitalDepartment,
    Municipality,
    Organisation,
    Pharmacy,
    Practice,
)

# How a mapping names the organisation: its word, the table, the column.
FOUND_BY: Mapping[str, tuple[type[Organisation], str]] = {
    "municipality": (Municipality, "code"),
    "agreement": (Agreement, "slug"),
    "department": (HospitalDepartment, "number"),
    "practice": (Practice, "provider_number"),
    "pharmacy": (Pharmacy, "p_number"),
}
_log = structlog.get_logger("roegfri.accounts.openid")


def claim(extra_data: Mapping[str, Any], name: str) -> frozenset[str]:
    """The values of a claim: from the signed ID token if it is there, else from userinfo."""
    for part in ("id_token", "userinfo"):
        found = (extra_data.get(part) or {}).get(name)
        if found is not None:
            values = found if isinstance(found, list) else [found]
            return frozenset(str(value) for value in values)
    return frozenset()


def states_second_factor(sociallogin: Any) -> bool:
    """Whether the provider says, as its setting has it, that a second factor was shown."""
    rule = _settings(sociallogin).get("second_factor")
    if not rule:
        return False
    return bool(claim(sociallogin.account.extra_data, rule["claim"]) & set(rule["values"]))


def roles(sociallogin: Any) -> list[tuple[str, Organisation]]:
    """The (role, organisation) pairs that the claim gives; what the mapping misnames gives none."""
    rule = _settings(sociallogin).get("roles")
    if not rule:
        return []
    values = claim(sociallogin.account.extra_data, rule["claim"])
    found = []
    for entry in _entries(rule["map"], values):
        organisation = _organisation(entry)
        if organisation is None:
            _log.warning("role mapping names no known organisation", role=entry.get("role"))
        else:
            found.append((str(entry["role"]), organisation))
    return found


def _settings(sociallogin: Any) -> Mapping[str, Any]:
    return sociallogin.provider.app.settings or {}


def _entries(mapping: Mapping[str, Any], values: Iterable[str]) -> Iterable[Mapping[str, Any]]:
    for value in sorted(values):
        entry = mapping.get(value, [])
        yield from entry if isinstance(entry, list) else [entry]


def _organisation(entry: Mapping[str, Any]) -> Organisation | None:
    for word, (model, column) in FOUND_BY.items():
        if word in entry:
            return model.objects.filter(**{column: entry[word]}).first()
    return None
