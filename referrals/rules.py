"""What the agreements say of referrals. No database, no system clock: every date is an argument."""

import datetime as dt
from collections.abc import Container, Iterable

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
