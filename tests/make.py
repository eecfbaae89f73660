"""Builders: one per model, sensible by default; a state beyond the first is reached by commands."""

import datetime as dt
import hashlib
import uuid
from itertools import count
from typing import Any

from django.db import connection, transaction

from courses.models import (
    Appointment,
    Baseline,
    Course,
    DischargeLetter,
    Ending,
    Enrolment,
    FormLink,
    Meeting,
    Task,
    Venue,
)
from courses.states import (
    CourseKind,
    CourseState,
    EnrolmentState,
    FormKind,
    LetterState,
    SmokeFree,
    TaskKind,
)
from referrals.commands.consent import give_consent
from referrals.commands.contact import log_call
from referrals.commands.details import Details
from referrals.commands.receive import receive_referral
from referrals.models import Consent, ContactAttempt, Cover, Referral
from referrals.states import Channel, ConsentForm, ConsentKind, Outcome, Source
from roegfri import clock
from roegfri.accounts import tokens
from roegfri.accounts.commands import create_token
from roegfri.accounts.models import Grant, Token, TokenPurpose, User
from roegfri.accounts.roles import GRANTS, Role
from roegfri.actor import Actor, Kind, acting, hosting, system
from roegfri.collaboration.models import Document, Edition
from roegfri.organisations import kinds
from roegfri.organisations.models import (
    Agreement,
    Membership,
    Municipality,
    Organisation,
    Region,
    Term,
)
from roegfri.persons import cpr

_number = count(1)
LONG_AGO = dt.date(2018, 1, 1)
# A Monday without holidays near it.
MONDAY = clock.danish_time(dt.date(2026, 3, 2), dt.time(9))
TERMS = {
    "contact_deadline_count": "2",
    "contact_deadline_unit": "workdays",
    "saturday_counts": "nej",
    "attempts_before_not_reached": "3",
    "minimum_age": "0",
    "guardian_age": "15",
    "own_consent_age": "15",
    "target_age": "16",
    "heavy_smoker_from": "15",
    "equivalent_pipe": "30",
    "equivalent_cigars": "50",
    "equivalent_snus": "10",
    "equivalent_e_cigarette": "50",
    "equivalent_pouches": "10",
    "group_minimum_meetings": "6",
    "two_counsellors_from": "13",
    "completed_from_meetings": "3",
    "stopbase_completed_percent": "75",
    "stopbase_completed_open_meetings": "4",
    "finish_course_days": "14",
    "contact_first_workdays": "3",
    "no_show_call_days": "7",
    "open_ends_after_months": "2",
    "letter_answer_days": "3",
    "quit_app_name": "E-kvit",
}


def agreement(**terms: str) -> Agreement:
    """An agreement with two workdays to call, unless told otherwise."""
    number = next(_number)
    made = Agreement.objects.create(
        name=f"Aftale {number}", slug=f"aftale-{number}", kind=kinds.Kind.AGREEMENT
    )
    Term.objects.bulk_create(
        Term(agreement=made, name=name, value=value, from_on=LONG_AGO)
        for name, value in {**TERMS, **terms}.items()
    )
    return made


def municipality(within: Agreement | None = None, **given: Any) -> Municipality:
    """A member of an agreement."""
    number = next(_number)
    region, _ = Region.objects.get_or_create(name="Region Prøve")
    usual = {
        "name": f"Kommune {number}",
        "kind": kinds.Kind.MUNICIPALITY,
        "code": f"{100 + number % 900}",
        "cvr": f"{10_000_000 + number}",
        "region": region,
    }
    made = Municipality.objects.create(**{**usual, **given})
    Membership.objects.create(
        agreement=within or agreement(),
        municipality=made,
        scope=kinds.Scope.CESSATION,
        from_on=LONG_AGO,
    )
    return made


def user(**given: Any) -> User:
    """A person without roles."""
    number = next(_number)
    usual = {"email": f"bruger{number}@example.test", "name": f"Bruger {number}"}
    return User.objects.create_user(**{**usual, **given})


def grant(
    role: Role = Role.COUNSELLOR,
    organisation: Organisation | None = None,
    person: User | None = None,
) -> Grant:
    """A role in force since long ago."""
    return Grant.objects.create(
        user=person or user(),
        role=role,
        organisation=organisation or municipality(),
        from_on=LONG_AGO,
    )


def actor(given: Grant | None = None) -> Actor:
    """Who acts under a grant."""
    under = given or grant()
    return Actor(
        Kind.PERSON,
        under.user.name,
        user_id=under.user.pk,
        grant_id=under.pk,
        role=under.role,
        organisation_id=under.organisation_id,
        organisation_name=under.organisation.name,
        rights=GRANTS[under.role],
    )


def token(
    organisation: Organisation | None = None,
    purpose: TokenPurpose = TokenPurpose.REFERRALS,
    **given: Any,
) -> tuple[Token, str]:
    """A key for another system that holds for a year, and its secret."""
    at = given.pop("at", clock.now())
    usual = {"name": "Integration", "expires_on": clock.danish_date(at) + dt.timedelta(days=365)}
    with acting(SYSTEM):
        return create_token(
            organisation or municipality(), purpose=purpose, by=SYSTEM, at=at, **{**usual, **given}
        )


def token_of(secret: str, at: dt.datetime) -> Token | None:
    """The key, if it opens anything at that instant."""
    shown = tokens.presented(secret, at)
    return shown.token if shown.standing is tokens.Standing.GOOD else None


def home(of: Actor) -> Municipality:
    """The municipality somebody acts for."""
    assert of.organisation_id
    return Municipality.objects.get(pk=of.organisation_id)


def details(**given: Any) -> Details:
    """What a general practice sends; `number` is a telephone number, `civil_number` text."""
    usual: dict[str, Any] = {
        "source": Source.PRACTICE,
        "channel": Channel.MEDCOM,
        "received_at": MONDAY,
        "given_names": "Nancy Ann",
        "surname": "Berggren",
        "phones": [(given.pop("number", "+4520123456"), "mobil")],
        "text": "Henvisning til rygestop",
    }
    if text := given.pop("civil_number", ""):
        usual["civil_number"] = cpr.parse(text, on=MONDAY.date())
    return Details(**{**usual, **given})


def referral(by: Actor | None = None, **given: Any) -> Referral:
    """A referral received on MONDAY by the municipality of `by`."""
    by = by or actor()
    with acting(by):
        return receive_referral(
            details(**given),
            handler=home(by),
            by=by,
            at=given.get("received_at", MONDAY),
        )


def call(
    referral: Referral,
    by: Actor,
    outcome: Outcome = Outcome.NO_ANSWER,
    at: dt.datetime = MONDAY,
    **given: Any,
) -> ContactAttempt:
    """A logged call."""
    once = given.pop("once", None) or uuid.uuid4()
    with acting(by):
        return log_call(referral, outcome=outcome, once=once, by=by, at=at, **given)


def cover(by: Actor, absent: uuid.UUID, on: dt.date) -> Cover:
    """`by` looks after the cases of a colleague for one day."""
    with acting(by):
        return Cover.objects.create(
            municipality=home(by),
            absent_id=absent,
            substitute_id=by.person,
            from_on=on,
            until_on=on,
        )


SYSTEM = system("test")


def venue(home: Municipality, **given: Any) -> Venue:
    """A place with one room."""
    usual = {
        "name": f"Sundhedshus {next(_number)}",
        "street": "Prøvevej 1",
        "postcode": "2650",
        "town": "Hvidovre",
    }
    with acting(hosting(SYSTEM, home.pk)):
        made = Venue.objects.create(municipality=home, **{**usual, **given})
        made.rooms.create(name="Lokale 1", seats=20)
    return made


def course(by: Actor, *, meetings: int = 0, first: dt.datetime = MONDAY, **given: Any) -> Course:
    """A published group course of whoever acts, with that many weekly meetings from `first`."""
    host = home(by)
    usual = {
        "host": host,
        "provider": host,
        "agreement": Agreement.objects.distinct().get(memberships__municipality=host),
        "kind": CourseKind.GROUP,
        "name": f"Hold {next(_number)}",
        "capacity": 12,
        "state": CourseState.PUBLISHED,
        "published_at": MONDAY,
        "state_since": MONDAY,
        "created_at": MONDAY,
        "created_by_id": by.person,
    }
    with acting(hosting(SYSTEM, host.pk)):
        made = Course.objects.create(**{**usual, **given})
        for week in range(meetings):
            meeting(made, first + dt.timedelta(weeks=week))
    return made


def meeting(of: Course, starts_at: dt.datetime, *, minutes: int = 120, **given: Any) -> Meeting:
    """A planned meeting."""
    usual = {
        "starts_at": starts_at,
        "ends_at": starts_at + dt.timedelta(minutes=minutes),
        "planned_at": starts_at,
        "state_since": MONDAY,
        "created_at": MONDAY,
    }
    with acting(hosting(SYSTEM, of.host_id)):
        return Meeting.objects.create(course=of, **{**usual, **given})


def enrolment(of: Course, case: Referral, by: Actor, **given: Any) -> Enrolment:
    """A participant as the door writes her, enrolled unless told otherwise."""
    usual = {
        "state": EnrolmentState.ENROLLED,
        "state_since": MONDAY,
        "enrolled_at": MONDAY,
        "created_at": MONDAY,
        "created_by_id": by.person,
    }
    made = Enrolment(course=of, citizen_id=case.citizen_id, referral=case, **{**usual, **given})
    with acting(by), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "select enrolment_open(%s, %s, %s, %s)",
            [made.pk, case.citizen_id, of.pk, MONDAY.date()],
        )
        made.home_id = cursor.fetchone()[0]
        made.save(force_insert=True)
    return made


def appointment(of: Enrolment, starts_at: dt.datetime, by: Actor) -> Meeting:
    """A meeting with one participant."""
    made = meeting(of.course, starts_at, minutes=45, appointment=True)
    with acting(by):
        Appointment.objects.create(meeting=made, enrolment=of)
    return made


def task(of: Enrolment, by: Actor, kind: TaskKind = TaskKind.MISSING) -> Task:
    """Something to do about a participant, in the municipality of whoever acts."""
    with acting(by):
        return Task.objects.create(
            organisation=home(by),
            kind=kind,
            course_id=of.course_id,
            enrolment=of,
            citizen_id=of.citizen_id,
            due_at=MONDAY,
            made_at=MONDAY,
        )


def consent(
    case: Referral, by: Actor, kind: ConsentKind = ConsentKind.STOPBASE, **given: Any
) -> Consent:
    """What the citizen of a case said yes to, aloud."""
    with acting(by):
        return give_consent(
            case.citizen, kind=kind, form=ConsentForm.ORAL, by=by, at=given.get("at", MONDAY)
        )


def ending(of: Enrolment, by: Actor, **given: Any) -> Ending:
    """How it ended for a participant: smoke-free, unless told otherwise."""
    usual = {"smoke_free": SmokeFree.YES, "at": MONDAY, "by_id": by.person}
    with acting(by):
        return Ending.objects.create(enrolment=of, **{**usual, **given})


def baseline(of: Enrolment, by: Actor, **given: Any) -> Baseline:
    """STOPbasen's form of a participant, with whatever answers."""
    usual = {
        "form": FormKind.BASIS,
        "edition": LONG_AGO,
        "answers": {},
        "at": MONDAY,
        "filled_by_id": by.person,
    }
    with acting(by):
        return Baseline.objects.create(enrolment=of, **{**usual, **given})


def form_link(of: Enrolment, by: Actor, **given: Any) -> FormLink:
    """A link to the form that is open for 14 days."""
    usual = {
        "digest": uuid.uuid4().bytes * 2,
        "form": FormKind.BASIS,
        "edition": LONG_AGO,
        "made_at": MONDAY,
        "made_by_id": by.person,
        "expires_at": MONDAY + dt.timedelta(days=14),
    }
    with acting(by):
        return FormLink.objects.create(enrolment=of, **{**usual, **given})


def edition(owner: Organisation, **given: Any) -> Edition:
    """A document of an organisation, in an edition that holds since long ago."""
    body = given.pop("body", b"En guide")
    keeper = user()
    usual = {
        "name": "1. udgave",
        "from_on": LONG_AGO,
        "filename": "guide.txt",
        "content_type": "text/plain",
        "body": body,
        "size": len(body),
        "sha256": hashlib.sha256(body).digest(),
        "at": MONDAY,
        "by": keeper,
    }
    with acting(SYSTEM):
        title = f"Guide {next(_number)}"
        document = given.pop("document", None) or Document.objects.create(
            owner=owner, title=title, made_at=MONDAY, made_by=keeper
        )
        return Edition.objects.create(document=document, **{**usual, **given})


def letter(of: Enrolment, by: Actor, agreed: Consent, **given: Any) -> DischargeLetter:
    """A letter on paper, by whoever handles the case."""
    usual = {
        "receiver_name": "Lægehuset",
        "text": "Har deltaget.",
        "episode": uuid.uuid4().hex[:14].upper(),
        "envelope": uuid.uuid4().hex[:14].upper(),
        "letter": uuid.uuid4().hex[:14].upper(),
        "state": LetterState.ON_PAPER,
        "state_since": MONDAY,
        "made_at": MONDAY,
        "made_by_id": by.person,
    }
    with acting(by):
        return DischargeLetter.objects.create(
            enrolment=of,
            referral_id=of.referral_id,
            organisation=home(by),
            consent=agreed,
            **{**usual, **given},
        )
