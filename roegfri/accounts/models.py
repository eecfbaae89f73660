"""People, and what they are granted."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from roegfri import clock
from roegfri.accounts.roles import Role
from roegfri.organisations.dated import DATED, holds
from roegfri.organisations.models import Organisation


class UserManager(BaseUserManager["User"]):
    """Users are known by their e-mail address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Whoever signs in with the address."""
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **given: Any) -> User:
        """A user; without a password, one who can only come through OpenID Connect."""
        user = self.model(email=email.strip().lower(), **given)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A physical person. What she may do is said by her grants alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("navn"), max_length=120)
    phone = models.CharField(_("telefon"), max_length=20, blank=True)
    language = models.CharField(_("sprog"), max_length=5, default="da")
    shortcuts = models.BooleanField(_("genveje på tastaturet"), default=True)
    is_active = models.BooleanField(_("aktiv"), default=True)
    last_grant = models.ForeignKey(
        "Grant", models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    # The grants in force today, filled in as a request begins (backends.py).
    valid_grants: Sequence[Grant] = ()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    class Meta:
        ordering = ("name",)
        verbose_name = _("bruger")
        verbose_name_plural = _("brugere")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.name


class GrantQuerySet(models.QuerySet["Grant"]):
    """Grants, as of a day."""

    def valid_on(self, day: dt.date) -> GrantQuerySet:
        """Those in force on a Danish date."""
        return self.filter(holds(day))


class Grant(models.Model):
    """One role for one organisation, from and until a day (both included)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="grants", verbose_name=_("bruger"))
    role = models.CharField(_("rolle"), max_length=20, choices=Role.choices)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="grants", verbose_name=_("organisation")
    )
    from_on = models.DateField(_("fra"))
    until_on = models.DateField(_("til og med"), null=True, blank=True)
    given_by = models.CharField(_("givet af"), max_length=120, blank=True)
    # The identity provider whose claim gave it, and alone takes it back; empty when a person did.
    source = models.CharField(_("kilde"), max_length=60, blank=True, editable=False)

    objects = GrantQuerySet.as_manager()

    class Meta:
        ordering = ("user", "role")
        verbose_name = _("rolle")
        verbose_name_plural = _("roller")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="grant_role_known"),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=models.F("from_on")),
                name="grant_ends_after_it_starts",
            ),
            ExclusionConstraint(
                name="one_grant_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("organisation", RangeOperators.EQUAL),
                    (DATED, RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Personen har allerede den rolle i den periode."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.organisation}"


class TokenPurpose(models.TextChoices):
    """What another system may do with its key."""

    MEDCOM = "medcom", _("Aflevere MedCom-beskeder")
    REFERRALS = "referrals", _("Henvise borgere")


class Token(models.Model):
    """Another system's key to the API, for one organisation and one purpose.

    The secret is shown once and kept as its sha256: it is random enough that no slow hash is
    needed. `prefix` is its readable beginning, by which people tell keys apart.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    purpose = models.CharField(_("formål"), max_length=20, choices=TokenPurpose.choices)
    name = models.CharField(_("navn"), max_length=80)
    prefix = models.CharField(_("begynder med"), max_length=12)
    sha256 = models.BinaryField(editable=False)
    made_by = models.CharField(_("oprettet af"), max_length=120)
    made_at = models.DateTimeField(_("oprettet"))
    expires_at = models.DateTimeField(_("udløber"))
    revoked_at = models.DateTimeField(_("lukket"), null=True)
    revoked_by = models.CharField(_("lukket af"), max_length=120, blank=True)
    last_used_at = models.DateTimeField(_("sidst brugt"), null=True)

    class Meta:
        ordering = ("-made_at",)
        verbose_name = _("adgangsnøgle")
        verbose_name_plural = _("adgangsnøgler")
        constraints = [
            models.UniqueConstraint(fields=["sha256"], name="token_secret_once"),
            models.CheckConstraint(
                condition=Q(purpose__in=TokenPurpose.values), name="token_purpose_known"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("made_at")), name="token_expires_after_made"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by="")
                | (Q(revoked_at__isnull=False) & ~Q(revoked_by="")),
                name="token_revoked_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def last_day(self) -> dt.date:
        """The last Danish date on which it opens anything."""
        return clock.danish_date(self.expires_at - dt.timedelta.resolution)


class RateCount(models.Model):
    """How often something was tried lately (limits.py): the instants, newest last."""

    key = models.CharField(primary_key=True, max_length=160)
    hits = ArrayField(models.DateTimeField())
    admitted = models.BooleanField()
    forget_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("key",)
        verbose_name = _("forsøg")
        verbose_name_plural = _("forsøg")

    def __str__(self) -> str:
        return self.key
