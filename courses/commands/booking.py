"""Taking a time: the room and the counsellors are locked, asked for, and then taken.

The database refuses what clashes (room_free, counsellor_free). What is asked first makes the
sentence, and the locks let two that want the same wait for each other, and never in a circle.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from courses.models import Course
from courses.queries.clashes import Clash, Want, clashes
from roegfri import clock
from roegfri.accounts.models import Grant, User
from roegfri.accounts.roles import STAFF
from roegfri.actor import current
from roegfri.refusal import Refusal
from roegfri.walls import locks
from roegfri.walls.constraints import broken

_WALLS = {"room_free", "counsellor_free"}
# As many meetings as a refusal names.
NAMED = 3


class Taken(Refusal):
    """A room or a counsellor is at another meeting then."""


@contextmanager
def taking(wanted: Sequence[Want]) -> Iterator[None]:
    """What is written inside takes these times; part of a command. Raises Taken, saying of which
    meeting, who or what is at which other one."""
    rooms = {("room", want.room) for want in wanted if want.room}
    people = {("counsellor", one) for want in wanted for one in want.counsellors}
    locks.all_alone(rooms | people)
    if found := clashes(current(), wanted):
        raise Taken(_sentence(found))
    try:
        with transaction.atomic():
            yield
    except IntegrityError as fault:
        if broken(fault) not in _WALLS:
            raise
        raise Taken(
            _("Lokalet eller rådgiveren blev optaget i det samme. Vælg et andet tidspunkt.")
        ) from None


def _sentence(found: Sequence[Clash]) -> str:
    """Each meeting once with the first that is in its way, and how many more there are."""
    first = {one.meeting: one for one in reversed(found)}
    named = list(reversed(first.items()))[:NAMED]
    words = [f"{when[:1].upper()}{when[1:]}: {one}." for when, one in named]
    if more := len(first) - len(named):
        words.append(_("Og %(n)d mødegange mere.") % {"n": more})
    return " ".join([*words, _("Vælg et andet tidspunkt, et andet lokale eller en anden.")])


def employed(
    course: Course, counsellors: Sequence[UUID], starts: Sequence[dt.datetime], *, at: dt.datetime
) -> None:
    """Whether they all work for the host on those of the days that are not past; part of a command.

    Raises Refusal naming the first who does not.
    """
    ahead = sorted({clock.danish_date(one) for one in starts if one >= at})
    if not ahead or not counsellors:
        return
    grants = Grant.objects.filter(
        user__in=counsellors, organisation=course.host_id, role__in=STAFF, user__is_active=True
    )
    held = list(grants.values_list("user_id", "from_on", "until_on"))
    for person in counsellors:
        for day in ahead:
            if not any(
                who == person and begin <= day and (end is None or day <= end)
                for who, begin, end in held
            ):
                raise Refusal(_not_there(person, day, course))


def _not_there(person: UUID, day: dt.date, course: Course) -> str:
    name = User.objects.filter(pk=person).values_list("name", flat=True).first()
    return _(
        "%(name)s er ikke rådgiver eller koordinator i %(host)s den %(day)s. Vælg en anden."
    ) % {
        "name": name or _("Den valgte"),
        "host": course.host.name,
        "day": f"{day:%d.%m.%Y}",
    }
