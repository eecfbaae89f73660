"""The course that somebody who signed herself up had found."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from courses.models.course import Course
from referrals.models import Referral


class Wish(models.Model):
    """Which course a self-referral came from: it stands first when she is called."""

    personal_data: ClassVar[bool] = True

    referral = models.OneToOneField(
        Referral, models.CASCADE, primary_key=True, related_name="wished_course"
    )
    course = models.ForeignKey(Course, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)
