"""A corrected letter brings telephone numbers: those are called first. Part of a command."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from referrals.models import Citizen, ContactAttempt, Phone, Referral
from referrals.states import Outcome
from roegfri.actor import INTAKE
from roegfri.walls import prepared

# What is said of a number that only stood in the letter before; the note is Danish, as hers are.
BEFORE = "før rettelsen"
_NOTE = 40
# Somebody took the telephone.
_ANSWERED = (Outcome.REACHED, Outcome.THINKING, Outcome.CALL_BACK, Outcome.DECLINED)
# Numbers that a person added or changed herself, one at a time: each is an event of its own.
_BY_HAND = """
select distinct e.subject from audit_event_person p
join audit_event e on e.seq = p.event_seq and e.at = p.at
where p.person = any(%(persons)s) and e.subject = any(%(phones)s)
  and e.act in ('row.added', 'row.changed') and 'number' = any(e.columns)
  and e.user_id is not null and e.role <> %(intake)s
"""


def put_first(citizen: Citizen, phones: Sequence[tuple[str, str]]) -> None:
    """Ranks her numbers anew: those of the corrected letter in front, and those last, with a note,
    that only the letter before it had. Without numbers in it everything stays.

    One on which somebody answered stands before them, one that a counsellor added herself after
    them. Where she has other cases it is not known which letter had a number: none gets the note.
    The citizen comes locked.
    """
    rows = _rows_of(citizen)
    letter = [number for number, _note in phones if number in {one.number for one in rows}]
    if not letter:
        return
    answered, stale = _answered(rows), _stale(citizen, rows, letter)
    groups = (answered, letter, [one.number for one in rows if one.number not in stale], stale)
    numbers = list(dict.fromkeys(number for group in groups for number in group))
    for one in rows:
        one.rank = numbers.index(one.number)
        one.note = _noted(one.note, before=one.number in stale and one.number not in answered)
    Phone.objects.bulk_update(rows, ["rank", "note"])


def _rows_of(citizen: Citizen) -> list[Phone]:
    """Of every row that is her, in the order of calling."""
    hers = Phone.objects.filter(Q(citizen=citizen) | Q(citizen__merged_into=citizen))
    rows = hers.select_for_update(of=("self",)).order_by("pk")
    return sorted(rows, key=lambda one: (one.rank, one.citizen_id != citizen.pk, one.pk))


def _answered(rows: Sequence[Phone]) -> list[str]:
    persons, numbers = {one.citizen_id for one in rows}, [one.number for one in rows]
    calls = ContactAttempt.objects.filter(
        referral__citizen__in=persons, phone__in=numbers, outcome__in=_ANSWERED, undone_at=None
    )
    reached = set(calls.values_list("phone", flat=True))
    return [number for number in numbers if number in reached]


def _stale(citizen: Citizen, rows: Sequence[Phone], letter: Sequence[str]) -> list[str]:
    """The numbers that no person added, and that the corrected letter has not."""
    hers = Referral.objects.filter(Q(citizen=citizen) | Q(citizen__merged_into=citizen))
    if hers.count() > 1:
        return []
    persons = list({one.citizen_id for one in rows})
    by_hand = _by_hand(persons, [one.pk for one in rows])
    return [one.number for one in rows if one.number not in letter and one.pk not in by_hand]


def _by_hand(persons: Sequence[UUID], phones: Sequence[UUID]) -> set[UUID]:
    names = {f"{Phone._meta.db_table}:{pk}": pk for pk in phones}
    values = {"persons": list(persons), "phones": list(names), "intake": INTAKE}
    return {names[subject] for (subject,) in prepared.tuples(_BY_HAND, values)}


def _noted(note: str, *, before: bool) -> str:
    """The note with BEFORE behind it, or without: a number can come back."""
    own = note.removesuffix(BEFORE).rstrip(", ")
    if not before:
        return own if note.endswith(BEFORE) else note
    return ", ".join(filter(None, (own[: _NOTE - len(BEFORE) - 2], BEFORE)))
