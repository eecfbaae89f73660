"""A call that was logged by mistake is taken back, and the case stands as it stood."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from referrals.commands.cases import handled
from referrals.commands.talk import erase_talk
from referrals.models import ContactAttempt, Interview, Phone, Referral
from referrals.queries import moved
from referrals.states import MOVES
from roegfri import lifecycle
from roegfri.accounts.roles import Role
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Refusal

# Long enough to see the slip at the next call or after a break; short enough that nobody else has
# built on it. Later the case is put right by a new call, closing or reopening.
UNDO_WITHIN = dt.timedelta(minutes=60)


@transaction.atomic
def undo_call(attempt: ContactAttempt, *, by: Actor, at: dt.datetime) -> None:
    """Takes a call back: it counts for nothing, and the case is as it was before it.

    By whoever logged it, or a coordinator. Raises Refusal when it is somebody else's, too long ago,
    not the newest call, taken back already, or something else has changed on the case since.
    """
    referral = handled(attempt.referral, by)
    attempt = ContactAttempt.objects.select_for_update(of=("self",)).get(pk=attempt.pk)
    _check(attempt, by, at)
    newest = (
        ContactAttempt.objects.filter(referral=referral, undone_at=None).order_by("-at").first()
    )
    if newest != attempt:
        raise Refusal(_("Der er logget et opkald siden. Fortryd det først."))
    kept: dict[str, Any] = attempt.before or {}
    _check_unchanged(referral, kept["left"], by)
    _check_interview(referral, attempt, kept)
    _restore(referral, kept["was"])
    Phone.objects.filter(pk__in=kept["wrong_number"].split()).update(wrong_since=None)
    if kept["talk"]:
        erase_talk(referral, kept["talk"], by=by, at=at)
    attempt.undone_at, attempt.undone_by_id = at, by.person
    attempt.save(update_fields=["undone_at", "undone_by"])
    record("call.undone", referral, by=by, at=at, persons=[referral.citizen_id])


def _check(attempt: ContactAttempt, by: Actor, at: dt.datetime) -> None:
    if attempt.undone_at:
        raise Refusal(_("Opkaldet er allerede fortrudt."))
    if attempt.caller_id != by.user_id and by.role != Role.COORDINATOR:
        raise Refusal(
            _("Opkaldet er logget af %(name)s. Bed hende eller ham, eller en koordinator.")
            % {"name": attempt.caller.name}
        )
    if at - attempt.at > UNDO_WITHIN or attempt.before is None:
        raise Refusal(
            _("Opkaldet er for gammelt til at blive fortrudt. Log et nyt, eller ret i sagen.")
        )


def _check_unchanged(referral: Referral, left: dict[str, Any], by: Actor) -> None:
    for change in moved.what_changed(by, left, referral):
        raise Refusal(
            _("Kan ikke fortrydes: sagen er ændret siden. %(label)s: %(was)s, nu %(now)s.")
            % {"label": change.label, "was": change.was, "now": change.now}
        )


def _check_interview(referral: Referral, attempt: ContactAttempt, kept: dict[str, Any]) -> None:
    if not kept["talk"]:
        return
    told = Interview.objects.filter(referral=referral).values_list("at", flat=True).first()
    if told and told != attempt.at:
        raise Refusal(_("Kan ikke fortrydes: svarene fra samtalen er rettet siden."))


def _restore(referral: Referral, was: dict[str, Any]) -> None:
    """The case as it was, in one UPDATE; the state by the table of moves."""
    for name in moved.FACTS:
        value = was[name]
        instant = name in {"reached_at", "next_at"} and value
        setattr(referral, name, dt.datetime.fromisoformat(value) if instant else value)
    since = dt.datetime.fromisoformat(was["state_since"])
    if referral.state == was["state"]:
        referral.save(update_fields=moved.FACTS)
    else:
        lifecycle.move(referral, MOVES, to=was["state"], at=since, facts=moved.FACTS)
