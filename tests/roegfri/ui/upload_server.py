"""What gunicorn serves in test_uploads.py: one form with a file, and a count of the bytes read."""

import os
from collections.abc import Callable, Iterable
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path

read = 0


def take(request: HttpRequest) -> HttpResponse:
    file: Any = request.FILES["file"]
    return HttpResponse(f"{file.size} {type(file.file).__name__}")


def bytes_read(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(read))


urlpatterns = [path("take/", take), path("read/", bytes_read)]
handler400 = "roegfri.ui.views.bad_request"


class Counted:
    """The request's body, counted as it is read."""

    def __init__(self, body: Any) -> None:
        self.body = body

    def read(self, *size: int) -> bytes:
        return self._noted(self.body.read(*size))

    def readline(self, *size: int) -> bytes:
        return self._noted(self.body.readline(*size))

    def _noted(self, data: bytes) -> bytes:
        global read  # noqa: PLW0603
        read += len(data)
        return data


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roegfri.settings")
settings.DATABASES["default"]["ATOMIC_REQUESTS"] = False
django.setup()
settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = ["roegfri.ui.middleware.log_request"]
# The page in plain words is templates/413.html; here the server's part alone is under test.
settings.TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("django.template.loaders.locmem.Loader", {"413.html": "too much"})]
        },
    }
]
if os.environ.get("UPLOADS_UNCAPPED"):
    settings.FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
_application = WSGIHandler()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    environ["wsgi.input"] = Counted(environ["wsgi.input"])
    return _application(environ, start_response)
