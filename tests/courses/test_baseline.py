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
from courses.queries.participant import participant
from courses.rules.answering import parts_of
from courses.states import FormKind, Item
from referrals.commands.consent import TEXT_VERSION, withdraw_consent
from referrals.models import Consent, Interview, Use
from referrals.states import ConsentForm, ConsentKind, Known, Sex, Source
from roegfri.actor import Actor, acting
from roegfri.persons import cpr
from roegfri.refusal import Refusal
from roegfri.ui.differences import Collision
from tests import make
from tests.courses.test_stopbase_rules import full
from tests.courses.world import AT, Towns, citizen, coming, do, put, towns

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
