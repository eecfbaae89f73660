"""When a participant is called: before her first meeting, and when she did not come."""

import datetime as dt
from collections.abc import Container

from roegfri import clock


def contact_from(
    first_meeting: dt.datetime, *, workdays: int, closed: Container[dt.date]
) -> dt.date:
    """From which day somebody who has not been talked with stands on the list.

    S1: «Kontaktes af rygestoprådgiver før første mødegang». `workdays` before it is the term
    contact_first_workdays.
    """
    day = clock.danish_date(first_meeting)
    for _ in range(workdays):
        day = clock.last_workday_before(day, closed=closed)
    return day


def no_show_call_by(
    meeting: dt.datetime, next_meeting: dt.datetime | None, *, days: int
) -> dt.datetime:
    """Until when somebody is called who did not come and did not say so.

    S1: «Deltagere der ikke møder op, og som ikke har meldt afbud kontaktes telefonisk inden næste
    mødegang». After the last one within the `days` of the term no_show_call_days, to the end of
    the last of them.
    """
    if next_meeting:
        return next_meeting
    return clock.end_of_day(clock.danish_date(meeting) + dt.timedelta(days=days))
