"""Exchange sheets of reference data in the admin: resources name the columns, our own doors do the
reading and writing, so that no cell that leaves is a formula and no file that comes is trusted."""

import io
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from import_export import fields, resources, widgets
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import Format, tablib
from import_export.tmp_storages import CacheStorage

from roegfri import clock
from roegfri.audit.commands import record
from roegfri.sheets.reading import read_rows
from roegfri.sheets.writing import CSV_TYPE, XLSX_TYPE, write_csv, write_xlsx

# What organisations' resources are made of; they import nothing from the package itself.
Resource = resources.ModelResource
Field = fields.Field
ForeignKey = widgets.ForeignKeyWidget


class _Sheet(Format):
    """Read by content, whatever the extension."""

    def __init__(self, encoding: str | None = None) -> None:
        """The package names an encoding; ours is told by the bytes."""

    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        """The first row is the headings; short rows are filled up. Raises Refusal."""
        headings, *rows = read_rows(in_stream, "") or [[]]
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


class SheetMixin(ImportExportMixin):
    """Import with preview, and export, for a ModelAdmin with `resource_classes`."""

    formats = (Xlsx, Csv)
    skip_export_form = True
    skip_admin_log = True
    # Between preview and confirmation the file lies in the database, for whichever process is next.
    tmp_storage_class = CacheStorage
    import_export_change_list_template = "admin/import_export/change_list_import_export.html"

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
