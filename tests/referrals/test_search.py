"""The search in the database: what finds whom, within whose walls, and that its table is whole."""

import datetime as dt
import random
import re
import threading
import time
import uuid
from collections.abc import Iterable
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import Error
from django.test import TransactionTestCase

from referrals.models import Citizen, CitizenAccess, CivilNumber, Phone, Referral
from referrals.queries import found
from referrals.queries.wanted import Wanted
from referrals.states import Ground
from roegfri import clock
from roegfri.accounts.roles import Role
from roegfri.actor import NOBODY, Actor, acting
from tests import make
from tests.conftest import setup_connection

pytestmark = pytest.mark.django_db
TODAY = make.MONDAY + dt.timedelta(days=9)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def by() -> Actor:
    return make.actor()


def search(by: Actor, text: str) -> list[str]:
    """The names found, the nearest first."""
    with acting(by):
        return [hit.name for hit in found(by, Wanted.read(text, on=clock.today())).hits]


def person(by: Actor, name: str, **given: Any) -> Referral:
    """A referral of somebody with a telephone number of her own."""
    given_names, _, surname = name.rpartition(" ")
    given.setdefault("number", f"+4530{random.randrange(10**6):06d}")
    return make.referral(by, given_names=given_names, surname=surname, **given)


# ---- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("Søren Kjær", ["søren kjær", "SØREN", "soeren", "Kjaer", "kjær søren", "Soren", "kj"]),
        ("Åse Aagaard", ["aase", "Åse", "ågård", "aagaard", "ÅGAARD"]),
        ("André Müller", ["andre", "André", "andre muller", "Muller"]),
        ("Anne-Marie O'Brien", ["anne marie", "Anne-Marie", "obrien", "o'brien", "annemarie"]),
        ("Christian Christensen", ["kristian", "Kristensen", "cristian kristensen"]),
        ("Sofie Thomsen", ["sophie", "tomsen", "Sofie T"]),
        ("Nancy Ann Berggren", ["bergren", "nansy", "ancy", "Nnacy", "berggreen", "Nancy Begrgen"]),
        ("Elisabeth Kanariefugl", ["kanarifugel", "elisabet kanarie"]),
        ("Иван Петров", ["Иван", "Петров"]),
        ("Zoë Ægidius", ["zoe", "aegidius", "Ægidius", "zoé"]),
    ],
)
def test_a_name_is_found_however_it_is_written(by: Actor, name: str, texts: list[str]) -> None:
    person(by, name)
    person(by, "Birgitte Lund")
    assert {text: search(by, text) for text in texts} == {text: [name] for text in texts}


def test_the_whole_word_comes_first_then_its_beginning_then_what_is_like_it(by: Actor) -> None:
    for name in ("Ib Hansson", "Ib Hansen", "Ib Hans", "Ib Hasn"):
        person(by, name)
    assert search(by, "hans")[:1] == ["Ib Hans"]
    assert search(by, "hans")[1:] == ["Ib Hansen", "Ib Hansson", "Ib Hasn"]
    assert set(search(by, "ib hansn")[:2]) == {"Ib Hans", "Ib Hansen"}


def test_another_name_is_not_found(by: Actor) -> None:
    person(by, "Nancy Ann Berggren")
    for text in ("Bruno", "Nancy Ann Berggren Hansen Jensen Madsen", "zzz", "Kirsten Larsen"):
        assert "Nancy Ann Berggren" not in search(by, text) or text.startswith("Nancy")
    assert search(by, "Bruno") == []


def test_a_mistyped_surname_is_found_by_the_name_before_it(by: Actor) -> None:
    person(by, "Nancy Ann Berggren")
    assert search(by, "nancy bxqgrzn") == ["Nancy Ann Berggren"]


@pytest.mark.parametrize("text", ["%", "%%%", "_____", "a_c", "100%", "\\", "'; drop", "Be%en"])
def test_wildcards_are_letters_like_others(by: Actor, text: str) -> None:
    person(by, "Nancy Berggren")
    assert search(by, text) == []


# ---- numbers, dates, cases -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["20123456", "20 12 34 56", "+45 20 12 34 56", "004520123456", "2012 34", "123", "456"]
)
def test_a_part_of_a_telephone_number(by: Actor, text: str) -> None:
    person(by, "Nancy Berggren", number="+4520123456")
    person(by, "Bruno Lund", number="+4598989898")
    assert search(by, text) == ["Nancy Berggren"]


def test_digits_that_only_lie_apart_are_no_part(by: Actor) -> None:
    person(by, "Nancy Berggren", number="+4520123456")
    assert search(by, "2012 56") == []
    assert search(by, "45201") == []


def test_a_foreign_number_and_a_name_with_digits(by: Actor) -> None:
    person(by, "Sven Svensson", number="+46701234567")
    person(by, "Sven Lund", number="+4598989898")
    assert search(by, "+46 70 123 45 67") == ["Sven Svensson"]
    assert search(by, "sven 9898") == ["Sven Lund"]


def test_cpr_birth_date_and_case(by: Actor) -> None:
    case = person(by, "Nancy Berggren", civil_number="2512489996")
    person(by, "Bruno Lund", civil_number="2509479989")
    for text in ("251248-9996", "251248", "25.12.48", "25. dec 1948", "nancy 251248"):
        assert search(by, text) == ["Nancy Berggren"], text
    assert search(by, "bruno 251248") == []
    assert search(by, str(case.pk)) == ["Nancy Berggren"]
    assert search(by, str(case.pk)[:8]) == ["Nancy Berggren"]
    assert search(by, str(uuid.uuid4())) == []
    assert search(by, "0107729995") == []


def test_what_is_shown_of_a_hit(by: Actor) -> None:
    case = person(by, "Nancy Berggren", civil_number="2512489996", number="+4520123456")
    with acting(by):
        (hit,) = found(by, Wanted.read("nancy", on=clock.today())).hits
    assert (hit.masked_number, list(hit.phones)) == ("251248-****", ["+4520123456"])
    assert (hit.case_id, list(hit.open_cases), hit.state) == (case.pk, [case.pk], "received")
    assert hit.birth_date == dt.date(1948, 12, 25)


def test_at_most_25_are_shown_and_it_is_said(by: Actor) -> None:
    for number in range(26):
        person(by, f"Anna{'abcdefghijklmnopqrstuvwxyz'[number]} Berg")
    with acting(by):
        many = found(by, Wanted.read("anna", on=clock.today()))
        assert (len(many.hits), many.more) == (25, True)
        few = found(by, Wanted.read("annaa", on=clock.today()))
        assert not few.more


# ---- scope ---------------------------------------------------------------------------------------

FINDS_NANCY = ("Nancy", "2512489996", "251248", "20123456", "456", "nansy bergren", "case", "short")


def texts(case: Referral) -> Iterable[str]:
    said = {"case": str(case.pk), "short": str(case.pk)[:8]}
    return (said.get(text, text) for text in FINDS_NANCY)


def nancy(by: Actor) -> Referral:
    return person(by, "Nancy Berggren", civil_number="2512489996", number="+4520123456")


def test_another_municipality_finds_nobody(by: Actor) -> None:
    case, other = nancy(by), make.actor()
    assert all(search(by, text) == ["Nancy Berggren"] for text in texts(case))
    assert not any(search(other, text) for text in texts(case))


def test_access_that_has_ended_or_not_begun_finds_nobody(by: Actor) -> None:
    case = nancy(by)
    with acting(by), connection.cursor() as cursor:
        values = [case.pk, by.organisation_id, TODAY.date() - dt.timedelta(days=1)]
        cursor.execute("select citizen_access_end(%s, %s, 'handling', %s)", values)
    assert not any(search(by, text) for text in texts(case))
    with time_machine.travel(TODAY - dt.timedelta(days=1)):
        assert search(by, "nancy") == ["Nancy Berggren"]
    with time_machine.travel(make.MONDAY - dt.timedelta(days=1)):
        assert search(by, "nancy") == []


@pytest.mark.parametrize("role", sorted(set(Role.values) - {Role.COUNSELLOR, Role.COORDINATOR}))
def test_a_role_without_cases_finds_nobody_even_by_hand(by: Actor, role: str) -> None:
    case = nancy(by)
    security = replace(by, role=role)
    assert not any(search(security, text) for text in texts(case))
    assert search(replace(by, role=Role.COORDINATOR), "nancy") == ["Nancy Berggren"]


def test_nobody_and_the_system_find_nobody(by: Actor) -> None:
    case = nancy(by)
    for whoever in (NOBODY, make.SYSTEM):
        assert not any(search(whoever, text) for text in texts(case))
        with acting(whoever), connection.cursor() as cursor:
            cursor.execute("select * from find_citizens('nancy', null, null, null, null, null, 9)")
            assert cursor.fetchall() == []


def test_the_host_of_a_course_finds_by_name_and_number_but_not_by_birth_date(by: Actor) -> None:
    case, host = nancy(by), make.actor()
    with acting(by), connection.cursor() as cursor:
        cursor.execute(
            "select citizen_access_open(%s, %s, %s, %s, %s)",
            [case.citizen_id, host.organisation_id, Ground.HOST, uuid.uuid4(), TODAY.date()],
        )
    assert search(host, "nancy") == search(host, "20123456") == ["Nancy Berggren"]
    assert search(host, "251248") == search(host, "2512489996") == []
    assert search(host, str(case.pk)) == []


def test_the_table_and_the_inner_functions_are_out_of_reach(by: Actor) -> None:
    nancy(by)
    for statement in (
        "select * from referrals_findable",
        "select * from referrals_to_be_found",
        "select * from find_pass(gen_random_uuid(), 'nancy', null, null, 9)",
        "select find_refresh(null)",
        "select find_rebuild()",
        "delete from referrals_findable",
    ):
        with acting(by), pytest.raises(Error, match="permission denied"), transaction.atomic():
            connection.cursor().execute(statement)
    with acting(by), connection.cursor() as cursor:
        cursor.execute("select count(*) from find_faults()")
        assert cursor.fetchone() == (0,)


def test_every_function_of_the_search_pins_its_path() -> None:
    with setup_connection() as inside:
        rows = inside.execute(
            "select p.proname, p.proconfig from pg_proc p where p.prosecdef"
            " and p.proname like 'find\\_%' and pronamespace = 'public'::regnamespace"
        ).fetchall()
    assert len(rows) > 5
    assert [n for n, config in rows if "search_path=public, pg_temp" not in (config or [])] == []


@pytest.mark.parametrize(
    "values",
    [
        ("x" * 20_000, None, None, None, 10**9),
        ("a " * 5_000, None, None, None, -5),
        (None, None, "1" * 5_000, None, 9),
        (None, None, "%%%", None, 9),
        (None, [dt.date(1, 1, 1)] * 900, None, None, None),
        ("🙂 \u202e\ufffd", None, "12", b"", 0),
    ],
)
def test_what_is_out_of_bounds_is_borne(by: Actor, values: tuple[Any, ...]) -> None:
    nancy(by)
    name, born, digits, civil, most = values
    with acting(by), connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from find_citizens(%s, %s::date[], %s, %s, null, null, %s)",
            [name, born, digits, civil, most],
        )
        assert cursor.fetchone() == (0,)


# ---- merged --------------------------------------------------------------------------------------


def test_whoever_was_merged_is_shown_as_the_one_that_was_kept(by: Actor) -> None:
    kept, gone, first = nancy(by), person(by, "Nanna Bergen"), person(by, "Nynne Bjerg")
    with acting(by):
        Citizen.objects.filter(pk=gone.citizen_id).update(merged_into=kept.citizen_id)
        Citizen.objects.filter(pk=first.citizen_id).update(merged_into=gone.citizen_id)
    for text in ("nanna bergen", "nynne", str(gone.pk)):
        assert search(by, text) == ["Nancy Berggren"], text
    with acting(by):
        (hit,) = found(by, Wanted.read(str(gone.pk), on=clock.today())).hits
        assert (hit.id, hit.case_id, list(hit.open_cases)) == (kept.citizen_id, gone.pk, [gone.pk])
        assert len(found(by, Wanted.read("nanna", on=clock.today())).hits[0].phones) == 2
        Citizen.objects.filter(pk=gone.citizen_id).update(merged_into=None)
    assert search(by, "nanna bergen") == ["Nanna Bergen"]


def test_whoever_was_merged_into_one_out_of_sight_is_shown_herself(by: Actor) -> None:
    hidden, gone = nancy(make.actor()), person(by, "Nanna Bergen")
    with acting(make.SYSTEM):
        Citizen.objects.filter(pk=gone.citizen_id).update(merged_into=hidden.citizen_id)
    assert search(by, "nanna") == ["Nanna Bergen"]
    assert search(by, "2512489996") == []


# ---- the table is whole --------------------------------------------------------------------------


def faults() -> list[Any]:
    with acting(make.SYSTEM), connection.cursor() as cursor:
        cursor.execute("select find_faults()")
        return list(cursor.fetchall())


@pytest.mark.parametrize("seed", range(5))
def test_after_a_random_history_nothing_is_missing_and_nothing_too_much(seed: int) -> None:
    dice = random.Random(seed)
    actors = [make.actor() for _ in range(3)]
    cases = [person(dice.choice(actors), f"Per{n} Berg", number=f"+4520{n:06d}") for n in range(6)]
    with acting(make.SYSTEM):
        for step in range(60):
            _change(dice, dice.choice(cases), actors, step)
        assert faults() == []
        assert Phone.objects.exists()


def _change(dice: random.Random, case: Referral, actors: list[Actor], step: int) -> None:
    citizen = Citizen.objects.filter(pk=case.citizen_id)
    phones = Phone.objects.filter(citizen=case.citizen_id)
    access = CitizenAccess.objects.filter(citizen=case.citizen_id)
    acts = (
        lambda: citizen.update(given_names=f"Navn{step}", surname=dice.choice(["", "Ærø", "O'X"])),
        lambda: citizen.update(birth_date=dice.choice([None, dt.date(1970, 1, 1 + step % 28)])),
        lambda: citizen.update(town="Herlev"),
        lambda: Phone.objects.create(citizen_id=case.citizen_id, number=f"+4531{step:06d}"),
        lambda: (
            phones.update(number=Phone(number=f"+4540{step:06d}").number)
            if phones.count() == 1
            else phones.filter(pk__in=phones.values("pk")[:1]).delete()
        ),
        phones.delete,
        lambda: _open(case, dice.choice(actors), step),
        lambda: access.update(until_on=dt.date(2030, 1, 1)),
        lambda: Citizen.objects.all().update(surname=f"Alle{step}"),
    )
    dice.choice(acts)()


def _open(case: Referral, actor: Actor, step: int) -> None:
    with connection.cursor() as cursor:
        values = [case.citizen_id, actor.organisation_id, uuid.UUID(int=step), TODAY.date()]
        cursor.execute("select citizen_access_open(%s, %s, 'host', %s, %s)", values)


def test_a_citizen_who_is_removed_leaves_no_row(by: Actor) -> None:
    case = nancy(by)
    with acting(make.SYSTEM):
        Referral.objects.filter(pk=case.pk).delete()
        Citizen.objects.filter(pk=case.citizen_id).delete()
        assert not CivilNumber.objects.filter(citizen=case.citizen_id).exists()
    assert faults() == []
    with acting(by):
        assert search(by, "nancy") == []


class Behind(TransactionTestCase):
    """With real commits, so that the set-up role can go behind the triggers' back."""

    def test_the_check_finds_what_no_trigger_saw_and_mends_it(self) -> None:
        with time_machine.travel(TODAY, tick=False):
            by = make.actor()
            cases = [person(by, f"Per {name}") for name in ("Berg", "Lund", "Holm", "Dahl")]
            ids = [case.citizen_id for case in cases]
            with setup_connection() as inside:
                inside.execute("set session_replication_role = replica")
                inside.execute("delete from referrals_findable where citizen_id = %s", [ids[0]])
                inside.execute("update referrals_citizen set surname='X' where id=%s", [ids[1]])
                inside.execute("delete from referrals_phone where citizen_id = %s", [ids[2]])
                inside.execute(
                    "insert into referrals_findable values (gen_random_uuid(), %s, 'x', '', null)",
                    [by.organisation_id],
                )
            with transaction.atomic():
                assert len(faults()) == 4
            with pytest.raises(CommandError, match="4 citizens"):
                call_command("verify_search")
            call_command("verify_search", mend=True, stdout=StringIO())
            call_command("verify_search", stdout=StringIO())
            with transaction.atomic():
                assert search(by, "per berg") == ["Per Berg"]
                assert search(by, "per x")[0] == "Per X"


class AtOnce(TransactionTestCase):
    """Two who change the same citizen at the same time are both found by."""

    def setUp(self) -> None:
        travel = time_machine.travel(TODAY, tick=True)
        travel.start()
        self.addCleanup(travel.stop)
        self.by = make.actor()
        self.case = person(self.by, "Nancy Berggren", number="+4520123456")

    def test_a_new_number_and_a_new_name_both_find_her(self) -> None:
        self.change_both()
        assert self.found() == [["Nancy Lund"], ["Nancy Lund"]]

    def test_control_without_the_lock_one_of_them_is_lost(self) -> None:
        with setup_connection() as inside:
            (whole,) = inside.execute(
                "select pg_get_functiondef('find_refresh'::regproc)"
            ).fetchone() or ("",)
            weak = re.sub(r"perform from referrals_citizen .*? for no key update;", "", whole)
            assert weak != whole
            try:
                inside.execute(weak.encode())
                self.change_both()
                assert self.found() == [["Nancy Lund"], []]
            finally:
                inside.execute(whole.encode())

    def found(self) -> list[list[str]]:
        with transaction.atomic():
            return [search(self.by, "lund"), search(self.by, "303030")]

    def change_both(self) -> None:
        """The number first, kept open until the name waits for it, or has gone past it."""
        late = threading.Thread(target=self.change_name)
        with acting(make.SYSTEM), transaction.atomic():
            Phone.objects.create(citizen_id=self.case.citizen_id, number="+4530303030", rank=1)
            late.start()
            self.wait_for_the_other()
        late.join(20)
        assert not late.is_alive()

    def change_name(self) -> None:
        try:
            with acting(make.SYSTEM), transaction.atomic():
                Citizen.objects.filter(pk=self.case.citizen_id).update(surname="Lund")
        finally:
            connection.close()

    def wait_for_the_other(self) -> None:
        for _ in range(400):
            with setup_connection() as inside:
                waiting = inside.execute(
                    "select 1 from pg_stat_activity where datname = current_database()"
                    " and wait_event_type = 'Lock'"
                ).fetchone()
            if waiting:
                return
            time.sleep(0.02)
        raise AssertionError("the other never came to wait")


# ---- what it costs -------------------------------------------------------------------------------


def buffers(by: Actor, text: str) -> int:
    """Pages that the search function touches, warm."""
    wanted = Wanted.read(text, on=TODAY.date())
    with acting(by), transaction.atomic(), connection.cursor() as cursor:
        statement = "explain (analyze, buffers, format json) select * from find_citizens(%s, %s, %s, null, null, null, 26)"  # noqa: E501
        values = [wanted.name or None, list(wanted.born) or None, wanted.digits or None]
        for _ in range(7):
            cursor.execute(statement, values)
            plan = cursor.fetchone()[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


class OfOthers(TransactionTestCase):
    """The price of a search does not grow with the rows of other municipalities."""

    def test_a_search_touches_no_rows_of_others(self) -> None:
        with time_machine.travel(TODAY, tick=False):
            by, other = make.actor(), make.actor()
            for name in ("Nancy Berggren", "Bruno Hansen", "Max Hansen"):
                person(by, name, birth_date=dt.date(1948, 12, 25), number="+4520123456")
            asked = ("nancy berggren", "hansen", "nansy", "xqz", "201234", "251248")
            before = {text: buffers(by, text) for text in asked}
            fill(other, 5_000)
            after = {text: buffers(by, text) for text in asked}
            mine = buffers(other, "hansen")
        # An index one level deeper costs a page for each key that is looked up.
        grown = {t: (before[t], after[t]) for t in asked if after[t] > 2 * before[t] + 40}
        assert grown == {}
        assert mine > max(after.values())


def fill(by: Actor, number: int) -> None:
    """Many citizens of the same names and numbers, in sets."""
    with setup_connection() as inside:
        inside.execute("set session_replication_role = replica")
        inside.execute(
            "create temporary table fresh as select gen_random_uuid() as id"
            " from generate_series(1, %s)",
            [number],
        )
        inside.execute(
            "insert into referrals_citizen (id, given_names, surname, birth_date, sex, email,"
            " address, postcode, town, address_protected, language, interpreter, guardian_name,"
            " guardian_phone, created_at) select id, 'Nancy Bruno', 'Hansen Berggren',"
            " '1948-12-25', '', '', '', '', '', false, '', false, '', '', now() from fresh"
        )
        inside.execute(
            "insert into referrals_phone (id, citizen_id, number, note, rank)"
            " select gen_random_uuid(), id, '+4520123456', '', 0 from fresh"
        )
        inside.execute(
            "insert into referrals_citizenaccess (id, citizen_id, organisation_id, ground, about,"
            " from_on) select gen_random_uuid(), id, %s, 'handling', gen_random_uuid(),"
            " '2020-01-01' from fresh",
            [by.organisation_id],
        )
        inside.execute("select find_rebuild()")
        inside.execute("analyze referrals_findable, referrals_citizen, referrals_citizenaccess")
