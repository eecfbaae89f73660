"""A meeting: when and where, and which counsellors are there."""

from __future__ import annotations

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from courses.models.course import Course
from courses.models.venue import Room
from courses.states import MeetingForm, MeetingState, StaffRole
from roegfri.accounts.models import User

# From its beginning to its end, which is free again.
WHEN = Func(
    F("starts_at"),
    F("ends_at"),
    Value("[)"),
    function="tstzrange",
    output_field=DateTimeRangeField(),
)


class Meeting(models.Model):
    """One meeting of a course, or an appointment with one participant.

    Which meeting of the course it is, is counted when it is shown: moving one re-numbers the rest.
    `revision` is counted up when it is moved, so that a reminder can be sent again; `planned_at` is
    where it was planned first. `appointment`: for one participant alone (models.Appointment).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="all_meetings")
    starts_at = models.DateTimeField(_("begynder"))
    ends_at = models.DateTimeField(_("slutter"))
    planned_at = models.DateTimeField()
    room = models.ForeignKey(
        Room, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lokale")
    )
    form = models.CharField(
        _("hvordan"), max_length=10, choices=MeetingForm.choices, default=MeetingForm.IN_PERSON
    )
    appointment = models.BooleanField(default=False, db_default=False)
    extra = models.BooleanField(_("ekstra mødegang"), default=False, db_default=False)
    # The intake talk of Kom & Kvit: no meeting by the agreement's count.
    intake = models.BooleanField(_("indledende samtale"), default=False, db_default=False)
    state = models.CharField(
        _("status"), max_length=10, choices=MeetingState.choices, default=MeetingState.PLANNED
    )
    state_since = models.DateTimeField()
    cancel_reason = models.CharField(
        _("hvorfor aflyst"), max_length=200, blank=True, db_default=Value("")
    )
    revision = models.PositiveSmallIntegerField(default=0, db_default=0)
    closed_at = models.DateTimeField(_("registreret"), null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("starts_at", "id")
        verbose_name = _("mødegang")
        verbose_name_plural = _("mødegange")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=MeetingState.values), name="meeting_state"
            ),
            models.CheckConstraint(condition=Q(form__in=MeetingForm.values), name="meeting_form"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(
                    state=MeetingState.HELD, closed_at__isnull=False, closed_by__isnull=False
                )
                | (~Q(state=MeetingState.HELD) & Q(closed_at=None, closed_by=None)),
                name="meeting_held_by_someone",
            ),
            models.CheckConstraint(
                condition=(Q(state=MeetingState.CANCELLED) & ~Q(cancel_reason=""))
                | (~Q(state=MeetingState.CANCELLED) & Q(cancel_reason="")),
                name="meeting_cancelled_says_why",
            ),
            ExclusionConstraint(
                name="room_free",
                expressions=[("room", RangeOperators.EQUAL), (WHEN, RangeOperators.OVERLAPS)],
                condition=~Q(state=MeetingState.CANCELLED) & Q(room__isnull=False),
                violation_error_message=_("Lokalet er optaget på det tidspunkt."),
            ),
        ]
        indexes = [
            models.Index(fields=["course", "starts_at", "id"], name="meeting_of_course"),
            models.Index(fields=["starts_at", "id"], name="meeting_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


class Staffing(models.Model):
    """A counsellor at one meeting; times and `live` are the meeting's own, kept by triggers (0003).

    Nobody is at two meetings at the same time, in whichever municipalities they are.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="staff")
    counsellor = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("rådgiver")
    )
    role = models.CharField(max_length=12, choices=StaffRole.choices, default=StaffRole.COUNSELLOR)
    # Whom a substitute stands in for.
    instead_of = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    starts_at = models.DateTimeField(editable=False)
    ends_at = models.DateTimeField(editable=False)
    live = models.BooleanField(default=True, db_default=True, editable=False)

    class Meta:
        verbose_name = _("bemanding")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=StaffRole.values), name="staff_role"),
            models.UniqueConstraint(fields=["meeting", "counsellor"], name="staffed_once"),
            ExclusionConstraint(
                name="counsellor_free",
                expressions=[("counsellor", RangeOperators.EQUAL), (WHEN, RangeOperators.OVERLAPS)],
                condition=Q(live=True),
                violation_error_message=_("Rådgiveren er optaget på det tidspunkt."),
            ),
        ]
        indexes = [
            models.Index(fields=["counsellor", "starts_at"], name="staffing_of_counsellor"),
        ]

    def __str__(self) -> str:
        return f"{self.counsellor_id} {self.starts_at:%Y-%m-%d %H:%M}"
