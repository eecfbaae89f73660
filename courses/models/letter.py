"""The letter to a participant's general practitioner."""

from __future__ import annotations

import base64
import builtins
import uuid
from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from courses.models.enrolment import Enrolment
from courses.states import LetterState
from referrals.models import Consent, Referral
from roegfri import sealed
from roegfri.accounts.models import User
from roegfri.organisations.models import Municipality, Organisation


class DischargeLetter(models.Model):
    """One letter about one participant, as it was sent: MedCom's XDIS15, or on paper.

    `organisation` is the municipality that sends it: whoever handles the case. The receiver is
    written down as it was then. `consent` is what allows the letter, `result_consent` what allows
    it to say how it went. `body` are the bytes of the message, sealed; a letter on paper has none.
    `corrects` is the letter that a later one takes the place of. To the same doctor it is a
    corrected one (rettetbrev) and bears the same `episode`; to another it is his first (nytbrev),
    with an episode of its own. `trouble` says, in words, why it did not arrive.
    """

    personal_data: ClassVar[bool] = True
    PLACE: ClassVar[str] = "courses_dischargeletter.body"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="letters")
    referral = models.ForeignKey(Referral, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    consent = models.ForeignKey(Consent, models.PROTECT, related_name="+")
    result_consent = models.ForeignKey(Consent, models.PROTECT, null=True, related_name="+")
    corrects = models.OneToOneField("self", models.PROTECT, null=True, related_name="corrected_by")
    practice = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    receiver_name = models.CharField(_("læge"), max_length=160)
    receiver_ean = models.CharField(max_length=13, blank=True)
    receiver_number = models.CharField(_("ydernummer"), max_length=6, blank=True)
    text = models.TextField(_("brevets tekst"))
    episode = models.CharField(max_length=14, validators=[RegexValidator(r"^[0-9A-Z]{1,14}$")])
    envelope = models.CharField(max_length=14, unique=True)
    letter = models.CharField(max_length=14, unique=True)
    body = models.BinaryField(null=True)
    state = models.CharField(_("status"), max_length=10, choices=LetterState.choices)
    state_since = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=400, blank=True, db_default=Value(""))
    once = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    request_sha256 = models.BinaryField(null=True)

    class Meta:
        ordering = ("made_at",)
        verbose_name = _("brev til egen læge")
        verbose_name_plural = _("breve til egen læge")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=LetterState.values), name="letter_state"),
            models.CheckConstraint(
                condition=Q(state=LetterState.ON_PAPER, body=None)
                | (~Q(state=LetterState.ON_PAPER) & Q(body__isnull=False) & ~Q(receiver_ean="")),
                name="letter_has_its_message",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[LetterState.WRITTEN, LetterState.RECEIVED, LetterState.REFUSED]
                )
                | Q(written_at__isnull=False),
                name="letter_written_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=LetterState.REFUSED) | ~Q(trouble=""),
                name="letter_refused_says_why",
            ),
            models.CheckConstraint(
                condition=Q(corrects=None) | ~Q(corrects=F("id")), name="letter_corrects_another"
            ),
            # A second letter is a correction of the first, or there was none.
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(corrects=None) & ~Q(state=LetterState.STOPPED),
                name="letter_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["made_at", "id"],
                condition=Q(state=LetterState.WAITING),
                name="letter_waiting",
            ),
            models.Index(
                fields=["written_at"],
                condition=Q(state=LetterState.WRITTEN),
                name="letter_unanswered",
            ),
        ]

    def __str__(self) -> str:
        return self.letter

    @property
    def corrects_a_known(self) -> bool:
        """Whether its receiver was sent the one that it takes the place of."""
        return self.corrects is not None and self.corrects.receiver_ean == self.receiver_ean

    @property
    def filename(self) -> str:
        """As it is written to the outbound folder."""
        return f"{self.letter}.xml"

    @property
    def xml(self) -> builtins.bytes:
        """The message as it is sent; empty for one on paper."""
        if self.body is None:
            return b""
        text = sealed.unseal(self.body, place=self.PLACE, row=self.pk)
        return base64.b64decode(text)
