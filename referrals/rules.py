"""What the agreements say of referrals. No database, no system clock: every date is an argument."""

import datetime as dt
import re
from collections.abc import Container, Iterable, Mapping

from roegfri import clock
from roegfri.organisations.terms import ContactTerms, DayUnit


def contact_deadline(
    received_on: dt.date, *, terms: ContactTerms, closed: Container[dt.date]
) -> dt.date:
    """The last Danish date on which the citizen may be called in time.

    S1, «Rygestop i kommunen»: «Når kommunen modtager henvisningen, vil en rygestoprådgiver tage
    telefonisk kontakt til borgeren. Dette sker inden for to hverdage.»
    S2: «Kommunerne skal herefter følge op med en telefonsamtale senest syv dage efter henvisningen
    er modtaget.»

    The day of receipt is day 0; the deadline runs out at 24:00 on the date returned. `closed` holds
    the municipality's own closing days; they count for workdays only.
    """
    if terms.unit is DayUnit.WORKDAYS:
        return clock.add_workdays(
            received_on, terms.count, closed=closed, saturday_counts=terms.saturday_counts
        )
    return received_on + dt.timedelta(days=terms.count)


def warn_on(contact_by: dt.date, *, closed: Container[dt.date]) -> dt.date:
    """The day on which to call at the latest without working on a day that is closed.

    A deadline in calendar days can fall on a Sunday: then it is the last workday before.
    """
    if clock.is_workday(contact_by, closed=closed):
        return contact_by
    return clock.last_workday_before(contact_by, closed=closed)


def guardian_first(
    born: dt.date | None, on: dt.date, *, guardian_age: int, guardian_consent: str
) -> bool:
    """Whether the first call goes to the guardian.

    Sundhedsloven § 17: «En patient, der er fyldt 15 år, kan selv give informeret samtykke.» S2:
    «I forbindelse med henvisning af unge på 14 år, skal der indhentes samtykke fra forældrene
    forud for at der sendes henvisning.» Who is younger and has no such consent stated is called
    through the guardian. An unknown birth date is asked in the call.
    """
    return born is not None and clock.age_on(born, on) < guardian_age and guardian_consent != "yes"


def outside_target_group(born: dt.date | None, on: dt.date, *, minimum_age: int) -> bool:
    """Younger than the agreement's target group on the referral date: handled by hand, not refused.

    S2, «Målgruppe»: «Alle unge og voksne fra 14 år og opefter i Region Midtjylland».
    """
    return born is not None and clock.age_on(born, on) < minimum_age


def next_attempt(last: dt.datetime, *, closed: Container[dt.date]) -> dt.datetime:
    """When to try again somebody who did not answer: another part of the next workday.

    Who was called before noon is proposed for 16:00, who was called after noon for 9:30.
    """
    local = last.astimezone(clock.COPENHAGEN)
    day = clock.add_workdays(local.date(), 1, closed=closed)
    return clock.danish_time(day, dt.time(16) if local.hour < 12 else dt.time(9, 30))


def attempts_missing(days: Iterable[dt.date], *, needed: int) -> int:
    """How many more attempts before «ikke truffet» may be chosen; 0: it may.

    The term is the project's own: attempts on different Danish dates count, `days` are theirs.
    """
    return max(needed - len(set(days)), 0)


def proposed_attempts(
    last: dt.datetime, *, contact_by: dt.date, closed: Container[dt.date]
) -> list[dt.datetime]:
    """Three times to try again, the one to take by itself in front; see `next_attempt`.

    Beside it: later today, when the call was made before noon; noon of the next workday; and yet
    another part of the day after that. On the last day of the deadline later today stands in front,
    because tomorrow would be too late.
    """
    usual, local = next_attempt(last, closed=closed), last.astimezone(clock.COPENHAGEN)
    next_day = usual.astimezone(clock.COPENHAGEN).date()
    day_after = clock.add_workdays(next_day, 1, closed=closed)
    morning = local.hour < 12
    today = [clock.danish_time(local.date(), dt.time(16))] if morning else []
    found = [
        *([*today, usual] if local.date() == contact_by else [usual, *today]),
        clock.danish_time(next_day, dt.time(12, 30)),
        clock.danish_time(day_after, dt.time(9, 30) if morning else dt.time(16)),
    ]
    return found[:3]


# Stands in the text of a case, which is Danish whoever reads it; the number is masked.
_ANOTHER_NUMBER = (
    "Brevet har et andet personnummer end borgerens: %s. Kontrollér, hvem det handler om."
)
_ANOTHER_FOUND = re.compile(re.escape(_ANOTHER_NUMBER).replace("%s", r"([0-9*]{6}-\*{4})"))


def another_number(masked: str) -> str:
    """What the text of a case says of a letter with another CPR number than the citizen's.

    Ours; no agreement asks for it. Nobody is to be called about somebody else's letter unwarned.
    """
    return _ANOTHER_NUMBER % masked


def another_number_in(text: str) -> str:
    """The masked number of the last such letter that the text of a case tells of, or nothing.

    Ours, as `another_number` is.
    """
    return next(iter(reversed(_ANOTHER_FOUND.findall(text))), "")


# When somebody is called who wished for the forenoon, the afternoon or the evening (DAY_PARTS).
_CALLED_AT = {"am": dt.time(9, 30), "pm": dt.time(14), "ev": dt.time(17)}


def wished_moment(
    at: dt.datetime, wished: Container[str], *, contact_by: dt.date, closed: Container[dt.date]
) -> dt.datetime | None:
    """The first time to call that she wished for (TIMES), at least an hour ahead and on a workday;
    None when there is none before the deadline is over.

    Ours: the agreements say by when to call, and she when it suits her.
    """
    today = clock.danish_date(at)
    days = (today + dt.timedelta(days=ahead) for ahead in range(8))
    moments = (
        clock.danish_time(day, hour)
        for day in days
        if day <= contact_by and clock.is_workday(day, closed=closed)
        for part, hour in _CALLED_AT.items()
        if f"{day.isoweekday()}-{part}" in wished
    )
    return next((one for one in moments if one >= at + dt.timedelta(hours=1)), None)


def think_until(at: dt.datetime, *, closed: Container[dt.date]) -> dt.datetime:
    """When to ask somebody who thinks it over: a week later at the time she took the telephone.

    To the half hour; the next workday when that day is none.
    """
    local = at.astimezone(clock.COPENHAGEN)
    day = local.date() + dt.timedelta(days=7)
    if not clock.is_workday(day, closed=closed):
        day = clock.add_workdays(day, 1, closed=closed)
    return clock.danish_time(day, dt.time(local.hour, 30 if local.minute >= 30 else 0))


def equivalents(uses: Mapping[str, int], table: Mapping[str, int]) -> int:
    """Cigarettes a day that the products come to, rounded half up to a whole one.

    `uses` is how many of each product a day, by its name; `table` how many cigarettes *ten* of it
    count as. S1 speaks of «15 eller flere cigaretter eller tilsvarende tobaksprodukter dagligt» and
    says not how they are converted: the table is the agreement's own, the counsellor confirms.
    """
    per_ten = {"cigarettes": 10, **table}
    return (sum(amount * per_ten.get(name, 0) for name, amount in uses.items()) + 5) // 10


def heavy_smoker(per_day: int | None, *, threshold: int) -> bool:
    """Whether she is a heavy smoker.

    S1: «storrygere, dvs. mennesker, som ryger 15 eller flere cigaretter eller tilsvarende
    tobaksprodukter dagligt». `threshold` is the agreement's number on the day of the talk; an
    unknown number is asked for.
    """
    return per_day is not None and per_day >= threshold


def consents_alone(born: dt.date | None, on: dt.date, *, own_consent_age: int) -> bool:
    """Whether she may consent herself.

    Sundhedsloven § 17: «En patient, der er fyldt 15 år, kan selv give informeret samtykke.» An
    unknown birth date stops nobody: it is asked in the call.
    """
    return born is None or clock.age_on(born, on) >= own_consent_age


# Of so many workdays a sender must have sent on so many to be said to send daily.
DAILY_OF, DAILY_AT_LEAST, SILENT_FOR = 10, 8, 2


def silent_since(sent_on: Iterable[dt.date], today: dt.date) -> dt.date | None:
    """The last day a daily sender sent anything on, once it has fallen silent; None otherwise.

    The rule is the project's own: «daily» is on 8 of the 10 workdays up to the last it sent on, and
    «silent» that two whole workdays have passed since; today is not over. Weekends and holidays
    count for neither.
    """
    days = {day for day in sent_on if clock.is_workday(day)}
    if not days:
        return None
    last, first = max(days), max(days)
    for _ in range(DAILY_OF - 1):
        first = clock.last_workday_before(first)
    if sum(day >= first for day in days) < DAILY_AT_LEAST:
        return None
    return last if clock.add_workdays(last, SILENT_FOR) < today else None
