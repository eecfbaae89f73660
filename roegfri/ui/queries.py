"""What a person has kept for herself."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from roegfri.actor import Actor
from roegfri.ui.danish import DaSortKey
from roegfri.ui.models import SavedFilter


def kept_filters(viewer: Actor, list_name: str) -> QuerySet[SavedFilter]:
    """One's own filters of a list, in Danish order."""
    return _mine(viewer).filter(list=list_name).order_by(DaSortKey("name"))


def kept_filter(viewer: Actor, pk: UUID) -> SavedFilter:
    """One of one's own. Raises Http404."""
    found = _mine(viewer).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _mine(viewer: Actor) -> QuerySet[SavedFilter]:
    if viewer.user_id is None:
        return SavedFilter.objects.none()
    return SavedFilter.objects.filter(user_id=viewer.user_id)
