"""Where one meets."""

from __future__ import annotations

import uuid

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from roegfri.organisations.models import Municipality


class Venue(models.Model):
    """A place: its address, how one gets in, and how one gets there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    name = models.CharField(_("navn"), max_length=80)
    street = models.CharField(_("adresse"), max_length=120)
    postcode = models.CharField(
        _("postnummer"), max_length=4, validators=[RegexValidator(r"^\d{4}$")]
    )
    town = models.CharField(_("by"), max_length=60)
    access = models.CharField(_("adgang"), max_length=300, blank=True)
    transport = models.CharField(_("transport"), max_length=300, blank=True)
    closed_at = models.DateTimeField(_("bruges ikke længere"), null=True)

    class Meta:
        ordering = ("name",)
        verbose_name = _("sted")
        verbose_name_plural = _("steder")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "name"],
                condition=Q(closed_at=None),
                name="venue_named_once",
            ),
            models.CheckConstraint(
                condition=Q(postcode__regex=r"^\d{4}$"), name="venue_postcode_is_danish"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Room(models.Model):
    """A room at a place: two courses never meet in it at the same time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    venue = models.ForeignKey(Venue, models.CASCADE, related_name="rooms")
    name = models.CharField(_("lokale"), max_length=60)
    seats = models.PositiveSmallIntegerField(_("pladser"), null=True, blank=True)

    class Meta:
        ordering = ("venue__name", "name")
        verbose_name = _("lokale")
        verbose_name_plural = _("lokaler")
        constraints = [
            models.UniqueConstraint(fields=["venue", "name"], name="room_named_once"),
        ]

    def __str__(self) -> str:
        return self.name
