"""The whole world in batches: first what is written by hand, then what is drawn."""

import datetime as dt
import random
from collections.abc import Iterator

from roegfri.desk.demo import elsewhere, inbox, morning, sent
from roegfri.desk.demo.courses import year
from roegfri.desk.demo.past import past_case
from roegfri.desk.demo.rows import Row, World
from roegfri.desk.demo.setting import NEIGHBOURS, SHOWN, Setting

BATCH = 2000
# Fewer than this are a handful to start with, and none of them is written by hand.
ROOM_FOR_STORIES = 200


def draw(
    setting: Setting, number: int, now: dt.datetime, seed: int
) -> Iterator[dict[str, list[Row]]]:
    """`number` referrals up to `now`, in batches."""
    world = World(random.Random(seed), now)  # noqa: S311  (a made-up world, not a secret)
    stories = number >= ROOM_FOR_STORIES
    if stories:
        _stories(world, setting)
    weights = [one.weight for one in setting.places]
    for count in range(len(world.rows["referral"]), number):
        past_case(world, world.dice.choices(setting.places, weights)[0])
        if len(world.rows["referral"]) == BATCH:
            yield _taken(world, setting, first=count < BATCH, stories=stories)
    yield _taken(world, setting, first=number < BATCH, stories=stories)


def _taken(world: World, setting: Setting, *, first: bool, stories: bool) -> dict[str, list[Row]]:
    """What is in the world so far; a year of courses comes with the first of it."""
    sent.follow(world, setting)
    if first and stories:
        year.lay(world, setting.places, setting.ground)
    return world.take()


def _stories(world: World, setting: Setting) -> None:
    shown = setting.at(SHOWN)
    morning.lay(world, shown)
    elsewhere.between(world, shown, came_from=setting.at("153"), goes_to=setting.at("161"))
    elsewhere.by_telephone(world, shown, setting.quitline, setting.caller)
    elsewhere.twice(world, shown)
    inbox.inbox(world, shown, meant=setting.at("153"), has_the_case=setting.at("161"))
    for code in NEIGHBOURS:
        morning.lay_some(world, setting.at(code))
