"""What a person keeps for herself: the filters of a list."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Refusal
from roegfri.ui.models import SavedFilter
from roegfri.walls.locks import alone

MOST = 20


@transaction.atomic
def keep_filter(
    *, list_name: str, name: str, query: str, by: Actor, at: dt.datetime
) -> SavedFilter:
    """Keeps a filter under a name; the same name again keeps the new one instead.

    `query` is a query string that the list's own form has written. Raises Refusal for an empty one,
    and when there are MOST of them.
    """
    if not query:
        raise Refusal(_("Der er intet filter at gemme. Vælg først noget i filteret på listen."))
    alone("filters", by.person, list_name)
    mine = SavedFilter.objects.filter(user_id=by.person, list=list_name)
    if not mine.filter(name=name).exists() and mine.count() >= MOST:
        raise Refusal(
            _("Du har allerede %(most)s gemte filtre. Slet et af dem først.") % {"most": MOST},
            field="name",
        )
    kept, _made = mine.update_or_create(
        name=name, defaults={"user_id": by.person, "list": list_name, "query": query}
    )
    record("filter.kept", kept, by=by, at=at)
    return kept


@transaction.atomic
def rename_filter(kept: SavedFilter, *, name: str, by: Actor, at: dt.datetime) -> None:
    """Gives one's own filter another name. Raises Refusal when another has it."""
    alone("filters", by.person, kept.list)
    mine = SavedFilter.objects.filter(user_id=by.person, list=kept.list)
    if mine.filter(name=name).exclude(pk=kept.pk).exists():
        raise Refusal(_("Du har allerede et filter med det navn."), field="name")
    mine.filter(pk=kept.pk).update(name=name)
    record("filter.renamed", kept, by=by, at=at)


@transaction.atomic
def forget_filter(kept: SavedFilter, *, by: Actor, at: dt.datetime) -> None:
    """One's own filter is gone."""
    SavedFilter.objects.filter(user_id=by.person, pk=kept.pk).delete()
    record("filter.forgotten", kept, by=by, at=at)
