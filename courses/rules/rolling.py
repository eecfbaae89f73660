"""Kom & Kvit: one comes and goes, until one has been away for long."""

import datetime as dt

from roegfri import clock


def stays_until(
    last_attended: dt.date | None,
    enrolled: dt.date,
    *,
    quit_planned: bool,
    months: int,
) -> dt.date | None:
    """The last day of a participant who stays away: on the day after it she is withdrawn. None: she
    is not, because a day to stop on is planned, or was.

    «Ends after 2 months' absence when no quit date is planned» (STOPbasen on Kom & Kvit). Counted
    from the last meeting she attended, before that from the day she was enrolled; `months` is the
    term open_ends_after_months. 31 December and two months is 28 February.
    """
    return None if quit_planned else clock.add_months(last_attended or enrolled, months)


def warned_from(stays_until: dt.date, *, days: int) -> dt.date:
    """From when the counsellors see who is about to end; `days` before it.

    Ours, beside «ends after 2 months' absence»: there is time to call, or to plan a quit date.
    """
    return stays_until - dt.timedelta(days=days)
