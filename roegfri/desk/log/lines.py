"""One event as the log's screens show it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from roegfri.accounts.queries import names_of, token_names
from roegfri.accounts.roles import Role
from roegfri.actor import Actor
from roegfri.audit import acts
from roegfri.audit.models import AuditEvent
from roegfri.desk.log import actors, subjects
from roegfri.refusal import Words


@dataclass(slots=True)
class Line:
    """Words for each cell; `why` is filled in by the screen that asks about it."""

    event: AuditEvent
    who: str
    role: Words
    act: Words
    where: Words
    thing: str
    fields: Sequence[str]
    why: Sequence[Words] = field(default_factory=tuple)


def lines(viewer: Actor, events: Iterable[AuditEvent]) -> list[Line]:
    """The events in words; two queries, for the names of people and of other systems' keys."""
    shown = list(events)
    names = names_of(viewer, {one.user_id for one in shown if one.user_id})
    keys = token_names(viewer, actors.keys_of({one.actor for one in shown}))
    return [
        Line(
            event=one,
            who=names.get(one.user_id, "") if one.user_id else actors.words(one.actor, keys),
            role=Role(one.role).label if one.role in Role.values else "",
            act=acts.words(one.act),
            where=subjects.words(one.subject),
            thing=subjects.short_id(one.subject),
            fields=subjects.fields(one.subject, one.columns),
        )
        for one in shown
    ]
