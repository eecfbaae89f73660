"""What came in, and what became of it."""

from __future__ import annotations

import builtins
import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from referrals.models.referral import Referral
from referrals.states import InboxState, ReceiptKind, Taken, Way
from roegfri import sealed
from roegfri.accounts.models import User
from roegfri.organisations.models import Organisation

# What stands before the number of the letter that a receipt answers.
REPLIES = ("XCTL02 ", "XCTL03 ")


class IncomingMessage(models.Model):
    """A message as it came, with its bytes (sealed) and what became of it. Nothing is lost.

    `organisation` is whose inbox it lies in: the receiver when that could be read, else whoever
    brought it. An accepted message is known by its envelope and letter: it is taken once.
    """

    personal_data: ClassVar[bool] = True
    PLACE: ClassVar[str] = "referrals_incomingmessage.body"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    came_at = models.DateTimeField(_("kom"))
    # When the municipality got it, where somebody said so (rows of older date: came_at).
    received_at = models.DateTimeField(_("modtaget"), null=True)
    way = models.CharField(
        _("vej"), max_length=10, choices=Way.choices, db_default=Value(Way.UPLOAD.value)
    )
    sender_name = models.CharField(_("afsender"), max_length=160, blank=True, db_default=Value(""))
    # Of what another system posted: the name of its key.
    filename = models.CharField(_("fil"), max_length=200, blank=True)
    body = models.BinaryField()
    sha256 = models.BinaryField()
    state = models.CharField(_("status"), max_length=20, choices=InboxState.choices)
    reason = models.CharField(_("grund"), max_length=300, blank=True)
    sender_ean = models.CharField(max_length=13, blank=True)
    envelope = models.CharField(max_length=40, blank=True)
    letter = models.CharField(max_length=40, blank=True)
    referral = models.ForeignKey(
        Referral, models.PROTECT, null=True, related_name="incoming_messages"
    )
    # Somebody has looked at what could not be taken in, and says what came of it.
    handled_at = models.DateTimeField(_("behandlet"), null=True)
    handled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    handled_note = models.CharField(max_length=300, blank=True, db_default=Value(""))
    forwarded_to = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-came_at",)
        verbose_name = _("besked")
        verbose_name_plural = _("beskeder")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=InboxState.values), name="inbox_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=InboxState.ACCEPTED) | Q(referral__isnull=False),
                name="accepted_has_referral",
            ),
            models.CheckConstraint(
                condition=Q(handled_at=None, handled_by=None)
                | Q(handled_at__isnull=False, handled_by__isnull=False),
                name="message_handled_by_someone",
            ),
            models.CheckConstraint(condition=Q(way__in=Way.values), name="message_way_known"),
            models.CheckConstraint(
                condition=Q(forwarded_to=None) | Q(handled_at__isnull=False),
                name="message_forwarded_is_handled",
            ),
            models.UniqueConstraint(
                fields=["organisation", "sender_ean", "envelope", "letter"],
                condition=Q(state=InboxState.ACCEPTED),
                name="message_taken_once",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-came_at"], name="inbox_by_time"),
            models.Index(fields=["organisation", "sha256"], name="message_by_bytes"),
            models.Index(
                fields=["organisation", "came_at", "id"],
                condition=~Q(state=InboxState.ACCEPTED) & Q(handled_at=None),
                name="inbox_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.filename or self.letter}"

    @property
    def urgent(self) -> bool:
        """Somebody may be waiting for help elsewhere: red wherever it is shown."""
        return self.state == InboxState.NOT_OURS

    @property
    def is_reply(self) -> bool:
        """Whether it is a receipt for a letter of ours (commands/inbox/replies.py)."""
        return self.state == InboxState.ACCEPTED and self.letter.startswith(REPLIES)

    @property
    def posted(self) -> bool:
        """Whether another system posted it: it has no file, and its key's name stands there."""
        return self.way == Way.API

    @property
    def bytes(self) -> builtins.bytes:
        """The message as it came."""
        return sealed.unseal(self.body, place=self.PLACE, row=self.pk).encode("latin-1")


class Receipt(models.Model):
    """MedCom's answer to the sender of a message: rendered once, so that a re-delivery gets the
    same bytes again. `written_at` is null while it waits to be written to the outbound folder."""

    personal_data: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(IncomingMessage, models.PROTECT, related_name="receipts")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=ReceiptKind.choices)
    identifier = models.CharField(max_length=14)
    filename = models.CharField(max_length=80)
    xml = models.BinaryField()
    made_at = models.DateTimeField()
    written_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("made_at",)
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ReceiptKind.values), name="receipt_kind_known"
            ),
            models.UniqueConstraint(fields=["identifier"], name="receipt_identifier_once"),
            models.UniqueConstraint(fields=["message", "kind"], name="receipt_once"),
        ]
        indexes = [
            models.Index(fields=["made_at"], condition=Q(written_at=None), name="receipt_waiting"),
        ]

    def __str__(self) -> str:
        return self.identifier


class Arrival(models.Model):
    """One line for everything that comes in, by whatever door; nothing about the citizen."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    way = models.CharField(max_length=10, choices=Way.choices)
    result = models.CharField(max_length=10, choices=Taken.choices)
    sender = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    sender_name = models.CharField(max_length=160, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("-at",)
        constraints = [
            models.CheckConstraint(condition=Q(way__in=Way.values), name="arrival_way_known"),
            models.CheckConstraint(
                condition=Q(result__in=Taken.values), name="arrival_result_known"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-at"], name="arrival_by_time")]

    def __str__(self) -> str:
        return f"{self.way} {self.result}"


class Sweep(models.Model):
    """How the watched folder is: one row for each folder, written by the sweep."""

    folder = models.CharField(max_length=200, unique=True)
    last_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    waiting = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("folder",)

    def __str__(self) -> str:
        return self.folder
