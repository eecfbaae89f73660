"""Who came: one participant, all of them, a whole sheet; and closing the meeting."""

from courses.commands.marking.closing import (
    AlreadyClosed,
    NotRegistered,
    close_meeting,
    reopen_meeting,
)
from courses.commands.marking.one import Differs, Marked, mark
from courses.commands.marking.rest import mark_all
from courses.commands.marking.said import KEEP, Quits, Said
from courses.commands.marking.sheet import Line, mark_sheet

__all__ = [
    "KEEP",
    "AlreadyClosed",
    "Differs",
    "Line",
    "Marked",
    "NotRegistered",
    "Quits",
    "Said",
    "close_meeting",
    "mark",
    "mark_all",
    "mark_sheet",
    "reopen_meeting",
]
