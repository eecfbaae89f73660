"""What a citizen agreed to, and who may see her."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from referrals.models.citizen import Citizen
from referrals.states import ConsentForm, ConsentKind, Ground
from roegfri.accounts.models import User
from roegfri.organisations.models import Organisation


class CitizenAccess(models.Model):
    """Which organisation may see which citizen, why, about what, and when.

    The one table that both walls read: policies.py and row-level security. Rows are opened and
    ended by two functions in the database (migration 0002), which refuse to hand out what the
    caller does not have. `about` is the referral or enrolment that gives the ground.
    """

    personal_data: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    citizen = models.ForeignKey(Citizen, models.CASCADE, related_name="access")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    ground = models.CharField(max_length=20, choices=Ground.choices)
    about = models.UUIDField()
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ground__in=Ground.values), name="ground_known"),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")),
                name="access_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["about", "organisation", "citizen", "ground", "from_on"],
                name="access_once",
            ),
        ]
        indexes = [models.Index(fields=["citizen", "organisation"], name="access_by_citizen")]

    def __str__(self) -> str:
        return f"{self.ground} {self.about}"


class Consent(models.Model):
    """What a citizen agreed to, when, how and to whom; withdrawn, never removed."""

    personal_data: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    citizen = models.ForeignKey(Citizen, models.CASCADE, related_name="consents")
    kind = models.CharField(_("til"), max_length=20, choices=ConsentKind.choices)
    form = models.CharField(_("hvordan"), max_length=10, choices=ConsentForm.choices)
    text_version = models.CharField(_("tekst"), max_length=20)
    given_at = models.DateTimeField(_("givet"))
    taken_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(_("trukket tilbage"), null=True)

    class Meta:
        ordering = ("-given_at",)
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ConsentKind.values), name="consent_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(form__in=ConsentForm.values), name="consent_form_known"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("given_at")),
                name="consent_withdrawn_after_given",
            ),
            models.UniqueConstraint(
                fields=["citizen", "kind"],
                condition=Q(withdrawn_at=None),
                name="one_live_consent_of_a_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.given_at:%Y-%m-%d}"
