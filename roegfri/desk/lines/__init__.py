"""The lines of «I dag», and days and moments in words."""

from roegfri.desk.lines.line import Line, calling, line, logged_words, mark_words
from roegfri.desk.lines.when import clock_words, day_words, moment_words, when_words

__all__ = [
    "Line",
    "calling",
    "clock_words",
    "day_words",
    "line",
    "logged_words",
    "mark_words",
    "moment_words",
    "when_words",
]
