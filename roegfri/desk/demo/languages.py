"""In which languages the municipality of the trial lets itself be read; Polish waits to be read."""

import datetime as dt

from roegfri.accounts.models import Grant
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, Kind
from roegfri.organisations.models import Municipality
from roegfri.public.commands import approve_language
from roegfri.public.languages import LANGUAGES

# How many days ago each was approved.
APPROVED = {"en": 41, "tr": 41, "ar": 12}


def approve(municipality: Municipality, now: dt.datetime) -> None:
    """The coordinator has read three of them; repeatable."""
    grant = Grant.objects.select_related("user").get(
        organisation=municipality, role=Role.COORDINATOR
    )
    karin = Actor(
        Kind.PERSON,
        grant.user.name,
        user_id=grant.user_id,
        grant_id=grant.pk,
        role=grant.role,
        organisation_id=municipality.pk,
    )
    for code, days in APPROVED.items():
        at, language = now - dt.timedelta(days=days), LANGUAGES[code]
        approve_language(language, digest=language.digest, by=karin, at=at)
