"""Messages out of the house, written in the same transaction as what they tell of."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from roegfri.organisations.models import Organisation
from roegfri.outbox.states import MessageState


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages, as of an instant."""

    def due(self, at: dt.datetime) -> MessageQuerySet:
        """Those to be sent now, and those whose sender has gone silent."""
        return self.filter(
            Q(state=MessageState.WAITING, send_after__lte=at)
            | Q(state=MessageState.CLAIMED, lease_until__lte=at)
        )


class Message(models.Model):
    """One message to one phone. (kind, dedupe_key) makes it impossible to queue it twice."""

    personal_data = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("slags"), max_length=40)
    dedupe_key = models.CharField(_("nøgle"), max_length=160)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    recipient = models.CharField(_("modtager"), max_length=16)
    body = models.TextField(_("tekst"))
    state = models.CharField(
        _("status"), max_length=10, choices=MessageState.choices, default=MessageState.WAITING
    )
    state_since = models.DateTimeField(_("siden"))
    attempt = models.PositiveSmallIntegerField(_("forsøg"), default=0)
    lease_until = models.DateTimeField(_("holdes til"), null=True, blank=True)
    send_after = models.DateTimeField(_("sendes tidligst"))
    expires_at = models.DateTimeField(_("sendes senest"))
    gateway_ref = models.CharField(_("kvittering"), max_length=80, null=True, blank=True)  # noqa: DJ001  (unique; several may have none)
    created_at = models.DateTimeField(_("oprettet"))

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("besked")
        verbose_name_plural = _("beskeder")
        constraints = [
            models.UniqueConstraint(fields=["kind", "dedupe_key"], name="message_once"),
            models.UniqueConstraint(fields=["gateway_ref"], name="message_receipt_once"),
            models.CheckConstraint(
                condition=Q(state__in=MessageState.values), name="message_state_known"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("send_after")), name="message_expires_after_due"
            ),
            models.CheckConstraint(
                condition=Q(recipient__regex=r"^\+[1-9][0-9]{6,14}$"), name="message_recipient_e164"
            ),
            models.CheckConstraint(
                condition=Q(state=MessageState.SENT, gateway_ref__isnull=False)
                | ~Q(state=MessageState.SENT) & Q(gateway_ref__isnull=True),
                name="message_sent_has_receipt",
            ),
            models.CheckConstraint(
                condition=~Q(state=MessageState.CLAIMED)
                | Q(lease_until__isnull=False, attempt__gt=0),
                name="message_claimed_has_lease",
            ),
        ]
        indexes = [
            models.Index(
                fields=["send_after"],
                condition=Q(state__in=[MessageState.WAITING, MessageState.CLAIMED]),
                name="message_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.dedupe_key}"
