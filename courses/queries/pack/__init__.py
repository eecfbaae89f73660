"""STOPbasen's pack: a course and its participants, value by value, as they are typed there.

order.py    in which order, and the goals: the data files
head.py     the course's own values
known.py    what is kept of those who agreed
person.py   one participant's values
values.py   a value, and whether it is still what was typed
read.py     all of it
"""

from courses.queries.pack.read import Card, Pack, Withdrawn, pack
from courses.queries.pack.values import MARK, Typed, Value

__all__ = ["MARK", "Card", "Pack", "Typed", "Value", "Withdrawn", "pack"]
