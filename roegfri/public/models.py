"""In which languages a municipality lets itself be read."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from roegfri.accounts.models import User
from roegfri.organisations.models import Municipality


class Approval(models.Model):
    """A coordinator has read the public texts in a language and lets them be shown.

    Bound to the very words by their digest: when they change, somebody reads them again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    language = models.CharField(_("sprog"), max_length=5)
    digest = models.BinaryField(editable=False)
    approved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(_("godkendt"))
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(_("trukket tilbage"), null=True)

    class Meta:
        ordering = ("language",)
        verbose_name = _("godkendelse af sprog")
        verbose_name_plural = _("godkendelser af sprog")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "language"],
                condition=Q(withdrawn_at=None),
                name="approval_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="approval_withdrawn_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return self.language
