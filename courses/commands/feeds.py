"""The secret links to calendars: made, exchanged for another, ended."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from courses import policies
from courses.models import Course, Feed
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Refusal
from roegfri.walls import locks


@transaction.atomic
def make_feed(course: Course | None, *, by: Actor, at: dt.datetime) -> Feed:
    """A link to the calendar of a course one's own municipality holds; without one, to one's own.

    Where there is a link already it is that one: pressed twice there is one.
    """
    if course is None:
        whose = {"user_id": by.person}
    else:
        # It may be given away, or be another's: raises DoesNotExist then.
        whose = {"course_id": policies.courses_hosted_by(by).get(pk=course.pk).pk}
    locks.alone("feed", *whose.values())
    live = Feed.objects.filter(**whose, ended_at=None).first()
    return live or _made(by=by, at=at, **whose)


@transaction.atomic
def renew_feed(feed: Feed, *, by: Actor, at: dt.datetime) -> Feed:
    """Another link; the one that was opens nothing from now on. Pressed twice it is one other."""
    _lock(feed)
    _end(feed, by=by, at=at)
    whose = {"user_id": feed.user_id, "course_id": feed.course_id}
    live = Feed.objects.filter(**whose, ended_at=None).first()
    return live or _made(by=by, at=at, **whose)


@transaction.atomic
def end_feed(feed: Feed, *, by: Actor, at: dt.datetime) -> None:
    """The link opens nothing from now on."""
    _lock(feed)
    _end(feed, by=by, at=at)


def _lock(feed: Feed) -> None:
    locks.alone("feed", feed.user_id or feed.course_id)


def _made(*, by: Actor, at: dt.datetime, **whose: object) -> Feed:
    made = Feed.objects.create(**whose, made_at=at, made_by_id=by.person)
    record("feed.made", made, by=by, at=at)
    return made


def _end(feed: Feed, *, by: Actor, at: dt.datetime) -> None:
    """Raises Refusal for one that is no longer one's own to end."""
    found = Feed.objects.select_for_update().filter(pk=feed.pk).first()
    if found is None:
        raise Refusal(_("Linket kan ikke ændres herfra. Genindlæs siden."))
    if found.ended_at is None:
        found.ended_at = at
        found.save(update_fields=["ended_at"])
        record("feed.ended", found, by=by, at=at)
