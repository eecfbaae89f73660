"""What changes about organisations and agreements; terms and rates are only ever added."""

from roegfri.organisations.commands.closing import Closed, close_days, remove_closing_day
from roegfri.organisations.commands.reference import (
    Outcome,
    Put,
    add_rate,
    add_term,
    put_membership,
    put_row,
)

__all__ = [
    "Closed",
    "Outcome",
    "Put",
    "add_rate",
    "add_term",
    "close_days",
    "put_membership",
    "put_row",
    "remove_closing_day",
]
