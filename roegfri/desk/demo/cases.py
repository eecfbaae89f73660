"""Half a year of referrals, drawn from a seed: the same seed and day give the same world."""

import datetime as dt
import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from referrals import rules
from referrals.models import CivilNumber
from referrals.states import NextStep, Outcome, ReferralState, Source
from roegfri import clock, sealed
from roegfri.accounts.models import User
from roegfri.desk.demo import words
from roegfri.organisations import lookup
from roegfri.organisations.kinds import Scope
from roegfri.organisations.models import Agreement, Municipality, Organisation
from roegfri.organisations.terms import ContactTerms

DAYS = 182
_SOURCES = (
    (Source.HOSPITAL, 30),
    (Source.PRACTICE, 34),
    (Source.PHARMACY, 6),
    (Source.MUNICIPALITY, 8),
    (Source.WEBSITE, 10),
    (Source.OWN_CONTACT, 8),
    (Source.QUITLINE, 4),
)
_CHANNELS = {
    Source.HOSPITAL: "medcom",
    Source.PRACTICE: "medcom",
    Source.PHARMACY: "phone",
    Source.MUNICIPALITY: "email",
    Source.WEBSITE: "web",
    Source.OWN_CONTACT: "phone",
    Source.QUITLINE: "email",
}
_TEXTS = {
    Source.HOSPITAL: words.HOSPITAL_TEXTS,
    Source.PRACTICE: words.PRACTICE_TEXTS,
    Source.WEBSITE: words.SELF_TEXTS,
    Source.OWN_CONTACT: words.SELF_TEXTS,
}


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality with all that a made-up referral there needs."""

    municipality: Municipality
    agreement: Agreement
    terms: ContactTerms
    closed: frozenset[dt.date]
    counsellors: Sequence[User]
    senders: dict[str, Sequence[Organisation]]
    weight: int


@dataclass(slots=True)
class Rows:
    """Rows by table, each a tuple in the order of store.COLUMNS."""

    citizen: list[tuple[Any, ...]] = field(default_factory=list)
    phone: list[tuple[Any, ...]] = field(default_factory=list)
    civilnumber: list[tuple[Any, ...]] = field(default_factory=list)
    residence: list[tuple[Any, ...]] = field(default_factory=list)
    citizenaccess: list[tuple[Any, ...]] = field(default_factory=list)
    referral: list[tuple[Any, ...]] = field(default_factory=list)
    contactattempt: list[tuple[Any, ...]] = field(default_factory=list)
    consent: list[tuple[Any, ...]] = field(default_factory=list)


def place(
    municipality: Municipality,
    counsellors: Sequence[User],
    senders: dict[str, Sequence[Organisation]],
    on: dt.date,
) -> Place:
    """What is looked up once for a municipality."""
    agreement = lookup.agreement_of(municipality, on, Scope.CESSATION)
    assert agreement  # noqa: S101  (only members are asked for)
    return Place(
        municipality=municipality,
        agreement=agreement,
        terms=lookup.terms(agreement, on).contact,
        closed=lookup.closing_days(municipality),
        counsellors=counsellors,
        senders=senders,
        weight=3 if municipality.code in {"167", "169", "751"} else 2,
    )


def draw(places: Sequence[Place], number: int, now: dt.datetime, seed: int) -> Iterator[Rows]:
    """`number` referrals up to `now`, in batches."""
    dice = random.Random(seed)  # noqa: S311  (a made-up world, not a secret)
    rows = Rows()
    weights = [one.weight for one in places]
    for count in range(1, number + 1):
        _Case(dice, rows, dice.choices(places, weights)[0], now, count).draw()
        if count % 2000 == 0:
            yield rows
            rows = Rows()
    yield rows


class _Case:
    """One citizen and what happened to her; a class because everything below shares the dice."""

    def __init__(
        self, dice: random.Random, rows: Rows, where: Place, now: dt.datetime, count: int
    ) -> None:
        self.dice, self.rows, self.where, self.now, self.count = dice, rows, where, now, count
        self.citizen, self.referral = self._id(), self._id()
        self.latest = False

    def _id(self) -> uuid.UUID:
        return uuid.UUID(int=self.dice.getrandbits(128), version=4)

    def draw(self) -> None:
        source = self.dice.choices([s for s, _ in _SOURCES], [w for _, w in _SOURCES])[0]
        received = self._received(source)
        self._person(received)
        on = clock.danish_date(received)
        due = rules.contact_deadline(on, terms=self.where.terms, closed=self.where.closed)
        self.rows.citizenaccess.append(
            (self._id(), self.citizen, self.where.municipality.pk, "handling", self.referral, on)
        )
        self._referral(source, received, due)

    def _received(self, source: Source) -> dt.datetime:
        """Mostly in office hours; every fourth came in the last days and may still wait."""
        self.latest = self.dice.random() < 0.25
        back = self.dice.randint(0, 6) if self.latest else int(DAYS * self.dice.random() ** 1.25)
        day = clock.danish_date(self.now) - dt.timedelta(days=back)
        office = source not in {Source.WEBSITE, Source.OWN_CONTACT}
        while office and not clock.is_workday(day, closed=self.where.closed):
            day -= dt.timedelta(days=1)
        hour = self.dice.randint(8, 15) if office else self.dice.randint(7, 22)
        at = clock.danish_time(day, dt.time(hour, self.dice.randrange(60)))
        return at if at < self.now else at - dt.timedelta(days=1 + office * 6)

    def _person(self, received: dt.datetime) -> None:
        dice, woman = self.dice, self.dice.random() < 0.55
        born = clock.danish_date(received) - dt.timedelta(days=dice.randint(17 * 365, 80 * 365))
        foreign = dice.random() < 0.07
        self.rows.citizen.append(
            (
                self.citizen,
                dice.choice(words.GIVEN_F if woman else words.GIVEN_M),
                dice.choice(words.SURNAMES),
                born if dice.random() < 0.95 else None,
                "female" if woman else "male",
                f"{dice.choice(words.STREETS)} {dice.randint(1, 140)}",
                dice.random() < 0.02,
                dice.choice(words.LANGUAGES) if foreign else "",
                foreign,
                received,
            )
        )
        if dice.random() < 0.97:
            # No Danish number begins with a nought: a call from the trial reaches nobody.
            number = f"+4501{dice.randrange(1_000_000):06d}"
            self.rows.phone.append((self._id(), self.citizen, number, "mobil", 0))
        if dice.random() < 0.85:
            self._civil_number(born, received, woman=woman)
        if dice.random() < 0.9:
            on = clock.danish_date(received)
            self.rows.residence.append((self._id(), self.citizen, self.where.municipality.pk, on))

    def _civil_number(self, born: dt.date, received: dt.datetime, *, woman: bool) -> None:
        """Day + 60: a test number that nobody can have."""
        century = "4" if born.year >= 2000 else "0"
        last = self.dice.randrange(0 if woman else 1, 10, 2)
        middle = f"{century}{self.dice.randrange(100):02d}"
        value = f"{born.day + 60:02d}{born:%m%y}{middle}{last}"
        pk = self._id()
        self.rows.civilnumber.append(
            (
                pk,
                self.citizen,
                "substitute",
                sealed.seal(value, place=CivilNumber.PLACE, row=pk),
                sealed.fingerprint(value, of="cpr"),
                received,
            )
        )

    def _referral(self, source: Source, received: dt.datetime, due: dt.date) -> None:
        who = self.where.senders.get(source.value)
        sender = self.dice.choice(who) if who else None
        caller = self.dice.choice(self.where.counsellors)
        state, reached, attempts, next_at, since = self._calls(received, due, caller)
        step, next_at = self._next(state, attempts, next_at)
        text = self.dice.choice(_TEXTS.get(source, words.OTHER_TEXTS))
        closed = state == ReferralState.CLOSED
        declined = closed and since == reached
        self.rows.referral.append(
            (
                self.referral,
                self.citizen,
                self.where.municipality.pk,
                self.where.municipality.pk,
                self.where.agreement.pk,
                source.value,
                _CHANNELS[source],
                sender.pk if sender else None,
                sender.name if sender else "",
                text.format(n=self.dice.choice([10, 12, 15, 20, 20, 25, 30])),
                received,
                due,
                next_at,
                step,
                attempts,
                state.value,
                since,
                reached,
                ("declined" if declined else "completed") if closed else "",
                caller.pk if reached or self.dice.random() < 0.3 else None,
                self._id(),
            )
        )

    def _next(
        self, state: ReferralState, attempts: int, next_at: dt.datetime
    ) -> tuple[str, dt.datetime | None]:
        """What is due: the first call or the next try; after a conversation now and then a talk."""
        if state == ReferralState.RECEIVED:
            return (NextStep.RETRY if attempts else NextStep.CALL).value, next_at
        if state == ReferralState.CLOSED or not self.latest or self.dice.random() > 0.4:
            return "", None
        step = self.dice.choice((NextStep.CALL_BACK, NextStep.DECIDE, NextStep.TALK))
        ahead = dt.timedelta(hours=self.dice.randint(-4, 120))
        return step.value, self._working_hour(self.now + ahead)

    def _calls(
        self, received: dt.datetime, due: dt.date, caller: User
    ) -> tuple[ReferralState, dt.datetime | None, int, dt.datetime, dt.datetime]:
        """Calls until somebody answers or now is reached: state, reached, attempts, next, since."""
        dice, attempts = self.dice, 0
        next_at = clock.end_of_day(due)
        hours = dice.choice([20, 44, 70, 94, 120] if self.latest else [2, 4, 20, 26, 44])
        at = self._working_hour(received + dt.timedelta(hours=hours))
        while at < self.now:
            attempts += 1
            outcome = dice.choices(
                (Outcome.REACHED, Outcome.NO_ANSWER, Outcome.DECLINED),
                (25, 70, 5) if self.latest else (60, 33, 7),
            )[0]
            self._call(at, outcome, caller)
            if outcome == Outcome.DECLINED:
                return ReferralState.CLOSED, at, attempts, next_at, at
            if outcome == Outcome.REACHED:
                return self._after(at, attempts, next_at)
            next_at = rules.next_attempt(at, closed=self.where.closed)
            at = next_at + dt.timedelta(hours=dice.choice([0, 0, 1, 24, 72]))
            at = self._working_hour(at)
        return ReferralState.RECEIVED, None, attempts, next_at, received

    def _after(
        self, at: dt.datetime, attempts: int, next_at: dt.datetime
    ) -> tuple[ReferralState, dt.datetime | None, int, dt.datetime, dt.datetime]:
        ended = at + dt.timedelta(days=self.dice.randint(60, 150))
        if ended < self.now and self.dice.random() < 0.6:
            return ReferralState.CLOSED, at, attempts, next_at, ended
        return ReferralState.REACHED, at, attempts, next_at, at

    def _call(self, at: dt.datetime, outcome: Outcome, caller: User) -> None:
        notes = {Outcome.REACHED: words.CALL_NOTES, Outcome.DECLINED: words.DECLINE_NOTES}
        note = self.dice.choice(notes[outcome]) if outcome in notes else ""
        self.rows.contactattempt.append(
            (self._id(), self.referral, at, outcome.value, note, caller.pk, self._id())
        )
        if outcome == Outcome.REACHED:
            for kind, chance in (("sms", 0.8), ("stopbase", 0.7), ("follow_up", 0.65)):
                if self.dice.random() < chance:
                    self.rows.consent.append(
                        (self._id(), self.citizen, kind, "oral", "2026-11", at, caller.pk)
                    )

    def _working_hour(self, at: dt.datetime) -> dt.datetime:
        local = at.astimezone(clock.COPENHAGEN)
        day = local.date()
        if local.hour >= 17 or not clock.is_workday(day, closed=self.where.closed):
            day, local = clock.add_workdays(day, 1, closed=self.where.closed), local.replace(hour=9)
        minute = self.dice.randrange(60)
        return clock.danish_time(day, dt.time(max(local.hour, 8), minute))
