"""A citizen: who she is, how she is reached, and which rows are one person."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from referrals.states import Sex
from roegfri import sealed
from roegfri.accounts.models import User
from roegfri.audit import looks
from roegfri.organisations.models import Municipality, Organisation
from roegfri.persons import cpr
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
    practice = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("egen læge"),
    )
    practice_name = models.CharField(
        _("egen læge"), max_length=160, blank=True, db_default=Value("")
    )
    created_at = models.DateTimeField(_("oprettet"))
    # Counted up by every edit: whoever saves over another edit is shown the difference first.
    version = models.PositiveIntegerField(default=0, db_default=0)
    # The same person under another id; undone by emptying it. No key is rewritten.
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")

    class Meta:
        verbose_name = _("borger")
        verbose_name_plural = _("borgere")
        indexes = [
            models.Index(fields=["birth_date", "sort_key"], name="citizen_by_birth_and_name")
        ]
        constraints = [
            models.CheckConstraint(condition=Q(sex__in=["", *Sex.values]), name="sex_known"),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="merged_into_another"
            ),
        ]

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
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[one.value for one in cpr.Kind]),
                name="civil_number_kind_known",
            ),
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
        indexes = [models.Index(fields=["number"], name="phone_by_number")]

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


class Merge(models.Model):
    """Two rows were found to be one person: who said so, when, and whether it was taken back."""

    personal_data: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kept = models.ForeignKey(Citizen, models.PROTECT, related_name="+")
    merged = models.ForeignKey(Citizen, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("merged")), name="merge_of_two"),
            models.UniqueConstraint(
                fields=["merged"], condition=Q(undone_at=None), name="merged_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="merge_undone_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} -> {self.kept_id}"
