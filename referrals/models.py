"""Citizens, what they agreed to, and the referrals that brought them here."""

from __future__ import annotations

import builtins
import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from referrals.states import (
    Channel,
    CloseReason,
    ConsentForm,
    ConsentKind,
    Ground,
    GuardianConsent,
    InboxState,
    Outcome,
    ReferralState,
    Sex,
    Source,
)
from roegfri import sealed
from roegfri.accounts.models import User
from roegfri.audit import looks
from roegfri.organisations.models import Agreement, Municipality, Organisation
from roegfri.ui.danish import DaSortKey


class Citizen(models.Model):
    """A person who is, was or may be helped. What is unknown is empty, and asked in the call."""

    personal_data: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    given_names = models.CharField(_("fornavne"), max_length=120, blank=True)
    surname = models.CharField(_("efternavn"), max_length=120, blank=True)
    sort_key = models.GeneratedField(
        expression=DaSortKey(Concat("surname", Value(" "), "given_names")),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    birth_date = models.DateField(_("fødselsdato"), null=True, blank=True)
    sex = models.CharField(_("køn"), max_length=10, choices=Sex.choices, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    address = models.CharField(_("adresse"), max_length=200, blank=True)
    postcode = models.CharField(_("postnummer"), max_length=10, blank=True)
    town = models.CharField(_("by"), max_length=60, blank=True)
    address_protected = models.BooleanField(_("beskyttet adresse"), default=False)
    language = models.CharField(_("sprog"), max_length=40, blank=True)
    interpreter = models.BooleanField(_("tolk"), default=False)
    guardian_name = models.CharField(_("forælder eller værge"), max_length=120, blank=True)
    guardian_phone = models.CharField(_("forælders telefon"), max_length=20, blank=True)
    created_at = models.DateTimeField(_("oprettet"))

    class Meta:
        verbose_name = _("borger")
        verbose_name_plural = _("borgere")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """As it is said."""
        return f"{self.given_names} {self.surname}".strip()

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **more: Any
    ) -> Self:
        """A citizen that is read is noticed, and the screen's line in the look-up log names her."""
        citizen = super().from_db(db, field_names, values, **more)
        looks.noticed([citizen.pk])
        return citizen


class CivilNumber(models.Model):
    """A CPR or substitute number, sealed. A citizen can get a new one: the newest counts."""

    personal_data: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    citizen = models.ForeignKey(Citizen, models.CASCADE, related_name="civil_numbers")
    kind = models.CharField(max_length=20)
    sealed_value = models.BinaryField()
    fingerprint = models.BinaryField()
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint", "citizen"], name="civil_number_once_per_citizen"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    PLACE: ClassVar[str] = "referrals_civilnumber.value"

    @property
    def value(self) -> str:
        """The ten characters."""
        return sealed.unseal(self.sealed_value, place=self.PLACE, row=self.pk)


class Phone(models.Model):
    """A number to call: E.164, the first by `rank`; the note says mobile, work or whose it is."""

    personal_data: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    citizen = models.ForeignKey(Citizen, models.CASCADE, related_name="phones")
    number = models.CharField(max_length=16)
    note = models.CharField(max_length=40, blank=True)
    rank = models.PositiveSmallIntegerField(default=0)
    wrong_since = models.DateTimeField(null=True)

    class Meta:
        ordering = ("rank",)
        constraints = [
            models.UniqueConstraint(fields=["citizen", "number"], name="phone_once_per_citizen"),
            models.CheckConstraint(
                condition=Q(number__regex=r"^\+[1-9][0-9]{6,14}$"), name="phone_is_e164"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Residence(models.Model):
    """The municipality a citizen lives in, from a day on. No row: unknown, and flagged."""

    personal_data: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    citizen = models.ForeignKey(Citizen, models.CASCADE, related_name="residences")
    municipality = models.ForeignKey(Municipality, models.PROTECT)
    from_on = models.DateField()

    class Meta:
        ordering = ("-from_on",)
        constraints = [
            models.UniqueConstraint(fields=["citizen", "from_on"], name="one_residence_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.municipality} {self.from_on}"


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


class ReferralQuerySet(models.QuerySet["Referral"]):
    """Referrals by what they wait for."""

    def waiting(self) -> Self:
        """Nobody has talked with the citizen yet."""
        return self.filter(state=ReferralState.RECEIVED)

    def overdue(self, on: dt.date) -> Self:
        """Waiting, and the deadline was before `on`."""
        return self.waiting().filter(contact_by__lt=on)


class Referral(models.Model):
    """One request that a citizen be helped to stop smoking, whoever sent it.

    `handler` is who has the case now; `received_by` who first received it, where it is counted.
    `contact_by` is stored, because the agreement's terms may change later. `next_at` is what the
    call list is ordered by: the deadline until the first attempt, then the time of the next one.
    """

    personal_data: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    citizen = models.ForeignKey(Citizen, models.PROTECT, related_name="referrals")
    handler = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    received_by = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+")
    source = models.CharField(_("kilde"), max_length=20, choices=Source.choices)
    channel = models.CharField(_("kanal"), max_length=20, choices=Channel.choices)
    sender = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name=_("henviser")
    )
    sender_name = models.CharField(_("henviser"), max_length=160, blank=True)
    text = models.TextField(_("tekst"), blank=True)
    guardian_consent = models.CharField(
        _("samtykke fra forældre"),
        max_length=10,
        choices=GuardianConsent.choices,
        default=GuardianConsent.UNKNOWN,
    )
    received_at = models.DateTimeField(_("modtaget"))
    sent_at = models.DateTimeField(_("sendt"), null=True)
    contact_by = models.DateField(_("frist"))
    next_at = models.DateTimeField(_("næste"))
    attempts = models.PositiveSmallIntegerField(_("forsøg"), default=0)
    state = models.CharField(
        _("status"), max_length=20, choices=ReferralState.choices, default=ReferralState.RECEIVED
    )
    state_since = models.DateTimeField()
    reached_at = models.DateTimeField(null=True)
    close_reason = models.CharField(max_length=20, choices=CloseReason.choices, blank=True)
    caseworker = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("rådgiver")
    )
    # MedCom: a correction names the sender and the episode; the letter it corrects.
    sender_ean = models.CharField(max_length=13, blank=True)
    episode = models.CharField(max_length=40, blank=True)
    once = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("henvisning")
        verbose_name_plural = _("henvisninger")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ReferralState.values), name="referral_state_known"
            ),
            models.CheckConstraint(
                condition=Q(source__in=Source.values), name="referral_source_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=ReferralState.REACHED) | Q(reached_at__isnull=False),
                name="referral_reached_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state=ReferralState.CLOSED, close_reason__in=CloseReason.values)
                | (~Q(state=ReferralState.CLOSED) & Q(close_reason="")),
                name="referral_closed_has_reason",
            ),
            models.UniqueConstraint(
                fields=["received_by", "sender_ean", "episode"],
                condition=~Q(episode="") & ~Q(state=ReferralState.CLOSED),
                name="one_open_referral_an_episode",
            ),
        ]
        indexes = [
            models.Index(fields=["handler", "state", "next_at", "id"], name="referral_by_next"),
            models.Index(fields=["handler", "state", "contact_by", "id"], name="referral_by_due"),
            models.Index(fields=["handler", "contact_by", "id"], name="referral_all_by_due"),
            models.Index(fields=["handler", "received_at", "id"], name="referral_by_received"),
        ]

    def __str__(self) -> str:
        return f"{_('Henvisning')} {self.pk}"


class ContactAttempt(models.Model):
    """One call, whatever came of it. `once` comes from the form: a double click is one call."""

    personal_data: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="contact_attempts")
    at = models.DateTimeField(_("tidspunkt"))
    outcome = models.CharField(_("resultat"), max_length=20, choices=Outcome.choices)
    note = models.TextField(_("notat"), blank=True)
    call_back_at = models.DateTimeField(_("ring igen"), null=True)
    caller = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("rådgiver"))
    once = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    class Meta:
        ordering = ("-at",)
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="outcome_known"),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.CALL_BACK) | Q(call_back_at__isnull=False),
                name="call_back_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.at:%Y-%m-%d %H:%M}"


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
            models.UniqueConstraint(
                fields=["organisation", "sender_ean", "envelope", "letter"],
                condition=Q(state=InboxState.ACCEPTED),
                name="message_taken_once",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-came_at"], name="inbox_by_time")]

    def __str__(self) -> str:
        return f"{self.filename or self.letter}"

    @property
    def bytes(self) -> builtins.bytes:
        """The message as it came."""
        return sealed.unseal(self.body, place=self.PLACE, row=self.pk).encode("latin-1")

    @property
    def beginning(self) -> str:
        """The first of it, to look at; whatever cannot be read shows as a question mark."""
        return self.bytes[:4000].decode("utf-8", errors="replace")
