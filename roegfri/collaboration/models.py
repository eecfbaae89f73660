"""The shelf: documents that are shared, in their editions."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from roegfri.accounts.models import User
from roegfri.organisations.models import Organisation


class Document(models.Model):
    """A document on the shelf. `owner` is who keeps it: an agreement, for all its municipalities,
    or one municipality, for its own people. It holds nothing about citizens."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("hvem den er for")
    )
    title = models.CharField(_("titel"), max_length=120)
    about = models.CharField(_("hvad den bruges til"), max_length=300, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(_("taget ned"), null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("title",)
        verbose_name = _("dokument")
        verbose_name_plural = _("dokumenter")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "title"],
                condition=Q(withdrawn_at=None),
                name="document_title_once",
                violation_error_message=_("Der er allerede et dokument med den titel."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="document_withdrawn_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Edition(models.Model):
    """One edition of a document: the file as it was put there, and the day it holds from.

    The newest by that day, then by when it came, is the one that counts; the others stay and can be
    read. `body` is the file itself, so that a backup of the database has everything.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, models.PROTECT, related_name="editions")
    name = models.CharField(_("udgave"), max_length=40)
    from_on = models.DateField(_("gælder fra"))
    changes = models.CharField(_("hvad er nyt"), max_length=300, blank=True, db_default=Value(""))
    filename = models.CharField(max_length=120)
    content_type = models.CharField(max_length=100)
    body = models.BinaryField()
    size = models.PositiveIntegerField()
    sha256 = models.BinaryField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-from_on", "-at")
        verbose_name = _("udgave")
        verbose_name_plural = _("udgaver")
        constraints = [
            models.UniqueConstraint(
                fields=["document", "name"],
                name="edition_name_once",
                violation_error_message=_("Der er allerede en udgave med det navn."),
            ),
            models.UniqueConstraint(
                fields=["document", "sha256"],
                name="edition_bytes_once",
                violation_error_message=_("Den fil ligger der allerede."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
