"""The ways in, as they were used lately: what came by which, and the keys of other systems."""

import datetime as dt
import hashlib
import random
from collections.abc import Iterator

from django.db import transaction

from referrals.models import Arrival, IncomingMessage, Referral
from referrals.states import Channel, InboxState, Taken, Way
from roegfri import clock
from roegfri.accounts.models import Token, TokenPurpose
from roegfri.desk.demo.places import Place
from roegfri.desk.demo.setting import SHOWN, Setting
from roegfri.organisations.models import Organisation

_DAYS, _MOST = 30, 300
_MEDCOM = (Way.FOLDER, Way.FOLDER, Way.FOLDER, Way.API, Way.UPLOAD)
# By what is known of a referral, the door it came through.
_WAYS: dict[str, tuple[Way, ...]] = {
    Channel.MEDCOM: _MEDCOM,
    Channel.CORRESPONDENCE: (Way.FOLDER, Way.UPLOAD),
    Channel.WEB: (Way.FORM, Way.PUBLIC),
    Channel.API: (Way.API,),
}
# Hours ago, the way, and what became of it: what makes no new case, and a few words why.
_MORE = (
    (2, Way.FOLDER, Taken.CORRECTED, ""),
    (4, Way.FOLDER, Taken.ANSWERED, ""),
    (5, Way.API, Taken.DUPLICATE, ""),
    (26, Way.FOLDER, Taken.DUPLICATE, ""),
    (30, Way.FORM, Taken.CORRECTED, ""),
    (31, Way.API, Taken.REFUSED, "Telefonnummeret mangler. Skriv det nummer, der skal ringes til."),
    (52, Way.FORWARDED, Taken.CREATED, ""),
    (75, Way.PUBLIC, Taken.CREATED, ""),
    (77, Way.FORM, Taken.CREATED, ""),
)
# Name, purpose, days since it was made, days until it expires, hours since it was used last (None:
# never), whether it was closed meanwhile.
_KEYS = (
    ("Integrationsplatformen", TokenPurpose.MEDCOM, 345, 20, 1, False),
    ("Sundhedscentrets omsorgssystem", TokenPurpose.REFERRALS, 60, 305, 50, False),
    ("Integrationsplatformen, test", TokenPurpose.MEDCOM, 200, 165, 900, True),
)
_SILENT = "Diabetesambulatoriet, Amager og Hvidovre Hospital"
_OF_A_DEPARTMENT = ("Hospitalets journalsystem", TokenPurpose.REFERRALS, 30, 335, 5, False)


@transaction.atomic
def lay(here: Setting, now: dt.datetime, seed: int) -> None:
    """A month of arrivals everywhere, more where the trial is shown, and keys; keys repeatable."""
    dice = random.Random(seed)  # noqa: S311  (a made-up world, not a secret)
    shown = here.at(SHOWN)
    rows = [row for place in here.places for row in _of_referrals(place, now, dice)]
    Arrival.objects.bulk_create([*rows, *_unread(shown), *_more(shown, now), *_silent(shown, now)])
    for key in _KEYS:
        _key(shown.municipality, now, *key)
    if departments := shown.senders["hospital"]:
        _key(departments[0], now, *_OF_A_DEPARTMENT)


def _of_referrals(place: Place, now: dt.datetime, dice: random.Random) -> Iterator[Arrival]:
    since = now - dt.timedelta(days=_DAYS)
    came = Referral.objects.filter(received_by=place.municipality, received_at__gt=since)
    for one in came.filter(received_at__lte=now).order_by("-received_at", "pk")[:_MOST]:
        way = dice.choice(_WAYS.get(one.channel, (Way.TYPED,)))
        # The public form asks nobody who sends: it is the citizen herself.
        sender = None if way == Way.PUBLIC else one.sender_id
        name = "" if way == Way.PUBLIC else one.sender_name
        yield _arrival(place.municipality, one.received_at, way, sender_id=sender, sender_name=name)


def _unread(place: Place) -> Iterator[Arrival]:
    """What lies in the inbox came in, too."""
    kept = IncomingMessage.objects.filter(organisation=place.municipality)
    for message in kept.exclude(state=InboxState.ACCEPTED):
        yield _arrival(
            place.municipality,
            message.came_at,
            Way(message.way),
            result=Taken.REFUSED,
            reason=message.reason,
        )


def _more(place: Place, now: dt.datetime) -> Iterator[Arrival]:
    departments = place.senders["hospital"][:1]
    for hours, way, result, reason in _MORE:
        sender = departments[0] if departments and way in {Way.FOLDER, Way.API, Way.FORM} else None
        at = now - dt.timedelta(hours=hours)
        yield _arrival(place.municipality, at, way, result=result, sender=sender, reason=reason)


def _silent(place: Place, now: dt.datetime) -> Iterator[Arrival]:
    """An out-patient clinic that sent every workday for two weeks, and nothing for three since."""
    for count in range(4, 14):
        day = place.workdays_before(clock.danish_date(now), count)
        at = clock.danish_time(day, dt.time(14, 2 * count))
        yield _arrival(place.municipality, at, Way.FOLDER, sender_name=_SILENT)


def _arrival(
    place: Organisation,
    at: dt.datetime,
    way: Way,
    *,
    result: Taken = Taken.CREATED,
    **given: object,
) -> Arrival:
    return Arrival(organisation_id=place.pk, at=at, way=way, result=result, **given)


def _key(
    owner: Organisation,
    now: dt.datetime,
    name: str,
    purpose: str,
    made: int,
    left: int,
    used: int | None,
    closed: bool,  # noqa: FBT001  (a column of the table above)
) -> None:
    """Nobody holds what it is the digest of: it opens nothing."""
    mark = hashlib.sha256(f"{owner.pk} {name}".encode()).hexdigest()
    day = clock.danish_date(now) + dt.timedelta(days=left)
    about = {
        "purpose": purpose,
        "prefix": f"rgf_{mark[:8]}",
        "sha256": hashlib.sha256(f"no key {mark}".encode()).digest(),
        "made_by": "Karin Holst",
        "made_at": now - dt.timedelta(days=made),
        "expires_at": clock.end_of_day(day),
        "last_used_at": now - dt.timedelta(hours=used) if used is not None else None,
    }
    if closed:
        about |= {
            "revoked_at": now - dt.timedelta(hours=(used or 0) - 1),
            "revoked_by": "Karin Holst",
        }
    Token.objects.get_or_create(organisation_id=owner.pk, name=name, defaults=about)
