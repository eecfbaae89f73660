"""STOPbasen's form: what a participant answered, and the link by which she does so herself."""

from __future__ import annotations

import hashlib
import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.enrolment import Enrolment
from courses.states import FormKind
from roegfri import sealed
from roegfri.accounts.models import User


class Baseline(models.Model):
    """The answers of one participant to one edition of a form (courses/data/stopbasen/).

    `answers` maps a question's code to the code of its choice, to a list of them, or to a number
    or text. `replaced` holds what a counsellor had written where the citizen answered something
    else on her own link. Her CPR number stands here, sealed, where the host was told it and the
    case has none. `filled_by` is None where she filled it in herself.
    """

    personal_data: ClassVar[bool] = True
    PLACE: ClassVar[str] = "courses_baseline.number"

    enrolment = models.OneToOneField(
        Enrolment, models.CASCADE, primary_key=True, related_name="baseline"
    )
    form = models.CharField(_("skema"), max_length=8, choices=FormKind.choices)
    edition = models.DateField(_("udgave"))
    answers = models.JSONField(_("svar"), default=dict)
    replaced = models.JSONField(default=dict, db_default={})
    sealed_number = models.BinaryField(null=True)
    at = models.DateTimeField()
    filled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # Counts the changes: who saves says which one she saw.
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        verbose_name = _("STOPbasens skema")
        constraints = [
            models.CheckConstraint(condition=Q(form__in=FormKind.values), name="baseline_form"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def number(self) -> str:
        """The ten characters of her CPR number; "" where it is not kept here."""
        if self.sealed_number is None:
            return ""
        return sealed.unseal(self.sealed_number, place=self.PLACE, row=self.pk)


class FormLink(models.Model):
    """A secret link by which a citizen fills in the form herself, once, within 14 days.

    Nothing that is stored can be read by it. The secret is kept as its SHA-256 alone; `parts` holds
    what she has sent so far, by the part of the form, so that a line that drops loses nothing.
    """

    personal_data: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="form_links")
    digest = models.BinaryField(unique=True)
    form = models.CharField(max_length=8, choices=FormKind.choices)
    edition = models.DateField()
    # Whether she may be asked for her consent: old enough, and not given already.
    asks_consent = models.BooleanField(default=False)
    parts = models.JSONField(default=dict, db_default={})
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(form__in=FormKind.values), name="form_link_form"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("made_at")), name="form_link_expires"
            ),
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(used_at=None, ended_at=None),
                name="form_link_open_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def digest_of(secret: str) -> bytes:
        """What a secret is known by: nobody comes from it to the secret."""
        return hashlib.sha256(secret.encode()).digest()
