"""Contact with a citizen: calls, who is calling now, and what was said and told."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from referrals.models.referral import Referral
from referrals.states import TIMES, Help, Known, Outcome, Product, Topic, WhyAsked
from roegfri.accounts.models import User


class ContactAttempt(models.Model):
    """One call, whatever came of it.

    `once` and `request_sha256` come from the form: a double click is one call. `before` is what the
    referral was like, for whoever takes the call back; an undone call counts for nothing.
    """

    personal_data: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="contact_attempts")
    at = models.DateTimeField(_("tidspunkt"))
    outcome = models.CharField(_("resultat"), max_length=20, choices=Outcome.choices)
    note = models.TextField(_("notat"), blank=True)
    call_back_at = models.DateTimeField(_("ring igen"), null=True)
    phone = models.CharField(max_length=16, blank=True, db_default=Value(""))
    incoming = models.BooleanField(default=False, db_default=False)
    caller = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("rådgiver"))
    once = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    request_sha256 = models.BinaryField(null=True)
    before = models.JSONField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-at",)
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="outcome_known"),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.CALL_BACK) | Q(call_back_at__isnull=False),
                name="call_back_has_time",
            ),
            models.CheckConstraint(
                condition=Q(call_back_at=None)
                | Q(outcome__in=[Outcome.CALL_BACK, Outcome.THINKING]),
                name="only_some_call_back",
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="call_undone_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.at:%Y-%m-%d %H:%M}"


class Reservation(models.Model):
    """Somebody is calling this citizen now; gone by itself when `until` has passed."""

    personal_data: ClassVar[bool] = True

    referral = models.OneToOneField(
        Referral, models.CASCADE, primary_key=True, related_name="reservation"
    )
    holder = models.ForeignKey(User, models.PROTECT, related_name="+")
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.holder_id} {self.until:%H:%M}"


class Interview(models.Model):
    """What the citizen told in the conversation: how much she smokes, and what help she wishes.

    `per_day` is cigarettes a day or their equivalent, confirmed by the counsellor; whether that is
    heavy smoking is asked of the agreement. `times` are those of states.TIMES.
    """

    personal_data: ClassVar[bool] = True

    referral = models.OneToOneField(
        Referral, models.CASCADE, primary_key=True, related_name="interview"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    motivation = models.PositiveSmallIntegerField(_("motivation"), null=True, blank=True)
    per_day = models.PositiveSmallIntegerField(_("cigaretter om dagen"), null=True, blank=True)
    pregnant = models.CharField(
        _("gravid"), max_length=10, choices=Known.choices, default=Known.UNKNOWN
    )
    wishes = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    times = ArrayField(models.CharField(max_length=4), default=list, blank=True)
    why_asked = models.CharField(
        max_length=12, choices=WhyAsked.choices, default=WhyAsked.NOT_ASKED
    )
    why = models.CharField(_("hvad fik dig til at tilmelde dig"), max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(motivation=None) | Q(motivation__range=(1, 10)),
                name="motivation_one_to_ten",
            ),
            models.CheckConstraint(
                condition=Q(per_day=None) | Q(per_day__lte=200), name="per_day_is_possible"
            ),
            models.CheckConstraint(condition=Q(pregnant__in=Known.values), name="pregnant_known"),
            models.CheckConstraint(
                condition=Q(wishes__contained_by=[str(one) for one in Help.values]),
                name="wishes_known",
            ),
            models.CheckConstraint(condition=Q(times__contained_by=TIMES), name="times_known"),
            models.CheckConstraint(
                condition=Q(why_asked=WhyAsked.ANSWERED) & ~Q(why="")
                | Q(why_asked__in=[WhyAsked.NOT_ASKED, WhyAsked.NO_ANSWER], why=""),
                name="why_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"


class Use(models.Model):
    """How much of one product a citizen uses a day, in the product's own unit."""

    personal_data: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    interview = models.ForeignKey(Interview, models.CASCADE, related_name="uses")
    product = models.CharField(max_length=12, choices=Product.choices)
    amount = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["interview", "product"], name="product_once"),
            models.CheckConstraint(condition=Q(product__in=Product.values), name="product_known"),
            models.CheckConstraint(condition=Q(amount__range=(1, 500)), name="amount_possible"),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.amount}"


class Informed(models.Model):
    """The citizen was told of one kind of help, on this day and by whom."""

    personal_data: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="informed")
    topic = models.CharField(max_length=12, choices=Topic.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("at",)
        constraints = [
            models.UniqueConstraint(fields=["referral", "topic"], name="informed_once"),
            models.CheckConstraint(condition=Q(topic__in=Topic.values), name="topic_known"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.at:%Y-%m-%d}"
