"""The log's tables. They are made by SQL (migrations/0001_initial.py): partitioned, insert-only.

No foreign keys: the log outlives what it speaks of, and knows no table above it.
"""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEvent(models.Model):
    """One thing somebody did or looked at; written in the transaction of the thing itself."""

    personal_data = True

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.TextField()
    user_id = models.UUIDField(null=True)
    grant_id = models.UUIDField(null=True)
    role = models.TextField()
    organisation_id = models.UUIDField(null=True)
    act = models.TextField()
    subject = models.TextField()
    columns = ArrayField(models.TextField())
    reason = models.TextField()
    request_id = models.TextField()
    values_digest = models.BinaryField(null=True)

    class Meta:
        managed = False
        db_table = "audit_event"
        ordering = ("-at", "-seq")

    def __str__(self) -> str:
        return f"{self.seq} {self.act} {self.subject}"


class AuditEventPerson(models.Model):
    """A person whom an event concerns; a list page concerns all that it shows."""

    personal_data = True

    pk = models.CompositePrimaryKey("event_seq", "person")
    event_seq = models.BigIntegerField()
    person = models.UUIDField()
    at = models.DateTimeField()
    organisation_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "audit_event_person"

    def __str__(self) -> str:
        return f"{self.event_seq} {self.person}"


class ChangeValue(models.Model):
    """What a row held before and after; can be emptied when a person's data are erased.

    `commitment` is a salted digest that stays, so that the chain of events holds after erasure;
    the salt goes with the values, so that nothing can be guessed back from it.
    """

    personal_data = True

    pk = models.CompositePrimaryKey("event_seq", "row_id")
    event_seq = models.BigIntegerField()
    row_id = models.TextField()
    at = models.DateTimeField()
    organisation_id = models.UUIDField(null=True)
    table_name = models.TextField()
    person = models.UUIDField(null=True)
    old_values = models.JSONField(null=True)
    new_values = models.JSONField(null=True)
    salt = models.UUIDField(null=True)
    commitment = models.BinaryField()

    class Meta:
        managed = False
        db_table = "change_value"

    def __str__(self) -> str:
        return f"{self.event_seq} {self.table_name}:{self.row_id}"


class AuditSeal(models.Model):
    """One link of the chain: `hash` covers `prev_hash` and the whole content of the event.

    `horizon` is the transaction id below which everything had been sealed by then.
    """

    position = models.BigIntegerField(primary_key=True)
    event_seq = models.BigIntegerField(unique=True)
    prev_hash = models.BinaryField()
    hash = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "audit_seal"
        ordering = ("position",)

    def __str__(self) -> str:
        return f"{self.position} {self.event_seq}"


class LogReview(models.Model):
    """The sign-off of a month's random sample by the security officer of one organisation."""

    personal_data = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation_id = models.UUIDField(editable=False)
    month = models.DateField(_("måned"))  # the first day of it
    size = models.PositiveSmallIntegerField(_("antal opslag"))
    signed_by = models.UUIDField(_("gennemgået af"), editable=False)
    signed_at = models.DateTimeField(_("gennemgået"))
    remarks = models.TextField(_("bemærkninger"), blank=True)

    class Meta:
        ordering = ("-month",)
        verbose_name = _("gennemgang af loggen")
        verbose_name_plural = _("gennemgange af loggen")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "month"], name="log_reviewed_once_a_month"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.month:%Y-%m}"
