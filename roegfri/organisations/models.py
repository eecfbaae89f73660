"""Who takes part, and under which agreement: everything that starts and ends on a date."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from roegfri.organisations import kinds
from roegfri.organisations.dated import DATED, Dated
from roegfri.organisations.numbers import validate_cvr, validate_ean


def _as(kind: str) -> models.OneToOneField[Organisation, Organisation]:
    """The link of a kind's own table: `organisation.as_pharmacy`; Django's name would clash."""
    return models.OneToOneField(
        "Organisation",
        models.CASCADE,
        parent_link=True,
        primary_key=True,
        related_name=f"as_{kind}",
    )


class Organisation(models.Model):
    """Anybody a role can be granted for; what only one kind has stands in the tables below."""

    KIND: ClassVar[str] = ""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("slags"), max_length=20, choices=kinds.Kind.choices, editable=False)
    name = models.CharField(_("navn"), max_length=120)
    phone = models.CharField(_("telefon"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    contact = models.CharField(_("kontaktperson"), max_length=120, blank=True)

    class Meta:
        ordering = ("name",)
        verbose_name = _("organisation")
        verbose_name_plural = _("organisationer")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=kinds.Kind.values), name="organisation_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A row of a table below is of that table's kind."""
        self.kind = self.KIND or self.kind
        super().save(*args, **kwargs)

    def clean_fields(self, *args: Any, **kwargs: Any) -> None:
        """As save, for whoever checks a row first."""
        self.kind = self.KIND or self.kind
        super().clean_fields(*args, **kwargs)


class Region(models.Model):
    """One of the regions."""

    name = models.CharField(_("navn"), max_length=60, unique=True)

    class Meta:
        ordering = ("name",)
        verbose_name = _("region")
        verbose_name_plural = _("regioner")

    def __str__(self) -> str:
        return self.name


class Cluster(models.Model):
    """A hospital and the municipalities around it ("hospitalsklynge", Region Midtjylland)."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("region"))
    name = models.CharField(_("navn"), max_length=60, unique=True)

    class Meta:
        ordering = ("name",)
        verbose_name = _("klynge")
        verbose_name_plural = _("klynger")

    def __str__(self) -> str:
        return self.name


class Municipality(Organisation):
    """A municipality, any of the country's: a citizen can live in each of them.

    `code` is text of three digits; "0187" is read as "187". Only one that takes part in an
    agreement needs a CVR: it is settled with.
    """

    organisation_ptr = _as("municipality")
    KIND = kinds.Kind.MUNICIPALITY

    code = models.CharField(
        _("kommunekode"), max_length=3, unique=True, validators=[RegexValidator(r"^\d{3}$")]
    )
    cvr = models.CharField(_("CVR"), max_length=8, blank=True, validators=[validate_cvr])
    ean = models.CharField(_("EAN"), max_length=13, blank=True, validators=[validate_ean])
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("region"))

    class Meta:
        verbose_name = _("kommune")
        verbose_name_plural = _("kommuner")
        constraints = [
            models.UniqueConstraint(
                fields=["cvr"],
                condition=~Q(cvr=""),
                name="municipality_cvr_once",
                violation_error_message=_("En anden kommune har det CVR-nummer."),
            ),
            models.UniqueConstraint(
                fields=["ean"], condition=~Q(ean=""), name="municipality_ean_once"
            ),
        ]

    def clean(self) -> None:
        """Who takes part keeps her CVR."""
        if not self.cvr and Membership.objects.filter(municipality=self.pk).exists():
            raise ValidationError(
                {"cvr": _("Skriv CVR-nummeret: kommunen deltager i en aftale og afregnes med.")}
            )


class ClusterMembership(Dated):
    """Which cluster a municipality belongs to, from and until which day (both included)."""

    cluster = models.ForeignKey(Cluster, models.PROTECT, verbose_name=_("klynge"))
    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name=_("kommune"))

    class Meta:
        ordering = ("cluster", "municipality", "from_on")
        verbose_name = _("klyngetilhør")
        verbose_name_plural = _("klyngetilhør")
        constraints = [
            ExclusionConstraint(
                name="one_cluster_at_a_time",
                expressions=[
                    ("municipality", RangeOperators.EQUAL),
                    (DATED, RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Kommunen er allerede i en klynge i den periode."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality} · {self.cluster}"


class ClosingDay(models.Model):
    """A day on which one municipality is closed, beside the public holidays."""

    municipality = models.ForeignKey(
        Municipality, models.CASCADE, related_name="closing_days", verbose_name=_("kommune")
    )
    on = models.DateField(_("dag"))
    reason = models.CharField(_("grund"), max_length=80, blank=True)

    class Meta:
        ordering = ("municipality", "on")
        verbose_name = _("lukkedag")
        verbose_name_plural = _("lukkedage")
        constraints = [
            models.UniqueConstraint(fields=["municipality", "on"], name="closing_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.municipality} {self.on}"


class Hospital(Organisation):
    """A hospital; its departments send the referrals."""

    organisation_ptr = _as("hospital")
    KIND = kinds.Kind.HOSPITAL

    sor = models.CharField(_("SOR-kode"), max_length=20, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("region"))

    class Meta:
        verbose_name = _("hospital")
        verbose_name_plural = _("hospitaler")


class HospitalDepartment(Organisation):
    """A department; known in MedCom by its sygehusafdelingsnummer or SOR code."""

    organisation_ptr = _as("hospitaldepartment")
    KIND = kinds.Kind.DEPARTMENT

    hospital = models.ForeignKey(
        Hospital, models.PROTECT, related_name="departments", verbose_name=_("hospital")
    )
    number = models.CharField(_("sygehusafdelingsnummer"), max_length=20, blank=True)
    sor = models.CharField(_("SOR-kode"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("hospitalsafdeling")
        verbose_name_plural = _("hospitalsafdelinger")
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="department_number_once"
            ),
        ]


class Practice(Organisation):
    """A general practice, known by its ydernummer."""

    organisation_ptr = _as("practice")
    KIND = kinds.Kind.PRACTICE

    provider_number = models.CharField(
        _("ydernummer"), max_length=6, unique=True, validators=[RegexValidator(r"^\d{5,6}$")]
    )
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, null=True, blank=True, verbose_name=_("kommune")
    )
    general_practitioners = models.PositiveSmallIntegerField(
        _("antal læger"), null=True, blank=True
    )
    # Where MedCom messages to it go; several practices of a house may share one.
    ean = models.CharField(
        _("EAN (lokationsnummer)"),
        max_length=13,
        blank=True,
        db_default=Value(""),
        validators=[validate_ean],
    )
    address = models.CharField(_("postadresse"), max_length=200, blank=True, db_default=Value(""))

    class Meta:
        verbose_name = _("almen praksis")
        verbose_name_plural = _("almene praksisser")


class Pharmacy(Organisation):
    """A pharmacy or its branch."""

    organisation_ptr = _as("pharmacy")
    KIND = kinds.Kind.PHARMACY

    cvr = models.CharField(_("CVR"), max_length=8, validators=[validate_cvr])
    p_number = models.CharField(
        _("P-nummer"), max_length=10, unique=True, validators=[RegexValidator(r"^\d{10}$")]
    )
    gln = models.CharField(_("GLN"), max_length=13, blank=True, validators=[validate_ean])
    municipality = models.ForeignKey(Municipality, models.PROTECT, verbose_name=_("kommune"))

    class Meta:
        verbose_name = _("apotek")
        verbose_name_plural = _("apoteker")
        constraints = [
            models.UniqueConstraint(
                fields=["gln"],
                condition=~Q(gln=""),
                name="pharmacy_gln_once",
                violation_error_message=_("Et andet apotek har det GLN-nummer."),
            ),
        ]


class Agreement(Organisation):
    """A collaboration. The project leader's role is granted for the agreement itself."""

    organisation_ptr = _as("agreement")
    KIND = kinds.Kind.AGREEMENT

    slug = models.SlugField(_("kortnavn"), unique=True)

    class Meta:
        verbose_name = _("aftale")
        verbose_name_plural = _("aftaler")


class Membership(Dated):
    """A municipality in an agreement; the youth programme alone, or cessation as well."""

    agreement = models.ForeignKey(
        Agreement, models.PROTECT, related_name="memberships", verbose_name=_("aftale")
    )
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="memberships", verbose_name=_("kommune")
    )
    scope = models.CharField(_("omfang"), max_length=20, choices=kinds.Scope.choices)

    class Meta:
        ordering = ("agreement", "municipality", "from_on")
        verbose_name = _("medlemskab")
        verbose_name_plural = _("medlemskaber")
        constraints = [
            models.CheckConstraint(
                condition=Q(scope__in=kinds.Scope.values), name="membership_scope_known"
            ),
            ExclusionConstraint(
                name="one_membership_at_a_time",
                expressions=[
                    ("agreement", RangeOperators.EQUAL),
                    ("municipality", RangeOperators.EQUAL),
                    ("scope", RangeOperators.EQUAL),
                    (DATED, RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Kommunen er allerede medlem i den periode."),
            ),
            # A referral has one deadline, a participant one price: never those of two agreements.
            ExclusionConstraint(
                name="one_cessation_agreement_at_a_time",
                expressions=[
                    ("municipality", RangeOperators.EQUAL),
                    (DATED, RangeOperators.OVERLAPS),
                ],
                condition=Q(scope=kinds.Scope.CESSATION),
                violation_error_message=_(
                    "Kommunen er allerede med i en aftale om rygestop i den periode."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality} · {self.get_scope_display()}"

    def clean(self) -> None:
        """Who takes part is settled with, and so has a CVR."""
        super().clean()
        if self.municipality_id and not self.municipality.cvr:
            raise ValidationError({"municipality": _("Skriv først kommunens CVR-nummer.")})


class PharmacyAgreement(Dated):
    """A pharmacy's agreement with the collaboration on redeeming vouchers."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, verbose_name=_("aftale"))
    pharmacy = models.ForeignKey(
        Pharmacy, models.PROTECT, related_name="agreements", verbose_name=_("apotek")
    )

    class Meta:
        ordering = ("pharmacy", "from_on")
        verbose_name = _("apoteksaftale")
        verbose_name_plural = _("apoteksaftaler")
        constraints = [
            ExclusionConstraint(
                name="one_pharmacy_agreement_at_a_time",
                expressions=[
                    ("agreement", RangeOperators.EQUAL),
                    ("pharmacy", RangeOperators.EQUAL),
                    (DATED, RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Apoteket har allerede en aftale i den periode."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pharmacy} · {self.agreement}"


class Term(models.Model):
    """What an agreement says of one thing, from a day on. Never edited: a change is a new row.

    `name` is a key of terms.TERMS, which gives meaning, unit and source; `value` is its text.
    """

    agreement = models.ForeignKey(
        Agreement, models.PROTECT, related_name="terms", verbose_name=_("aftale")
    )
    name = models.CharField(_("vilkår"), max_length=60)
    value = models.CharField(_("værdi"), max_length=200)
    from_on = models.DateField(_("gælder fra"))
    note = models.CharField(_("bemærkning"), max_length=200, blank=True)

    class Meta:
        ordering = ("agreement", "name", "from_on")
        verbose_name = _("vilkår")
        verbose_name_plural = _("vilkår")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "name", "from_on"],
                name="term_once_a_day",
                violation_error_message=_("Der er allerede et vilkår fra den dag."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} = {self.value}"


class Rate(models.Model):
    """An amount of an agreement in øre, from a day on; for one municipality where they differ."""

    agreement = models.ForeignKey(
        Agreement, models.PROTECT, related_name="rates", verbose_name=_("aftale")
    )
    name = models.CharField(_("takst"), max_length=60)
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, null=True, blank=True, verbose_name=_("kommune")
    )
    amount_ore = models.BigIntegerField(_("beløb i øre"))
    from_on = models.DateField(_("gælder fra"))
    note = models.CharField(_("bemærkning"), max_length=200, blank=True)

    class Meta:
        ordering = ("agreement", "name", "municipality", "from_on")
        verbose_name = _("takst")
        verbose_name_plural = _("takster")
        constraints = [
            models.CheckConstraint(condition=Q(amount_ore__gte=0), name="rate_not_negative"),
            models.UniqueConstraint(
                fields=["agreement", "name", "municipality", "from_on"],
                nulls_distinct=False,
                name="rate_once_a_day",
                violation_error_message=_("Der er allerede en takst fra den dag."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} = {self.amount_ore}"
