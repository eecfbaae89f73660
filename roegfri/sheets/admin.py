"""Exchange sheets of reference data in the admin: resources name the columns, our own doors do the
reading and writing, so that no cell that leaves is a formula and no file that comes is trusted."""

import io
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.forms import FileField, HiddenInput, Media
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from import_export import fields, forms, resources, widgets
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import Format, tablib
from import_export.tmp_storages import CacheStorage

from roegfri import clock
from roegfri.audit.commands import record
from roegfri.refusal import Refusal
from roegfri.sheets.reading import read_rows
from roegfri.sheets.writing import CSV_TYPE, XLSX_TYPE, write_csv, write_xlsx

# What organisations' resources are made of; they import nothing from the package itself.
Field = fields.Field


class ForeignKey(widgets.ForeignKeyWidget):
    """A row of another table by what it is called in the sheet."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """Raises Refusal for what is not there."""
        try:
            return super().clean(value, row, **kwargs)
        except ObjectDoesNotExist as none:
            what = self.model._meta.verbose_name
            words = _now("Der er ingen %(what)s «%(text)s».") % {"what": what, "text": value}
            raise Refusal(words) from none


class Resource(resources.ModelResource):
    """A sheet whose headings are known."""

    def before_import(self, dataset: tablib.Dataset, **_kwargs: Any) -> None:
        """Raises Refusal for a column that is unknown, and for a key that is missing."""
        given, known = set(dataset.headers or []), self.get_diff_headers()
        keys = {self.fields[name].column_name for name in self.get_import_id_fields()}
        if not keys <= given <= set(known):
            expected = "; ".join(known)
            raise Refusal(_now("Overskrifterne passer ikke. Der skal stå: %s") % expected)

    def validate_instance(self, *given: Any, **more: Any) -> None:
        """Raises ValidationError by the headings of the sheet, not by our names of them."""
        try:
            super().validate_instance(*given, **more)
        except ValidationError as fault:
            headings = {field.attribute: field.column_name for field in self.fields.values()}
            words = {headings.get(name, name): said for name, said in fault.message_dict.items()}
            raise ValidationError(words) from fault


class _ByContent:
    """The format is told by the file, not asked of the person."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        format_field = self.fields["format"]  # type: ignore[attr-defined]
        format_field.required, format_field.widget = False, HiddenInput()

    def clean_format(self) -> str:
        """All are read the same way."""
        return "0"


class ImportForm(_ByContent, forms.ImportForm):
    """A file."""

    import_file = FileField(
        label=_("Fil"), help_text=_("Et regneark fra Excel (.xlsx) eller en CSV-fil.")
    )

    @property
    def media(self) -> Media:
        """The package's script guesses a format that is not asked for."""
        return Media()


class ConfirmForm(_ByContent, forms.ConfirmImportForm):
    """The file that lies waiting."""


class _Sheet(Format):
    """Read by content, whatever the extension."""

    def __init__(self, encoding: str | None = None) -> None:
        """The package names an encoding; ours is told by the bytes."""

    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        """The first row is the headings; short rows are filled up. Raises Refusal."""
        headings, *rows = read_rows(in_stream, "") or [[]]
        if not rows:
            raise Refusal(_now("Der er ingen rækker i filen."))
        width = len(headings)
        return tablib.Dataset(
            *([*row, *[""] * width][:width] for row in rows), headers=[h.lower() for h in headings]
        )

    def can_import(self) -> bool:
        """Yes."""
        return True

    def can_export(self) -> bool:
        """Yes."""
        return True


class Csv(_Sheet):
    """As Danish Excel opens it."""

    def export_data(self, dataset: tablib.Dataset, **_kwargs: Any) -> bytes:
        """The file."""
        stream = io.BytesIO()
        write_csv(dataset.headers or [], dataset, stream)
        return stream.getvalue()

    def get_title(self) -> str:
        """In the list of formats."""
        return "csv"

    def get_extension(self) -> str:
        """Of the file's name."""
        return "csv"

    def get_content_type(self) -> str:
        """For the response."""
        return CSV_TYPE


class Xlsx(_Sheet):
    """A workbook of one sheet."""

    def export_data(self, dataset: tablib.Dataset, **_kwargs: Any) -> bytes:
        """The file."""
        stream = io.BytesIO()
        write_xlsx(dataset.headers or [], dataset, stream, title=str(_("Stamdata")))
        return stream.getvalue()

    def get_title(self) -> str:
        """In the list of formats."""
        return "xlsx"

    def get_extension(self) -> str:
        """Of the file's name."""
        return "xlsx"

    def get_content_type(self) -> str:
        """For the response."""
        return XLSX_TYPE


def _is_waiting(name: str) -> bool:
    return bool(name) and CacheStorage(name=name).read() is not None


class SheetMixin(ImportExportMixin):
    """Import with preview, and export, for a ModelAdmin with `resource_classes`."""

    formats = (Xlsx, Csv)
    skip_export_form = True
    skip_admin_log = True
    # Between preview and confirmation the file lies in the database, for whichever process is next.
    tmp_storage_class = CacheStorage
    import_export_change_list_template = "admin/import_export/change_list_import_export.html"

    import_form_class = ImportForm
    confirm_form_class = ConfirmForm
    import_template_name = "admin/import_export/sheet.html"

    def import_action(self, request: HttpRequest, **kwargs: Any) -> Any:
        """What would be taken in, shown before it is."""
        page = super().import_action(request, **kwargs)
        page.context_data["title"] = _now("Indlæs fra regneark")
        return page

    def process_import(self, request: HttpRequest, **kwargs: Any) -> Any:
        """Takes in what was shown: once, and only while it lies there."""
        name = request.POST.get("import_file_name", "")
        if request.method == "POST" and not _is_waiting(name):
            messages.error(request, _now("Filen er læst ind, eller den er væk. Vælg den igen."))
            what = self.model._meta
            return redirect(f"admin:{what.app_label}_{what.model_name}_import")
        return super().process_import(request, **kwargs)

    def add_data_read_fail_error_to_form(self, form: Any, e: Exception) -> None:
        """In words that say what to do."""
        words = _now("Filen kan ikke læses. Gem den som .xlsx eller .csv, og vælg den igen.")
        form.add_error("import_file", str(e) if isinstance(e, Refusal) else words)

    def add_success_message(self, result: Any, request: HttpRequest) -> None:
        """How many of each."""
        words = _now("%(new)s tilføjet, %(update)s ændret, %(skip)s uændret.") % result.totals
        messages.success(request, words)

    def has_import_permission(self, request: HttpRequest) -> bool:
        """As the site's."""
        return bool(self.admin_site.has_permission(request))

    def has_export_permission(self, request: HttpRequest) -> bool:
        """As the site's."""
        return bool(self.admin_site.has_permission(request))

    def generate_log_entries(self, result: Any, request: Any) -> None:
        """One line in the log for each row that was added or changed."""
        verbs = {"new": "added", "update": "changed"}
        columns = sorted(self.resource_classes[0]._meta.fields)
        for row in result:
            if row.import_type in verbs:
                act = f"{self.model._meta.model_name}.{verbs[row.import_type]}"
                record(act, row.instance, by=request.actor, at=clock.now(), columns=columns)
