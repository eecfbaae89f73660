"""Files have a cap: what is beyond it is not read, and the person is told."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from roegfri.ui.uploads import CappedUpload

MB = 1024 * 1024
EDGE = b"edge"
HEAD = (
    b'--edge\r\nContent-Disposition: form-data; name="file"; filename="f.xml"\r\n'
    b"Content-Type: text/xml\r\n\r\n"
)
TAIL = b"\r\n--edge--\r\n"


@contextmanager
def served(**more: str) -> Iterator[int]:
    """Gunicorn, as in production; the port it listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--threads", "2",
            "--no-control-socket", "--bind", f"127.0.0.1:{port}",
            "tests.roegfri.ui.upload_server:application",
        ],
        env={**os.environ, **more},
        cwd=Path(__file__).parents[3],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(200):
            with closing(socket.socket()) as probe:
                if not probe.connect_ex(("127.0.0.1", port)):
                    break
            assert server.poll() is None, "gunicorn did not start"
            time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture(scope="module")
def port(django_db_setup: None) -> Iterator[int]:
    with served() as number:
        yield number


def send(port: int, size: int) -> tuple[int, str, int]:
    """Streams a file of `size` bytes; status, page, and how much was sent before the answer."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as line:
        line.sendall(
            b"POST /take/ HTTP/1.0\r\nHost: localhost\r\n"
            b"Content-Type: multipart/form-data; boundary=edge\r\n"
            b"Content-Length: %d\r\n\r\n" % (len(HEAD) + size + len(TAIL))
        )
        sent = 0
        try:
            line.sendall(HEAD)
            while sent < size:
                piece = min(MB // 4, size - sent)
                line.sendall(b"x" * piece)
                sent += piece
            line.sendall(TAIL)
        except OSError:
            pass  # the server has hung up; what it said before may still be read
        answer = b""
        try:
            while data := line.recv(65536):
                answer += data
        except OSError:
            pass
    head, _, body = answer.decode().partition("\r\n\r\n")
    return int(head.split()[1]), body, sent


def bytes_read(port: int) -> int:
    line = HTTPConnection("127.0.0.1", port, timeout=10)
    line.request("GET", "/read/")
    number = int(line.getresponse().read())
    line.close()
    return number


def test_a_file_below_the_cap_is_kept_in_memory(port: int) -> None:
    status, page, _ = send(port, 4 * MB)
    assert (status, page) == (200, f"{4 * MB} BytesIO")


@pytest.mark.parametrize("size", [6 * MB, 20 * MB, 1024 * MB])
def test_a_file_beyond_the_cap_is_refused_after_six_megabytes(port: int, size: int) -> None:
    before = bytes_read(port)
    status, page, sent = send(port, size)
    assert (status, page) == (413, "too much")
    assert bytes_read(port) - before <= 6 * MB
    assert sent <= size


def test_without_the_cap_it_would_be_read_to_the_end() -> None:
    """The control."""
    with served(UPLOADS_UNCAPPED="1") as port:
        status, _, _ = send(port, 20 * MB)
        assert status == 200
        assert bytes_read(port) >= 20 * MB


def posted(*files: bytes, announced: int | None = None) -> Any:
    named = {f"f{n}": SimpleUploadedFile(f"{n}.xml", body) for n, body in enumerate(files)}
    more: dict[str, Any] = {} if announced is None else {"CONTENT_LENGTH": str(announced)}
    return RequestFactory().post("/", named, **more).FILES


def test_the_cap_holds_for_all_files_of_a_request_together(settings: Any) -> None:
    settings.UPLOAD_CAP = 1000
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    assert len(posted(b"x" * 500, b"y" * 500)) == 2
    with pytest.raises(RequestDataTooBig):
        posted(b"x" * 500, b"y" * 501)


def test_what_is_announced_as_too_much_is_not_even_begun(settings: Any) -> None:
    settings.UPLOAD_CAP = 1000
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 500
    with pytest.raises(RequestDataTooBig):
        posted(b"x", announced=1501)


def test_the_file_is_whole(settings: Any) -> None:
    body = bytes(range(256)) * 1000
    (file,) = posted(body).values()
    assert file.read() == body
    assert file.size == len(body)
    assert settings.FILE_UPLOAD_HANDLERS == ["roegfri.ui.uploads.CappedUpload"]
    assert CappedUpload.__doc__
