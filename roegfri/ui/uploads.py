"""Files from people: kept in memory up to a cap, never on disk; the rest is not read."""

from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class CappedUpload(FileUploadHandler):
    """Refuses a request whose files are more than UPLOAD_CAP bytes together.

    Raises RequestDataTooBig, which ui.views.bad_request answers with 413 and plain words. A request
    that announces more than it may is refused before a byte of it is read.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.taken = 0
        self.parts = BytesIO()

    def handle_raw_input(  # type: ignore[override]
        self,
        input_data: IO[bytes],
        META: dict[str, str],  # noqa: N803  (Django's name)
        content_length: int,
        boundary: bytes,
        encoding: str | None = None,
    ) -> None:
        """Looks at the announced length: files and fields together."""
        if content_length > settings.UPLOAD_CAP + settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begins a file."""
        super().new_file(*args, **kwargs)
        self.parts = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Takes a piece, or refuses."""
        self.taken += len(raw_data)
        if self.taken > settings.UPLOAD_CAP:
            raise RequestDataTooBig
        self.parts.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """The file, in memory."""
        self.parts.seek(0)
        return InMemoryUploadedFile(
            file=self.parts,
            field_name=self.field_name,
            name=self.file_name or "",
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )
