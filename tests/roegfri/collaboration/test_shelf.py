"""The shelf of documents: who reads and keeps it, which edition counts, which files may stand."""

import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from roegfri.accounts.models import User
from roegfri.accounts.roles import Role
from roegfri.actor import Actor, acting
from roegfri.audit.models import AuditEvent
from roegfri.collaboration import files
from roegfri.collaboration.commands import (
    NewEdition,
    add_edition,
    put_back_document,
    put_document,
    withdraw_document,
)
from roegfri.collaboration.models import Document, Edition
from roegfri.collaboration.queries import Shelf, shelves
from roegfri.refusal import Refusal
from tests import make

pytestmark = pytest.mark.django_db
TODAY = make.MONDAY.date()
PDF = b"%PDF-1.7 en guide"


@pytest.fixture(autouse=True)
def _world(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(make.MONDAY, tick=False):
        yield


class Place:
    """An agreement, its leader, and a municipality with a coordinator and a counsellor."""

    def __init__(self) -> None:
        self.agreement = make.agreement()
        self.municipality = make.municipality(self.agreement)
        self.leader = make.actor(make.grant(Role.PROJECT_LEADER, self.agreement))
        self.coordinator = make.actor(make.grant(Role.COORDINATOR, self.municipality))
        self.counsellor = make.actor(make.grant(Role.COUNSELLOR, self.municipality))
        self.finance = make.actor(make.grant(Role.FINANCE, self.municipality))
        self.elsewhere = make.actor(make.grant(Role.COUNSELLOR))


def new(**given: Any) -> NewEdition:
    usual = {"name": "1. udgave", "from_on": TODAY, "filename": "guide.pdf", "body": PDF}
    return NewEdition(**{**usual, **given})


def put(by: Actor, title: str = "Guide", **given: Any) -> Document:
    with acting(by):
        return put_document(new(**given), title=title, by=by, at=make.MONDAY)


def add(document: Document, by: Actor, **given: Any) -> Edition:
    with acting(by):
        return add_edition(document, new(**given), by=by, at=make.MONDAY)


def seen(by: Actor, on: dt.date = TODAY) -> list[Shelf]:
    with acting(by):
        return shelves(by, on=on)


def signed_in(by: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=by.person))
    return client


# ---- who ----------------------------------------------------------------------------------------


def test_an_agreements_are_read_by_its_municipalities_and_ones_own_at_home() -> None:
    here = Place()
    put(here.leader, "Fælles guide")
    put(here.coordinator, "Vores egen")
    for by in (here.counsellor, here.finance, here.coordinator):
        assert [(one.owner, [t.title for t in one.titles]) for one in seen(by)] == [
            (here.municipality.name, ["Vores egen"]),
            (here.agreement.name, ["Fælles guide"]),
        ]
    assert [t.title for one in seen(here.leader) for t in one.titles] == ["Fælles guide"]
    assert seen(here.elsewhere) == []


def test_it_is_kept_by_its_owner_alone() -> None:
    here = Place()
    shared, own = put(here.leader), put(here.coordinator)
    for by, document in (
        (here.coordinator, shared),
        (here.leader, own),
        (here.counsellor, own),
        (here.elsewhere, own),
    ):
        with acting(by), pytest.raises(Refusal):
            add_edition(document, new(body=b"%PDF-2"), by=by, at=make.MONDAY)
    with acting(here.counsellor), pytest.raises(Refusal):
        put_document(new(), title="Min", by=here.counsellor, at=make.MONDAY)


@pytest.mark.parametrize("who", ["coordinator", "counsellor", "elsewhere"])
def test_the_database_says_the_same(who: str) -> None:
    """With the code's own words left out, a row-level wall stands."""
    here = Place()
    shared, own = put(here.leader), put(here.coordinator)
    by = getattr(here, who)
    with acting(by):
        read = set(Document.objects.values_list("pk", flat=True))
        assert read == (set() if who == "elsewhere" else {shared.pk, own.pk})
        assert Edition.objects.count() == len(read)
        mine = {"title": "X", "made_at": make.MONDAY, "made_by_id": by.person}
        assert not done(lambda: Document.objects.filter(pk=shared.pk).update(about="Mit"))
        assert not done(lambda: Edition.objects.filter(document=own).update(name="Mit"))
        assert not done(lambda: Edition.objects.filter(document=own).delete()[0])
        assert not done(lambda: Document.objects.create(owner=here.agreement, **mine))
        keeps = done(lambda: Document.objects.create(owner=here.municipality, **mine))
        assert keeps == (who == "coordinator")


def done(act: Callable[[], object]) -> bool:
    """Whether it happened: no row, and a refusal, are the same to whoever tries."""
    try:
        with transaction.atomic():
            return bool(act())
    except DatabaseError:
        return False


# ---- editions -----------------------------------------------------------------------------------


def test_the_newest_that_has_begun_counts_and_a_coming_one_is_shown_beside_it() -> None:
    here = Place()
    document = put(here.coordinator, name="2024", from_on=dt.date(2024, 1, 1))
    add(document, here.coordinator, name="2026", from_on=TODAY, body=b"%PDF-2026")
    later = dt.date(2027, 1, 1)
    add(document, here.coordinator, name="2027", from_on=later, body=b"%PDF-2027")
    [shelf] = seen(here.counsellor)
    [one] = shelf.titles
    assert one.now is not None
    assert (one.now.name, one.now.kind, one.now.size) == ("2026", "PDF", len(b"%PDF-2026"))
    assert one.now.sha256 == hashlib.sha256(b"%PDF-2026").hexdigest()
    assert [copy.name for copy in one.coming] == ["2027"]
    assert [copy.name for copy in one.before] == ["2024"]
    [then] = seen(here.counsellor, later)[0].titles
    assert then.now is not None
    assert (then.now.name, [copy.name for copy in then.before]) == ("2027", ["2026", "2024"])


def test_of_two_from_the_same_day_the_last_one_counts() -> None:
    here = Place()
    document = put(here.coordinator, name="a")
    with acting(here.coordinator):
        add_edition(document, new(name="b", body=b"%PDF-b"), by=here.coordinator,
                    at=make.MONDAY + dt.timedelta(minutes=1))  # fmt: skip
    [one] = seen(here.counsellor)[0].titles
    assert one.now is not None
    assert one.now.name == "b"


def test_sent_twice_it_is_one_and_what_is_there_already_is_said() -> None:
    here = Place()
    document = put(here.coordinator)
    assert put(here.coordinator).pk == document.pk
    first = add(document, here.coordinator, name="2", body=b"%PDF-2")
    assert add(document, here.coordinator, name="2", body=b"%PDF-2").pk == first.pk
    for given, field in (
        ({"name": "2", "body": b"%PDF-3"}, "name"),
        ({"name": "3", "body": b"%PDF-2"}, "file"),
    ):
        with pytest.raises(Refusal) as refused:
            add(document, here.coordinator, **given)
        assert refused.value.field == field
    with pytest.raises(Refusal, match="den titel") as refused:
        put(here.coordinator, body=b"%PDF-9")
    assert refused.value.field == "title"
    with acting(here.coordinator):
        assert (Document.objects.count(), Edition.objects.count()) == (1, 2)


def test_taken_down_it_is_gone_for_readers_and_can_be_put_back() -> None:
    here = Place()
    document = put(here.coordinator)
    [copy] = [t.now for t in seen(here.counsellor)[0].titles]
    assert copy
    url = reverse("collaboration:document_file", args=[copy.id])
    with acting(here.coordinator):
        withdraw_document(document, by=here.coordinator, at=make.MONDAY)
    assert seen(here.counsellor) == []
    assert signed_in(here.counsellor).get(url).status_code == 404
    assert signed_in(here.coordinator).get(url).status_code == 200
    [mine] = seen(here.coordinator)
    assert ([*mine.titles], [one.title for one in mine.taken_down]) == ([], ["Guide"])
    with pytest.raises(Refusal, match="taget ned"):
        add(document, here.coordinator, name="2", body=b"%PDF-2")
    again = put(here.coordinator, body=b"%PDF-4")
    with acting(here.coordinator):
        with pytest.raises(Refusal, match="den titel"):
            put_back_document(document, by=here.coordinator, at=make.MONDAY)
        withdraw_document(again, by=here.coordinator, at=make.MONDAY)
        put_back_document(document, by=here.coordinator, at=make.MONDAY)
    assert [t.title for t in seen(here.counsellor)[0].titles] == ["Guide"]


def test_the_button_pressed_twice_takes_it_down_once() -> None:
    here = Place()
    document = put(here.coordinator)
    keeper = signed_in(here.coordinator)
    url = reverse("collaboration:document_shelf", args=[document.pk])
    page = keeper.get(reverse("collaboration:documents")).content.decode()
    assert 'name="to" value="down"' in page
    for to, gone in (("down", True), ("down", True), ("up", False), ("up", False)):
        assert keeper.post(url, {"to": to}).status_code == 302
        with acting(here.coordinator):
            document.refresh_from_db()
        assert (document.withdrawn_at is not None) is gone
    assert keeper.post(url, {"to": "gone"}).status_code == 422


def test_the_shelf_costs_the_same_for_one_and_for_three(django_assert_num_queries: Any) -> None:
    here = Place()
    put(here.coordinator)
    with acting(here.counsellor), django_assert_num_queries(2):
        shelves(here.counsellor, on=TODAY)
    for title in ("A", "B"):
        put(here.leader, title)
    with acting(here.counsellor), django_assert_num_queries(2):
        shelves(here.counsellor, on=TODAY)


# ---- files --------------------------------------------------------------------------------------


def archive(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, body in parts.items():
            made.writestr(name, body)
    return stream.getvalue()


def office(main: str, **more: bytes) -> bytes:
    types = f'<Override ContentType="{files._OFFICE}.{main}.main+xml"/>'.encode()
    return archive(**{"[Content_Types].xml": types, **more})


DOCX = office("wordprocessingml.document")
GOOD = {
    "a.pdf": PDF,
    "A.PDF": PDF,
    "a.docx": DOCX,
    "a.xlsx": office("spreadsheetml.sheet"),
    "a.pptx": office("presentationml.presentation"),
    "a.odt": archive(mimetype=b"application/vnd.oasis.opendocument.text"),
    "a.png": b"\x89PNG\r\n\x1a\n...",
    "a.jpeg": b"\xff\xd8\xff\xe0",
    "a.txt": "æøå".encode(),
    "a.md": "# Æ".encode("cp1252"),
}
BAD = {
    "a.exe": b"MZ",
    "a": PDF,
    "a.pdf.html": b"<script>",
    "a.html": b"<html>",
    "a.svg": b"<svg onload=alert(1)>",
    "a.docm": DOCX,
    "a.doc": b"\xd0\xcf\x11\xe0",
    "a.zip": DOCX,
    "a.pdf": b"<html>",
    "b.pdf": b"",
    "a.docx": PDF,
    "b.docx": office("wordprocessingml.document", **{"word/vbaProject.bin": b"x"}),
    "c.docx": office("spreadsheetml.sheet"),
    "d.docx": archive(**{"[Content_Types].xml": b"application/vnd.ms-word.document.macroEnabled"}),
    "e.docx": DOCX[:40],
    "a.odt": archive(mimetype=b"application/vnd.oasis.opendocument.text", **{"Basic/x.xml": b""}),
    "b.odt": DOCX,
    "a.png": b"GIF89a",
    "a.jpg": b"\x89PNG\r\n\x1a\n",
    "a.txt": b"\x00\x01MZ",
}


@pytest.mark.parametrize("name", GOOD)
def test_what_may_stand_there(name: str) -> None:
    assert files.kind_of(name, GOOD[name]).label


@pytest.mark.parametrize("name", BAD)
def test_what_may_not_is_refused_with_what_to_do(name: str) -> None:
    with pytest.raises(Refusal) as refused:
        files.kind_of(name, BAD[name])
    assert refused.value.field == "file"
    assert any(word in str(refused.value) for word in ("Brug", "Gem", "Vælg"))


def test_a_damaged_archive_is_refused_in_words() -> None:
    """Its list of parts is whole, and what they hold is not: each method fails in its own way."""
    main = "wordprocessingml.document"
    said = f'<x y="{files._OFFICE}.{main}.main+xml"/>'.encode() + bytes(range(256))
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", method) as archive:
            archive.writestr("[Content_Types].xml", said)
        whole = stream.getvalue()
        assert files.kind_of("a.docx", whole)
        begins, refused = whole.index(b".xml") + 4, 0
        for place in range(begins, begins + 60):
            broken = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
            try:
                files.kind_of("a.docx", broken)
            except Refusal as refusal:
                refused += "beskadiget" in str(refusal)
        # Some bytes say nothing that anybody reads.
        assert refused > 40


def test_a_file_that_would_fill_the_memory_is_never_opened() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", DOCX[:1] + b"\0" * 3_000_000)
        for number in range(200):
            made.writestr(f"word/{number}.xml", b"\0" * 2_100_000)
    body = stream.getvalue()
    assert len(body) < 1_000_000
    with pytest.raises(Refusal):
        files.kind_of("a.docx", body)


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("Guide 2026.PDF", "Guide 2026.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\mappe\\guide.pdf", "guide.pdf"),
        ('a"; filename="b.exe.pdf', "a-- filename=-b.exe.pdf"),
        ("guide\u202efdp.txt", "guidefdp.txt"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie- x.pdf"),
        (".pdf", "dokument.pdf"),
        ("   .pdf", "dokument.pdf"),
        ("æøå.docx", "æøå.docx"),
    ],
)
def test_a_name_is_safe_to_save_under(given: str, safe: str) -> None:
    assert files.safe_name(given) == safe


def test_a_long_name_is_cut_and_keeps_its_suffix() -> None:
    name = files.safe_name("å" * 300 + ".pdf")
    assert (len(name), name[-4:]) == (100, ".pdf")


# ---- the screens --------------------------------------------------------------------------------


def upload(name: str, body: bytes, **given: str) -> dict[str, Any]:
    said = {"title": "Guide", "name": "1. udgave", "from_on": "2026-03-02", **given}
    return {**said, "file": SimpleUploadedFile(name, body)}


def test_it_is_put_there_read_and_fetched_and_each_stands_in_the_log() -> None:
    here = Place()
    keeper, reader = signed_in(here.coordinator), signed_in(here.counsellor)
    sent = upload("Guide æ.txt", b"<script>")
    assert keeper.post(reverse("collaboration:document_new"), sent).status_code == 302
    page = reader.get(reverse("collaboration:documents")).content.decode()
    assert "Guide æ.txt" in page
    assert reverse("collaboration:document_new") not in page
    with acting(here.counsellor):
        edition = Edition.objects.get()
    got = reader.get(reverse("collaboration:document_file", args=[edition.pk]))
    assert got.content == b"<script>"
    assert got.headers["Content-Type"] == "text/plain"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Disposition"].startswith("attachment;")
    with acting(make.SYSTEM):
        acts = AuditEvent.objects.filter(act__startswith="document.").order_by("seq")
        assert [one.act for one in acts] == [
            "document.put",
            "document.edition_added",
            "document.fetched",
        ]


def test_a_refused_file_is_said_beside_its_field_and_the_rest_stays_typed() -> None:
    here = Place()
    keeper = signed_in(here.coordinator)
    sent = upload("makro.docm", DOCX, title="Vores skema")
    said = keeper.post(reverse("collaboration:document_new"), sent)
    page = said.content.decode()
    assert said.status_code == 422
    assert "Filer med makroer kan ikke lægges her" in page
    assert "Vores skema" in page
    with acting(here.coordinator):
        assert not Document.objects.exists()


def test_one_that_is_too_large_is_refused_in_plain_words() -> None:
    keeper = signed_in(Place().coordinator)
    sent = upload("stor.pdf", PDF + b" " * (5 * 1024 * 1024))
    assert keeper.post(reverse("collaboration:document_new"), sent).status_code == 413


def test_anothers_edition_is_not_there() -> None:
    edition = make.edition(make.municipality())
    client = signed_in(Place().counsellor)
    for pk in (edition.pk, uuid4()):
        url = reverse("collaboration:document_file", args=[pk])
        assert client.get(url).status_code == 404
