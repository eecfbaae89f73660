"""What the agreements say of who comes and who stays away. No database, no system clock."""

import datetime as dt

from roegfri import clock

# After the last meeting there is no next one to ring before.
AFTER_THE_LAST = dt.timedelta(days=7)


def no_show_call_due(held_at: dt.datetime, next_at: dt.datetime | None) -> dt.datetime:
    """When whoever stayed away without a word has been rung at the latest.

    S1: «Deltagere der ikke møder op, og som ikke har meldt afbud kontaktes telefonisk inden næste
    mødegang». `next_at` is when that begins; after the last one it is the end of the seventh
    Danish day.
    """
    return next_at or clock.end_of_day(clock.danish_date(held_at) + AFTER_THE_LAST)
