"""A year of referrals, drawn from a seed: how they came, were called, and ended."""

import datetime as dt
import re

from referrals import rules
from referrals.states import CloseReason, NextStep, Outcome, ReferralState, Source
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.desk.demo import words
from roegfri.desk.demo.cases import Case, begin, call, close, plan
from roegfri.desk.demo.people import somebody
from roegfri.desk.demo.places import Place
from roegfri.desk.demo.rows import World
from roegfri.desk.demo.talks import talk

DAYS = 182
# One in four came in the half year before: those who took part in last year's courses.
YEAR, _EARLIER = 400, 0.25
_SOURCES = (
    (Source.HOSPITAL, 30),
    (Source.PRACTICE, 34),
    (Source.PHARMACY, 6),
    (Source.MUNICIPALITY, 8),
    (Source.WEBSITE, 10),
    (Source.OWN_CONTACT, 8),
    (Source.QUITLINE, 4),
)
_TEXTS = {
    Source.HOSPITAL: words.HOSPITAL_TEXTS,
    Source.PRACTICE: words.PRACTICE_TEXTS,
    Source.WEBSITE: words.SELF_TEXTS,
    Source.OWN_CONTACT: words.SELF_TEXTS,
}
_OUTCOMES = (
    (Outcome.REACHED, 54),
    (Outcome.NO_ANSWER, 21),
    (Outcome.VOICEMAIL, 13),
    (Outcome.CALL_BACK, 4),
    (Outcome.THINKING, 3),
    (Outcome.WRONG_NUMBER, 1),
    (Outcome.DECLINED, 4),
)
# Of every twenty-six weeks these, when somebody was ill and nobody stood in: counted back from now.
_BAD_WEEKS = frozenset({4, 5, 13, 21})
_GOOD, _BAD = (1, 2, 3, 5, 20, 24), (3, 20, 44, 70, 96, 140)  # hours until the first call
_MOST_CALLS = 6
_NUMBERS = re.compile(r"\{n\}")


def past_case(world: World, place: Place) -> None:
    """One citizen and what happened to her, up to now."""
    source = world.dice.choices([s for s, _ in _SOURCES], [w for _, w in _SOURCES])[0]
    received = _received(world, place, source)
    amount = world.dice.choice((8, 10, 12, 15, 20, 20, 25, 30))
    text = world.dice.choice(_TEXTS.get(source, words.OTHER_TEXTS))
    case = begin(
        world,
        place,
        somebody(world, place, received),
        source,
        received,
        text=_NUMBERS.sub(str(amount), text),
    )
    caller = world.dice.choice(place.counsellors)
    if world.chance(0.3):
        case.row["caseworker_id"] = caller.pk
    _calls(world, case, caller, amount)
    if case.state == ReferralState.REACHED:
        _afterwards(world, case)


def _received(world: World, place: Place, source: Source) -> dt.datetime:
    """In office hours, but for those who come by themselves; somewhat more of late."""
    dice = world.dice
    ago = int(DAYS * dice.random() ** 1.1)
    if world.chance(_EARLIER):
        ago = dice.randint(DAYS, YEAR)
    day = clock.danish_date(world.now) - dt.timedelta(days=ago)
    office = source not in {Source.WEBSITE, Source.OWN_CONTACT}
    hour = dice.randint(8, 15) if office else dice.randint(7, 22)
    while office and not clock.is_workday(day, closed=place.closed):
        day -= dt.timedelta(days=1)
    at = clock.danish_time(day, dt.time(hour, dice.randrange(60)))
    return at if at < world.now else at - dt.timedelta(days=1 + office * 6)


def _calls(world: World, case: Case, caller: User, amount: int) -> None:
    """Calls until somebody answers, nobody tries again, or now is reached."""
    dice, received = world.dice, case.row["received_at"]
    bad = ((world.now - received).days // 7 + int(case.place.municipality.code)) % 26 in _BAD_WEEKS
    at = case.place.office(received + dt.timedelta(hours=dice.choice(_BAD if bad else _GOOD)))
    while at < world.now and case.state == ReferralState.RECEIVED:
        if case.row["attempts"] == _MOST_CALLS:
            close(case, CloseReason.NOT_REACHED, at)
            return
        outcome = dice.choices([o for o, _ in _OUTCOMES], [w for _, w in _OUTCOMES])[0]
        _call(world, case, outcome, at, caller, amount=amount)
        due = case.row["next_at"] or at
        if outcome != Outcome.CALL_BACK:
            due = max(due, rules.next_attempt(at, closed=case.place.closed))
        at = case.place.office(due + dt.timedelta(hours=dice.choice((0, 0, 0, 1, 20))))


def _call(
    world: World, case: Case, outcome: Outcome, at: dt.datetime, caller: User, *, amount: int
) -> None:
    back = outcome == Outcome.CALL_BACK
    again = case.place.office(at + dt.timedelta(hours=world.dice.randint(3, 50))) if back else None
    incoming = outcome == Outcome.REACHED and case.row["attempts"] > 0 and world.chance(0.15)
    call(world, case, outcome, at, caller, again=again, incoming=incoming)
    if outcome == Outcome.REACHED:
        talk(world, case, at, caller, amount=amount)


def _afterwards(world: World, case: Case) -> None:
    """She decides, is met, is helped: until the case is closed, or now is reached."""
    dice, row, place = world.dice, case.row, case.place
    caller = next(one for one in place.counsellors if one.pk == row["caseworker_id"])
    at = row["next_at"] or row["reached_at"]
    if row["next_at"] and at < world.now:
        outcome = Outcome.REACHED if world.chance(0.7) else Outcome.DECLINED
        _call(world, case, outcome, at, caller, amount=0)
    elif not row["next_at"] and (world.now - at).days < 10 and world.chance(0.2):
        step = dice.choice((NextStep.DECIDE, NextStep.TALK))
        ahead = place.office(world.now + dt.timedelta(hours=dice.randint(20, 140)))
        plan(case, step, ahead, "Telefonisk" if step == NextStep.TALK else "")
    ended = at + dt.timedelta(days=dice.randint(60, 150))
    if case.state == ReferralState.REACHED and ended < world.now and world.chance(0.6):
        moved = world.chance(0.06)
        close(case, CloseReason.MOVED if moved else CloseReason.COMPLETED, ended)
