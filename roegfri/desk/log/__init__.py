"""The log in words: no name of a table, of an address or of a part of the system is shown.

actors.py    who did it, where it was no person
places.py    on which screen
subjects.py  to what: the thing, and the fields of it
lines.py     one event as the screens show it
"""

from roegfri.desk.log.lines import Line, lines

__all__ = ["Line", "lines"]
