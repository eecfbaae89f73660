"""The times that the call screen offers with one click."""

import datetime as dt
from collections.abc import Container
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from referrals import rules
from referrals.models import Referral
from referrals.states import Outcome
from roegfri import clock
from roegfri.desk.lines import moment_words


@dataclass(frozen=True, slots=True)
class Choice:
    """A time: what the button or the choice sends, and its words; `usual`: taken by itself where
    nothing is sent."""

    value: str
    words: str
    usual: bool = False


def retries(
    referral: Referral,
    at: dt.datetime,
    closed: Container[dt.date],
    *,
    wished: Container[str] = (),
) -> list[Choice]:
    """When to try again who does not answer; the first is taken unless another is chosen: what she
    `wished` for herself (TIMES), if that is in time."""
    by = referral.contact_by
    found = rules.proposed_attempts(at, contact_by=by, closed=closed)
    own = rules.wished_moment(at, wished, contact_by=by, closed=closed)
    usual, *more = [_choice("", moment, at) for moment in found if moment != own]
    if own is None:
        return [replace(usual, usual=True), *more]
    choice = _choice("", own, at)
    words = _("%(when)s, som borgeren ønsker") % {"when": choice.words}
    return [replace(choice, words=words), usual, *more]


def call_backs(at: dt.datetime, closed: Container[dt.date]) -> list[Choice]:
    """When to call back: in an hour, this afternoon, the next workday's morning and afternoon."""
    today = clock.danish_date(at)
    tomorrow = clock.add_workdays(today, 1, closed=closed)
    moments = [
        at.replace(minute=0 if at.minute < 30 else 30, second=0, microsecond=0)
        + dt.timedelta(hours=1),
        clock.danish_time(today, dt.time(16)),
        clock.danish_time(tomorrow, dt.time(9, 30)),
        clock.danish_time(tomorrow, dt.time(16)),
    ]
    ahead = dict.fromkeys(moment.astimezone(dt.UTC) for moment in moments if moment > at)
    return [_choice(Outcome.CALL_BACK, moment, at) for moment in ahead]


def decisions(at: dt.datetime, closed: Container[dt.date]) -> list[Choice]:
    """When to ask what somebody has decided: in a week, in two."""
    weeks = [rules.think_until(at + dt.timedelta(days=7 * n), closed=closed) for n in (0, 1)]
    return [_choice(Outcome.THINKING, moment, at) for moment in weeks]


def _choice(outcome: str, moment: dt.datetime, at: dt.datetime) -> Choice:
    value = moment.astimezone(dt.UTC).isoformat()
    return Choice(f"{outcome} {value}".strip(), moment_words(moment, clock.danish_date(at)))
