"""What a person has typed and not yet sent: sealed, hers alone, gone on submit or after 14 days.

A draft belongs to the address its form is sent to, and to the role it was typed under: what was
typed for one municipality never stands in another's form. Only screens of ours have drafts (those
with a right), so sign-in never has; passwords, codes, tokens and files are never kept.
"""

import datetime as dt
import json
import re
import uuid
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve

from roegfri import sealed
from roegfri.actor import Actor, Kind, current
from roegfri.audit.commands import record
from roegfri.refusal import Refusal
from roegfri.ui.models import Draft

KEPT_FOR = dt.timedelta(days=14)
MOST = 100_000  # characters of one draft
_PLACE = "ui_draft.body"
_KEY = 200  # characters
_NEVER_KEPT = re.compile(r"csrf|passw|adgangskode|otp|token|^code$|^next$", re.IGNORECASE)


class TooMuch(Refusal):
    """More was typed than a draft may hold."""


def key_of(address: str) -> str:
    """The path of an address, if a screen of ours answers there; otherwise empty."""
    try:
        path = urlsplit(address).path
        match = resolve(path)
    except (Resolver404, ValueError):
        return ""
    ours = getattr(match.func, "right", "") and len(path) <= 200 and "\0" not in path
    return path if ours else ""


def may_have(request: HttpRequest) -> bool:
    """Whether whoever is asking is a person, signed in."""
    actor: Actor | None = getattr(request, "actor", None)
    return actor is not None and actor.kind is Kind.PERSON and actor.user_id is not None


@transaction.atomic
def keep(
    user_id: uuid.UUID, key: str, data: QueryDict | Mapping[str, str], at: dt.datetime
) -> None:
    """Keeps what was typed, in place of what was kept before. Raises TooMuch.

    Nothing typed is nothing to keep: an earlier draft is then forgotten.
    """
    fields = {name: values for name, values in _lists(data).items() if not _NEVER_KEPT.search(name)}
    if not any(value.strip() for values in fields.values() for value in values):
        forget(user_id, key)
        return
    text = json.dumps(fields, ensure_ascii=False)
    if len(text) > MOST:
        raise TooMuch("too much for a draft")
    key = _keys(key)[0]
    row = _row(user_id, key)
    draft = Draft(
        id=row,
        user_id=user_id,
        key=key,
        body=sealed.seal(text, place=_PLACE, row=row),
        saved_at=at,
    )
    Draft.objects.bulk_create(
        [draft], update_conflicts=True, unique_fields=["id"], update_fields=["body", "saved_at"]
    )


def find(user_id: uuid.UUID, key: str) -> QueryDict | None:
    """What waits for the person on the screen, as the form would have sent it."""
    draft = Draft.objects.filter(user_id=user_id, key__in=_keys(key)).order_by("-saved_at").first()
    if draft is None:
        return None
    try:
        fields = json.loads(sealed.unseal(draft.body, place=_PLACE, row=draft.id))
    except sealed.Unsealable:
        return None
    data = QueryDict(mutable=True)
    for name, values in fields.items():
        data.setlist(name, values)
    return data


def forget(user_id: uuid.UUID, key: str) -> None:
    """It was sent, or thrown away."""
    Draft.objects.filter(user_id=user_id, key__in=_keys(key)).delete()


@transaction.atomic
def forget_old(*, by: Actor, at: dt.datetime) -> int:
    """Removes what has lain for 14 days; the number removed."""
    removed, _ = Draft.objects.filter(saved_at__lt=at - KEPT_FOR).delete()
    if removed:
        record("drafts.forgotten", "ui_draft", by=by, at=at)
    return removed


def _keys(key: str) -> tuple[str, ...]:
    """What the draft of a screen is kept under now: the screen and the role; and the screen alone,
    for what a session that was over left behind, when nobody knew the role any longer."""
    actor = current()
    if actor.organisation_id is None:
        return (key,)
    role = uuid.uuid5(actor.organisation_id, actor.role).hex
    return f"{role} {key}"[:_KEY], key


def _row(user_id: uuid.UUID, key: str) -> uuid.UUID:
    """The row's id follows from user and key: so two saves at once seal for the same row."""
    return uuid.uuid5(user_id, key)


def _lists(data: QueryDict | Mapping[str, str]) -> dict[str, list[str]]:
    if isinstance(data, QueryDict):
        return {name: [str(value) for value in values] for name, values in data.lists()}
    return {name: [str(value)] for name, value in data.items()}
