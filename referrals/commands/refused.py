"""A referral that another system sent was refused: the municipality sees that somebody tried."""

import datetime as dt

from django.db import transaction

from referrals.commands.arrivals import Came, note_arrivals
from referrals.states import Taken, Way
from roegfri.actor import Actor, acting, receiving
from roegfri.organisations.models import Municipality, Organisation


@transaction.atomic
def note_refusal(reason: str, *, to: Municipality, by: Actor, at: dt.datetime) -> None:
    """One line among what came in, with the words that the sender was answered."""
    assert by.organisation_id  # noqa: S101  (nobody sends who acts for nobody)
    sender = Organisation.objects.get(pk=by.organisation_id)
    came = Came(Way.API, Taken.REFUSED, at, sender=sender, sender_name=sender.name, reason=reason)
    with acting(receiving(by, to.pk, to.name)):
        note_arrivals(to.pk, [came])
