"""Days and moments as they are said."""

import datetime as dt

from django.utils import formats
from django.utils.translation import gettext as _

from roegfri import clock


def day_words(day: dt.date) -> str:
    """ "onsdag 25. nov." """
    return formats.date_format(day, "l j. b")


def moment_words(moment: dt.datetime, today: dt.date) -> str:
    """ "i dag kl. 16.00", "i morgen kl. 9.30", "onsdag 25. nov. kl. 9.30"."""
    days = (clock.danish_date(moment) - today).days
    day = {-1: _("i går"), 0: _("i dag"), 1: _("i morgen")}.get(days)
    day = day or day_words(clock.danish_date(moment))
    return _("%(day)s kl. %(time)s") % {"day": day, "time": clock_words(moment)}


def until_words(moment: dt.datetime, today: dt.date) -> str:
    """The same of a deadline; one at midnight is the whole day before it: "mandag 23. nov."."""
    day = clock.day_ended_by(moment)
    if day is None:
        return moment_words(moment, today)
    near = {-1: _("i går"), 0: _("i dag"), 1: _("i morgen")}.get((day - today).days)
    return near or day_words(day)


def when_words(moment: dt.datetime, at: dt.datetime) -> str:
    """The same, but only the time on the day itself: "kl. 13.30"."""
    if is_on(moment, at):
        return _("kl. %(time)s") % {"time": clock_words(moment)}
    return moment_words(moment, clock.danish_date(at))


def clock_words(moment: dt.datetime) -> str:
    """ "13.30" on a Danish wall clock."""
    local = moment.astimezone(clock.COPENHAGEN)
    return f"{local.hour}.{local.minute:02d}"


def is_on(moment: dt.datetime, at: dt.datetime) -> bool:
    """Whether both are on the same Danish day."""
    return clock.danish_date(moment) == clock.danish_date(at)
