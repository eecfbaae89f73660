"""STOPbasen's form: every edition as it stands in the files, and what an answer may be."""

import datetime as dt
from typing import Any

import pytest

from courses.queries.stopbase_forms import NoEdition, edition, editions, form_on
from courses.rules import answering
from courses.rules.answering import Fault, Wrong, checked, parts_of, read
from courses.rules.stopbase import Form, Kind, completeness, fitting, which_form
from courses.states import FormKind
from referrals.states import Product, Sex
from roegfri.public.languages import DANISH, LANGUAGES

ON = dt.date(2026, 11, 22)
EDITIONS = [(kind, day) for kind in FormKind for day in editions(kind)]
TELLING = {"sex", "birth_year", "pregnant", "products", "source"}


@pytest.mark.parametrize(("kind", "day"), EDITIONS)
@pytest.mark.parametrize("language", LANGUAGES.values(), ids=lambda one: one.code)
def test_every_edition_can_be_read_in_every_language(
    kind: FormKind, day: dt.date, language: Any
) -> None:
    form = edition(kind, day, language)
    codes = [question.code for question in form.questions]
    assert len(codes) == len(set(codes)) > 10
    assert len({part.code for part in form.parts}) == len(form.parts) > 3
    for question in form.questions:
        assert question.label
        assert bool(question.choices) == (question.kind in {Kind.ONE, Kind.MANY, Kind.YES_NO})
        assert question.alone <= set(question.choices)
        assert (question.least < question.most and question.unit) or question.kind != Kind.NUMBER
        assert len(set(question.choices.values())) == len(question.choices)


@pytest.mark.parametrize(("kind", "day"), EDITIONS)
def test_what_a_question_hangs_on_is_asked_before_it_on_the_same_page(
    kind: FormKind, day: dt.date
) -> None:
    for part in edition(kind, day).parts:
        asked: dict[str, Any] = {}
        for question in part.questions:
            if question.only_if:
                on = asked[question.only_if.code]
                assert question.only_if.among <= set(on.choices)
                assert (question.only_if.at_least is not None) == (on.kind is Kind.NUMBER)
            asked[question.code] = question


@pytest.mark.parametrize(("kind", "day"), EDITIONS)
def test_what_is_known_already_is_named_as_the_house_names_it(kind: FormKind, day: dt.date) -> None:
    amounts = {f"amount:{product}" for product in Product}
    by_code = {question.code: question for question in edition(kind, day).questions}
    assert {one.known for one in by_code.values()} - {""} <= TELLING | amounts
    assert set(by_code["products"].choices) <= set(Product.values)
    assert set(by_code["sex"].choices) == set(Sex.values)
    assert {f"amount_{one}" for one in by_code["products"].choices} <= set(by_code)


def test_nicotine_is_asked_for_from_2023_on() -> None:
    def products(day: dt.date) -> set[str]:
        found = (one for one in form_on(FormKind.BASIS, day).questions if one.code == "products")
        return set(next(found).choices)

    assert "pouches" not in products(dt.date(2022, 12, 31))
    assert {"pouches", "e_cigarette"} <= products(dt.date(2023, 1, 1))
    with pytest.raises(NoEdition):
        form_on(FormKind.BASIS, dt.date(2017, 12, 31))
    with pytest.raises(NoEdition):
        edition(FormKind.BASIS, dt.date(2023, 1, 2))


@pytest.mark.parametrize(
    ("born", "kind"),
    [
        (None, FormKind.BASIS),
        (dt.date(2000, 11, 22), FormKind.BASIS),  # 26 today
        (dt.date(2000, 11, 23), FormKind.YOUTH),  # 25 until tomorrow
        (dt.date(2012, 1, 1), FormKind.YOUTH),
        (dt.date(1960, 1, 1), FormKind.BASIS),
        (dt.date(2000, 2, 29), FormKind.BASIS),
    ],
)
def test_who_has_not_turned_26_fills_in_the_form_for_the_young(
    born: dt.date | None, kind: FormKind
) -> None:
    assert which_form(born, ON) is kind


def basis() -> Form:
    return form_on(FormKind.BASIS, ON)


def question(code: str) -> Any:
    return next(one for one in basis().questions if one.code == code)


@pytest.mark.parametrize(
    ("code", "given", "answer"),
    [
        ("sex", ["female"], "female"),
        ("sex", [""], None),
        ("sex", [], None),
        ("products", ["pouches", "cigarettes", "pouches"], ["cigarettes", "pouches"]),
        ("smokers_at_home", ["none"], ["none"]),
        ("age_at_start", [" 14 "], 14),
        ("age_at_start", ["١٤"], 14),
        ("attempts", ["0"], 0),
        ("birth_year", ["1985"], 1985),
        ("heard_other", ["  Min \u202e nabo\x00 \n siger "], "Min nabo siger"),
        ("heard_other", ["\u202e\x00"], None),
        ("partner", ["no"], "no"),
    ],
)
def test_an_answer_is_kept_as_it_was_meant(code: str, given: list[str], answer: Any) -> None:
    assert read(question(code), given, on=ON) == answer


@pytest.mark.parametrize(
    ("code", "given", "fault"),
    [
        ("sex", ["FEMALE"], Fault.CHOICE),
        ("sex", ["'; drop table"], Fault.CHOICE),
        ("products", ["cigarettes", "heroin"], Fault.CHOICE),
        ("smokers_at_home", ["none", "partner"], Fault.ALONE),
        ("age_at_start", ["4"], Fault.RANGE),
        ("age_at_start", ["111"], Fault.RANGE),
        ("age_at_start", ["-14"], Fault.NUMBER),
        ("age_at_start", ["14,5"], Fault.NUMBER),
        ("age_at_start", ["1" * 4000], Fault.NUMBER),
        ("age_at_start", ["1e1"], Fault.NUMBER),
        ("birth_year", ["85"], Fault.YEAR),
        ("birth_year", ["2027"], Fault.YEAR),
        ("birth_year", ["1899"], Fault.YEAR),
        ("birth_year", ["femogfirs"], Fault.YEAR),
        ("heard_other", ["x" * 201], Fault.TOO_LONG),
        ("partner", ["maybe"], Fault.CHOICE),
    ],
)
def test_an_answer_that_cannot_be_says_why(code: str, given: list[str], fault: Fault) -> None:
    with pytest.raises(Wrong) as wrong:
        read(question(code), given, on=ON)
    assert (wrong.value.code, wrong.value.fault) == (code, fault)
    for language in LANGUAGES.values():
        words = answering.fault_words(question(code), fault, language.words["form"]["errors"])
        assert words
        assert "{" not in words


def test_a_question_that_is_not_in_the_form_is_refused() -> None:
    with pytest.raises(Wrong) as wrong:
        checked(basis(), {"shoe_size": "42"}, on=ON)
    assert wrong.value.fault is Fault.QUESTION
    assert checked(basis(), {"sex": "male", "products": ["pipe"], "years": 0}, on=ON) == {
        "sex": "male",
        "products": ["pipe"],
        "years": 0,
    }


def test_what_is_not_to_be_asked_is_not_missing() -> None:
    form = basis()
    none = completeness(form, {})
    assert none.answered == 0
    assert none.percent == 0
    assert "longest" not in {one.code for one in none.missing}
    tried = completeness(form, {"attempts": 2})
    assert {"longest", "help"} <= {one.code for one in tried.missing}
    never = completeness(form, {"attempts": 0})
    assert never.needed == none.needed
    assert never.answered == 1


def test_an_answer_whose_question_falls_away_falls_with_it() -> None:
    form = basis()
    said: dict[str, Any] = {
        "attempts": 2,
        "longest": "week",
        "sex": "female",
        "pregnant": "no",
    }
    assert fitting(list(form.questions), said) == said
    changed = fitting(list(form.questions), {**said, "attempts": 0, "sex": "male"})
    assert changed == {"attempts": 0, "sex": "male"}


@pytest.mark.parametrize(("kind", "day"), EDITIONS)
def test_a_form_with_every_needed_answer_is_complete(kind: FormKind, day: dt.date) -> None:
    form, said = edition(kind, day), full(edition(kind, day))
    found = completeness(form, said)
    assert found.is_complete
    assert found.percent == 100
    assert found.answered == found.needed > 10
    last = next(one for one in reversed(list(form.questions)) if one.code in said and one.needed)
    less = completeness(form, {code: said[code] for code in said if code != last.code})
    assert [one.code for one in less.missing] == [last.code]
    assert less.percent < 100


def full(form: Form) -> dict[str, Any]:
    """An answer to each question that is to be asked and needed."""
    said: dict[str, Any] = {}
    for one in form.questions:
        if one.applies(said) and one.needed:
            first = next(iter(one.choices), "")
            by_kind = {Kind.MANY: [first], Kind.NUMBER: one.least, Kind.YEAR: 1990}
            said[one.code] = by_kind.get(one.kind, first)
    return said


def test_answers_are_held_against_each_other_part_by_part() -> None:
    parts = parts_of(basis(), {"products": ["pipe", "snus"], "years": 3})
    assert parts["products"] == ("pipe", "snus")
    assert parts["years"] == (3,)
    assert parts["sex"] == ()
    assert answering.answer_of(question("products"), parts["products"]) == ["pipe", "snus"]
    assert answering.answer_of(question("years"), (0,)) == 0
    assert answering.answer_of(question("sex"), ()) is None


def test_an_answer_is_said_in_words() -> None:
    assert question("products").said(["pipe", "snus"]) == "Pibe, Snus"
    assert question("years").said(12) == "12 år"
    assert question("sex").said("gone") == "gone"
    assert DANISH.words["form"]["questions"]["sex"] == question("sex").label
