"""The courses of an agreement, those that suit a citizen best on top, each with its reason."""

from courses.queries.matches.ranking import Match, Matches, matches, ranked
from courses.queries.matches.wishes import Narrow, Wishes

__all__ = ["Match", "Matches", "Narrow", "Wishes", "matches", "ranked"]
