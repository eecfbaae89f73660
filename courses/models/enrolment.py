"""A participant of a course."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from courses.models.course import Course
from courses.models.meeting import Meeting
from courses.states import LIVE, EnrolmentState, WithdrawReason
from referrals.models import Citizen, Referral
from roegfri.accounts.models import User
from roegfri.organisations.models import Municipality


class Enrolment(models.Model):
    """One citizen on one course, from the waiting list to the end.

    `home` is where she lives, frozen on `home_frozen_on`: the Danish date of the first meeting she
    attended. The planned quit date is any day, the actual one never ahead.
    """

    personal_data: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(Course, models.PROTECT, related_name="enrolments")
    citizen = models.ForeignKey(Citizen, models.PROTECT, related_name="+")
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="+")
    home = models.ForeignKey(
        Municipality, models.PROTECT, null=True, related_name="+", verbose_name=_("bopælskommune")
    )
    home_frozen_on = models.DateField(null=True)
    state = models.CharField(_("status"), max_length=12, choices=EnrolmentState.choices)
    state_since = models.DateTimeField()
    # Where she stands in the waiting list; kept when she is promoted.
    waiting_since = models.DateTimeField(_("på venteliste siden"), null=True)
    enrolled_at = models.DateTimeField(_("tilmeldt"), null=True)
    left_at = models.DateTimeField(_("stoppet"), null=True)
    left_reason = models.CharField(
        _("hvorfor"),
        max_length=12,
        choices=WithdrawReason.choices,
        blank=True,
        db_default=Value(""),
    )
    left_note = models.CharField(_("bemærkning"), max_length=300, blank=True, db_default=Value(""))
    moved_to = models.OneToOneField("self", models.PROTECT, null=True, related_name="moved_from")
    walked_in = models.BooleanField(_("kom uden tilmelding"), default=False, db_default=False)
    planned_quit_on = models.DateField(_("planlagt rygestop"), null=True, blank=True)
    actual_quit_on = models.DateField(_("faktisk rygestop"), null=True, blank=True)
    note = models.TextField(_("notat"), blank=True, db_default=Value(""))
    version = models.PositiveIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    once = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    request_sha256 = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("tilmelding")
        verbose_name_plural = _("tilmeldinger")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=EnrolmentState.values), name="enrolment_state"
            ),
            models.UniqueConstraint(
                fields=["course", "citizen"],
                condition=Q(state__in=LIVE),
                name="enrolled_once",
                violation_error_message=_("Borgeren er allerede på forløbet."),
            ),
            models.CheckConstraint(
                condition=~Q(state=EnrolmentState.WAITING) | Q(waiting_since__isnull=False),
                name="enrolment_waiting_since",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[EnrolmentState.ENROLLED, EnrolmentState.ENDED])
                | Q(enrolled_at__isnull=False),
                name="enrolment_enrolled_at",
            ),
            models.CheckConstraint(
                condition=(
                    Q(
                        state=EnrolmentState.WITHDRAWN,
                        left_at__isnull=False,
                        left_reason__in=WithdrawReason.values,
                    )
                    | (
                        Q(state__in=[EnrolmentState.MOVED, EnrolmentState.ENDED], left_reason="")
                        & Q(left_at__isnull=False)
                    )
                    | Q(state__in=LIVE, left_at=None, left_reason="")
                ),
                name="enrolment_left_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state=EnrolmentState.MOVED, moved_to__isnull=False)
                | (~Q(state=EnrolmentState.MOVED) & Q(moved_to=None)),
                name="enrolment_moved_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(moved_to=None) | ~Q(moved_to=F("id")), name="enrolment_moved_to_another"
            ),
        ]
        indexes = [
            models.Index(
                fields=["course", "state", "waiting_since", "id"], name="enrolment_course"
            ),
            models.Index(fields=["citizen", "course"], name="enrolment_citizen"),
            models.Index(fields=["referral"], name="enrolment_referral"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Appointment(models.Model):
    """Whose a meeting is that is for one participant alone."""

    personal_data: ClassVar[bool] = True

    meeting = models.OneToOneField(
        Meeting, models.CASCADE, primary_key=True, related_name="appointed"
    )
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="appointments")

    def __str__(self) -> str:
        return str(self.pk)
