"""How the time from one instant until another is said."""

import datetime as dt

from django.utils import formats
from django.utils.translation import gettext as _

from roegfri import clock


def span_words(starts_at: dt.datetime, ends_at: dt.datetime) -> str:
    """ "tirsdag 3. marts 2026 kl. 16.00-18.00", on a Danish wall clock."""
    day = formats.date_format(clock.danish_date(starts_at), "l j. F Y")
    return _("%(day)s kl. %(times)s") % {"day": day, "times": times_words(starts_at, ends_at)}


def moment_words(instant: dt.datetime) -> str:
    """ "03.03.2026 kl. 16.00"."""
    return f"{instant.astimezone(clock.COPENHAGEN):%d.%m.%Y kl. %H.%M}"


def times_words(starts_at: dt.datetime, ends_at: dt.datetime) -> str:
    """ "16.00-18.00", with the dash that stands between numbers."""
    local = (one.astimezone(clock.COPENHAGEN) for one in (starts_at, ends_at))
    return "–".join(f"{one.hour}.{one.minute:02d}" for one in local)
