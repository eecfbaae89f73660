"""At the end of a course, too, nobody waits in a circle for somebody who waits."""

import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection, transaction

from courses.commands.agreed import agree, live_agreements, withdraw_agreement
from courses.commands.books import locked_participant
from courses.commands.ending import Line, Result, end_participant, note_endings
from courses.commands.leaving import withdraw
from courses.commands.letters import send_letters
from courses.models import Course, Enrolment
from courses.states import CourseKind, WithdrawReason
from referrals.commands.consent import handled_person, live_consents, note_consent
from referrals.states import ConsentForm, ConsentKind
from roegfri.actor import Actor, acting
from roegfri.refusal import Refusal
from tests import make
from tests.courses.discharged import AFTER, draft, taken
from tests.courses.world import AT, Towns, coming, put, towns
from tests.threads import wait_until_blocked

pytestmark = pytest.mark.django_db(transaction=True)
Act = Callable[[], object]


def crossing(first: Act, then: Act, by: Actor, other: Act, of: Actor) -> list[str]:
    """What goes wrong when `other` begins between two acts of one transaction."""
    faults: list[BaseException] = []

    def in_turn(who: Actor, *acts: Act) -> None:
        try:
            with acting(who), transaction.atomic():
                for act in acts:
                    act()
        except Refusal:
            pass  # the other was first
        except OperationalError as fault:
            faults.append(fault)

    def beside() -> None:
        in_turn(of, other)
        connection.close()

    thread = threading.Thread(target=beside)
    in_turn(by, first, thread.start, wait_until_blocked, then)
    thread.join()
    return ["deadlock" if "deadlock" in str(one) else str(one) for one in faults]


@transaction.atomic
def with_course(enrolment: Enrolment) -> Enrolment:
    with acting(make.SYSTEM):
        rows = Enrolment.objects.select_related("course__host", "citizen")
        return rows.get(pk=enrolment.pk)


@pytest.mark.parametrize(("course_first", "wrong"), [(True, []), (False, ["deadlock"])])
def test_one_is_ended_with_her_outcome_while_a_colleague_withdraws_her(
    *, course_first: bool, wrong: list[str]
) -> None:
    """And the control: the outcome is saved, and so locked, before the course is."""
    a = towns().a
    course = coming(a, kind=CourseKind.OPEN)
    hers = with_course(put(course, a))
    ends: Course | None = hers.course if course_first else None
    line = Line(hers.pk, Result(smoke_free="yes"), None)
    assert wrong == crossing(
        lambda: note_endings([line], ends=ends, by=a, at=AT),
        lambda: end_participant(hers, by=a, at=AT),
        a,
        lambda: withdraw(hers, reason=WithdrawReason.OTHER, by=a, at=AT),
        a,
    )


@transaction.atomic
def agreeing() -> tuple[Towns, Enrolment]:
    """A course of `a`'s, and a participant whose case is `b`'s."""
    where = towns()
    case = make.referral(where.b)
    make.consent(case, where.b, ConsentKind.STOPBASE)
    return where, with_course(put(coming(where.a), where.b, case))


@pytest.mark.parametrize(("is_control", "wrong"), [(False, []), (True, ["deadlock"])])
def test_a_consent_is_taken_back_while_a_letter_is_sent(
    *, is_control: bool, wrong: list[str]
) -> None:
    """A letter locks the citizen, and then what she agreed to; the control, the other way about."""
    where, hers = agreeing()
    b = where.b

    def other() -> None:
        if is_control:
            list(live_agreements(hers, b))
        withdraw_agreement(hers, ConsentKind.STOPBASE, by=b, at=AT)

    assert wrong == crossing(
        lambda: handled_person(hers.citizen_id, b),
        lambda: list(live_consents(hers.citizen, b)),
        b,
        other,
        b,
    )


@pytest.mark.parametrize(("is_control", "wrong"), [(False, []), (True, ["deadlock"])])
def test_a_host_notes_a_consent_while_the_case_is_worked_on(
    *, is_control: bool, wrong: list[str]
) -> None:
    """Who writes that she agrees locks the citizen by it; the control, after her enrolment."""
    where, hers = agreeing()
    a, b = where.a, where.b
    said = {"kind": ConsentKind.SMS, "form": ConsentForm.ORAL, "by": a, "at": AT}

    def other() -> None:
        if is_control:
            locked_participant(hers, a)
            note_consent(hers.citizen_id, **said)  # type: ignore[arg-type]
        else:
            agree(hers, **said)  # type: ignore[arg-type]

    assert wrong == crossing(
        lambda: handled_person(hers.citizen_id, b), lambda: locked_participant(hers, b), b, other, a
    )


@pytest.mark.parametrize(("is_control", "wrong"), [(False, []), (True, ["deadlock"])])
def test_all_letters_of_a_course_are_sent_while_a_number_is_kept(
    *, is_control: bool, wrong: list[str]
) -> None:
    """A number is kept by what she agreed to, and then in her form; the control locks her
    enrolment before her consents."""
    here = taken()
    by, proposed = here.by, draft(here)

    def other() -> None:
        if is_control:
            locked_participant(here.enrolment, by)
        assert send_letters([proposed], by=by, at=AFTER) == {proposed: None}

    assert wrong == crossing(
        lambda: list(live_agreements(here.enrolment, by)),
        lambda: locked_participant(here.enrolment, by),
        by,
        other,
        by,
    )
