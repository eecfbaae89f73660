"""STOPbasen's form as a counsellor fills it in, and the consents a host takes."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction

from courses.commands.agreed import agree, withdraw_agreement
from courses.commands.baseline import fill_form
from courses.models import Baseline, Enrolment, Tick
from courses.queries.agreed import agreed, agreements
from courses.queries.baseline import Filled, baseline, completeness_by_enrolment, form_of
from courses.queries.baseline import known_answers as known
from courses.queries.participant import participant, sees
from courses.queries.stopbase_forms import form_on
from courses.rules.answering import parts_of
from courses.states import FormKind, Item
from referrals.commands.consent import TEXT_VERSION
from referrals.commands.people import open_access
from referrals.models import Citizen, Consent, Interview, Use
from referrals.states import ConsentForm, ConsentKind, Ground, Known, Sex, Source
from roegfri.actor import Actor, acting
from roegfri.persons import cpr
from roegfri.refusal import Refusal
from roegfri.ui.differences import Collision
from tests import make
from tests.courses.test_stopbase_rules import full
from tests.courses.world import AT, Towns, coming, do, put, towns

pytestmark = pytest.mark.django_db
NUMBER = cpr.parse("251248-9996", on=AT.date())


@pytest.fixture
def world() -> tuple[Towns, Enrolment]:
    """A course that `a` holds; the case of who takes part is `b`'s."""
    where = towns()
    return where, put(coming(where.a), where.b)


@transaction.atomic
def seen(by: Actor, enrolment: Enrolment) -> Filled | None:
    with acting(by):
        return baseline(by, enrolment)


def answers(by: Actor, enrolment: Enrolment) -> Any:
    found = seen(by, enrolment)
    return found and dict(found.answers)


@transaction.atomic
def form(by: Actor, enrolment: Enrolment) -> Any:
    with acting(by):
        return form_of(
            by,
            participant(by, enrolment.pk).enrolment,
            Baseline.objects.filter(pk=enrolment.pk).first(),
        )


def fill(by: Actor, enrolment: Enrolment, said: dict[str, Any], **given: Any) -> Any:
    """Somebody writes these answers in a form she has just opened."""
    shown = form(by, enrolment)
    was = seen(by, enrolment)
    before = parts_of(shown, was.answers if was else {})
    parts = {code: tuple(v) if isinstance(v, list) else (v,) for code, v in said.items()}
    return do(by, fill_form, enrolment, **{"changes": parts, "seen": before, **given})


@transaction.atomic
def is_ticked(enrolment: Enrolment) -> bool:
    with acting(make.SYSTEM):
        return Tick.objects.filter(enrolment=enrolment, item=Item.FORM).exists()


@transaction.atomic
def stored(enrolment: Enrolment) -> Baseline:
    with acting(make.SYSTEM):
        return Baseline.objects.get(pk=enrolment.pk)


def yes(by: Actor, enrolment: Enrolment, **given: Any) -> Any:
    usual = {"kind": ConsentKind.STOPBASE, "form": ConsentForm.ORAL}
    with transaction.atomic(), acting(by):
        row = participant(by, enrolment.pk).enrolment
    return do(by, agree, row, **{**usual, **given})


@transaction.atomic
def held(by: Actor, enrolment: Enrolment) -> frozenset[ConsentKind]:
    with acting(by):
        return agreed(by, [enrolment.pk]).get(enrolment.pk, frozenset())


def test_host_and_handler_fill_in_the_same_form(world: tuple[Towns, Enrolment]) -> None:
    where, hers = world
    assert seen(where.a, hers) is None
    fill(where.a, hers, {"sex": "female", "attempts": 0})
    fill(where.b, hers, {"partner": "yes"})
    assert answers(where.a, hers) == {"sex": "female", "attempts": 0, "partner": "yes"}
    assert not is_ticked(hers)


def test_a_whole_form_ticks_the_checklist_and_half_a_one_unticks_it(
    world: tuple[Towns, Enrolment],
) -> None:
    where, hers = world
    said = full(form(where.a, hers))
    last = said.popitem()
    fill(where.a, hers, said)
    assert not is_ticked(hers)
    fill(where.a, hers, dict([last]))
    assert is_ticked(hers)
    with transaction.atomic(), acting(where.b):
        course = participant(where.b, hers.pk).enrolment.course
        found = completeness_by_enrolment(where.b, course)[hers.pk]
    assert found.is_complete
    do(where.b, fill_form, hers, changes={last[0]: ()}, seen={last[0]: _part(last[1])})
    assert not is_ticked(hers)


def _part(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list) else (value,)


def test_who_neither_holds_the_course_nor_has_the_case_sees_nothing(
    world: tuple[Towns, Enrolment],
) -> None:
    where, hers = world
    fill(where.a, hers, {"sex": "female"})
    outsider = towns().a
    assert seen(outsider, hers) is None
    with pytest.raises(Refusal):
        do(outsider, fill_form, hers, changes={"sex": ("male",)}, seen={})
    assert stored(hers).answers == {"sex": "female"}


def test_where_she_lives_does_not_see_it(world: tuple[Towns, Enrolment]) -> None:
    where, hers = world
    fill(where.a, hers, {"sex": "female"})
    home = make.actor(make.grant(organisation=make.municipality()))
    with transaction.atomic(), acting(make.SYSTEM):
        on = AT.date()
        open_access(hers.citizen_id, home.organisation_id, Ground.HOME, hers.pk, on)  # type: ignore[arg-type]
    with transaction.atomic(), acting(home):
        assert sees(home, hers)
        assert baseline(home, hers) is None
        assert Baseline.objects.count() == 0
    with pytest.raises(Refusal):
        do(home, fill_form, hers, changes={"sex": ("male",)}, seen={})


def test_two_who_write_the_same_are_told_and_nothing_is_saved(
    world: tuple[Towns, Enrolment],
) -> None:
    where, hers = world
    fill(where.a, hers, {"sex": "female", "years": 10})
    old = {"sex": ("female",), "years": (10,), "partner": ()}
    fill(where.b, hers, {"years": 20})
    mine = {"years": (12,), "sex": ("female",), "partner": ("no",)}
    with pytest.raises(Collision) as both:
        do(where.a, fill_form, hers, changes=mine, seen=old)
    assert [(one.name, one.theirs, one.mine) for one in both.value.conflicts] == [
        ("years", (20,), (12,))
    ]
    assert answers(where.a, hers) == {"sex": "female", "years": 20}
    kept = {"years": (10,), "sex": ("female",), "partner": ("no",)}
    do(where.a, fill_form, hers, changes=kept, seen=old)
    assert answers(where.a, hers) == {"sex": "female", "years": 20, "partner": "no"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"shoe_size": ("42",)}, "shoe_size"),
        ({"sex": ("FEMALE",)}, "sex"),
        ({"years": (101,)}, "years"),
        ({"products": ("cigarettes", "heroin")}, "products"),
        ({"smokers_at_home": ("none", "children")}, "smokers_at_home"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_at_its_field(
    world: tuple[Towns, Enrolment], changes: dict[str, Any], field: str
) -> None:
    where, hers = world
    with pytest.raises(Refusal) as refused:
        do(where.a, fill_form, hers, changes=changes, seen={})
    assert refused.value.field == field
    assert "{" not in str(refused.value)
    assert seen(where.a, hers) is None


def test_the_other_form_keeps_what_both_ask_and_forgets_nothing(
    world: tuple[Towns, Enrolment],
) -> None:
    where, hers = world
    fill(where.a, hers, {"sex": "female", "partner": "yes"})
    do(where.a, fill_form, hers, changes={"how_often": ("daily",)}, seen={}, kind=FormKind.YOUTH)
    assert answers(where.a, hers) == {"sex": "female", "how_often": "daily"}
    do(where.a, fill_form, hers, changes={}, seen={}, kind=FormKind.BASIS)
    assert answers(where.a, hers) == {"sex": "female", "partner": "yes"}


def test_what_the_citizen_answered_otherwise_is_confirmed_by_saving(
    world: tuple[Towns, Enrolment],
) -> None:
    where, hers = world
    make.baseline(hers, where.a, answers={"years": 20, "sex": "male"}, replaced={"years": 3})
    fill(where.a, hers, {"sex": "male"})
    assert stored(hers).replaced == {"years": 3}
    fill(where.a, hers, {"sex": "male"}, confirmed=["years"])
    assert stored(hers).replaced == {}
    assert stored(hers).answers["years"] == 20


def test_what_is_known_already_is_offered_to_whoever_may_know_it() -> None:
    where = towns()
    case = make.referral(where.b, source=Source.PRACTICE)
    with transaction.atomic(), acting(where.b):
        said = Interview.objects.create(
            referral=case, at=AT, by_id=where.b.person, pregnant=Known.NO
        )
        Use.objects.create(interview=said, product="cigarettes", amount=20)
        Use.objects.create(interview=said, product="pouches", amount=4)
    with transaction.atomic(), acting(make.SYSTEM):
        Citizen.objects.filter(pk=case.citizen_id).update(sex=Sex.FEMALE)
        born = Citizen.objects.get(pk=case.citizen_id).birth_date
    hers = put(coming(where.a), where.b, case)
    of_her: dict[str, Any] = {"sex": "female"}
    if born:
        of_her["birth_year"] = born.year
    by_handler = known_to(where.b, hers)
    assert by_handler == {
        **of_her,
        "pregnant": "no",
        "products": ["cigarettes", "pouches"],
        "amount_cigarettes": 20,
        "amount_pouches": 4,
        "heard": "practice",
    }
    assert known_to(where.a, hers) == of_her
    assert seen(where.a, hers) is None


@transaction.atomic
def known_to(by: Actor, enrolment: Enrolment) -> Any:
    with acting(by):
        row = participant(by, enrolment.pk).enrolment
        return known(by, row, form_on(FormKind.BASIS, dt.date(2026, 3, 2)))


# ---- what she agrees to ---------------------------------------------------------------------


@pytest.mark.parametrize("who", ["a", "b"])
@pytest.mark.parametrize("kind", [ConsentKind.STOPBASE, ConsentKind.SMS, ConsentKind.FOLLOW_UP])
def test_host_and_handler_take_the_consents_of_a_course(
    world: tuple[Towns, Enrolment], who: str, kind: ConsentKind
) -> None:
    where, hers = world
    by = getattr(where, who)
    assert held(by, hers) == frozenset()
    given = yes(by, hers, kind=kind, form=ConsentForm.WRITTEN)
    assert (given.text_version, given.form, given.taken_by_id) == (
        TEXT_VERSION,
        ConsentForm.WRITTEN,
        by.person,
    )
    assert yes(by, hers, kind=kind).pk == given.pk
    assert held(where.a, hers) == held(where.b, hers) == {kind}
    withdraw(by, hers, kind)
    assert held(where.a, hers) == frozenset()
    with pytest.raises(Refusal):
        withdraw(by, hers, kind)
    assert yes(by, hers, kind=kind).pk != given.pk


@pytest.mark.parametrize("kind", [ConsentKind.DISCHARGE, ConsentKind.DISCHARGE_RESULT])
def test_those_of_the_letter_are_no_affair_of_a_course(
    world: tuple[Towns, Enrolment], kind: ConsentKind
) -> None:
    where, hers = world
    with pytest.raises(Refusal):
        yes(where.a, hers, kind=kind)
    with transaction.atomic(), acting(make.SYSTEM):
        Consent.objects.create(
            citizen_id=hers.citizen_id,
            kind=kind,
            form="oral",
            text_version=TEXT_VERSION,
            given_at=AT,
            taken_by_id=where.b.person,
        )
    assert held(where.a, hers) == frozenset()
    assert held(where.b, hers) == {kind}
    with transaction.atomic(), acting(where.b):
        assert agreements(where.b, participant(where.b, hers.pk).enrolment) == []


def test_nobody_else_takes_them(world: tuple[Towns, Enrolment]) -> None:
    _where, hers = world
    outsider = towns().a
    with transaction.atomic(), acting(make.SYSTEM):
        row = Enrolment.objects.select_related("citizen", "course").get(pk=hers.pk)
    with pytest.raises(Refusal):
        do(outsider, agree, row, ConsentKind.SMS, form=ConsentForm.ORAL)
    assert rows_of_consents() == 0


@pytest.mark.parametrize("who", ["a", "b"])
def test_the_youngest_need_a_parent(world: tuple[Towns, Enrolment], who: str) -> None:
    where, hers = world
    with transaction.atomic(), acting(make.SYSTEM):
        Citizen.objects.filter(pk=hers.citizen_id).update(birth_date=dt.date(2011, 3, 3))
    by = getattr(where, who)
    with pytest.raises(Refusal) as refused:
        yes(by, hers)
    assert refused.value.field == "guardian_agreed"
    assert "15 år" in str(refused.value)
    assert yes(by, hers, guardian_agreed=True)


# ---- her CPR number ---------------------------------------------------------------------


def test_her_number_is_kept_sealed_while_she_agrees(world: tuple[Towns, Enrolment]) -> None:
    where, hers = world
    with pytest.raises(Refusal) as refused:
        fill(where.a, hers, {}, number=NUMBER)
    assert refused.value.field == "number"
    yes(where.a, hers)
    fill(where.a, hers, {}, number=NUMBER)
    assert stored(hers).number == NUMBER.value
    assert NUMBER.value.encode() not in bytes(stored(hers).sealed_number or b"")
    found = seen(where.a, hers)
    assert found
    assert found.has_number
    withdraw(where.a, hers, ConsentKind.STOPBASE)
    assert stored(hers).number == ""


def test_a_number_of_another_birth_date_is_refused(world: tuple[Towns, Enrolment]) -> None:
    where, hers = world
    with transaction.atomic(), acting(make.SYSTEM):
        Citizen.objects.filter(pk=hers.citizen_id).update(birth_date=dt.date(1950, 1, 1))
    yes(where.b, hers)
    with pytest.raises(Refusal) as refused:
        fill(where.a, hers, {}, number=NUMBER)
    assert refused.value.field == "number"


@transaction.atomic
def rows_of_consents() -> int:
    with acting(make.SYSTEM):
        return Consent.objects.count()


def withdraw(by: Actor, enrolment: Enrolment, kind: ConsentKind) -> None:
    with transaction.atomic(), acting(by):
        row = participant(by, enrolment.pk).enrolment
    do(by, withdraw_agreement, row, kind)
