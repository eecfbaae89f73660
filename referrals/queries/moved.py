"""What has become of a case while somebody was looking at it, and who did it."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from referrals.models import Referral
from referrals.states import CloseReason, NextStep, ReferralState
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.actor import Actor
from roegfri.organisations.models import Organisation
from roegfri.refusal import Words
from roegfri.walls import prepared

# What a call changes of a case, beside its state.
FACTS = (
    "attempts",
    "reached_at",
    "close_reason",
    "caseworker_id",
    "next_at",
    "next_step",
    "next_note",
)
_ALL = ("state", "state_since", "handler_id", "contact_by", *FACTS)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is no longer as it was; `who` and `at` where the change log knows."""

    label: Words
    was: str
    now: str
    who: str = ""
    at: dt.datetime | None = None


def case_facts(viewer: Actor, referral: Referral) -> dict[str, Any]:
    """A case that `viewer` has in hand, in plain values that JSON can hold."""
    return {name: _plain(getattr(referral, name)) for name in _ALL}


def what_changed(viewer: Actor, was: Mapping[str, Any], referral: Referral) -> list[Change]:
    """How a case differs from facts taken before, thing by thing, in words."""
    now = case_facts(viewer, referral)
    who = _last(referral)
    found = []
    for label, names, words in _THINGS:
        if any(was.get(name) != now[name] for name in names):
            last = next((who[name] for name in names if name in who), None)
            change = Change(label(), words(was), words(now))
            if last:
                change = Change(label(), change.was, change.now, last.who, last.at)
            found.append(change)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value


def _state(facts: Mapping[str, Any]) -> str:
    state = str(ReferralState(facts["state"]).label)
    reason = facts["close_reason"]
    return f"{state} ({CloseReason(reason).label})" if reason else state


def _name(model: type[User] | type[Organisation], pk: str | None) -> str:
    found = model.objects.filter(pk=pk).values_list("name", flat=True).first() if pk else None
    return found or _("ingen")


def _moment(text: str | None) -> str:
    if not text:
        return _("ikke endnu")
    local = dt.datetime.fromisoformat(text).astimezone(clock.COPENHAGEN)
    return f"{local:%d.%m.%Y} {local.hour}.{local:%M}"


def _next(facts: Mapping[str, Any]) -> str:
    if not facts["next_step"]:
        return _("intet")
    step = str(NextStep(facts["next_step"]).label)
    note = f" ({facts['next_note']})" if facts["next_note"] else ""
    return f"{step} {_moment(facts['next_at'])}{note}"


# What it is called, the facts it is made of, and how they are said.
_THINGS: tuple[tuple[Any, tuple[str, ...], Any], ...] = (
    (
        lambda: _("Behandles af"),
        ("handler_id",),
        lambda facts: _name(Organisation, facts["handler_id"]),
    ),
    (lambda: _("Status"), ("state", "close_reason", "state_since"), _state),
    (lambda: _("Talt med borgeren"), ("reached_at",), lambda facts: _moment(facts["reached_at"])),
    (
        lambda: _("Rådgiver"),
        ("caseworker_id",),
        lambda facts: _name(User, facts["caseworker_id"]),
    ),
    (lambda: _("Næste skridt"), ("next_step", "next_at", "next_note"), _next),
    (
        lambda: _("Frist"),
        ("contact_by",),
        lambda facts: f"{dt.date.fromisoformat(facts['contact_by']):%d.%m.%Y}",
    ),
    (lambda: _("Antal opkald"), ("attempts",), lambda facts: str(facts["attempts"])),
)

_LAST = """
select distinct on (key) key, e.at, coalesce(u.name, '') as who
from change_value v join audit_event e on e.seq = v.event_seq and e.at = v.at
left join accounts_user u on u.id = e.user_id,
  jsonb_object_keys(v.new_values) key
where v.person = %(citizen)s and v.table_name = 'referrals_referral'
  and v.row_id = %(referral)s and v.salt is not null and v.new_values is not null
order by key, v.at desc
"""


@dataclass(frozen=True, slots=True)
class _Last:
    key: str
    at: dt.datetime
    who: str


def _last(referral: Referral) -> dict[str, _Last]:
    """Who changed each column last, as far as one's own organisation did."""
    values = {"citizen": referral.citizen_id, "referral": str(referral.pk)}
    return {row.key: row for row in prepared.rows(_LAST, values, _Last)}
