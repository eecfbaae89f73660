"""Reference data out of files that a person can read and correct (data/README.md).

One table, SHEETS, says which file holds what, in the order in which they are read. An empty cell
says nothing: it never wipes out what an administrator has entered.
"""

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from roegfri import money
from roegfri.actor import Actor
from roegfri.organisations import commands, kinds
from roegfri.organisations import models as tables
from roegfri.organisations.commands import Outcome, Put
from roegfri.organisations.numbers import municipality_code
from roegfri.refusal import Refusal

DATA = Path(__file__).parent / "data"
DEMO = DATA / "demo"

Read = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where; line 0 is the file as a whole."""

    file: str
    line: int
    column: str
    words: str

    def __str__(self) -> str:
        where = _("%(file)s, linje %(line)s") % {"file": self.file, "line": self.line}
        column = f", «{self.column}»" if self.column else ""
        return f"{where if self.line else self.file}{column}: {self.words}"


class ReferenceDataError(Exception):
    """Nothing was loaded; `faults` says everything that is to be mended."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its heading, the field it fills, how a cell is read."""

    heading: str
    field: str
    read: Read = str
    key: bool = False
    empty: Any = ""
    may_be_empty: bool = True

    def value(self, text: str) -> Any:
        """Raises Refusal for a cell that cannot be read, or that has to be filled in."""
        if text:
            return self.read(text)
        if not self.may_be_empty:
            raise Refusal(_("Feltet skal udfyldes."), field=self.field)
        return self.empty


Write = Callable[..., Put]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file and what becomes of its rows."""

    file: str
    write: Write
    columns: tuple[Column, ...]


# ---- how a cell is read --------------------------------------------------------------------------
def _one(model: type[models.Model], field: str, what: str, text: str) -> Any:
    row = models.QuerySet[models.Model](model).filter(**{field: text}).first()
    if row is None:
        raise Refusal(_("Der er ingen %(what)s «%(text)s».") % {"what": what, "text": text})
    return row


def _region(text: str) -> Any:
    return _one(tables.Region, "name", _("region"), text)


def _cluster(text: str) -> Any:
    return _one(tables.Cluster, "name", _("klynge"), text)


def _municipality(text: str) -> Any:
    return _one(tables.Municipality, "code", _("kommune med koden"), municipality_code(text))


def _hospital(text: str) -> Any:
    return _one(tables.Hospital, "name", _("hospital"), text)


def _agreement(text: str) -> Any:
    return _one(tables.Agreement, "slug", _("aftale"), text)


def _pharmacy(text: str) -> Any:
    return _one(tables.Pharmacy, "p_number", _("apotek med P-nummeret"), text)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as fault:
        raise Refusal(_("Skriv datoen som 2026-01-31.")) from fault


def _kroner(text: str) -> int:
    try:
        return money.from_danish(text)
    except ValueError as fault:
        raise Refusal(_("Skriv beløbet som 1.230,00.")) from fault


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise Refusal(_("Skriv et helt tal."))
    return int(text)


def _label_of(choices: type[models.TextChoices]) -> Read:
    def read(text: str) -> str:
        for key, label in choices.choices:
            if text.lower() == str(label).lower():
                return str(key)
        raise Refusal(_("Skriv en af disse: %s.") % ", ".join(map(str, choices.labels)))

    return read


# ---- how a row is written ------------------------------------------------------------------------
def _into(model: type[models.Model], put: Write = commands.put_row) -> Write:
    def write(
        key: Mapping[str, Any], values: Mapping[str, Any], *, by: Actor, at: dt.datetime
    ) -> Put:
        return put(model, key, values, by=by, at=at)

    return write


def _term(key: Mapping[str, Any], values: Mapping[str, Any], *, by: Actor, at: dt.datetime) -> Put:
    return commands.add_term(**key, **{"note": "", **values}, by=by, at=at)


def _rate(key: Mapping[str, Any], values: Mapping[str, Any], *, by: Actor, at: dt.datetime) -> Put:
    return commands.add_rate(**key, **{"note": "", **values}, by=by, at=at)


def _key(heading: str, field: str, read: Read = str) -> Column:
    return Column(heading, field, read, key=True, may_be_empty=False)


def _needed(heading: str, field: str, read: Read = str) -> Column:
    return Column(heading, field, read, may_be_empty=False)


_FROM = _key("fra", "from_on", _day)
_UNTIL = Column("til", "until_on", _day, empty=None)
_CONTACT = (
    Column("telefon", "phone"),
    Column("e-mail", "email"),
    Column("kontaktperson", "contact"),
)
_NOTE = Column("bemærkning", "note")

SHEETS: tuple[Sheet, ...] = (
    Sheet("regioner.csv", _into(tables.Region), (_key("navn", "name"),)),
    Sheet(
        "klynger.csv",
        _into(tables.Cluster),
        (_key("navn", "name"), _needed("region", "region", _region)),
    ),
    Sheet(
        "kommuner.csv",
        _into(tables.Municipality),
        (
            _key("kode", "code", municipality_code),
            Column("navn", "name"),
            Column("cvr", "cvr"),
            Column("ean", "ean"),
            Column("region", "region", _region),
            *_CONTACT,
        ),
    ),
    Sheet(
        "klyngetilhoer.csv",
        _into(tables.ClusterMembership, commands.put_membership),
        (
            _key("klynge", "cluster", _cluster),
            _key("kommune", "municipality", _municipality),
            _FROM,
            _UNTIL,
        ),
    ),
    Sheet(
        "lukkedage.csv",
        _into(tables.ClosingDay),
        (
            _key("kommune", "municipality", _municipality),
            _key("dag", "on", _day),
            Column("grund", "reason"),
        ),
    ),
    Sheet(
        "hospitaler.csv",
        _into(tables.Hospital),
        (
            _key("navn", "name"),
            _needed("region", "region", _region),
            Column("sor", "sor"),
            Column("telefon", "phone"),
        ),
    ),
    Sheet(
        "afdelinger.csv",
        _into(tables.HospitalDepartment),
        (
            _key("hospital", "hospital", _hospital),
            _key("navn", "name"),
            Column("nummer", "number"),
            Column("sor", "sor"),
        ),
    ),
    Sheet(
        "praksisser.csv",
        _into(tables.Practice),
        (
            _key("ydernummer", "provider_number"),
            _needed("navn", "name"),
            Column("kommune", "municipality", _municipality),
            Column("læger", "general_practitioners", _number),
            Column("ean", "ean"),
            Column("adresse", "address"),
        ),
    ),
    Sheet(
        "apoteker.csv",
        _into(tables.Pharmacy),
        (
            _key("p-nummer", "p_number"),
            _needed("navn", "name"),
            _needed("cvr", "cvr"),
            Column("gln", "gln"),
            _needed("kommune", "municipality", _municipality),
        ),
    ),
    Sheet(
        "andre.csv",
        _into(tables.Organisation),
        (_key("slags", "kind", _label_of(kinds.Kind)), _key("navn", "name"), *_CONTACT),
    ),
    Sheet(
        "aftaler.csv",
        _into(tables.Agreement),
        (_key("kortnavn", "slug"), _needed("navn", "name"), *_CONTACT),
    ),
    Sheet(
        "medlemskaber.csv",
        _into(tables.Membership, commands.put_membership),
        (
            _key("aftale", "agreement", _agreement),
            _key("kommune", "municipality", _municipality),
            _key("omfang", "scope", _label_of(kinds.Scope)),
            _FROM,
            _UNTIL,
        ),
    ),
    Sheet(
        "apoteksaftaler.csv",
        _into(tables.PharmacyAgreement, commands.put_membership),
        (
            _key("aftale", "agreement", _agreement),
            _key("p-nummer", "pharmacy", _pharmacy),
            _FROM,
            _UNTIL,
        ),
    ),
    Sheet(
        "vilkaar.csv",
        _term,
        (
            _key("aftale", "agreement", _agreement),
            _key("vilkår", "name"),
            _needed("værdi", "value"),
            _FROM,
            _NOTE,
        ),
    ),
    Sheet(
        "takster.csv",
        _rate,
        (
            _key("aftale", "agreement", _agreement),
            _key("takst", "name"),
            Column("kommune", "municipality", _municipality, key=True, empty=None),
            _needed("kroner", "amount_ore", _kroner),
            _FROM,
            _NOTE,
        ),
    ),
)


# ---- loading -------------------------------------------------------------------------------------
@transaction.atomic
def load(
    folders: Sequence[Path], *, dry_run: bool, by: Actor, at: dt.datetime
) -> dict[str, Counter[Outcome]]:
    """Puts every row of the folders' files in place, in one transaction.

    Answers how many rows of each file were added, changed or unchanged. Raises ReferenceDataError
    with everything that is wrong; then nothing at all is loaded.
    """
    faults: list[Fault] = []
    done: dict[str, Counter[Outcome]] = {}
    with translation.override("da"):
        for folder in folders:
            faults += _strangers(folder)
            for sheet in SHEETS:
                if (folder / sheet.file).is_file():
                    counts = _load_sheet(sheet, folder / sheet.file, faults, by=by, at=at)
                    done.setdefault(sheet.file, Counter()).update(counts)
        if faults:
            raise ReferenceDataError(faults)
    if dry_run:
        transaction.set_rollback(True)
    return done


def _strangers(folder: Path) -> list[Fault]:
    known = {sheet.file for sheet in SHEETS}
    if not folder.is_dir():
        return [Fault(str(folder), 0, "", _("Mappen findes ikke."))]
    return [
        Fault(path.name, 0, "", _("Filen kendes ikke. Se README.md i mappen med data."))
        for path in sorted(folder.glob("*.csv"))
        if path.name not in known
    ]


def _load_sheet(
    sheet: Sheet, path: Path, faults: list[Fault], *, by: Actor, at: dt.datetime
) -> Counter[Outcome]:
    counts: Counter[Outcome] = Counter()
    for line, cells in _rows(sheet, path, faults):
        column = ""
        try:
            key, values = {}, {}
            for part in sheet.columns:
                column = part.heading
                text = cells.get(part.heading, "")
                if part.key:
                    key[part.field] = part.value(text)
                elif text or not part.may_be_empty or part.empty is None:
                    values[part.field] = part.value(text)
            column = ""
            counts[sheet.write(key, values, by=by, at=at).outcome] += 1
        except Refusal as refusal:
            named = {part.field: part.heading for part in sheet.columns}
            place = column or named.get(refusal.field, "")
            faults.append(Fault(path.name, line, place, str(refusal)))
    return counts


def _rows(sheet: Sheet, path: Path, faults: list[Fault]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells by heading, of each row that is not blank."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        faults.append(Fault(path.name, 0, "", _("Gem filen som UTF-8.")))
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    try:
        headings = [cell.strip().lower() for cell in next(reader, [])]
        wrong = _wrong_headings(sheet, headings)
        if wrong:
            faults.append(Fault(path.name, 1, "", wrong))
            return
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(headings):
                words = _("Linjen har %(has)s felter, men der skal være %(wants)s.")
                counts = {"has": len(cells), "wants": len(headings)}
                faults.append(Fault(path.name, reader.line_num, "", words % counts))
                continue
            yield reader.line_num, dict(zip(headings, map(str.strip, cells), strict=True))
    except csv.Error as fault:
        faults.append(Fault(path.name, reader.line_num, "", str(fault)))


def _wrong_headings(sheet: Sheet, headings: Sequence[str]) -> str:
    """In words; empty when every heading is known, none twice, and the keys are there."""
    known = {column.heading for column in sheet.columns}
    unknown = [heading for heading in headings if heading not in known]
    missing = [c.heading for c in sheet.columns if c.key and c.heading not in headings]
    twice = [heading for heading, count in Counter(headings).items() if count > 1]
    if not (unknown or missing or twice):
        return ""
    expected = "; ".join(column.heading for column in sheet.columns)
    return _("Overskrifterne passer ikke. Der skal stå: %s") % expected
