"""How a course ends for its participants: noted one by one or as a table, ended one by one."""

from courses.commands.ending.asking import ask_for_letters, ask_to_finish
from courses.commands.ending.leave import end_participant, reopen_participant
from courses.commands.ending.note import Differs, Result, note_ending
from courses.commands.ending.table import Line, Noted, note_endings

__all__ = [
    "Differs",
    "Line",
    "Noted",
    "Result",
    "ask_for_letters",
    "ask_to_finish",
    "end_participant",
    "note_ending",
    "note_endings",
    "reopen_participant",
]
