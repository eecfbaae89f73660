"""The second wall alone: what PostgreSQL shows and lets happen when the code forgets to ask.

Every query here goes straight to `Model.objects`, as if no policies.py existed.
"""

import contextlib
import datetime as dt
import os
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
import time_machine
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, ProgrammingError, connection, models, transaction
from django.test import Client
from psycopg import sql

from courses.models import Attendance, Marking, Tick, Transferred, Wish
from courses.states import CourseKind, Item
from courses.states import Mark as Attended
from referrals import policies
from referrals.commands.consent import give_consent
from referrals.commands.inbox import Delivery, keep_message
from referrals.commands.merge import merge_citizens
from referrals.commands.people import open_access
from referrals.commands.reserve import reserve
from referrals.commands.talk import Talk
from referrals.models import (
    Citizen,
    CitizenAccess,
    Findable,
    HandOver,
    IncomingMessage,
    Phone,
    Receipt,
    Referral,
    SentReferral,
)
from referrals.states import (
    ConsentForm,
    ConsentKind,
    Ground,
    Help,
    InboxState,
    Outcome,
    Product,
    ReceiptKind,
    Topic,
)
from roegfri import clock, database, walls
from roegfri.accounts.models import User
from roegfri.accounts.roles import GRANTS, Role
from roegfri.actor import NOBODY, Actor, acting
from roegfri.audit.commands import sign_off
from roegfri.audit.models import AuditEvent, ChangeValue
from roegfri.audit.tasks import seal
from roegfri.desk.tasks import heartbeat
from roegfri.organisations.models import Municipality, Organisation
from roegfri.outbox.models import Message
from roegfri.outbox.tasks import send
from roegfri.refusal import Refusal
from roegfri.ui import drafts
from roegfri.walls.postgresql.base import STATE_SCOPE
from tests import make
from tests.conftest import SETUP_URL, setup_connection

pytestmark = pytest.mark.django_db
Rows = dict[type[models.Model], set[Any]]
# The search's own table: nobody reads it but one function of the database.
CLOSED = Findable
PERSONAL = [m for m in apps.get_models() if getattr(m, "personal_data", False) and m != CLOSED]
# What says something of a citizen; the log's events hold ids and names of columns only.
OF_CITIZENS = [
    m
    for m in PERSONAL
    if m._meta.app_label in {"referrals", "courses"} or m in {Message, ChangeValue}
]
# What its sender reads, and nobody who handles the case (tests/referrals/test_sending.py).
OF_CASEWORK = [m for m in OF_CITIZENS if m is not SentReferral]
OUTSIDE_CASEWORK = sorted(set(Role.values) - {Role.COUNSELLOR, Role.COORDINATOR})


@pytest.fixture(autouse=True)
def _world(settings: Any) -> None:
    settings.SECOND_FACTOR = False


def everything() -> Rows:
    """The keys of all rows of all tables with personal data that the one who acts can read."""
    with transaction.atomic():
        return {m: set(m._default_manager.values_list("pk", flat=True)) for m in PERSONAL}


def everything_there_is() -> Rows:
    with acting(make.SYSTEM):
        return everything()


@dataclass
class Town:
    """A municipality with one row at least in every table with personal data."""

    by: Actor
    referral: Referral
    rows: Rows


def town() -> Town:
    by = make.actor()
    home = make.home(by)
    before = everything_there_is()
    with acting(by), transaction.atomic():
        referral = make.referral(by, civil_number="2512489996", home=home, surname="Berggren")
        make.call(referral, by, Outcome.NO_ANSWER)
        consent = {"kind": ConsentKind.SMS, "form": ConsentForm.ORAL}
        give_consent(referral.citizen, **consent, by=by, at=make.MONDAY)  # type: ignore[arg-type]
        delivery = Delivery(b"<Emessage>", "a.xml", make.MONDAY)
        why = {"state": InboxState.UNREADABLE, "reason": "-"}
        keep_message(delivery, inbox=home, **why, by=by, at=make.MONDAY)  # type: ignore[arg-type]
        answer_sender(home)
        Message.objects.create(
            kind="test",
            dedupe_key=str(uuid.uuid4()),
            organisation=home,
            recipient="+4520123456",
            body="Hej Nancy",
            state_since=make.MONDAY,
            send_after=make.MONDAY,
            expires_at=make.MONDAY + dt.timedelta(days=1),
            created_at=make.MONDAY,
        )
        more_of_a_case(by, referral)
        on_a_course(by, referral)
        assert by.user_id
        drafts.keep(by.user_id, "/", {"note": "Nancy"}, make.MONDAY)
        sign_off(dt.date(2026, 1, 1), remarks="", by=by, at=make.MONDAY)
    after = everything_there_is()
    return Town(by, referral, {model: after[model] - before[model] for model in PERSONAL})


def more_of_a_case(by: Actor, referral: Referral) -> None:
    """A conversation, somebody calling, a hand-over, two rows that are one person."""
    spoken = make.referral(by, number="+4530303030", surname="Berggren")
    talk = Talk(told=[Topic.GROUP], uses={Product.CIGARETTES: 20}, wishes=[Help.GROUP])
    make.call(spoken, by, Outcome.REACHED, talk=talk)
    reserve(referral, by=by, at=make.MONDAY)
    HandOver.objects.create(
        referral=spoken,
        citizen=spoken.citizen,
        giver=make.home(by),
        receiver=make.municipality(),
        at=make.MONDAY,
        by_id=by.person,
        contact_by_before=spoken.contact_by,
    )
    merge_citizens(referral.citizen_id, spoken.citizen_id, by=by, at=make.MONDAY)
    sent_by_a_colleague(referral, make.home(by))


def on_a_course(by: Actor, referral: Referral) -> None:
    """A participant with an appointment, what was marked, a ticked item and something to do."""
    seen = {"by_id": by.person, "at": make.MONDAY}
    enrolment = make.enrolment(make.course(by, kind=CourseKind.INDIVIDUAL), referral, by)
    one = {"enrolment": enrolment, "meeting": make.appointment(enrolment, make.MONDAY, by)}
    Attendance.objects.create(**one, mark=Attended.ATTENDED, **seen)
    Marking.objects.create(**one, once=uuid.uuid4(), said={}, version=1, **seen)
    Tick.objects.create(enrolment=enrolment, item=Item.APP, **seen)
    make.task(enrolment, by)
    make.baseline(enrolment, by)
    make.form_link(enrolment, by)
    make.ending(enrolment, by)
    Transferred.objects.create(enrolment=enrolment, digest=b"-", **seen)
    make.letter(enrolment, by, make.consent(referral, by, ConsentKind.DISCHARGE))
    Wish.objects.create(referral=referral, course=enrolment.course, at=make.MONDAY)


def answer_sender(home: Municipality) -> None:
    """The receipt of a message."""
    Receipt.objects.create(
        message=IncomingMessage.objects.filter(organisation=home).latest("came_at"),
        organisation=home,
        kind=ReceiptKind.NEGATIVE,
        identifier=uuid.uuid4().hex[:14],
        filename="kvittering.xml",
        xml=b"<Emessage/>",
        made_at=make.MONDAY,
    )


def sent_by_a_colleague(referral: Referral, home: Municipality) -> None:
    """A referral as its sender sees it: somebody else of the same municipality."""
    sender = make.actor(make.grant(Role.REFERRER, home))
    with acting(sender):
        SentReferral.objects.create(
            referral=referral,
            citizen_id=referral.citizen_id,
            organisation=home,
            receiver=home,
            user_id=sender.user_id,
            name="Nancy Berggren",
            at=make.MONDAY,
            contact_by=referral.contact_by,
        )


def as_role(role: str, organisation_id: uuid.UUID | None) -> Actor:
    """Somebody with another role at the same place."""
    assert organisation_id
    organisation = Organisation.objects.get(pk=organisation_id)
    return make.actor(make.grant(Role(role), organisation))


# ---- reading -------------------------------------------------------------------------------------


def test_each_municipality_reads_its_own_rows_and_no_others() -> None:
    one, other = town(), town()
    for here, there in ((one, other), (other, one)):
        with acting(here.by):
            read = everything()
        for model in PERSONAL:
            assert here.rows[model], f"the world has no row of {model.__name__}"
            assert not read[model] & there.rows[model], f"{model.__name__} leaks"
            own = here.rows[model] if model is not SentReferral else set()
            assert own <= read[model], f"{model.__name__} hides one's own"


def test_control_without_its_wall_a_table_leaks() -> None:
    one, other = town(), town()
    with acting(one.by), connection.cursor() as cursor:
        assert not everything()[Phone] & other.rows[Phone]
        cursor.execute("select set_config('app.system', 'on', true)")
        assert everything()[Phone] & other.rows[Phone]


@pytest.mark.parametrize("who", ["casework", "system"])
def test_the_table_of_the_search_is_read_by_nobody(who: str) -> None:
    here = town()
    acts = here.by if who == "casework" else make.SYSTEM
    with pytest.raises(ProgrammingError, match="denied"), acting(acts), transaction.atomic():
        CLOSED.objects.exists()


@pytest.mark.parametrize("role", OUTSIDE_CASEWORK)
def test_the_other_roles_of_the_same_municipality_read_no_citizen(role: str) -> None:
    here = town()
    with acting(as_role(role, here.by.organisation_id)):
        read = everything()
    assert {m.__name__: len(read[m]) for m in OF_CITIZENS if read[m]} == {}


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.COORDINATOR])
def test_casework_reads_the_citizens_of_its_municipality(role: str) -> None:
    here = town()
    with acting(as_role(role, here.by.organisation_id)):
        read = everything()
    assert all(read[model] >= here.rows[model] for model in OF_CASEWORK)


def test_nobody_reads_nothing() -> None:
    town()
    with acting(NOBODY):
        assert {m.__name__ for m, keys in everything().items() if keys} == set()


def test_a_role_without_its_organisation_reads_nothing() -> None:
    town()
    for role in Role.values:
        with acting(Actor(make.actor().kind, "-", role=role, rights=GRANTS[role])):
            assert {m.__name__ for m, keys in everything().items() if keys} == set()


# ---- writing -------------------------------------------------------------------------------------


@contextlib.contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(DatabaseError) as fault, transaction.atomic():
        yield
    assert isinstance(fault.value.__cause__, psycopg.errors.InsufficientPrivilege), fault.value


@pytest.mark.parametrize(
    "model", [m for m in OF_CITIZENS if m._meta.app_label == "referrals"], ids=lambda m: m.__name__
)
def test_the_rows_of_another_are_neither_changed_nor_removed(model: type[models.Model]) -> None:
    here, there = town(), town()
    rows = model._default_manager.filter(pk__in=there.rows[model])
    with acting(here.by):
        field = next(f for f in model._meta.concrete_fields if not f.primary_key)
        assert rows.update(**{field.attname: models.F(field.attname)}) == 0
        assert rows._raw_delete(rows.db) == 0
    assert there.rows[model] <= everything_there_is()[model]


def test_nothing_is_added_to_a_citizen_of_another() -> None:
    here, there = town(), town()
    citizen = there.referral.citizen_id
    with acting(here.by):
        with refused():
            Phone.objects.create(citizen_id=citizen, number="+4530303030")
        with refused():
            Citizen(given_names="Ny", created_at=make.MONDAY).save(force_insert=True)
        with refused():
            copy = Referral.objects.get(pk=here.referral.pk)
            copy.pk, copy.once, copy.citizen_id = uuid.uuid4(), uuid.uuid4(), citizen
            copy.save(force_insert=True)


def test_ones_own_row_cannot_be_moved_to_a_citizen_of_another() -> None:
    here, there = town(), town()
    with acting(here.by), refused():
        Phone.objects.update(citizen_id=there.referral.citizen_id, number="+4530303030")


# ---- access: the two doors -----------------------------------------------------------------------


def access(of: Referral, **given: Any) -> CitizenAccess:
    usual = {
        "citizen_id": of.citizen_id,
        "organisation_id": of.handler_id,
        "ground": Ground.HANDLING,
        "about": of.pk,
        "from_on": make.MONDAY.date(),
    }
    return CitizenAccess(**{**usual, **given})


def test_access_is_never_written_by_hand() -> None:
    here, there = town(), town()
    with acting(here.by):
        with refused():
            access(there.referral, organisation_id=here.by.organisation_id).save(force_insert=True)
        with refused():
            access(here.referral, about=uuid.uuid4()).save(force_insert=True)
        with refused():
            CitizenAccess.objects.update(until_on=None)
        assert CitizenAccess.objects.all()._raw_delete("default") == 0
        assert CitizenAccess.objects.exists()


def open_to(organisation: uuid.UUID | None, citizen: uuid.UUID, about: uuid.UUID) -> None:
    assert organisation
    with transaction.atomic():
        open_access(citizen, organisation, Ground.HANDLING, about, make.MONDAY.date())


def test_nobody_takes_access_to_a_citizen_of_another() -> None:
    here, there = town(), town()
    with acting(here.by):
        for about in (there.referral.pk, uuid.uuid4()):
            with refused():
                open_to(here.by.organisation_id, there.referral.citizen_id, about)


def test_a_made_up_citizen_gives_no_access_to_a_referral_of_another() -> None:
    here, there = town(), town()
    with acting(here.by):
        for citizen in (uuid.uuid4(), here.referral.citizen_id):
            with refused():
                open_to(here.by.organisation_id, citizen, there.referral.pk)
        assert not Referral.objects.filter(pk=there.referral.pk).exists()


def test_the_handler_shares_its_own_case_and_no_other() -> None:
    here, there, third = town(), town(), town()
    with acting(here.by):
        open_to(there.by.organisation_id, here.referral.citizen_id, here.referral.pk)
        with refused():
            open_to(there.by.organisation_id, here.referral.citizen_id, third.referral.pk)
        with refused():
            open_to(there.by.organisation_id, third.referral.citizen_id, third.referral.pk)
    with acting(there.by):
        assert Referral.objects.filter(pk=here.referral.pk).exists()
        assert not Referral.objects.filter(pk=third.referral.pk).exists()


@pytest.mark.parametrize("role", OUTSIDE_CASEWORK)
def test_other_roles_neither_open_nor_end_access(role: str) -> None:
    here = town()
    organisation, today = here.by.organisation_id, make.MONDAY.date()
    with acting(as_role(role, organisation)), connection.cursor() as cursor:
        with refused():
            open_to(organisation, uuid.uuid4(), uuid.uuid4())
        with refused():
            values = [here.referral.pk, organisation, today]
            cursor.execute("select citizen_access_end(%s, %s, 'handling', %s)", values)


def end_access(town: Town, last: dt.date) -> None:
    values = [town.referral.pk, town.by.organisation_id, last]
    with connection.cursor() as cursor:
        cursor.execute("select citizen_access_end(%s, %s, 'handling', %s)", values)


def test_ended_access_closes_both_walls_on_the_next_day() -> None:
    here, last = town(), dt.date(2026, 3, 10)

    def seen() -> tuple[bool, ...]:
        citizen, referral = here.referral.citizen_id, here.referral.pk
        with acting(here.by):
            return (
                Citizen.objects.filter(pk=citizen).exists(),
                Referral.objects.filter(pk=referral).exists(),
                policies.citizens_visible_to(here.by).filter(pk=citizen).exists(),
                policies.referrals_visible_to(here.by).filter(pk=referral).exists(),
            )

    with acting(here.by):
        end_access(here, last)
    with time_machine.travel(clock.danish_time(last, dt.time(23, 59)), tick=False):
        assert seen() == (True,) * 4
    with time_machine.travel(clock.end_of_day(last), tick=False):
        assert seen() == (False,) * 4


def test_access_of_another_is_not_ended() -> None:
    here, there = town(), town()
    with acting(here.by), refused():
        end_access(there, make.MONDAY.date())


# ---- where there is no request -------------------------------------------------------------------


def test_a_task_without_a_stated_scope_sees_nothing() -> None:
    here = town()
    assert Citizen.objects.count() == 0
    with acting(make.SYSTEM):
        assert Citizen.objects.count() == len(here.rows[Citizen])


@pytest.mark.parametrize("task", [heartbeat, seal, send], ids=lambda t: t.name)
def test_a_task_leaves_no_scope_behind(task: Any) -> None:
    town()
    task()
    assert Citizen.objects.count() == 0


def test_a_command_under_one_municipality_cannot_touch_another() -> None:
    here, there = town(), town()
    consent = {"kind": ConsentKind.STOPBASE, "form": ConsentForm.ORAL}
    with acting(here.by), pytest.raises(Refusal):
        give_consent(there.referral.citizen, **consent, by=here.by, at=make.MONDAY)  # type: ignore[arg-type]


# ---- what is atomic ------------------------------------------------------------------------------


def signed_in(by: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=by.person))
    return client


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("role", "status", "act"),
    [(Role.FINANCE, 403, "screen.refused"), (Role.COUNSELLOR, 404, "screen.not_found")],
)
def test_a_refusal_stays_in_the_log(role: Role, status: int, act: str) -> None:
    by = make.actor(make.grant(role))
    response = signed_in(by).get(f"/opkald/{uuid.uuid4()}/")
    assert response.status_code == status
    connection.close()
    with acting(make.SYSTEM), transaction.atomic():
        assert AuditEvent.objects.get(act=act).user_id == by.user_id


# ---- connections that are used again -------------------------------------------------------------


THREADS = 16
REQUESTS = [pytest.param(50, id="50"), pytest.param(200, id="200", marks=pytest.mark.full)]


def leaks_among(clients: list[tuple[Client, str]], per_thread: int) -> tuple[int, int]:
    """(answers, answers with another municipality's name in) of threads that alternate."""
    answers, leaks, lock = 0, 0, threading.Lock()
    barrier = threading.Barrier(THREADS)

    def one(number: int) -> None:
        nonlocal answers, leaks
        own = [copy_of(client) for client, _ in clients]
        barrier.wait()
        for turn in range(per_thread):
            which = (number + turn) % 2
            page = own[which].get("/henvisninger/", headers={"HX-Request": "true"})
            body = page.content.decode()
            good = page.status_code == 200 and clients[which][1] in body
            connection.close()  # back into the pool, as after every request of a server
            with lock:
                answers += good
                leaks += clients[1 - which][1] in body

    threads = [threading.Thread(target=one, args=[number]) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers, leaks


def copy_of(client: Client) -> Client:
    copy = Client()
    copy.cookies = client.cookies
    return copy


@pytest.fixture
def _policies_stubbed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first wall is taken away from the list screen: what is left is PostgreSQL's."""
    monkeypatch.setattr("referrals.queries.listing.OWN", "true")


def two_towns() -> list[tuple[Client, str]]:
    found = []
    for name in ("Aagaardsson", "Bjerregaardsson"):
        by = make.actor()
        make.referral(by, surname=name)
        found.append((signed_in(by), name))
    return found


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_policies_stubbed_out")
@pytest.mark.parametrize("requests", REQUESTS)
def test_pooled_connections_carry_nothing_over(requests: int) -> None:
    assert leaks_among(two_towns(), requests) == (THREADS * requests, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("statement", "left_over"),
    [(STATE_SCOPE, 0), (STATE_SCOPE.replace("true", "false"), 1)],
    ids=["for the transaction", "control: for the session, which leaks"],
)
def test_the_next_user_of_a_connection_sees(statement: str, left_over: int) -> None:
    by = make.actor()
    make.referral(by)
    values = (str(by.organisation_id), by.role, "", by.label, "", "", clock.today().isoformat())
    start_afresh()  # one backend in the pool
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("select pg_backend_pid(), count(*) from referrals_citizen")
        backend, seen = cursor.fetchone()
        assert seen == 1
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid(), count(*) from referrals_citizen")
        assert cursor.fetchone() == (backend, left_over)
    start_afresh()


# ---- a connection that no wall binds is refused --------------------------------------------------


@contextlib.contextmanager
def connected_as(name: str, password: str) -> Iterator[None]:
    """Our own connections, signed in as another role for a while."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, "USER", name)
        patch.setitem(connection.settings_dict, "PASSWORD", password)
        start_afresh()
        yield
        start_afresh()
    start_afresh()


def start_afresh() -> None:
    """The pool is made anew, with the settings of the moment."""
    connection.close()
    pooled: Any = connection
    pooled.close_pool()


@contextlib.contextmanager
def role_above(attributes: str) -> Iterator[str]:
    """A role that stands above the walls; gone afterwards."""
    name = f"{database.database_name(SETUP_URL)}_above"
    role = sql.Identifier(name)
    with setup_connection() as server:
        server.execute(sql.SQL("create role {} login password 'above'").format(role))
        server.execute(sql.SQL("alter role {} " + attributes).format(role))
        place = sql.Identifier(database.database_name(SETUP_URL))
        server.execute(sql.SQL("grant connect on database {} to {}").format(place, role))
        try:
            yield name
        finally:
            server.execute(sql.SQL("revoke connect on database {} from {}").format(place, role))
            server.execute(sql.SQL("drop role {}").format(role))


@pytest.mark.django_db(transaction=True)
def test_the_app_role_is_accepted() -> None:
    assert walls.faults() == []
    walls.refuse_unsafe()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("attributes", "word"), [("superuser", "is a superuser"), ("bypassrls", "has BYPASSRLS")]
)
def test_a_role_above_the_walls_is_refused(attributes: str, word: str) -> None:
    with role_above(attributes) as name, connected_as(name, "above"):
        assert any(word in fault for fault in walls.faults())
        with pytest.raises(ImproperlyConfigured, match="Refusing to start"):
            walls.refuse_unsafe()


@pytest.mark.django_db(transaction=True)
def test_the_owner_of_the_tables_is_refused() -> None:
    """Whoever owns a table can take its wall down."""
    name = database.role_name(SETUP_URL, "owner")
    with connected_as(name, database.password(os.environ["SECRET_KEY"], name)):
        assert f"the database role {name} owns the table referrals_citizen" in walls.faults()


def test_a_database_that_forgets_what_it_promised_is_refused() -> None:
    with connection.cursor() as cursor:
        cursor.execute("set local synchronous_commit = off")
    assert walls.faults() == [
        "synchronous_commit is off: an acknowledged change could be lost",
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("weaker", ["no force row level security", "disable row level security"])
def test_a_table_without_its_wall_is_refused(weaker: str) -> None:
    with setup_connection() as server:
        server.execute(f"alter table referrals_phone {weaker}")
        try:
            found = walls.faults()
        finally:
            server.execute("alter table referrals_phone enable row level security")
            server.execute("alter table referrals_phone force row level security")
    assert found == ["the table referrals_phone has no forced row-level security"]
