"""Opkald: what the call screen shows, what it remembers of the case, what it says afterwards."""

from roegfri.desk.calling.said import enrolled_words, flash, remember
from roegfri.desk.calling.screen import context, known
from roegfri.desk.calling.seen import Shown, shown

__all__ = ["Shown", "context", "enrolled_words", "flash", "known", "remember", "shown"]
