"""STOPbasen's form, filled in by made-up participants: whole, begun on, or by themselves."""

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from courses.queries.stopbase_forms import first_edition, form_on
from courses.rules.stopbase import Answer, Form, Kind, Question, completeness, which_form
from courses.states import FormKind, Item
from roegfri import clock
from roegfri.desk.demo.courses.timetable import Laid
from roegfri.desk.demo.rows import Row, World

# Of those whose form is not whole so many have begun; so many of all wrote it themselves.
_BEGUN, _HERSELF = 0.6, 0.3
# So many of the questions are left out where it was only begun.
_LEFT_OUT = (2, 6)
_HEARD = {"practice", "hospital", "pharmacy", "municipality", "quitline"}
_AT_WORK = ("working",) * 6 + ("self_employed", "unemployed", "sick_leave", "early_pension")
# What the answers that are numbers lie between, by question.
_NUMBERS = {"age_at_start": (13, 19), "attempts": (0, 6)}
_PENSION, _GROWN_UP = 67, 20
_HOUR, _OPEN_FOR = dt.timedelta(hours=1), dt.timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Known:
    """What the rows so far say of those who take part: by citizen, by referral, by interview."""

    citizens: Mapping[UUID, Row]
    referrals: Mapping[UUID, Row]
    uses: Mapping[UUID, Sequence[Row]]
    # When each participant's form was whole, by enrolment.
    whole: Mapping[UUID, Row]


def known(world: World) -> Known:
    """Looked up once."""
    talks = {row["referral_id"]: row for row in world.rows["interview"]}
    uses: dict[UUID, list[Row]] = defaultdict(list)
    for row in world.rows["use"]:
        uses[row["interview_id"]].append(row)
    return Known(
        citizens={row["id"]: row for row in world.rows["citizen"]},
        referrals={row["id"]: row for row in world.rows["referral"]},
        uses={pk: uses[pk] for pk in talks},
        whole={row["enrolment_id"]: row for row in world.rows["tick"] if row["item"] == Item.FORM},
    )


def answer_forms(world: World, laid: Laid, rows: Sequence[Row], facts: Known) -> None:
    """The forms of a course's participants, as far as they are."""
    if laid.plan.steady:
        _send_a_link(world, laid, [row for row in rows if row["id"] not in facts.whole])
    for row in rows:
        tick = facts.whole.get(row["id"])
        if tick is None and not (row["home_frozen_on"] and world.chance(_BEGUN)):
            continue
        form = _form(row, facts)
        answers = _answers(world, row, form, facts)
        if tick is None:
            answers = _some(world, form, answers)
        herself = world.chance(_HERSELF)
        world.add(
            "baseline",
            enrolment_id=row["id"],
            form=form.kind.value,
            edition=form.edition,
            answers=json.dumps(answers),
            at=tick["at"] if tick else min(_evening(row["home_frozen_on"]), world.now - _HOUR),
            filled_by_id=None if herself else laid.lead,
        )


def _send_a_link(world: World, laid: Laid, rows: Sequence[Row]) -> None:
    """One of them was sent a link at the last meeting; nobody knows its secret."""
    for row in rows[:1]:
        on, at = clock.danish_date(row["enrolled_at"]), laid.held[-1]["ends_at"]
        world.add(
            "formlink",
            enrolment_id=row["id"],
            digest=hashlib.sha256(row["id"].bytes).digest(),
            form=FormKind.BASIS.value,
            edition=form_on(FormKind.BASIS, on).edition,
            made_at=at,
            made_by_id=laid.lead,
            expires_at=at + _OPEN_FOR,
        )


def _evening(day: dt.date) -> dt.datetime:
    return clock.danish_time(day, dt.time(19, 45))


def _form(row: Row, facts: Known) -> Form:
    """The one of her age, in the edition of the day she was enrolled."""
    on = clock.danish_date(row["enrolled_at"])
    kind = which_form(facts.citizens[row["citizen_id"]]["birth_date"], on)
    return form_on(kind, max(on, first_edition(kind)))


def _answers(world: World, row: Row, form: Form, facts: Known) -> dict[str, Answer]:
    """All that is to be asked, in its order."""
    answers = dict[str, Answer]()
    told = _told(world, row, facts)
    for one in form.questions:
        if one.applies(answers):
            answer = told.get(one.known) if one.known else None
            if answer is None or not _possible(one, answer):
                answer = _drawn(world, one, told)
            if answer not in ("", []):
                answers[one.code] = answer
    assert completeness(form, answers).is_complete  # noqa: S101  (each needed one is drawn)
    return answers


def _told(world: World, row: Row, facts: Known) -> dict[str, Answer]:
    """What the house knows already, by what the questions call it; and her age."""
    citizen, case = facts.citizens[row["citizen_id"]], facts.referrals[row["referral_id"]]
    uses = facts.uses.get(case["id"], ())
    born = citizen["birth_date"]
    year = born.year if born else world.dice.randint(1950, 1998)
    told: dict[str, Answer] = {
        "sex": citizen["sex"],
        "birth_year": year,
        "age": clock.danish_date(row["enrolled_at"]).year - year,
        "pregnant": "no",
        "source": case["source"] if case["source"] in _HEARD else "internet",
        "products": [one["product"] for one in uses] or ["cigarettes"],
    }
    amounts = {f"amount:{one['product']}": int(one["amount"]) for one in uses}
    return {"amount:cigarettes": 15, **told, **amounts}


def _possible(question: Question, answer: Answer) -> bool:
    said = answer if isinstance(answer, list) else [answer]
    return not question.choices or all(one in question.choices for one in said)


def _drawn(world: World, question: Question, told: Mapping[str, Answer]) -> Answer:
    """Something somebody of her age could answer."""
    dice, age, choices = world.dice, told["age"], list(question.choices)
    assert isinstance(age, int)  # noqa: S101  (said above)
    match question.kind:
        case Kind.MANY:
            return [dice.choice(choices)]
        case Kind.ONE | Kind.YES_NO:
            return (
                _occupation(world, age) if question.code == "occupation" else dice.choice(choices)
            )
        case Kind.TEXT:
            return ""
        case _ if question.code == "years":
            return min(max(age - 17, question.least), question.most)
        case _:
            usual = (max(question.least, 1), min(question.most, 6))
            return dice.randint(*_NUMBERS.get(question.code, usual))


def _occupation(world: World, age: int) -> str:
    if age >= _PENSION:
        return "pension"
    return "student" if age < _GROWN_UP else world.dice.choice(_AT_WORK)


def _some(world: World, form: Form, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """Without some of the last ones: the line dropped, or the meeting began."""
    order = [one.code for one in form.questions if one.code in answers]
    kept = order[: len(order) - world.dice.randint(*_LEFT_OUT)]
    return {code: answers[code] for code in kept}
