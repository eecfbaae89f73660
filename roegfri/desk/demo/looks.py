"""Look-ups of the last weeks, so that the security officer's screens have something to show."""

import datetime as dt
import random
from collections.abc import Sequence

from django.db import transaction

from referrals.models import Referral
from roegfri import clock
from roegfri.accounts.models import Grant, User
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, Kind
from roegfri.audit.commands import record
from roegfri.desk.demo.places import Place

_REASONS = ("", "", "", "", "Borgeren ringede tilbage", "Dækker for en syg kollega")


@transaction.atomic
def lay(places: Sequence[Place], now: dt.datetime, seed: int) -> None:
    """Forty openings of files in each municipality."""
    dice = random.Random(seed)  # noqa: S311  (a made-up world, not a secret)
    for place in places:
        newest = Referral.objects.filter(handler=place.municipality).order_by("-received_at", "pk")
        opened = list(newest.values_list("citizen_id", flat=True)[:40])
        grants = Grant.objects.filter(organisation=place.municipality, role=Role.COUNSELLOR)
        grants = grants.order_by("user__email")
        actors = [_actor(grant.user, grant) for grant in grants.select_related("user")]
        for citizen in opened:
            day = clock.danish_date(now) - dt.timedelta(days=dice.randint(1, 45))
            if not clock.is_workday(day):
                day = clock.last_workday_before(day)
            at = clock.danish_time(day, dt.time(dice.randint(8, 15), dice.randrange(60)))
            record(
                "person.read",
                dice.choice(("desk:file", "desk:call")),
                by=dice.choice(actors),
                at=at,
                persons=[citizen],
                reason=dice.choice(_REASONS),
            )


def _actor(user: User, grant: Grant) -> Actor:
    return Actor(
        Kind.PERSON,
        user.name,
        user_id=user.pk,
        grant_id=grant.pk,
        role=grant.role,
        organisation_id=grant.organisation_id,
    )
