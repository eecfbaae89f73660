"""A course: who holds it, for whom, how many there is room for; and what hangs on it."""

from __future__ import annotations

import secrets
import uuid

from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from courses.models.venue import Room
from courses.states import CourseKind, CourseState, Flag, Target
from roegfri.accounts.models import User
from roegfri.organisations.models import Agreement, Municipality, Organisation


class Course(models.Model):
    """One course, of any kind.

    `host` is the municipality whose course it is, `provider` who holds it: the host, or a pharmacy
    under contract. The columns from `seats_taken` to `meetings` are kept by triggers (0003), so
    that who may not see a single participant still sees how many there are. `first_at` and
    `last_at` are instants of the first and the last meeting that is not cancelled, `meetings` how
    many there are; appointments of one participant are not counted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    host = models.ForeignKey(
        Municipality, models.PROTECT, related_name="+", verbose_name=_("kommune")
    )
    provider = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("udbyder")
    )
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+")
    kind = models.CharField(_("slags"), max_length=12, choices=CourseKind.choices)
    name = models.CharField(_("navn"), max_length=80)
    concept = models.CharField(_("koncept"), max_length=60, blank=True)
    language = models.CharField(_("sprog"), max_length=40, default="Dansk")
    target = models.CharField(
        _("målgruppe"), max_length=12, choices=Target.choices, default=Target.ALL
    )
    capacity = models.PositiveSmallIntegerField(_("pladser"))
    seats_taken = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    waiting = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    first_at = models.DateTimeField(_("første mødegang"), null=True, editable=False)
    last_at = models.DateTimeField(_("sidste mødegang"), null=True, editable=False)
    meetings = models.PositiveSmallIntegerField(
        _("mødegange"), default=0, db_default=0, editable=False
    )
    room = models.ForeignKey(
        Room, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lokale")
    )
    access = models.CharField(_("adgang"), max_length=300, blank=True)
    transport = models.CharField(_("transport"), max_length=300, blank=True)
    # Whether citizens see it on the public pages while it is open for enrolment.
    listed = models.BooleanField(_("vises på Find et hold"), default=True, db_default=True)
    state = models.CharField(
        _("status"), max_length=12, choices=CourseState.choices, default=CourseState.DRAFT
    )
    state_since = models.DateTimeField()
    published_at = models.DateTimeField(_("offentliggjort"), null=True)
    finished_at = models.DateTimeField(_("afsluttet"), null=True)
    cancelled_at = models.DateTimeField(_("aflyst"), null=True)
    cancel_reason = models.CharField(
        _("hvorfor aflyst"), max_length=300, blank=True, db_default=Value("")
    )
    copied_from = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    # Counted up by every edit: whoever saves over another edit is shown the difference first.
    version = models.PositiveIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(_("oprettet"))
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    # The form's own number and what it said: sent twice it is one course.
    once = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    request_sha256 = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("forløb")
        verbose_name_plural = _("forløb")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=CourseKind.values), name="course_kind"),
            models.CheckConstraint(condition=Q(target__in=Target.values), name="course_target"),
            models.CheckConstraint(condition=Q(state__in=CourseState.values), name="course_state"),
            models.CheckConstraint(condition=Q(capacity__range=(1, 200)), name="course_capacity"),
            # The last line of defence: a seat is never given twice.
            models.CheckConstraint(
                condition=Q(seats_taken__lte=F("capacity")),
                name="course_seats_are_there",
                violation_error_message=_("Der er tilmeldt flere end det."),
            ),
            models.CheckConstraint(
                condition=~Q(state=CourseState.PUBLISHED) | Q(published_at__isnull=False),
                name="course_published_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state=CourseState.FINISHED, finished_at__isnull=False)
                | (~Q(state=CourseState.FINISHED) & Q(finished_at=None)),
                name="course_finished_has_time",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=CourseState.CANCELLED, cancelled_at__isnull=False)
                    & ~Q(cancel_reason="")
                )
                | (~Q(state=CourseState.CANCELLED) & Q(cancelled_at=None, cancel_reason="")),
                name="course_cancelled_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["agreement", "state", "last_at"], name="course_by_agreement"),
            models.Index(fields=["host", "state", "first_at", "id"], name="course_by_host"),
        ]

    def __str__(self) -> str:
        return self.name


class Flagged(models.Model):
    """A course has also been created somewhere else: when that was noted, and by whom."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="flags")
    flag = models.CharField(max_length=12, choices=Flag.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "flag"], name="flag_once"),
            models.CheckConstraint(condition=Q(flag__in=Flag.values), name="flag_known"),
        ]

    def __str__(self) -> str:
        return self.flag


class Qualification(models.Model):
    """That a counsellor has the basic course, or an education at the same level (S1)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(User, models.CASCADE, related_name="+")
    completed_on = models.DateField(_("gennemført"))
    name = models.CharField(_("uddannelse"), max_length=120)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("uddannelse som rygestoprådgiver")

    def __str__(self) -> str:
        return self.name


def _secret() -> str:
    return secrets.token_urlsafe(24)


class Feed(models.Model):
    """A secret link to a calendar: a course's, or a counsellor's own. Nothing personal is in it.

    The link is shown again and again to whoever may see the calendar, so it is kept as it is;
    ended when it has come into wrong hands, and another is made.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(Course, models.CASCADE, null=True, related_name="feeds")
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    secret = models.CharField(max_length=40, unique=True, default=_secret, editable=False)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(course=None, user__isnull=False) | Q(course__isnull=False, user=None),
                name="feed_of_one",
            ),
            models.UniqueConstraint(
                fields=["course", "user"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="feed_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
