"""Reference data in the admin: what it shows, and the columns of its exchange sheets.

The classes are registered on our own site in desk/admin.py. Who may is said there, once; here no
row is ever removed, and every save is a line in the log with the names of the columns.
"""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import Http404, HttpRequest

from roegfri import clock
from roegfri.audit.commands import record
from roegfri.organisations.models import (
    ClosingDay,
    Hospital,
    HospitalDepartment,
    Municipality,
    Pharmacy,
    Practice,
    Region,
)
from roegfri.sheets.admin import Field, ForeignKey, Resource, SheetMixin


class AuditedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Add and change for whoever the site lets in; never delete; the log is ours."""

    list_per_page = 50
    actions = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        """As the site's."""
        return self.admin_site.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As the site's."""
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """As the site's."""
        return self.admin_site.has_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As the site's."""
        return self.admin_site.has_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What others point to stays; it ends on a date instead."""
        return False

    def construct_change_message(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Any,
        add: bool = False,  # noqa: FBT001, FBT002
    ) -> Any:
        """The names of the columns, for the log."""
        return list(form.changed_data)

    def log_addition(self, request: Any, obj: models.Model, message: Any) -> Any:
        """Into the audit log instead of Django's."""
        act = f"{obj._meta.model_name}.added"
        record(act, obj, by=request.actor, at=clock.now(), columns=message)

    def log_change(self, request: Any, obj: models.Model, message: Any) -> Any:
        """Into the audit log instead of Django's."""
        if message:
            act = f"{obj._meta.model_name}.changed"
            record(act, obj, by=request.actor, at=clock.now(), columns=message)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """The log is read by the security officer, not here."""
        raise Http404


class AddOnlyAdmin(AuditedAdmin):
    """For what is never rewritten."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Shown, not changed."""
        return False


class _Sheet(Resource):
    """What all exchange sheets share: rows are checked like a form, and only changes are saved."""

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = False
        use_transactions = True


def _column(attribute: str, name: str, widget: Any = None) -> Any:
    return Field(attribute=attribute, column_name=name, **({"widget": widget} if widget else {}))


class MunicipalitySheet(_Sheet):
    """By municipality code."""

    code = _column("code", "kode")
    name = _column("name", "navn")
    cvr = _column("cvr", "cvr")
    ean = _column("ean", "ean")
    region = _column("region", "region", ForeignKey(Region, "name"))
    phone = _column("phone", "telefon")
    email = _column("email", "e-mail")
    contact = _column("contact", "kontaktperson")

    class Meta(_Sheet.Meta):
        model = Municipality
        fields = ("code", "name", "cvr", "ean", "region", "phone", "email", "contact")
        import_id_fields = ("code",)


class DepartmentSheet(_Sheet):
    """By hospital and name."""

    hospital = _column("hospital", "hospital", ForeignKey(Hospital, "name"))
    name = _column("name", "navn")
    number = _column("number", "nummer")
    sor = _column("sor", "sor")
    phone = _column("phone", "telefon")

    class Meta(_Sheet.Meta):
        model = HospitalDepartment
        fields = ("hospital", "name", "number", "sor", "phone")
        import_id_fields = ("hospital", "name")


class PracticeSheet(_Sheet):
    """By ydernummer."""

    provider_number = _column("provider_number", "ydernummer")
    name = _column("name", "navn")
    municipality = _column("municipality", "kommune", ForeignKey(Municipality, "code"))
    general_practitioners = _column("general_practitioners", "læger")
    phone = _column("phone", "telefon")
    ean = _column("ean", "ean")
    address = _column("address", "adresse")

    class Meta(_Sheet.Meta):
        model = Practice
        fields = (
            "provider_number",
            "name",
            "municipality",
            "general_practitioners",
            "phone",
            "ean",
            "address",
        )
        import_id_fields = ("provider_number",)


class PharmacySheet(_Sheet):
    """By P-number."""

    p_number = _column("p_number", "p-nummer")
    name = _column("name", "navn")
    cvr = _column("cvr", "cvr")
    gln = _column("gln", "gln")
    municipality = _column("municipality", "kommune", ForeignKey(Municipality, "code"))
    phone = _column("phone", "telefon")

    class Meta(_Sheet.Meta):
        model = Pharmacy
        fields = ("p_number", "name", "cvr", "gln", "municipality", "phone")
        import_id_fields = ("p_number",)


class ClosingDaySheet(_Sheet):
    """By municipality and day."""

    municipality = _column("municipality", "kommune", ForeignKey(Municipality, "code"))
    on = _column("on", "dag")
    reason = _column("reason", "grund")

    class Meta(_Sheet.Meta):
        model = ClosingDay
        fields = ("municipality", "on", "reason")
        import_id_fields = ("municipality", "on")


# Those that the rows name, not all of the country.
OF_MUNICIPALITY = ("municipality", admin.RelatedOnlyFieldListFilter)


class MunicipalityAdmin(SheetMixin, AuditedAdmin):
    """Municipalities."""

    resource_classes: ClassVar = [MunicipalitySheet]
    list_display = ("name", "code", "cvr", "ean", "region")
    list_filter = ("region", ("memberships__agreement", admin.RelatedOnlyFieldListFilter))
    search_fields = ("name", "code", "cvr", "ean")


class HospitalAdmin(AuditedAdmin):
    """Hospitals."""

    list_display = ("name", "region", "sor")
    search_fields = ("name", "sor")


class DepartmentAdmin(SheetMixin, AuditedAdmin):
    """Departments."""

    resource_classes: ClassVar = [DepartmentSheet]
    list_display = ("name", "hospital", "number", "sor")
    list_filter = ("hospital",)
    list_select_related = ("hospital",)
    search_fields = ("name", "number", "sor", "hospital__name")


class PracticeAdmin(SheetMixin, AuditedAdmin):
    """Practices."""

    resource_classes: ClassVar = [PracticeSheet]
    list_display = ("name", "provider_number", "municipality", "general_practitioners", "ean")
    list_filter = (OF_MUNICIPALITY,)
    list_select_related = ("municipality",)
    search_fields = ("name", "provider_number", "ean")


class PharmacyAdmin(SheetMixin, AuditedAdmin):
    """Pharmacies."""

    resource_classes: ClassVar = [PharmacySheet]
    list_display = ("name", "p_number", "cvr", "gln", "municipality")
    list_filter = (OF_MUNICIPALITY,)
    list_select_related = ("municipality",)
    search_fields = ("name", "p_number", "cvr", "gln")


class ClosingDayAdmin(SheetMixin, AuditedAdmin):
    """Closing days."""

    resource_classes: ClassVar = [ClosingDaySheet]
    list_display = ("municipality", "on", "reason")
    list_filter = (OF_MUNICIPALITY,)
    date_hierarchy = "on"


class DatedAdmin(AuditedAdmin):
    """Who takes part in what: what it is about stays, an open one can be ended."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All but an end that is not set yet."""
        if obj is None:
            return ()
        names = [f.name for f in obj._meta.fields if f.editable and not f.primary_key]
        return names if obj.until_on else [name for name in names if name != "until_on"]


class OrganisationAdmin(AuditedAdmin):
    """All of them by name; the quitline and the operator stand nowhere else."""

    list_display = ("name", "kind", "phone", "email")
    list_filter = ("kind",)
    search_fields = ("name",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Each kind is added under its own name."""
        return False
