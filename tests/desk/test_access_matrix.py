"""Every address for every role: one's own, another municipality's, one whose access has ended.

An address without a row here fails. A row says who gets in, and what she is answered; whoever is
not named is answered 403, another's thing 404, a stranger is sent to sign in.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from courses.states import CourseState
from referrals.commands.consent import give_consent
from referrals.commands.inbox import Delivery, keep_message
from referrals.commands.merge import merge_citizens
from referrals.models import Consent, Cover, IncomingMessage, Referral, SentReferral
from referrals.states import ConsentForm, ConsentKind, InboxState
from roegfri.accounts.models import Grant, Token, User
from roegfri.accounts.roles import BELONGS_TO, Role
from roegfri.actor import acting, system
from roegfri.audit.models import AuditEvent
from roegfri.organisations.kinds import Kind
from roegfri.organisations.models import Agreement, Municipality, Organisation, Pharmacy, Practice
from tests import make

pytestmark = pytest.mark.django_db
TODAY = make.MONDAY + dt.timedelta(days=9)
# Stand in every row about a citizen: nobody who is refused may see one of them.
CANARIES = ("Kanariefugl", "2512489996", "251248", "20 12 34 56", "20123456", "Hemmelig tekst")
SIGN_IN = 302

ALL = frozenset(Role.values)
CASEWORK = frozenset({Role.COUNSELLOR, Role.COORDINATOR})
READS_AGREEMENTS = frozenset({Role.COORDINATOR, Role.FINANCE, Role.PROJECT_LEADER})
LEADER = frozenset({Role.PROJECT_LEADER})
FINANCE = frozenset({Role.FINANCE})
READS_COURSES = CASEWORK | LEADER
SECURITY = frozenset({Role.SECURITY})
COORDINATOR = frozenset({Role.COORDINATOR})
ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
SENDS = frozenset({Role.REFERRER, Role.PHARMACY})


NO_COURSE = {"course_pk": str(uuid.UUID(int=0))}


@dataclass(frozen=True)
class Row:
    """`of` names what the id in the address is of; a thing of another municipality is 404."""

    roles: frozenset[str]
    own: int = 200
    of: str = ""
    anonymous: int = SIGN_IN
    also: Mapping[str, int] = field(default_factory=dict)  # a role that is answered otherwise
    given: Mapping[str, str] = field(default_factory=dict)  # the rest of the address

    def answers(self, role: str, whose: str) -> int:
        if role in self.also:
            return self.also[role]
        if role not in self.roles:
            return 403
        return self.own if whose == "own" else 404


def open_to_all(signed_in: int, anonymous: int, **given: str) -> Row:
    return Row(ALL, own=signed_in, anonymous=anonymous, given=given)


NO_OBJECT = {"object_id": str(uuid.UUID(int=0))}
TERM, RATE = {"name": "contact_deadline_count"}, {"name": "participant"}
TABLE: dict[str, Row] = {
    # casework
    "desk:today": Row(ALL, own=302, also=dict.fromkeys(CASEWORK, 200)),
    "desk:search": Row(CASEWORK),
    "desk:marks": Row(CASEWORK, own=405),
    "desk:note": Row(CASEWORK, own=302, of="referral"),
    "desk:logged": Row(CASEWORK, of="attempt"),
    "desk:assign": Row(CASEWORK, of="referral"),
    "desk:assign_many": Row(CASEWORK),
    "desk:covers": Row(CASEWORK),
    "desk:end_cover": Row(CASEWORK, own=302, of="cover"),
    "desk:call": Row(CASEWORK, of="referral"),
    "desk:new_phone": Row(CASEWORK, of="referral"),
    "desk:take_over": Row(CASEWORK, own=302, of="referral"),
    "desk:let_go": Row(CASEWORK, own=302, of="referral"),
    "desk:hold": Row(CASEWORK, own=302, of="referral"),
    "desk:give_up": Row(CASEWORK, own=302, of="referral"),
    "desk:undo_call": Row(CASEWORK, own=302, of="attempt"),
    "desk:suggest": Row(CASEWORK, own=302, of="referral"),
    "desk:enrol_from_call": Row(CASEWORK, own=302, of="referral", given=NO_COURSE),
    "desk:find_course": Row(CASEWORK, of="referral"),
    "desk:enrol_case": Row(CASEWORK, own=302, of="referral", given=NO_COURSE),
    "desk:file": Row(CASEWORK, of="referral"),
    "desk:consent": Row(CASEWORK, of="referral"),
    "desk:withdraw": Row(CASEWORK, of="consent"),
    "desk:reveal": Row(CASEWORK, of="referral"),
    "desk:citizen": Row(CASEWORK, of="referral"),
    "desk:new_number_to_call": Row(CASEWORK, of="referral"),
    "desk:phone": Row(CASEWORK, own=302, of="phone"),
    "desk:remove_phone": Row(CASEWORK, of="phone"),
    "desk:new_civil_number": Row(CASEWORK, of="referral"),
    "desk:remove_number": Row(CASEWORK, of="number"),
    "desk:move": Row(CASEWORK, of="referral"),
    "desk:remove_home": Row(CASEWORK, of="home"),
    "desk:merge": Row(CASEWORK, of="referral"),
    "desk:unmerge": Row(CASEWORK, own=302, of="merge"),
    "desk:print": Row(CASEWORK, of="referral"),
    "desk:insight": Row(CASEWORK, of="referral"),
    "desk:close": Row(CASEWORK, of="referral"),
    "desk:reopen": Row(CASEWORK, of="referral"),
    "desk:give_on": Row(CASEWORK, of="referral"),
    "desk:to_quitline": Row(CASEWORK, of="referral"),
    "desk:quitline": Row(frozenset({Role.CALLER})),
    "desk:quitline_answer": Row(frozenset(), of="referral", also={Role.CALLER: 404}),
    "referrals:list": Row(CASEWORK),
    "referrals:filters": Row(CASEWORK),
    "referrals:filter": Row(CASEWORK, own=404, given={"pk": str(uuid.UUID(int=0))}),
    "referrals:new": Row(CASEWORK),
    "referrals:paste": Row(CASEWORK, own=302),
    "referrals:duplicates": Row(CASEWORK, own=302),
    "referrals:upload": Row(CASEWORK),
    "referrals:arrivals": Row(CASEWORK),
    "referrals:inbox": Row(CASEWORK),
    "referrals:message": Row(CASEWORK, of="message"),
    "referrals:message_file": Row(CASEWORK, of="message"),
    "referrals:message_again": Row(CASEWORK, own=302, of="message"),
    "referrals:message_retry": Row(CASEWORK, own=302, of="message"),
    "referrals:message_forward": Row(CASEWORK, own=302, of="message"),
    "referrals:message_add": Row(CASEWORK, own=302, of="message"),
    "referrals:message_answer": Row(CASEWORK, own=302, of="message"),
    "referrals:retry_many": Row(CASEWORK, own=302),
    "desk:deadlines": Row(CASEWORK),
    # courses: who reads one's own agreement's; planned by its coordinators
    "courses:course": Row(CASEWORK | LEADER, of="course"),
    "courses:meeting": Row(CASEWORK, of="meeting"),
    "courses:meeting_marks": Row(CASEWORK, own=302, of="meeting"),
    "courses:meeting_mark": Row(CASEWORK, own=302, of="meeting"),
    "courses:meeting_all": Row(CASEWORK, own=302, of="meeting"),
    "courses:meeting_close": Row(CASEWORK, own=302, of="meeting"),
    "courses:meeting_reopen": Row(CASEWORK, own=302, of="meeting"),
    "courses:walk_in": Row(CASEWORK, of="meeting"),
    "courses:attendance_list": Row(CASEWORK, of="meeting"),
    "courses:new": Row(COORDINATOR),
    "courses:edit": Row(COORDINATOR, of="course"),
    "courses:copy": Row(COORDINATOR, of="course"),
    "courses:publish": Row(COORDINATOR, own=302, of="draft"),
    "courses:unpublish": Row(COORDINATOR, own=302, of="draft"),
    "courses:ending": Row(CASEWORK, of="course"),
    "courses:finish": Row(CASEWORK, own=302, of="course"),
    "courses:participant_ending": Row(CASEWORK, of="enrolment"),
    "courses:reopen": Row(COORDINATOR, own=302, of="course"),
    "courses:flag": Row(COORDINATOR, own=302, of="course"),
    "courses:venues": Row(COORDINATOR),
    "courses:venue_new": Row(COORDINATOR),
    "courses:venue": Row(COORDINATOR, of="venue"),
    "courses:venue_room": Row(COORDINATOR, own=302, of="venue"),
    "courses:venue_close": Row(COORDINATOR, own=302, of="venue"),
    "courses:room": Row(COORDINATOR, own=302, of="room"),
    # courses: their meetings, and who holds them
    "courses:add_meeting": Row(CASEWORK, of="course"),
    "courses:move_meeting": Row(CASEWORK, of="meeting"),
    "courses:cancel_meeting": Row(CASEWORK, of="meeting"),
    "courses:restore_meeting": Row(CASEWORK, of="meeting"),
    "courses:staff_meeting": Row(CASEWORK, of="meeting"),
    "courses:staff_course": Row(CASEWORK, of="course"),
    "courses:cancel_course": Row(COORDINATOR, of="course"),
    "courses:qualifications": Row(COORDINATOR),
    # courses: who is enrolled
    "courses:enrol": Row(CASEWORK, of="course"),
    "courses:participant": Row(CASEWORK, of="enrolment"),
    "courses:change_participant": Row(CASEWORK, own=302, of="enrolment"),
    "courses:withdraw": Row(CASEWORK, of="enrolment"),
    "courses:take_back": Row(CASEWORK, own=302, of="enrolment"),
    "courses:transfer": Row(CASEWORK, of="enrolment"),
    "courses:promote": Row(CASEWORK, own=302, of="enrolment"),
    "courses:task": Row(CASEWORK, of="task"),
    "courses:point": Row(CASEWORK, own=302, of="enrolment"),
    "courses:appointment": Row(CASEWORK, of="enrolment"),
    # the shelf of documents
    "collaboration:documents": Row(CASEWORK | LEADER | FINANCE),
    "collaboration:document_new": Row(COORDINATOR | LEADER),
    "collaboration:document_edition": Row(
        COORDINATOR, of="document", also={Role.PROJECT_LEADER: 404}
    ),
    "collaboration:document_shelf": Row(
        COORDINATOR, own=302, of="document", also={Role.PROJECT_LEADER: 404}
    ),
    "collaboration:document_file": Row(
        CASEWORK | FINANCE, of="edition", also={Role.PROJECT_LEADER: 404}
    ),
    "courses:diplomas": Row(CASEWORK, of="course"),
    "courses:diplomas_pdf": Row(CASEWORK, own=302, of="course"),
    "courses:diploma_pdf": Row(CASEWORK, of="enrolment"),
    "courses:comers": Row(COORDINATOR | LEADER),
    # courses: letters to general practitioners
    "courses:letters": Row(CASEWORK, of="course"),
    "courses:letter": Row(CASEWORK, of="enrolment"),
    "courses:letter_paper": Row(CASEWORK, own=302, of="enrolment"),
    "courses:letter_consent": Row(CASEWORK, own=302, of="enrolment"),
    "courses:letter_no": Row(CASEWORK, own=302, of="enrolment"),
    "courses:letter_doctor": Row(CASEWORK, own=302, of="enrolment"),
    "courses:one_letter": Row(CASEWORK, of="letter"),
    "courses:letter_pdf": Row(CASEWORK, of="letter"),
    "courses:letter_stop": Row(CASEWORK, own=302, of="letter"),
    "courses:letter_correct": Row(CASEWORK, of="letter"),
    "courses:pack": Row(CASEWORK, of="course"),
    "courses:pack_numbers": Row(CASEWORK, own=302, of="course"),
    "courses:pack_mark": Row(CASEWORK, own=302, of="course"),
    "courses:pack_take_back": Row(CASEWORK, own=302, of="course"),
    "courses:pack_sheet": Row(CASEWORK, of="course"),
    # courses: their calendars, and the links to them
    "courses:list": Row(READS_COURSES),
    "courses:week": Row(READS_COURSES),
    "courses:month": Row(READS_COURSES),
    "courses:grid": Row(READS_COURSES),
    "courses:my_calendar": Row(CASEWORK),
    "courses:course_calendar": Row(CASEWORK, of="course"),
    "courses:calendar": open_to_all(404, 404, secret="x"),
    "courses:form": Row(CASEWORK, of="enrolment"),
    "courses:form_link": Row(CASEWORK, of="enrolment"),
    "courses:agreements": Row(CASEWORK, of="enrolment"),
    "courses:own_form": open_to_all(404, 404, secret="x"),
    "courses:own_form_part": open_to_all(404, 404, secret="x", part="you"),
    # the sender's own door
    "sending:list": Row(SENDS),
    # a colleague's own: only she sees it (tests/referrals/test_amending.py)
    "sending:one": Row(frozenset(), of="sent", also=dict.fromkeys(SENDS, 404)),
    "sending:new": Row(SENDS),
    "sending:around": Row(SENDS, own=302),
    # a coordinator's own people and closing days
    "desk:staff": Row(COORDINATOR),
    "desk:staff_invite": Row(COORDINATOR),
    "desk:staff_renew": Row(COORDINATOR, of="grant"),
    "desk:staff_end": Row(COORDINATOR, of="grant"),
    "desk:staff_keep": Row(COORDINATOR, of="grant"),
    "desk:closing_days": Row(COORDINATOR),
    "public:texts": Row(COORDINATOR),
    "public:text": Row(COORDINATOR, given={"code": "tr"}),
    "desk:closing_day_remove": Row(COORDINATOR, of="closing_day"),
    "desk:tokens": Row(COORDINATOR | ADMINISTRATOR),
    "desk:token_new": Row(COORDINATOR | ADMINISTRATOR),
    "desk:token_close": Row(COORDINATOR, of="token", also={Role.ADMINISTRATOR: 200}),
    # agreements
    "desk:agreements": Row(READS_AGREEMENTS, own=302),  # the only one is opened at once
    "desk:agreement": Row(READS_AGREEMENTS, of="agreement"),
    "desk:agreement_term": Row(READS_AGREEMENTS, of="agreement", given=TERM),
    "desk:agreement_rate": Row(READS_AGREEMENTS, of="agreement", given=RATE),
    "desk:agreement_add_term": Row(LEADER, of="agreement", given=TERM),
    "desk:agreement_add_rate": Row(LEADER, of="agreement", given=RATE),
    # the log
    "desk:log": Row(SECURITY),
    "desk:log_event": Row(SECURITY, of="event"),
    "desk:log_sample": Row(SECURITY),
    "desk:log_odd": Row(SECURITY),
    "desk:log_person": Row(SECURITY),
    # everybody
    "desk:organisation": Row(ALL),
    "accounts:profile": Row(ALL),
    "accounts:second_factor": Row(ALL),
    "accounts:switch": open_to_all(405, 405),
    "signup:choose": open_to_all(200, 200),
    # whatever municipality it is of, and whoever asks
    "signup:form": Row(ALL, of="place", anonymous=200, also=dict.fromkeys(ALL, 200)),
    "find:list": open_to_all(200, 200),
    "find:course": Row(ALL, of="course", anonymous=200, also=dict.fromkeys(ALL, 200)),
    "find:sign_up": Row(ALL, of="course", anonymous=200, also=dict.fromkeys(ALL, 200)),
    "find:calendar": open_to_all(404, 404, pk=str(uuid.UUID(int=0))),
    "embed:courses": open_to_all(200, 200),
    "desk:accessibility": open_to_all(200, 200),
    # other systems: a session opens nothing there
    "api:medcom": open_to_all(405, 405),
    "api:referrals": open_to_all(405, 405),
    "api:referral": open_to_all(401, 401, id=str(uuid.UUID(int=0))),
    "api:receipt": open_to_all(401, 401, id=str(uuid.UUID(int=0))),
    "api:courses": open_to_all(200, 200),
    "api:course": open_to_all(404, 404, id=str(uuid.UUID(int=0))),
    "api:openapi": open_to_all(200, 200),
    "api:docs": open_to_all(200, 200),
    "api:nothing": open_to_all(404, 404),
    "desk:was": open_to_all(302, 302),
    "desk:healthz": open_to_all(200, 200),
    "desk:readyz": open_to_all(503, 503),  # no worker in the tests
    "ui:language": open_to_all(405, 405),
    "ui:draft": open_to_all(405, 405),
    "ui:discard": open_to_all(405, 405),
    # sign-in (allauth), as somebody without a password and without a second factor
    "account_login": open_to_all(302, 200),
    "account_logout": open_to_all(200, 302),
    "account_inactive": open_to_all(200, 200),
    "account_reauthenticate": open_to_all(403, 302),
    "account_change_password": open_to_all(302, 302),
    "account_set_password": open_to_all(200, 302),
    "account_reset_password": open_to_all(200, 200),
    "account_reset_password_done": open_to_all(200, 200),
    "account_reset_password_from_key": open_to_all(200, 200, uidb36="x", key="y"),
    "account_reset_password_from_key_done": open_to_all(200, 200),
    "mfa_index": open_to_all(200, 302),
    "mfa_authenticate": open_to_all(302, 302),
    "mfa_reauthenticate": open_to_all(403, 302),
    "mfa_activate_totp": open_to_all(200, 302),
    "mfa_deactivate_totp": open_to_all(404, 302),
    "mfa_view_recovery_codes": open_to_all(404, 302),
    "mfa_generate_recovery_codes": open_to_all(200, 302),
    "mfa_download_recovery_codes": open_to_all(404, 302),
    "mfa_list_webauthn": open_to_all(200, 302),
    "mfa_add_webauthn": open_to_all(200, 302),
    "mfa_reauthenticate_webauthn": open_to_all(403, 302),
    "mfa_remove_webauthn": open_to_all(404, 302, pk="1"),
    "mfa_edit_webauthn": open_to_all(404, 302, pk="1"),
    "mfa_login_webauthn": open_to_all(302, 302),
    "socialaccount_login_cancelled": open_to_all(200, 200),
    "socialaccount_login_error": open_to_all(401, 401),
    "socialaccount_connections": open_to_all(200, 302),
    "openid_connect_login": open_to_all(404, 404, provider_id="x"),
    "openid_connect_callback": open_to_all(404, 404, provider_id="x"),
    "usersessions_list": open_to_all(200, 302),
    # administration: reference data, people and their roles
    "admin:index": Row(ADMINISTRATOR),
    "admin:jsi18n": Row(ADMINISTRATOR),
    "admin:app_list": Row(ADMINISTRATOR, given={"app_label": "accounts"}),
    # An object that is not there: no page of it, no history. What is referred to is never deleted.
    "admin:*_changelist": Row(ADMINISTRATOR),
    "admin:organisations_organisation_add": Row(frozenset()),
    "admin:*_add": Row(ADMINISTRATOR),
    "admin:*_process_import": Row(ADMINISTRATOR, own=405),
    "admin:*_import": Row(ADMINISTRATOR),
    "admin:*_export": Row(ADMINISTRATOR),
    "admin:*_change": Row(ADMINISTRATOR, own=302, given=NO_OBJECT),
    "admin:*_history": Row(ADMINISTRATOR, own=404, given=NO_OBJECT),
    "admin:*_delete": Row(frozenset(), given=NO_OBJECT),
}


def addresses() -> Iterator[str]:
    """The names of all addresses; where there is none, the address itself."""

    def leaves(
        patterns: Iterable[URLPattern | URLResolver], spaces: Sequence[str], above: str
    ) -> Iterator[str]:
        for pattern in patterns:
            here = above + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                inner = [*spaces, pattern.namespace] if pattern.namespace else spaces
                yield from leaves(pattern.url_patterns, inner, here)
            else:
                yield ":".join([*spaces, pattern.name]) if pattern.name else here

    yield from dict.fromkeys(leaves(get_resolver().url_patterns, (), ""))


def row_of(name: str) -> Row | None:
    return TABLE.get(name) or next((r for p, r in TABLE.items() if fnmatch(name, p)), None)


# Django's old addresses of an object: they lead to its page, behind the same guard.
UNNAMED_ADMIN = "administration/*/<path:object_id>/"
NAMED = [name for name in addresses() if not fnmatch(name, UNNAMED_ADMIN)]
PARTS = [
    name
    for name in NAMED
    if name.startswith(("desk:", "referrals:", "courses:", "sending:", "accounts:"))
]


# ---- the world -----------------------------------------------------------------------------------


@dataclass
class Town:
    """A municipality with one thing of each kind that an address can name."""

    municipality: Municipality
    agreement: Agreement
    things: dict[str, dict[str, uuid.UUID | int]]


def town(*, ended: bool = False) -> Town:
    agreement = make.agreement()
    by = make.actor(make.grant(organisation=make.municipality(agreement)))
    municipality = make.home(by)
    case = case_of(by, municipality)
    if ended:
        values = [case["referral"]["pk"], municipality.pk, TODAY.date() - dt.timedelta(days=1)]
        with acting(by), connection.cursor() as cursor:
            cursor.execute("select citizen_access_end(%s, %s, 'handling', %s)", values)
    return Town(municipality, agreement, case | {"agreement": {"pk": agreement.pk}})


def case_of(by: Any, municipality: Municipality) -> dict[str, dict[str, uuid.UUID | int]]:
    secrets = {"surname": "Kanariefugl", "text": "Hemmelig tekst", "civil_number": "2512489996"}
    referral = make.referral(by, home=municipality, **secrets)
    attempt = make.call(referral, by)
    with acting(by):
        consent = give_consent(
            referral.citizen,
            kind=ConsentKind.SMS,
            form=ConsentForm.ORAL,
            by=by,
            at=make.MONDAY,
        )
        receipt = keep_message(
            Delivery(b"<Emessage>Kanariefugl</Emessage>", "a.xml", make.MONDAY),
            inbox=municipality,
            state=InboxState.UNREADABLE,
            reason="Kan ikke læses",
            by=by,
            at=make.MONDAY,
        )
    return {
        "referral": {"pk": referral.pk},
        "sent": {"pk": sent_by_a_colleague(referral)},
        "consent": {"pk": referral.pk, "consent_pk": consent.pk},
        "attempt": {"pk": referral.pk, "attempt_pk": attempt.pk},
        "message": {"pk": receipt.message.pk},
        **rows_of(by, referral),
        "merge": {"pk": referral.pk, "merge_pk": merged_into(by, referral)},
        "grant": {"pk": make.grant(organisation=municipality).pk},
        "cover": {"pk": cover_at(municipality)},
        "token": {"pk": make.token(municipality)[0].pk},
        "place": {"code": int(municipality.code)},
        **course_of(by, referral),
        **document_of(municipality),
        "event": {"seq": line_of(by)},
        "closing_day": {"pk": municipality.closing_days.create(on=dt.date(2026, 12, 22)).pk},
    }


def course_of(by: Any, referral: Referral) -> dict[str, dict[str, uuid.UUID | int]]:
    """A course with a meeting ahead, a participant with an appointment, something to do; a draft,
    and where they meet."""
    course = make.course(by, meetings=2, first=TODAY + dt.timedelta(hours=1))
    enrolment = make.enrolment(course, referral, by)
    consent = make.consent(referral, by, ConsentKind.DISCHARGE)
    return {
        "course": {"pk": course.pk},
        "draft": {"pk": make.course(by, state=CourseState.DRAFT, published_at=None).pk},
        "meeting": {"pk": course.all_meetings.earliest("starts_at").pk},
        "enrolment": {"pk": enrolment.pk},
        "appointment": {"pk": make.appointment(enrolment, TODAY, by).pk},
        "task": {"pk": make.task(enrolment, by).pk},
        "letter": {"pk": make.letter(enrolment, by, consent).pk},
        "venue": {"pk": make.venue(course.host).pk},
        "room": {"pk": make.venue(course.host).rooms.get().pk},
    }


def document_of(municipality: Municipality) -> dict[str, dict[str, uuid.UUID | int]]:
    """A document of the municipality's own, with an edition in force."""
    edition = make.edition(municipality)
    return {"document": {"pk": edition.document_id}, "edition": {"pk": edition.pk}}


def sent_by_a_colleague(referral: Referral) -> uuid.UUID:
    with acting(make.SYSTEM):
        return SentReferral.objects.create(
            referral=referral,
            citizen_id=referral.citizen_id,
            organisation_id=referral.handler_id,
            receiver_id=referral.handler_id,
            name="Kanariefugl",
            at=make.MONDAY,
            contact_by=referral.contact_by,
        ).pk


def rows_of(by: Any, referral: Referral) -> dict[str, dict[str, uuid.UUID | int]]:
    """What is removed and ordered on the citizen's own page, each named by her case and itself."""
    citizen = referral.citizen
    with acting(by):
        found = {
            "phone": ("phone_pk", citizen.phones.get().pk),
            "number": ("number_pk", citizen.civil_numbers.get().pk),
            "home": ("residence_pk", citizen.residences.get().pk),
        }
    return {name: {"pk": referral.pk, key: pk} for name, (key, pk) in found.items()}


def line_of(by: Any) -> int:
    """A line of the log about one of the town's citizens."""
    with acting(system("tests")):
        lines = AuditEvent.objects.filter(organisation_id=by.organisation_id)
        return int(lines.latest("seq").seq)


def cover_at(municipality: Municipality) -> uuid.UUID:
    """Two colleagues, of whom one looks after the other's cases."""
    away, present = (make.grant(organisation=municipality).user for _ in range(2))
    days = {"from_on": TODAY.date(), "until_on": TODAY.date()}
    return Cover.objects.create(
        municipality=municipality, absent=away, substitute=present, **days
    ).pk


def merged_into(by: Any, referral: Referral) -> uuid.UUID:
    """A merge of another row into the citizen's."""
    other = make.referral(by, surname="Kanariefugl", number="+4531313131")
    with acting(by):
        ids = (referral.citizen_id, other.citizen_id)
        return merge_citizens(*ids, by=by, at=make.MONDAY).pk


def workplace(role: str, town: Town) -> Organisation:
    """An organisation that the role can be granted for, the town's own wherever it can."""
    kinds = BELONGS_TO[role]
    if Kind.MUNICIPALITY in kinds:
        return town.municipality
    if Kind.AGREEMENT in kinds:
        return town.agreement
    if Kind.PHARMACY in kinds:
        return Pharmacy.objects.create(
            kind=Kind.PHARMACY,
            name="Apotek",
            cvr="10000009",
            p_number=town.municipality.cvr,
            municipality=town.municipality,
        )
    return Organisation.objects.create(kind=next(iter(kinds)), name="Andet sted")


def signed_in(role: str, town: Town) -> Client:
    client = Client()
    client.force_login(make.grant(Role(role), workplace(role, town)).user)
    return client


@pytest.fixture(autouse=True)
def _world(settings: Any) -> Iterator[None]:
    settings.SECOND_FACTOR = False
    with time_machine.travel(TODAY, tick=False):
        yield


# ---- the matrix ----------------------------------------------------------------------------------


def test_every_address_has_a_row() -> None:
    assert [name for name in NAMED if row_of(name) is None] == []


def test_every_row_has_an_address() -> None:
    assert [p for p in TABLE if not any(fnmatch(name, p) for name in NAMED)] == []


def address(name: str, row: Row, town: Town) -> str:
    given = {**row.given, **town.things.get(row.of, {})}
    return reverse(name, kwargs=given or None)


def ask(client: Client, url: str, *, part: bool) -> HttpResponse:
    headers = {"HX-Request": "true"} if part else {}
    return client.get(url, headers=headers)  # type: ignore[return-value]


def told(response: Any) -> list[str]:
    """The canaries in an answer, its headers included."""
    text = response.content.decode(errors="replace") + str(dict(response.headers))
    return [canary for canary in CANARIES if canary in text]


# The only page that other sites may show inside theirs; it is the control of all the others.
FRAMED = {"embed:courses"}


def may_be_framed(response: Any) -> bool:
    """Whether another site may show it in a frame."""
    return "frame-ancestors 'none'" not in response["Content-Security-Policy"]


@pytest.mark.parametrize("role", sorted(ALL))
@pytest.mark.parametrize("part", [False, True], ids=["page", "part"])
def test_what_a_role_is_answered(role: str, *, part: bool) -> None:
    own = town()
    towns = {"own": own, "other": town(), "ended": town(ended=True)}
    client = signed_in(role, own)
    signed = {"own": client, "other": client}
    # Access that has ended is the municipality's own, so its people ask.
    signed["ended"] = signed_in(role, towns["ended"])
    wrong = []
    for name in PARTS if part else NAMED:
        row = row_of(name)
        assert row is not None
        for whose in ("own", "other", "ended") if row.of else ("own",):
            if whose == "ended" and row.of not in {"referral", "consent"}:
                continue
            response = ask(signed[whose], address(name, row, towns[whose]), part=part)
            expected = row.answers(role, whose)
            if response.status_code != expected:
                wrong.append(f"{name}, {whose}: {response.status_code}, not {expected}")
            if may_be_framed(response) is not (name in FRAMED):
                wrong.append(f"{name}, {whose}: the frames it may be shown in")
            if (expected in {403, 404} or role not in CASEWORK) and told(response):
                wrong.append(f"{name}, {whose}: tells {told(response)}")
    assert not wrong, "\n".join(wrong)


def test_what_a_stranger_is_answered() -> None:
    here = town()
    wrong = []
    for name in NAMED:
        row = row_of(name)
        assert row is not None
        response = Client().get(address(name, row, here))
        if response.status_code != row.anonymous:
            wrong.append(f"{name}: {response.status_code}, not {row.anonymous}")
        if may_be_framed(response) is not (name in FRAMED):
            wrong.append(f"{name}: the frames it may be shown in")
        if told(response):
            wrong.append(f"{name}: tells {told(response)}")
        if row.anonymous == SIGN_IN and name.startswith(
            ("desk:", "referrals:", "sending:", "admin:")
        ):
            there = response.headers["Location"]
            if not there.startswith(("/konto/login/?next=", "/tilgaengelighed/")):
                wrong.append(f"{name}: sent to {there}")
    assert not wrong, "\n".join(wrong)


def test_a_part_of_a_page_is_told_where_a_stranger_signs_in() -> None:
    for name in ("desk:today", "referrals:list", "desk:log"):
        response = Client().get(reverse(name), headers={"HX-Request": "true"})
        assert (response.status_code, response.content) == (401, b"")
        assert response.headers["HX-Redirect"].startswith("/konto/login/?next=")


def test_control_the_canaries_sing_for_those_who_may_hear() -> None:
    own = town()
    client = signed_in(Role.COUNSELLOR, own)
    page = client.get(reverse("desk:file", kwargs=own.things["referral"]))
    assert {"Kanariefugl", "Hemmelig tekst"} <= set(told(page))


# ---- changes -------------------------------------------------------------------------------------

ONCE = str(uuid.UUID(int=7))
POSTS: dict[str, dict[str, str]] = {
    "desk:call": {"outcome": "no_answer", "once": ONCE, "note": ""},
    "desk:new_phone": {"phone": "30 30 30 30"},
    "desk:take_over": {"sure": "on"},
    "desk:let_go": {"sure": "on"},
    "desk:hold": {"sure": "on"},
    "desk:give_up": {"sure": "on"},
    "desk:undo_call": {"sure": "on"},
    "desk:suggest": {"times": "3-ev"},
    "desk:enrol_from_call": {"once": ONCE, "when_full": "wait"},
    "desk:enrol_case": {"once": ONCE, "when_full": "wait"},
    "desk:note": {"outcome": "voicemail", "once": str(uuid.UUID(int=8))},
    "desk:logged": {"sure": "on"},
    "desk:assign": {"to": str(uuid.UUID(int=0))},
    "desk:end_cover": {"sure": "on"},
    "desk:new_number_to_call": {"phone": "40 40 40 40"},
    "desk:phone": {"act": "wrong"},
    "desk:remove_phone": {"sure": "on"},
    "desk:new_civil_number": {"number": "2509479989"},
    "desk:remove_number": {"sure": "on"},
    "desk:remove_home": {"sure": "on"},
    "desk:citizen": {"surname": "Rettet"},
    "desk:move": {"from_on": "2026-03-01"},
    "desk:reveal": {"what": "number"},
    "desk:merge": {"written": "31313131", "why": "Samme navn", "step": "find"},
    "desk:unmerge": {"sure": "on"},
    "desk:print": {"number": "on"},
    "desk:insight": {"sure": "on"},
    "sending:one": {"phone": "30 30 30 30", "text": "Rettelse"},
    "courses:meeting": {"once": ONCE},
    "courses:meeting_marks": {"once": ONCE},
    "courses:meeting_mark": {"once": ONCE, "seen": "0"},
    "courses:meeting_all": {"once": ONCE},
    "courses:meeting_close": {"once": ONCE, "anyway": "1"},
    "courses:meeting_reopen": {"sure": "on"},
    "courses:walk_in": {"name": "Ib Holm", "once": ONCE},
    "desk:consent": {"kind": "stopbase", "form": "oral"},
    "desk:withdraw": {"sure": "on"},
    "desk:give_on": {"to": str(uuid.UUID(int=0))},
    "desk:to_quitline": {"note": "Efter kl. 16"},
    "desk:quitline_answer": {"result": "talked"},
    "desk:close": {"reason": "mistake", "stays": "on"},
    "desk:reopen": {"why": "Ringede selv"},
    "referrals:message": {"note": "Ringet til afsenderen"},
    "referrals:message_again": {"sure": "on"},
    "referrals:message_retry": {"sure": "on"},
    "referrals:message_forward": {"to": str(uuid.UUID(int=0))},
    "referrals:message_add": {"referral": str(uuid.UUID(int=0))},
    "referrals:message_answer": {"reason": "Kan ikke læses"},
    "desk:file": {"because": "Jeg vil se det", "reason": "1"},
    "desk:staff_renew": {"sure": "on"},
    "desk:staff_end": {"from_on": "2026-12-01"},
    "desk:staff_keep": {"sure": "on"},
    "desk:closing_day_remove": {"sure": "on"},
    "desk:token_close": {"sure": "on"},
    "desk:agreement_add_term": {"value": "3", "from_on": "2027-01-01"},
    "desk:agreement_add_rate": {"amount": "1,00", "from_on": "2027-01-01"},
    "courses:enrol": {"q": "Kanariefugl"},
    "courses:change_participant": {"planned_quit_on": "2026-03-20", "note": "Ny"},
    # before she is withdrawn, which drops it
    "courses:task": {"result": "done"},
    "courses:withdraw": {"reason": "illness"},
    "courses:take_back": {},
    # tests/courses/test_form_pages.py sends the form itself
    "courses:form": {},
    "courses:form_link": {"act": "make"},
    "courses:agreements": {"act": "give", "kind": "sms", "form": "oral"},
    # tests/courses/test_letter_pages.py sends those that change something
    "courses:letters": {},
    "courses:letter": {"text": "Har deltaget.", "once": ONCE},
    "courses:letter_paper": {"text": "Har deltaget.", "once": ONCE},
    "courses:letter_consent": {"kind": "discharge_result", "form": "oral"},
    "courses:letter_no": {"kind": "discharge"},
    "courses:letter_doctor": {"practice": "900004"},
    "courses:letter_stop": {"sure": "on"},
    "courses:letter_correct": {"text": "Har deltaget.", "once": ONCE},
    "courses:transfer": {"to": str(uuid.UUID(int=0))},
    "courses:promote": {},
    "collaboration:document_edition": {"name": "2. udgave", "from_on": "2026-03-01"},
    "collaboration:document_shelf": {"to": "down"},
    "courses:diplomas": {"who": str(uuid.UUID(int=0))},
    "courses:diplomas_pdf": {"who": str(uuid.UUID(int=0))},
    "courses:diploma_pdf": {},
    "courses:point": {"item": "diploma", "done": "ja"},
    "courses:appointment": {"starts_0": "2026-05-05", "starts_1": "09:00"},
    # tests/courses/test_pack.py sends those that change something
    "courses:pack_numbers": {"reason": "Indtastning"},
    "courses:pack_mark": {"typed": f"{ONCE}:00"},
    "courses:pack_take_back": {"enrolment": ONCE},
    "courses:edit": {"name": "Rettet", "capacity": "5"},
    "courses:copy": {"act": "draft", "name": "Kopi", "kind": "individual", "capacity": "5"},
    "courses:publish": {},
    "courses:unpublish": {},
    "courses:ending": {},
    "courses:finish": {},
    "courses:participant_ending": {},
    "courses:reopen": {},
    "courses:flag": {"flag": "rsiden"},
    "courses:venue": {"name": "Et andet navn"},
    "courses:venue_room": {"name": "Lokale 9"},
    "courses:venue_close": {},
    "courses:room": {"name": "Lokale 8"},
    "courses:course_calendar": {"act": "make"},
    "courses:add_meeting": {
        "on": "2026-08-04",
        "starts": "10:00",
        "ends": "12:00",
        "form": "in_person",
    },
    "courses:move_meeting": {
        "on": "2026-08-05",
        "starts": "10:00",
        "ends": "12:00",
        "form": "in_person",
        "seen": "0",
    },
    "courses:cancel_meeting": {"reason": "Sygdom"},
    "courses:restore_meeting": {"sure": "on"},
    "courses:staff_meeting": {"act": "put", "counsellor": str(uuid.UUID(int=0))},
    "courses:staff_course": {"act": "put", "counsellor": str(uuid.UUID(int=0))},
    "courses:cancel_course": {"reason": "For få"},
}


# What is shown and changes nothing, and forms that say more; tests/desk/test_file.py,
# test_citizen_page.py, test_papers.py, test_calls.py and tests/referrals/test_inbox.py send those,
# and tests/courses/test_participants.py.
NEED_MORE = {
    "courses:form",
    "courses:form_link",
    "courses:own_form",
    "courses:own_form_part",
    "courses:letters",
    "courses:letter",
    "courses:letter_paper",
    "courses:letter_doctor",
    "courses:letter_stop",
    "courses:letter_correct",
    "courses:pack_numbers",
    "courses:pack_mark",
    "courses:pack_take_back",
    "courses:meeting",
    "courses:meeting_marks",
    "courses:meeting_mark",
    "courses:meeting_close",
    "courses:meeting_reopen",
    "desk:suggest",
    "desk:enrol_from_call",
    "desk:enrol_case",
    "desk:give_on",
    "desk:to_quitline",
    "desk:reopen",
    "desk:logged",
    "desk:assign",
    "desk:end_cover",
    "desk:hold",
    "desk:give_up",
    "desk:undo_call",
    "desk:file",
    "desk:merge",
    "desk:citizen",
    "desk:move",
    "desk:reveal",
    "desk:print",
    "desk:insight",
    "referrals:message_forward",
    "referrals:message_answer",
    "referrals:message_add",
    "courses:enrol",
    "courses:change_participant",
    "courses:withdraw",
    "courses:appointment",
    "courses:take_back",
    "courses:transfer",
    "courses:promote",
    "courses:move_meeting",
    "courses:cancel_meeting",
    "courses:restore_meeting",
    "courses:staff_meeting",
    "courses:staff_course",
    "collaboration:document_edition",  # tests/roegfri/collaboration/test_shelf.py sends a file
    "courses:diplomas",
    "courses:diplomas_pdf",
    "courses:diploma_pdf",
    # tests/courses/test_ending_page.py sends results
    "courses:ending",
    "courses:finish",
    "courses:participant_ending",
}


def test_every_address_that_changes_something_named_is_posted_to() -> None:
    shows_only = {
        "desk:find_course",
        "signup:form",  # tests/referrals/test_signup.py sends it, as everybody may
        "find:course",
        "find:sign_up",  # tests/courses/test_find_pages.py
        "desk:agreement",
        "desk:agreement_term",
        "desk:agreement_rate",
        "desk:log_event",
        "courses:one_letter",
        "courses:letter_pdf",
        "referrals:message_file",
        "collaboration:document_file",
        "courses:course",
        "courses:attendance_list",
        "courses:participant",
        "courses:pack",
        "courses:pack_sheet",
    }
    assert {name for name, row in TABLE.items() if row.of} - shows_only == set(POSTS)


def rows_of_everybody() -> dict[str, list[Any]]:
    """All there is in the tables that the posts could change."""
    kept = (Referral, Consent, Cover, IncomingMessage, Grant, User, Organisation, Token)
    from courses.models import Feed
    from referrals.models import (
        Citizen,
        CivilNumber,
        ContactAttempt,
        HandOver,
        Phone,
        Reservation,
        Residence,
    )
    from roegfri.collaboration.models import Document, Edition
    from roegfri.organisations.models import ClosingDay, Rate, Term

    tables: tuple[type[models.Model], ...] = (
        *kept,
        Citizen,
        CivilNumber,
        ClosingDay,
        ContactAttempt,
        Document,
        Edition,
        Feed,
        HandOver,
        Phone,
        Rate,
        Reservation,
        Residence,
        Term,
        *apps.get_app_config("courses").get_models(),
    )
    with acting(make.SYSTEM):
        return {
            model.__name__: list(model._default_manager.order_by("pk").values()) for model in tables
        }


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.COORDINATOR, Role.PROJECT_LEADER])
@pytest.mark.parametrize("whose", ["other", "ended"])
def test_a_post_to_anothers_changes_nothing(role: str, whose: str) -> None:
    asks = town(ended=whose == "ended")
    owns = asks if whose == "ended" else town()
    client = signed_in(role, asks)
    before = rows_of_everybody()
    wrong = []
    for name, data in POSTS.items():
        row = TABLE[name]
        if whose == "ended" and row.of not in {"referral", "consent"}:
            continue
        response = client.post(address(name, row, owns), data)
        expected = row.answers(role, whose)
        if (response.status_code, told(response)) != (expected, []):
            wrong.append(f"{name}: {response.status_code}, not {expected}; {told(response)}")
    assert not wrong, "\n".join(wrong)
    assert rows_of_everybody() == before


@pytest.mark.parametrize("role", sorted(ALL - CASEWORK - LEADER))
def test_a_post_without_the_right_changes_nothing(role: str) -> None:
    own = town()
    client = signed_in(role, own)
    before = rows_of_everybody()
    for name, data in POSTS.items():
        if TABLE[name].also.get(role) == 200:
            continue  # an administrator closes any key
        response = client.post(address(name, TABLE[name], own), data)
        expected = TABLE[name].also.get(role, 403)
        assert (response.status_code, told(response)) == (expected, []), name
    file = SimpleUploadedFile("a.xml", b"<Emessage/>")
    upload = {"file": file, "received_at_0": "2026-03-02", "received_at_1": "09:00"}
    assert client.post(reverse("referrals:upload"), upload).status_code == 403
    assert client.post(reverse("referrals:new"), {"phone": "20123456"}).status_code == 403
    assert rows_of_everybody() == before


def test_control_the_same_posts_change_ones_own() -> None:
    own = town()
    client = signed_in(Role.COUNSELLOR, own)
    for name, data in POSTS.items():
        before = rows_of_everybody()
        row = TABLE[name]
        if name in NEED_MORE or Role.COUNSELLOR not in row.roles:
            continue
        assert client.post(address(name, row, own), data).status_code == 302, name
        assert rows_of_everybody() != before, name


def test_a_consent_of_another_case_is_not_withdrawn_through_ones_own() -> None:
    own, other = town(), town()
    mixed = {
        "pk": own.things["referral"]["pk"],
        "consent_pk": other.things["consent"]["consent_pk"],
    }
    client = signed_in(Role.COUNSELLOR, own)
    before = rows_of_everybody()
    assert client.post(reverse("desk:withdraw", kwargs=mixed)).status_code == 404
    assert rows_of_everybody() == before


@pytest.mark.parametrize(
    ("name", "of"),
    [("desk:phone", "phone"), ("desk:remove_phone", "phone"), ("desk:remove_number", "number"),
     ("desk:remove_home", "home")],
)  # fmt: skip
def test_a_row_of_another_citizen_is_not_changed_through_ones_own(name: str, of: str) -> None:
    own, other = town(), town()
    mixed = {**other.things[of], "pk": own.things["referral"]["pk"]}
    client = signed_in(Role.COUNSELLOR, own)
    before = rows_of_everybody()
    assert client.post(reverse(name, kwargs=mixed), POSTS[name]).status_code == 404
    assert rows_of_everybody() == before


def test_the_role_of_another_person_cannot_be_taken_on() -> None:
    own = town()
    client = signed_in(Role.FINANCE, own)
    grant = make.grant(Role.COUNSELLOR, own.municipality)
    client.post(reverse("accounts:switch"), {"grant": str(grant.pk)})
    assert client.get(reverse("referrals:list")).status_code == 403


def test_the_addresses_of_an_object_in_administration_are_guarded_too() -> None:
    own = town()
    practice = Practice.objects.create(kind=Kind.PRACTICE, name="Praksis", provider_number="900001")
    url = f"/administration/organisations/practice/{practice.pk}/"
    for role in sorted(ALL):
        expected = 302 if role in ADMINISTRATOR else 403
        assert signed_in(role, own).get(url).status_code == expected, role


def test_the_admin_role_has_no_page_about_citizens() -> None:
    about_citizens = {"referrals", "outbox", "audit", "ui"}
    named = {name.removeprefix("admin:").split("_")[0] for name in NAMED if "admin:" in name}
    assert named & about_citizens == set()
