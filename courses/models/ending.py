"""How it ended for a participant, and that STOPbasen has been told."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from courses.models.enrolment import Enrolment
from courses.states import DropOut, SmokeFree
from roegfri.accounts.models import User


class Ending(models.Model):
    """How a course ended for one participant: an outcome, or the reason why there is none.

    `smoke_free` is at the end of the course and empty where she dropped out and nobody could ask.
    `co` is in ppm, measured at the end. `satisfaction` is 1 to 5, the municipality's own figure:
    the fifth indicator is asked for six months later. Her quit dates stand on the enrolment.
    """

    personal_data: ClassVar[bool] = True

    enrolment = models.OneToOneField(
        Enrolment, models.CASCADE, primary_key=True, related_name="ending"
    )
    smoke_free = models.CharField(
        _("røgfri ved afslutningen"), max_length=8, choices=SmokeFree.choices, blank=True
    )
    co = models.PositiveSmallIntegerField(_("kulilte (ppm)"), null=True, blank=True)
    satisfaction = models.PositiveSmallIntegerField(_("tilfredshed"), null=True, blank=True)
    dropped_out = models.CharField(
        _("hvorfor stoppet før tid"), max_length=12, choices=DropOut.choices, blank=True
    )
    note = models.CharField(_("bemærkning"), max_length=300, blank=True, db_default=Value(""))
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    # Counts the changes: who saves says which one she saw.
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        verbose_name = _("resultat")
        verbose_name_plural = _("resultater")
        constraints = [
            models.CheckConstraint(
                condition=Q(smoke_free__in=["", *SmokeFree.values]), name="ending_smoke_free"
            ),
            models.CheckConstraint(
                condition=Q(dropped_out__in=["", *DropOut.values]), name="ending_dropped_out"
            ),
            models.CheckConstraint(
                condition=~Q(smoke_free="") | ~Q(dropped_out=""), name="ending_says_something"
            ),
            models.CheckConstraint(
                condition=Q(co=None) | Q(co__lte=200), name="ending_co_possible"
            ),
            models.CheckConstraint(
                condition=Q(satisfaction=None) | Q(satisfaction__range=(1, 5)),
                name="ending_satisfaction",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Transferred(models.Model):
    """What is known of a participant stands in STOPbasen: who typed it there, and when.

    `digest` is a keyed fingerprint of each value as it was, one after another (queries.pack.Typed);
    where one is another by now, it is to be corrected there too.
    """

    personal_data: ClassVar[bool] = True

    enrolment = models.OneToOneField(
        Enrolment, models.CASCADE, primary_key=True, related_name="transferred"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    digest = models.BinaryField()

    def __str__(self) -> str:
        return str(self.pk)
