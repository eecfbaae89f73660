"""What was marked at a meeting, what is done for a participant, and what somebody has to do."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from courses.models.course import Course
from courses.models.enrolment import Enrolment
from courses.models.meeting import Meeting
from courses.states import PER_MEETING, Item, Mark, TaskKind, TaskResult
from referrals.models import Citizen
from roegfri.accounts.models import User
from roegfri.organisations.models import Municipality


class Attendance(models.Model):
    """How it stands with one participant at one meeting; no row: not registered.

    `version` counts the changes: who marks says which one she saw.
    """

    personal_data: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="attendances")
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="attendances")
    mark = models.CharField(_("fremmøde"), max_length=10, choices=Mark.choices, blank=True)
    co = models.PositiveSmallIntegerField(_("kulilte (ppm)"), null=True, blank=True)
    note = models.TextField(_("notat"), blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        verbose_name = _("fremmøde")
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "meeting"], name="attendance_once"),
            models.CheckConstraint(
                condition=Q(mark__in=["", *Mark.values]), name="attendance_mark"
            ),
            models.CheckConstraint(
                condition=Q(co=None) | Q(co__lte=200), name="attendance_co_possible"
            ),
        ]
        indexes = [models.Index(fields=["meeting"], name="attendance_of_meeting")]

    def __str__(self) -> str:
        return self.mark


class Marking(models.Model):
    """One registration as it was sent: by its own number it counts once, however often it comes.

    `version` is the attendance's after it.
    """

    personal_data: ClassVar[bool] = True

    once = models.UUIDField(primary_key=True)
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="+")
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="+")
    said = models.JSONField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()

    def __str__(self) -> str:
        return str(self.pk)


class Tick(models.Model):
    """One item of a participant's checklist is done: when, and by whom."""

    personal_data: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="ticks")
    item = models.CharField(max_length=16, choices=Item.choices)
    meeting = models.ForeignKey(Meeting, models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("at",)
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "item", "meeting"], nulls_distinct=False, name="ticked_once"
            ),
            models.CheckConstraint(
                condition=Q(item__in=[str(one) for one in PER_MEETING], meeting__isnull=False)
                | Q(
                    item__in=[str(one) for one in Item if one not in PER_MEETING],
                    meeting=None,
                ),
                name="tick_item",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.at:%Y-%m-%d}"


class Task(models.Model):
    """Something that somebody of a municipality has to do about a participant or a course.

    One of a kind for the same participant, course and meeting; a line on "I dag" until it is done.
    """

    personal_data: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=TaskKind.choices)
    course = models.ForeignKey(Course, models.CASCADE, related_name="tasks")
    meeting = models.ForeignKey(Meeting, models.CASCADE, null=True, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, null=True, related_name="tasks")
    citizen = models.ForeignKey(Citizen, models.CASCADE, null=True, related_name="+")
    due_at = models.DateTimeField(_("senest"))
    # Where it stood before the last attempt that nobody answered, for whoever takes that back.
    was_due_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    result = models.CharField(
        max_length=12, choices=TaskResult.choices, blank=True, db_default=Value("")
    )
    done_note = models.CharField(max_length=300, blank=True, db_default=Value(""))

    class Meta:
        verbose_name = _("opgave")
        verbose_name_plural = _("opgaver")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=TaskKind.values), name="task_kind"),
            models.UniqueConstraint(
                fields=["organisation", "kind", "course", "enrolment", "meeting"],
                condition=Q(done_at=None),
                nulls_distinct=False,
                name="task_once",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None, result="")
                | Q(done_at__isnull=False, result__in=TaskResult.values),
                name="task_ends_with_result",
            ),
            models.CheckConstraint(
                condition=Q(enrolment=None, citizen=None)
                | Q(enrolment__isnull=False, citizen__isnull=False),
                name="task_names_its_citizen",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "due_at", "made_at", "id"],
                condition=Q(done_at=None),
                name="task_open_by_due",
            ),
        ]

    def __str__(self) -> str:
        return self.kind
