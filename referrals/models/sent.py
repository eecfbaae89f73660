"""What a sender may follow of the referrals she sent."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from referrals.models.citizen import Citizen
from referrals.models.referral import Referral
from referrals.states import SentState
from roegfri.accounts.models import Token, User
from roegfri.organisations.models import Organisation


class SentReferral(models.Model):
    """One referral as its sender sees it: whom she wrote of, when, and how far it has come.

    `organisation` is the sender's; `name` and `reference` are what she wrote herself. `state` is
    kept by a trigger on the referral (0011), which the sender cannot read. `shared` with her
    colleagues where the sender is a department, a practice or a pharmacy; in a municipality it is
    hers alone. Another system of the organisation (a token) sees all that was sent.
    """

    personal_data: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.OneToOneField(Referral, models.PROTECT, related_name="sent")
    citizen = models.ForeignKey(Citizen, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    token = models.ForeignKey(Token, models.PROTECT, null=True, related_name="+")
    shared = models.BooleanField(default=False)
    name = models.CharField(_("borger"), max_length=160, blank=True)
    reference = models.CharField(_("jeres nummer"), max_length=40, blank=True)
    said_sha256 = models.BinaryField(null=True)
    at = models.DateTimeField(_("sendt"))
    contact_by = models.DateField(_("frist"))
    state = models.CharField(
        _("status"), max_length=10, choices=SentState.choices, default=SentState.RECEIVED
    )

    class Meta:
        ordering = ("-at",)
        verbose_name = _("sendt henvisning")
        verbose_name_plural = _("sendte henvisninger")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=SentState.values), name="sent_state_known"
            ),
            models.UniqueConstraint(
                fields=["organisation", "receiver", "reference"],
                condition=~Q(reference=""),
                name="sent_reference_once",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-at", "id"], name="sent_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.at}"
