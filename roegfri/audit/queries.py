"""What the log answers. Rows of the viewer's own organisation only, here and in the database."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import (
    Count,
    Exists,
    F,
    Func,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat
from django.http import Http404

from roegfri import clock, sealed
from roegfri.actor import Actor
from roegfri.audit.models import AuditEvent, AuditEventPerson, LogReview

SAMPLE = 25
MOST = 200

# The columns of chain.Content, in its order.
CONTENT = """
  e.seq, e.at, e.xid::text, e.actor, e.user_id, e.grant_id, e.role, e.organisation_id, e.act,
  e.subject, e.columns, e.reason, e.request_id, e.values_digest,
  array(select p.person from audit_event_person p where p.event_seq = e.seq order by p.person)
"""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a citizen, as the citizen may read it."""

    at: dt.datetime
    act: str
    subject: str
    role: str
    organisation_id: UUID | None
    reason: str
    request_id: str
    actor: str


@dataclass(frozen=True, slots=True)
class OddOpening:
    """An event worth a question, and why: keys of acts.ODD."""

    event: AuditEvent
    why: Sequence[str] = field(default_factory=tuple)


Row = TypeVar("Row", AuditEvent, AuditEventPerson)


def _own(viewer: Actor, rows: "QuerySet[Row]") -> "QuerySet[Row]":
    """Rows of the viewer's organisation; to a system scope all, to nobody none."""
    if viewer.is_system:
        return rows
    if viewer.organisation_id is None:
        return rows.none()
    return rows.filter(organisation_id=viewer.organisation_id)


def events_of_organisation(viewer: Actor) -> "QuerySet[AuditEvent]":
    """The log of the viewer's organisation; each event with `persons`, how many it concerns."""
    concerned = AuditEventPerson.objects.filter(event_seq=OuterRef("seq")).values("event_seq")
    number = Subquery(concerned.annotate(n=Count("*")).values("n"))
    events = AuditEvent.objects.annotate(persons=Coalesce(number, 0)).defer("values_digest")
    return _own(viewer, events)


def event(viewer: Actor, seq: int) -> AuditEvent:
    """One event of the viewer's organisation. Raises Http404."""
    found = events_of_organisation(viewer).filter(seq=seq).first()
    if found is None:
        raise Http404
    return found


def persons_of(viewer: Actor, event: AuditEvent) -> Sequence[UUID]:
    """The citizens an event concerns: ids, by which the log is narrowed; never names."""
    rows = _own(viewer, AuditEventPerson.objects.filter(event_seq=event.seq, at=event.at))
    return list(rows.order_by("person").values_list("person", flat=True))


def random_sample(viewer: Actor, month: dt.date, size: int = SAMPLE) -> Sequence[AuditEvent]:
    """The same random events each time it is asked for the same month and organisation.

    Drawn among what persons did with citizens' data. The seed needs a key of the installation:
    nobody can work out beforehand which look-ups will be drawn.
    """
    month = month.replace(day=1)
    seed = sealed.fingerprint(f"{viewer.organisation_id}:{month}", of="log sample").hex()
    drawn = Func(
        Func(
            Concat(Value(seed), Cast(F("seq"), TextField()), output_field=TextField()),
            Value("UTF8"),
            function="convert_to",
        ),
        function="sha256",
        output_field=TextField(),
    )
    concerned = AuditEventPerson.objects.filter(event_seq=OuterRef("seq"))
    events = events_of_organisation(viewer).filter(
        Exists(concerned),
        at__gte=clock.start_of_day(month),
        at__lt=clock.start_of_day(clock.add_months(month, 1)),
        user_id__isnull=False,
    )
    sample = list(events.order_by(drawn)[:size])
    return sorted(sample, key=lambda event: (event.at, event.seq))


def review_of(viewer: Actor, month: dt.date) -> LogReview | None:
    """The sign-off of a month's sample, if it is there."""
    if viewer.organisation_id is None:
        return None
    signed = LogReview.objects.filter(organisation_id=viewer.organisation_id)
    return signed.filter(month=month.replace(day=1)).first()


# A look-up is a file opened: one citizen on the screen, not a list of them.
MANY_IN_AN_HOUR = 30
ODD = """
with files as (
  select e.seq, e.at, e.act, e.reason, e.at at time zone 'Europe/Copenhagen' as local,
    count(*) filter (where e.act = 'person.read') over (
      partition by e.user_id order by e.at range between interval '1 hour' preceding and current row
    ) as within_an_hour
  from audit_event e
  where e.at >= %(since)s and e.user_id is not null
    and (%(system)s or e.organisation_id = %(organisation)s)
    and (e.act in ('screen.refused', 'screen.not_found') or (e.act = 'person.read'
      and 1 = (select count(*) from audit_event_person p where p.event_seq = e.seq)))
)
select seq, array_remove(array[
  case when act = 'person.read' and reason <> '' then 'outside' end,
  case when act = 'person.read' and within_an_hour > %(many)s then 'many' end,
  case when act = 'person.read' and (extract(hour from local) not between 6 and 21
    or extract(isodow from local) > 5 or local::date = any(%(closed)s)) then 'hours' end,
  case when act <> 'person.read' then 'refused' end], null) as why
from files
order by at desc, seq desc
"""
ODD_ONLY = f"select seq, why from ({ODD}) found where why <> '{{}}' limit {MOST}"  # noqa: S608  (only our own words)


def odd_openings(viewer: Actor, since: dt.datetime) -> Sequence[OddOpening]:
    """Openings to ask about, newest first, at most MOST.

    Outside one's own open cases (a reason was typed); more than MANY_IN_AN_HOUR citizens' files
    within an hour; before 6, after 22 or on no workday; and what was refused.
    """
    years = range(clock.danish_date(since).year, clock.today().year + 1)
    parameters: dict[str, Any] = {
        "since": since,
        "system": viewer.is_system,
        "organisation": viewer.organisation_id,
        "many": MANY_IN_AN_HOUR,
        "closed": sorted(day for year in years for day in clock.public_holidays(year)),
    }
    with connection.cursor() as cursor:
        cursor.execute(ODD_ONLY, parameters)
        why = dict(cursor.fetchall())
    events = events_of_organisation(viewer).filter(seq__in=why).order_by("-at", "-seq")
    return [OddOpening(event, why[event.seq]) for event in events]


def looks_at(viewer: Actor, person: UUID) -> Sequence[Look]:
    """Everything the viewer's organisation did with one citizen's data: for the citizen to read."""
    events = AuditEvent.objects.filter(
        seq__in=AuditEventPerson.objects.filter(person=person).values("event_seq")
    )
    events = _own(viewer, events)
    columns = ("at", "act", "subject", "role", "organisation_id", "reason", "request_id", "actor")
    return [Look(*row) for row in events.order_by("-at", "-seq").values_list(*columns)]
