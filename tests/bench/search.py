"""Search: what it costs the database to find somebody, beside `icontains` behind the same walls."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from referrals import queries
from referrals.models import Citizen, Phone
from referrals.queries import search
from referrals.queries.search import MOST
from referrals.queries.wanted import Wanted
from roegfri import clock, sealed
from roegfri.actor import Actor, acting
from tests.bench import measure, people, world

Work = Callable[[], object]
HEAD = ("search", "citizens", "finding", "finding and showing", "buffers", "icontains", "ratio")
NEW_NUMBER = "0107729995"
_rows: list[tuple[str, ...]] = []


@dataclass(frozen=True, slots=True)
class Asked:
    """What is typed; and, for the peer, the words or digits it would look for."""

    what: str
    typed: str
    words: tuple[str, ...] = ()
    digits: str = ""


def add(scale: int) -> None:
    """Measures the searches as the database stands now; a transaction and its scope included."""
    _refill()
    by = people.counsellor()
    for asked in _searches(by):
        finding = measure.cost(partial(_finding, by, asked.typed), seconds=1)
        ours = measure.cost(partial(_ours, by, asked.typed), seconds=1)
        peer = measure.cost(partial(_peer, by, asked), seconds=1) if asked.words or asked.digits else None  # fmt: skip # noqa: E501
        _rows.append(
            (
                asked.what,
                f"{scale:,}",
                f"{finding.database:.2f} ms",
                f"{ours.database:.2f} ms",
                f"{ours.buffers:.0f}",
                f"{peer.database:.1f} ms" if peer else "",
                f"**{peer.database / finding.database:.0f} x**" if peer else "",
            )
        )
    _take_numbers_back()


def _take_numbers_back() -> None:
    """What was laid on a citizen for the search opens in no file."""
    with world.inside() as inside:
        inside.execute("delete from referrals_civilnumber where sealed_value = ''")


def lines() -> Iterator[str]:
    """A table in Markdown."""
    yield "| " + " | ".join(HEAD) + " |"
    yield "|" + " --- |" * len(HEAD)
    for row in _rows:
        yield "| " + " | ".join(row) + " |"


def _refill() -> None:
    """The copies were made with triggers off."""
    with world.inside() as inside:
        inside.execute("set maintenance_work_mem = '512MB'")
        inside.execute("select find_rebuild()")
        inside.execute("vacuum analyze referrals_findable")


def _give_number(citizen: UUID) -> None:
    """An older CPR number of her own: those of the copies repeat."""
    with world.inside() as inside:
        inside.execute(
            "insert into referrals_civilnumber (id, citizen_id, kind, sealed_value, fingerprint,"
            " since) values (gen_random_uuid(), %s, 'cpr', '', %s, '2000-01-01')"
            " on conflict do nothing",
            [citizen, sealed.fingerprint(NEW_NUMBER, of="cpr")],
        )


def _searches(by: Actor) -> Iterator[Asked]:
    """About somebody drawn, of the municipality that asks: her name, number and CPR number."""
    with acting(by), transaction.atomic():
        case = queries.referral(by, world.drawn_case(by.organisation_id))
        citizen = case.citizen
        given, surname = citizen.given_names, citizen.surname
        digits = citizen.phones.all()[0].number[-8:]
    _give_number(citizen.pk)
    slip = surname[:2] + surname[3] + surname[2] + surname[4:]
    yield Asked("name, two words", f"{given} {surname}", (given, surname))
    yield Asked("name, one word", surname, (surname,))
    yield Asked("name with a slip", f"{given} {slip}", (given, slip))
    yield Asked("name nobody has", "Wqxzy Qzwxk", ("Wqxzy", "Qzwxk"))
    yield Asked("part of a number", digits[2:6], digits=digits[2:6])
    yield Asked("whole number", digits, digits=digits)
    yield Asked("birth date", f"{citizen.birth_date:%d%m%y}" if citizen.birth_date else "251248")
    yield Asked("CPR number", NEW_NUMBER)


def _finding(by: Actor, typed: str) -> object:
    """The search function alone, which answers with ids."""
    wanted = Wanted.read(typed, on=clock.today())
    with acting(by), transaction.atomic():
        return search._nearest(wanted)


def _ours(by: Actor, typed: str) -> object:
    wanted = Wanted.read(typed, on=clock.today())
    with acting(by), transaction.atomic():
        return queries.found(by, wanted)


def _peer(by: Actor, asked: Asked) -> object:
    """As it is usually written: each word in either name, the digits in the number; the walls are
    the same. It forgives no slip and does not fold æ, ø and å."""
    rows = Citizen.objects.all()
    for word in asked.words:
        rows = rows.filter(Q(given_names__icontains=word) | Q(surname__icontains=word))
    if asked.digits:
        rows = rows.filter(
            pk__in=Phone.objects.filter(number__icontains=asked.digits).values("citizen")
        )
    with acting(by), transaction.atomic():
        return list(rows.order_by("sort_key")[:MOST])
