"""What a person has typed and not yet sent."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Draft(models.Model):
    """One person's half-filled form on one screen; sealed, hers alone, gone after 14 days."""

    personal_data = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(_("skærm"), max_length=200)
    body = models.BinaryField(_("indhold"))
    saved_at = models.DateTimeField(_("gemt"))

    class Meta:
        verbose_name = _("kladde")
        verbose_name_plural = _("kladder")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="draft_once")]
        indexes = [models.Index(fields=["saved_at"], name="draft_saved_at")]

    def __str__(self) -> str:
        return self.key


class SavedFilter(models.Model):
    """A filter of a list that a person keeps under a name of her own.

    `query` is what the list's form wrote, never what somebody typed: ids, dates and choices.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    list = models.CharField(max_length=40)
    name = models.CharField(_("navn"), max_length=40)
    query = models.CharField(max_length=500)

    class Meta:
        verbose_name = _("gemt filter")
        verbose_name_plural = _("gemte filtre")
        constraints = [
            models.UniqueConstraint(fields=["user", "list", "name"], name="filter_once"),
        ]

    def __str__(self) -> str:
        return self.name
