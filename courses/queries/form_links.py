"""The links by which citizens fill in STOPbasen's form: what one is for, to whoever has it; and to
whoever made it, how it stands."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from courses import policies
from courses.models import Enrolment, FormLink
from courses.queries.stopbase_forms import edition
from courses.rules.stopbase import Form
from courses.states import FormKind
from roegfri import clock
from roegfri.actor import Actor
from roegfri.public.languages import DANISH, Language
from roegfri.public.places import Place
from roegfri.public.queries import place_of

State = Literal["open", "used", "ended", "expired"]


@dataclass(frozen=True, slots=True)
class Seen:
    """A link as its holder meets it: its state, the form, and which parts have been sent. What was
    answered is not among it, nor who she is."""

    state: State
    kind: FormKind
    edition: dt.date
    asks_consent: bool
    sent: frozenset[str]
    place: Place
    enrolment: UUID

    def form(self, language: Language) -> Form:
        """The form in the words of a language."""
        return edition(self.kind, self.edition, language)


def link_seen(viewer: Actor, secret: str, *, at: dt.datetime) -> Seen | None:
    """What the secret is for; None where it opens nothing. By a door that reads no answer."""
    with connection.cursor() as cursor:
        cursor.execute("select * from form_link_seen(%s, %s)", [FormLink.digest_of(secret), at])
        row = cursor.fetchone()
    if row is None:
        return None
    state, form, since, asks, sent, host, _host_name, enrolment = row
    return Seen(
        state=state,
        kind=FormKind(form),
        edition=since,
        asks_consent=asks,
        sent=frozenset(sent),
        place=place_of(viewer, host),
        enrolment=enrolment,
    )


def open_link(viewer: Actor, enrolment: Enrolment) -> FormLink | None:
    """The link of a participant that still opens her form; never its secret."""
    links = _links(viewer, enrolment).filter(used_at=None, ended_at=None)
    return links.filter(expires_at__gt=clock.now()).first()


def last_link(viewer: Actor, enrolment: Enrolment) -> FormLink | None:
    """The newest that was made, whatever became of it."""
    return _links(viewer, enrolment).order_by("-made_at", "pk").first()


def address_language(viewer: Actor, enrolment: Enrolment, place: Place) -> Language:
    """The language her link opens in: her own, where the host shows it; else Danish."""
    citizen = enrolment.citizen.merged_into or enrolment.citizen
    own = (one for one in place.languages if one.danish_name == citizen.language)
    return next(own, DANISH)


def _links(viewer: Actor, enrolment: Enrolment) -> QuerySet[FormLink]:
    own = policies.enrolments_worked_with_by(viewer).filter(pk=enrolment.pk)
    return FormLink.objects.filter(enrolment__in=own.values("pk")).select_related("made_by")
