"""The places where one's own municipality holds its courses, and their rooms."""

import datetime as dt
from uuid import UUID

from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404

from courses.models import Meeting, Room, Venue
from courses.states import MeetingState
from roegfri.actor import Actor
from roegfri.ui.danish import DaSortKey


def own_venues(viewer: Actor) -> QuerySet[Venue]:
    """One's own municipality's, those in use first, in Danish order; nobody else's."""
    rooms = Room.objects.order_by(DaSortKey("name"))
    rows = Venue.objects.filter(municipality__in=[viewer.organisation_id])
    return rows.prefetch_related(Prefetch("rooms", queryset=rooms)).order_by(
        "closed_at", DaSortKey("name"), "pk"
    )


def counted_venues(viewer: Actor, at: dt.datetime) -> QuerySet[Venue]:
    """The same, each with `coming`: how many meetings are to come there."""
    ahead = Meeting.objects.filter(
        room__venue=OuterRef("pk"), state=MeetingState.PLANNED, starts_at__gt=at
    )
    number = ahead.order_by().values("room__venue").annotate(n=Count("pk")).values("n")
    return own_venues(viewer).annotate(coming=Coalesce(Subquery(number), 0))


def venue(viewer: Actor, pk: UUID) -> Venue:
    """One of them. Raises Http404."""
    found = own_venues(viewer).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def room(viewer: Actor, pk: UUID) -> Room:
    """A room at one of them. Raises Http404."""
    rows = Room.objects.filter(venue__municipality__in=[viewer.organisation_id])
    found = rows.select_related("venue").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def coming_at(viewer: Actor, venue: Venue, at: dt.datetime) -> QuerySet[Meeting]:
    """The meetings to come at a place of one's own, in order."""
    rows = Meeting.objects.filter(
        room__venue=venue,
        room__venue__municipality__in=[viewer.organisation_id],
        state=MeetingState.PLANNED,
        starts_at__gt=at,
    )
    return rows.select_related("course").order_by("starts_at", "id")
