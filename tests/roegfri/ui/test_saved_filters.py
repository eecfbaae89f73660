"""Filters that a person keeps for herself."""

import pytest

from roegfri.actor import Actor
from roegfri.refusal import Refusal
from roegfri.ui.commands import MOST, forget_filter, keep_filter, rename_filter
from roegfri.ui.models import SavedFilter
from roegfri.ui.queries import kept_filters
from tests import make

pytestmark = pytest.mark.django_db


def keep(by: Actor, name: str = "Mine", query: str = "state=open") -> SavedFilter:
    return keep_filter(list_name="x", name=name, query=query, by=by, at=make.MONDAY)


def names(by: Actor, list_name: str = "x") -> list[str]:
    return [one.name for one in kept_filters(by, list_name)]


def test_they_are_one_s_own_and_of_one_list_in_danish_order() -> None:
    by, other = make.actor(), make.actor()
    for name in ("Ågade", "Zebra", "abe"):
        keep(by, name)
    keep(other, "Andens")
    assert names(by) == ["abe", "Zebra", "Ågade"]
    assert names(by, "y") == []


def test_the_same_name_keeps_the_new_one_instead() -> None:
    by = make.actor()
    keep(by)
    keep(by, query="state=closed")
    assert [one.query for one in kept_filters(by, "x")] == ["state=closed"]


def test_there_are_no_more_than_twenty_and_an_old_one_can_still_change() -> None:
    by = make.actor()
    for number in range(MOST):
        keep(by, f"Filter {number}")
    with pytest.raises(Refusal, match="20"):
        keep(by, "Et til")
    keep(by, "Filter 3", "state=closed")
    assert len(names(by)) == MOST


def test_an_empty_filter_is_none() -> None:
    with pytest.raises(Refusal, match="intet filter"):
        keep(make.actor(), query="")


def test_renaming_and_forgetting_leave_another_s_alone() -> None:
    by, other = make.actor(), make.actor()
    theirs = keep(other, "Deres")
    keep(by, "Et"), keep(by, "To")
    mine = kept_filters(by, "x")[0]
    with pytest.raises(Refusal, match="det navn"):
        rename_filter(mine, name="To", by=by, at=make.MONDAY)
    rename_filter(mine, name="Tre", by=by, at=make.MONDAY)
    assert names(by) == ["To", "Tre"]
    rename_filter(theirs, name="Mit nu", by=by, at=make.MONDAY)
    forget_filter(theirs, by=by, at=make.MONDAY)
    assert names(other) == ["Deres"]
    forget_filter(mine, by=by, at=make.MONDAY)
    assert names(by) == ["To"]
