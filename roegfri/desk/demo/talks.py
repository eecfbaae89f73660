"""A made-up first conversation: what was told, answered, wished for and agreed to."""

import datetime as dt

from referrals import rules
from referrals.states import SELF_REFERRALS, TIMES, Help, Known, Product, Topic, WhyAsked
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.desk.demo import words
from roegfri.desk.demo.cases import Case
from roegfri.desk.demo.rows import World

_CONSENTS = (("sms", 0.8), ("stopbase", 0.7), ("follow_up", 0.65), ("discharge", 0.3))
# What is used beside the cigarettes, or instead of them; how many a day; how often.
_OTHERS = (
    (Product.POUCHES, (5, 12), 5),
    (Product.E_CIGARETTE, (1, 4), 5),
    (Product.SNUS, (5, 15), 2),
    (Product.PIPE, (3, 8), 2),
    (Product.CIGARS, (1, 4), 2),
)
_MORE, _INSTEAD = 0.15, 0.06
_WISHES = ((Help.GROUP, 45), (Help.INDIVIDUAL, 30), (Help.OPEN, 20), (Help.QUITLINE, 5))
_DAYTIME = [time for time in TIMES if int(time[0]) < 6]


def talk(world: World, case: Case, at: dt.datetime, caller: User, *, amount: int = 0) -> None:
    """Somebody talked with her; `amount` cigarettes a day, when the referral says how many."""
    uses = _uses(world, amount)
    per_day = rules.equivalents(uses, case.place.smoking.equivalents)
    _interview(world, case, at, caller, uses=uses, per_day=per_day)
    topics = [Topic.GROUP, Topic.INDIVIDUAL, Topic.QUITLINE]
    heavy = rules.heavy_smoker(per_day, threshold=case.place.smoking.heavy_smoker_from)
    if heavy and case.place.subsidy:
        topics.append(Topic.SUBSIDY)
    for topic in topics:
        if world.chance(0.95):
            world.add(
                "informed",
                referral_id=case.row["id"],
                topic=topic.value,
                at=at,
                by_id=caller.pk,
            )
    for kind, likely in _CONSENTS:
        if world.chance(likely):
            world.add(
                "consent",
                citizen_id=case.row["citizen_id"],
                kind=kind,
                given_at=at,
                taken_by_id=caller.pk,
            )


def _uses(world: World, amount: int) -> dict[str, int]:
    dice = world.dice
    cigarettes = {Product.CIGARETTES.value: amount or dice.choice((8, 10, 12, 15, 20, 20, 25))}
    kind = dice.random()
    if kind > _MORE + _INSTEAD:
        return cigarettes
    other, (least, most), _ = dice.choices(_OTHERS, [often for _, _, often in _OTHERS])[0]
    more = {other.value: dice.randint(least, most)}
    return more if kind < _INSTEAD else cigarettes | more


def _interview(
    world: World,
    case: Case,
    at: dt.datetime,
    caller: User,
    *,
    uses: dict[str, int],
    per_day: int,
) -> None:
    dice = world.dice
    asked, why = _why(world, case.row["source"])
    wishes = dice.choices([one for one, _ in _WISHES], [often for _, often in _WISHES])
    if world.chance(0.3):
        wishes.append(dice.choice(list(Help)))
    made = world.add(
        "interview",
        referral_id=case.row["id"],
        at=at,
        by_id=caller.pk,
        motivation=dice.choices(range(3, 11), (2, 3, 8, 12, 20, 25, 15, 15))[0],
        per_day=min(per_day, 200),
        pregnant=_pregnant(world, case, at).value,
        wishes=[one.value for one in dict.fromkeys(wishes)],
        times=sorted(dice.sample(_DAYTIME, dice.randint(1, 4))),
        why_asked=asked.value,
        why=why,
    )
    for product, number in uses.items():
        world.add("use", interview_id=made["referral_id"], product=product, amount=number)


def _why(world: World, source: str) -> tuple[WhyAsked, str]:
    """Those who came by themselves are asked, by sample."""
    if source not in {one.value for one in SELF_REFERRALS} or world.chance(0.4):
        return WhyAsked.NOT_ASKED, ""
    if world.chance(0.1):
        return WhyAsked.NO_ANSWER, ""
    return WhyAsked.ANSWERED, world.dice.choice(words.WHYS)


def _pregnant(world: World, case: Case, at: dt.datetime) -> Known:
    citizen = case.person.citizen
    born = citizen["birth_date"]
    if citizen["sex"] != "female" or born is None:
        return Known.UNKNOWN
    if clock.age_on(born, clock.danish_date(at)) > 45:
        return Known.UNKNOWN
    if "ravid" in case.row["text"] or world.chance(0.04):
        return Known.YES
    return Known.NO
