"""A referral: the request, where it stands, who has it, and to whom it was given on."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from referrals.models.citizen import Citizen
from referrals.states import (
    Channel,
    CloseReason,
    GuardianConsent,
    HandOverResult,
    NextStep,
    ReferralState,
    Source,
)
from roegfri.accounts.models import User
from roegfri.organisations.models import Agreement, Municipality, Organisation


class Referral(models.Model):
    """One request that a citizen be helped to stop smoking, whoever sent it.

    `handler` is who has the case now; `received_by` who first received it, where it is counted.
    `contact_by` is stored, because the agreement's terms may change later. `next_at` is what the
    call list is ordered by: the deadline until the first attempt, then the time of the next one,
    and nothing when nothing is due; `next_step` says what it is that is due then.
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
    # What made her sign up, in her own words; asked on the public form.
    why = models.TextField(_("hvad fik dig til at tilmelde dig"), blank=True, db_default=Value(""))
    guardian_consent = models.CharField(
        _("samtykke fra forældre"),
        max_length=10,
        choices=GuardianConsent.choices,
        default=GuardianConsent.UNKNOWN,
    )
    received_at = models.DateTimeField(_("modtaget"))
    sent_at = models.DateTimeField(_("sendt"), null=True)
    contact_by = models.DateField(_("frist"))
    next_at = models.DateTimeField(_("næste"), null=True)
    next_step = models.CharField(
        _("næste skridt"), max_length=12, choices=NextStep.choices, blank=True, db_default=Value("")
    )
    next_note = models.CharField(max_length=200, blank=True, db_default=Value(""))
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
    # The citizen's sort_key, copied by triggers (0007): so an index serves the list by name.
    name_key = models.TextField(db_collation="C", editable=False, db_default=Value(""))
    # MedCom: a correction names the sender and the episode; the letter it corrects.
    sender_ean = models.CharField(max_length=13, blank=True)
    episode = models.CharField(max_length=40, blank=True)
    # The form's own number and what it said: sent twice it is one referral, changed it is refused.
    once = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    request_sha256 = models.BinaryField(null=True)

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
                condition=Q(channel__in=Channel.values), name="referral_channel_known"
            ),
            models.CheckConstraint(
                condition=Q(guardian_consent__in=GuardianConsent.values),
                name="guardian_consent_known",
            ),
            models.CheckConstraint(
                condition=Q(next_at=None, next_step="")
                | Q(next_at__isnull=False, next_step__in=NextStep.values),
                name="referral_next_step_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReferralState.RECEIVED) | Q(next_at__isnull=False),
                name="referral_received_is_due",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReferralState.CLOSED) | Q(next_at=None),
                name="referral_closed_is_not_due",
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
            models.Index(
                fields=["handler", "next_at", "received_at", "id"],
                condition=Q(next_at__isnull=False),
                name="referral_queue_by_received",
            ),
            models.Index(fields=["caseworker", "state"], name="referral_by_caseworker"),
            models.Index(fields=["handler", "state", "contact_by", "id"], name="referral_by_due"),
            models.Index(fields=["handler", "contact_by", "id"], name="referral_all_by_due"),
            models.Index(fields=["handler", "received_at", "id"], name="referral_by_received"),
            models.Index(fields=["handler", "name_key", "id"], name="referral_by_name"),
            models.Index(
                fields=["handler", "state", "name_key", "id"], name="referral_state_by_name"
            ),
            models.Index(
                fields=["handler", "state", "received_at", "id"], name="referral_state_by_received"
            ),
            models.Index(
                fields=["handler", "caseworker", "contact_by", "id"],
                condition=Q(caseworker__isnull=False),
                name="referral_mine_by_due",
            ),
            models.Index(
                fields=["handler", "caseworker", "state", "id"],
                condition=Q(caseworker__isnull=False),
                name="referral_mine_by_state",
            ),
            models.Index(
                fields=["handler", "caseworker", "next_at", "received_at", "id"],
                condition=Q(next_at__isnull=False),
                name="referral_mine_by_received",
            ),
            models.Index(
                fields=["sender_ean", "episode"],
                condition=~Q(episode=""),
                name="referral_by_episode",
            ),
        ]

    def __str__(self) -> str:
        return f"{_('Henvisning')} {self.pk}"


class HandOver(models.Model):
    """A case given on: to another municipality, whose clock then starts, or to Stoplinien.

    `contact_by_before` is the deadline the giver had, which stays visible. The last four columns
    are filled when Stoplinien is done.
    """

    personal_data: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="hand_overs")
    # Also here: Stoplinien may read whom to call, and not the referral.
    citizen = models.ForeignKey(Citizen, models.PROTECT, related_name="+")
    giver = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    contact_by_before = models.DateField()
    # By which a correction that comes to the giver later is known: she no longer sees the referral.
    sender_ean = models.CharField(max_length=13, blank=True)
    episode = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    result = models.CharField(max_length=12, choices=HandOverResult.choices, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("at",)
        constraints = [
            models.CheckConstraint(condition=~Q(giver=F("receiver")), name="handed_to_another"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, result="")
                | Q(
                    ended_at__gte=F("at"),
                    ended_by__isnull=False,
                    result__in=HandOverResult.values,
                ),
                name="hand_over_ends_with_result",
            ),
        ]
        indexes = [
            models.Index(
                fields=["receiver", "at"], condition=Q(ended_at=None), name="handed_over_open"
            ),
            models.Index(
                fields=["giver", "sender_ean", "episode"],
                condition=~Q(episode=""),
                name="hand_over_by_episode",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.giver_id} -> {self.receiver_id}"


class Cover(models.Model):
    """Somebody looks after an absent colleague's cases for some days: they count as her own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
    absent = models.ForeignKey(User, models.PROTECT, related_name="+")
    substitute = models.ForeignKey(User, models.PROTECT, related_name="+")
    from_on = models.DateField(_("fra"))
    until_on = models.DateField(_("til og med"))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(absent=F("substitute")), name="cover_by_another"),
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")), name="cover_ends_after_it_begins"
            ),
            models.UniqueConstraint(
                fields=["municipality", "absent", "substitute", "from_on"], name="cover_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.substitute_id} {self.from_on}"
