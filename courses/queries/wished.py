"""The course that a citizen had found herself before she was called."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses import policies
from courses.models import Course
from courses.queries.standing import takes_participants
from courses.states import CourseState
from referrals.models import Referral
from referrals.states import Channel
from roegfri.actor import Actor
from roegfri.refusal import Words

# Why nobody is enrolled any more, by where the course is; published: all its meetings have been.
_CLOSED: Mapping[str, Words] = {
    CourseState.DRAFT: gettext_lazy("Forløbet er ikke længere åbent for tilmelding."),
    CourseState.PUBLISHED: gettext_lazy("Forløbet er slut."),
    CourseState.FINISHED: gettext_lazy("Forløbet er afsluttet."),
    CourseState.CANCELLED: gettext_lazy("Forløbet er aflyst."),
}


@dataclass(frozen=True, slots=True)
class Wished:
    """What she chose on the public pages. `course` is None where its host has taken it back, and
    whoever looks may not see it; `closed` says why it takes nobody, empty while it does."""

    course: Course | None
    closed: str

    @property
    def name(self) -> str:
        """As it is shown; words where it may not be seen."""
        return self.course.name if self.course else _("et forløb, der er trukket tilbage")


def wished(viewer: Actor, referral: Referral, *, at: dt.datetime) -> Wished | None:
    """The course that a case came from; None for all others. One statement, of those that came from
    a public page."""
    if referral.channel != Channel.WEB:
        return None
    seen = policies.courses_visible_to(viewer).filter(pk=OuterRef("course"))
    rows = policies.wishes_visible_to(viewer).filter(referral=referral.pk)
    row = rows.select_related("course__host").annotate(is_seen=Exists(seen)).first()
    if row is None:
        return None
    if not row.is_seen:
        return Wished(None, str(_CLOSED[CourseState.DRAFT]))
    takes = takes_participants(viewer, row.course, at)
    return Wished(row.course, "" if takes else str(_CLOSED[row.course.state]))
