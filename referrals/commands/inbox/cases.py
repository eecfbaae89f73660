"""New referrals of a set of letters: whose they are, and each table written once.

What `receive_referral` does for one. A letter whose civil number is known is about the same
citizen, also when she came with an earlier letter of the same set; any other makes a new one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from referrals.commands.identity import facts_of
from referrals.commands.inbox.keeping import accepted_row, write_rows
from referrals.commands.inbox.values import Letter, Place
from referrals.commands.people import (
    filled_in,
    many_persons,
    new_civil_number,
    new_phones,
    open_many,
)
from referrals.commands.receive import new_referral
from referrals.models import Citizen, CivilNumber, IncomingMessage, Phone, Referral
from roegfri.audit.commands import name_of
from roegfri.audit.many import Line, record_all
from roegfri.walls.inserts import insert


@dataclass(frozen=True, slots=True)
class Case:
    """A letter that becomes a referral, and the citizen who has its civil number already."""

    letter: Letter
    citizen: UUID | None


@dataclass(slots=True)
class _Person:
    """A citizen as the set has her so far: what of her is to be written."""

    citizen: Citizen
    new: bool
    have: set[str]
    changed: set[str] = field(default_factory=set)
    phones: list[Phone] = field(default_factory=list)
    number: CivilNumber | None = None


def make_cases(cases: Sequence[Case], place: Place) -> list[IncomingMessage]:
    """The messages, taken in, in their order; the caller holds their locks.

    Raises Refusal where the agreement's terms are silent: ask `Place.deadline` beforehand.
    """
    if not cases:
        return []
    people = _people(cases, place)
    referrals = [
        _referral(case.letter, one, place) for case, one in zip(cases, people, strict=True)
    ]
    messages = [
        accepted_row(case.letter, referral, place)
        for case, referral in zip(cases, referrals, strict=True)
    ]
    days = [case.letter.delivery.received_on for case in cases]
    open_many(
        [(one.citizen_id, one.pk, day) for one, day in zip(referrals, days, strict=True)],
        place.inbox.pk,
    )
    _write({id(one): one for one in people}.values())
    insert(referrals)
    write_rows(messages)
    record_all(_lines(referrals, messages), by=place.by, at=place.at)
    return messages


def _people(cases: Sequence[Case], place: Place) -> list[_Person]:
    """Of each letter the citizen it is about, with all that the letters before it say of her."""
    known = _known({case.citizen for case in cases if case.citizen}, place)
    by_mark: dict[bytes, _Person] = {}
    found = []
    for case in cases:
        mark = case.letter.mark
        person = by_mark.get(mark) or (known.get(case.citizen) if case.citizen else None)
        person = _told(person, case.letter, place)
        if mark:
            by_mark[mark] = person
        found.append(person)
    return found


def _known(ids: set[UUID], place: Place) -> dict[UUID, _Person]:
    """Citizens who are there, locked; one row for those who were merged."""
    rows = many_persons(ids, place.by)
    numbers: dict[UUID, set[str]] = {row.pk: set() for row in rows.values()}
    if numbers:
        there = Phone.objects.filter(citizen__in=numbers).values_list("citizen", "number")
        for citizen, number in there:
            numbers[citizen].add(number)
    people = {row.pk: _Person(row, new=False, have=numbers[row.pk]) for row in rows.values()}
    return {pk: people[row.pk] for pk, row in rows.items()}


def _told(person: _Person | None, letter: Letter, place: Place) -> _Person:
    """What a letter says of a citizen: what is known of her stays, what is not is filled in."""
    details = letter.details
    facts = facts_of(details)
    if person is None:
        citizen = Citizen(pk=uuid4(), created_at=place.at, **facts)
        person = _Person(citizen, new=True, have=set())
        if details.civil_number:
            person.number = new_civil_number(citizen.pk, details.civil_number, place.at)
    else:
        person.changed |= filled_in(person.citizen, facts)
    more = new_phones(person.citizen.pk, details.phones, person.have)
    person.phones += more
    person.have |= {phone.number for phone in more}
    return person


def _referral(letter: Letter, person: _Person, place: Place) -> Referral:
    return new_referral(
        letter.details,
        citizen=person.citizen.pk,
        handler=place.inbox.pk,
        agreement=place.agreement(letter.delivery),
        deadline=place.deadline(letter.delivery),
    )


def _write(people: Iterable[_Person]) -> None:
    """A citizen comes after what belongs to her, so that what she is searched by is reckoned once,
    when she is whole; her key is looked for at the end of the transaction."""
    everybody = list(people)
    insert([phone for one in everybody for phone in one.phones])
    insert([one.number for one in everybody if one.number])
    insert([one.citizen for one in everybody if one.new])
    for one in everybody:
        if one.changed and not one.new:
            one.citizen.save(update_fields=[*one.changed, "version"])


def _lines(referrals: Sequence[Referral], messages: Sequence[IncomingMessage]) -> list[Line]:
    received = [Line("referral.received", name_of(one), one.citizen_id) for one in referrals]
    taken = zip(messages, referrals, strict=True)
    return received + [
        Line("message.taken", name_of(message), one.citizen_id) for message, one in taken
    ]
