"""Documents are put on the shelf, followed by new editions, taken down and put back."""

import contextlib
import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from roegfri.accounts.roles import Right
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.collaboration import files, policies
from roegfri.collaboration.models import Document, Edition
from roegfri.refusal import Refusal, Words
from roegfri.walls.constraints import broken
from roegfri.walls.locks import alone


@dataclass(frozen=True, slots=True)
class NewEdition:
    """A file as it came, and from which Danish date it holds."""

    name: str
    from_on: dt.date
    filename: str
    body: bytes
    changes: str = ""


@transaction.atomic
def put_document(
    new: NewEdition, *, title: str, about: str = "", by: Actor, at: dt.datetime
) -> Document:
    """A document of the organisation one acts for, with its first edition; sent twice it is one.

    Raises Refusal when the title is taken, and for a file that may not stand there.
    """
    if by.organisation_id is None or not by.may(Right.DOCUMENTS_KEEP):
        raise Refusal(_("Skift til den rolle, hvor du passer dokumenterne."))
    alone("document", by.organisation_id, title)
    own = policies.documents_kept_by(by).filter(title=title, withdrawn_at=None)
    if there := own.filter(editions__sha256=_digest(new), editions__by=by.person).first():
        return there
    with _once():
        made = Document.objects.create(
            owner_id=by.organisation_id, title=title, about=about, made_at=at, made_by_id=by.person
        )
    record("document.put", made, by=by, at=at)
    _add(made, new, by, at)
    return made


@transaction.atomic
def add_edition(document: Document, new: NewEdition, *, by: Actor, at: dt.datetime) -> Edition:
    """A new edition, which is in force from its day on; sent twice it is one.

    Raises Refusal when its name or its file is there already, or the document was taken down.
    """
    document = _locked(document, by)
    if document.withdrawn_at:
        raise Refusal(_("Dokumentet er taget ned. Læg det tilbage først."))
    same = document.editions.filter(sha256=_digest(new), name=new.name, by=by.person)
    return same.first() or _add(document, new, by, at)


@transaction.atomic
def withdraw_document(document: Document, *, by: Actor, at: dt.datetime) -> None:
    """It is no longer on the shelf; who keeps it still sees it, and may put it back."""
    document = _locked(document, by)
    if document.withdrawn_at:
        return
    document.withdrawn_at, document.withdrawn_by_id = at, by.person
    document.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record("document.withdrawn", document, by=by, at=at)


@transaction.atomic
def put_back_document(document: Document, *, by: Actor, at: dt.datetime) -> None:
    """It is on the shelf again. Raises Refusal when another has got its title meanwhile."""
    document = _locked(document, by)
    if document.withdrawn_at is None:
        return
    document.withdrawn_at = document.withdrawn_by = None
    with _once():
        document.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record("document.put_back", document, by=by, at=at)


@transaction.atomic
def fetch_edition(edition: Edition, *, by: Actor, at: dt.datetime) -> bytes:
    """The file, which leaves the house."""
    record("document.fetched", edition, by=by, at=at)
    return bytes(edition.body)


def _locked(document: Document, by: Actor) -> Document:
    own = policies.documents_kept_by(by).select_for_update(of=("self",))
    found = own.filter(pk=document.pk).first()
    if found is None:
        raise Refusal(_("Dokumentet er ikke længere jeres at ændre. Genindlæs siden."))
    return found


def _add(document: Document, new: NewEdition, by: Actor, at: dt.datetime) -> Edition:
    kind = files.kind_of(new.filename, new.body)
    with _once():
        made = Edition.objects.create(
            document=document,
            name=new.name,
            from_on=new.from_on,
            changes=new.changes,
            filename=files.safe_name(new.filename),
            content_type=kind.content_type,
            body=new.body,
            size=len(new.body),
            sha256=_digest(new),
            at=at,
            by_id=by.person,
        )
    record("document.edition_added", made, by=by, at=at)
    return made


def _digest(new: NewEdition) -> bytes:
    return hashlib.sha256(new.body).digest()


# What stands there once: the field that is to be changed, and why.
_ONCE: dict[str, tuple[str, Words]] = {
    "document_title_once": (
        "title",
        gettext_lazy(
            "Der er allerede et dokument med den titel. Læg en ny udgave af det, eller vælg en"
            " anden titel."
        ),
    ),
    "edition_name_once": (
        "name",
        gettext_lazy("Der er allerede en udgave med det navn. Vælg et andet."),
    ),
    "edition_bytes_once": (
        "file",
        gettext_lazy("Den fil ligger der allerede som en udgave. Vælg en anden."),
    ),
}


@contextlib.contextmanager
def _once() -> Iterator[None]:
    """What is there already is said in words, beside the field that is to be changed."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as fault:
        if (name := broken(fault)) not in _ONCE:
            raise
        field, words = _ONCE[name]
        raise Refusal(words, field=field) from None
