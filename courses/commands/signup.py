"""Somebody signs herself up for a course she has found. She has no seat yet: a counsellor calls."""

import datetime as dt
from dataclasses import replace
from uuid import UUID

from django.db import transaction

from courses.models import Course, Wish
from courses.policies import courses_hosted_by
from courses.queries.found import is_found
from referrals.commands.signup import NotSent, SignUp, sign_up
from referrals.queries.signup import signed_up
from roegfri.actor import Actor, acting, receiving
from roegfri.organisations.models import Municipality
from roegfri.public.stamps import Stamp
from roegfri.walls.locks import alone, whose


@transaction.atomic
def sign_up_for(
    course: UUID,
    what: SignUp,
    *,
    to: Municipality,
    stamp: Stamp,
    mark: str,
    by: Actor,
    at: dt.datetime,
) -> dt.date:
    """As sign_up does, and the course she found stands beside her case, for whoever calls her.

    Its host receives her, wherever she lives. The same form sent again is the same case with the
    same wish, whatever has become of the course. Raises NotSent, with "course_gone" where it can be
    chosen no longer.
    """
    with acting(receiving(by, to.pk, to.name)) as door:
        alone("signup", stamp.number)
        once = whose(stamp.number, door, to.pk)
        chosen = courses_hosted_by(door).filter(pk=course).first()
        if chosen is None or not (is_found(by, course, at=at) or signed_up(door, once)):
            raise NotSent("course_gone")
        of_it = replace(what, about=_about(chosen))
        call_by = sign_up(of_it, to=to, stamp=stamp, mark=mark, by=by, at=at)
        # None where its case was given on since: the wish went with it.
        if referral := signed_up(door, once):
            Wish.objects.get_or_create(referral=referral, defaults={"course": chosen, "at": at})
    return call_by


def _about(course: Course) -> str:
    """In Danish, as a counsellor reads it; the same however often the form is sent."""
    return f"Vil gerne med på: {course.name}."
