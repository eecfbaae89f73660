"""What holds the house up, read from its own code."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from roegfri.audit.acts import words
from roegfri.outbox.states import MessageState
from tests.house import code

# ---- only commands write -------------------------------------------------------------------------

WRITES = {
    "save",
    "delete",
    "create",
    "update",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
}
# Names that the same words are used of, and that are no rows.
NOT_ROWS = re.compile(
    r"^(digest|catalogue|counts|venv|vars\(\)|hashlib\..*|seen\.persons|done\.setdefault\(.*|super\(\))$"
)
MAY_WRITE = {
    "roegfri.lifecycle": "the only setter of a state",
    "roegfri.ui.drafts": "a draft is no fact",
    "roegfri.accounts.sessions": "sign-in's own rows",
    "roegfri.accounts.models": "the manager that makes a user",
    "roegfri.desk.demo.staff": "the trial's made-up people",
    "roegfri.desk.demo.ways": "the trial's made-up arrivals and keys",
    "roegfri.desk.demo.courses.ground": "the trial's made-up places and educations",
    "roegfri.desk.demo.courses.letters": "the trial's made-up answers of doctors' systems",
}


def is_a_write(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return node.func.attr in WRITES and not NOT_ROWS.match(ast.unparse(node.func.value))


def writes_in(source: ast.AST) -> list[ast.AST]:
    return [node for node in ast.walk(source) if is_a_write(node)]


def test_only_commands_write() -> None:
    wrong = [
        code.where(path, node)
        for module, path in code.sources()
        if code.room(module) not in {"commands", "migrations"}
        and ".migrations." not in module
        and ".commands" not in module
        and module not in MAY_WRITE
        for node in writes_in(code.tree(path))
    ]
    assert wrong == []


def test_what_may_write_does() -> None:
    by_name = dict(code.sources())
    idle = [name for name in MAY_WRITE if not writes_in(code.tree(by_name[name]))]
    assert idle == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Phone.objects.create(number=1)", 1),
        ("citizen.save()", 1),
        ("rows.filter(pk=1).update(name='x')", 1),
        ("digest.update(b'')", 0),
        ("make(name='x')", 0),
    ],
)
def test_control_a_write_is_recognised(text: str, found: int) -> None:
    assert len(writes_in(ast.parse(text))) == found


# ---- commands and queries ------------------------------------------------------------------------


def in_room(*rooms: str) -> Iterator[tuple[Path, ast.FunctionDef]]:
    for module, path in code.sources():
        if code.room(module) in rooms and ".management." not in module:
            yield from ((path, function) for function in code.functions(path))


def calls(function: ast.FunctionDef) -> set[str]:
    return {ast.unparse(n.func) for n in ast.walk(function) if isinstance(n, ast.Call)}


# Parts of a command: called inside one, with the rows it has locked; and the log's own pen.
PARTS_OF_COMMANDS = {
    "course_to_plan",
    "seen_until",
    "check_course",
    "possible",
    "held_meeting",
    "own_participant",
    "may_be_marked",
    "may_be_met",
    "expected_at",
    "follow_mark",
    "settle_home",
    "freeze_homes",
    "ask_for_call",
    "call_due",
    "put_first",
    "books_of",
    "locked_course",
    "locked_participant",
    "handler_of",
    "nothing_to_do",
    "nothing_to_tell",
    "takes_nobody",
    "seats_held",
    "on_it_already",
    "last_in_line",
    "held_to_leave",
    "seat_goes_on",
    "result_of",
    "follow_merge",
    "tasks_follow",
    "move_up",
    "give_seat",
    "tell_handler",
    "ask_for_counsellor",
    "person_of",
    "place_on",
    "add_participant",
    "add_text",
    "facts_of",
    "take_alone",
    "take_replies",
    "reply_row",
    "locked_draft",
    "tasks_done",
    "check_sendable",
    "check_is_changed",
    "check_is_first",
    "newest_letter",
    "message_of",
    "end_letter",
    "tell_of_letter",
    "trouble_words",
    "make_cases",
    "lock_of_bytes",
    "keep_all",
    "accepted_row",
    "write_rows",
    "read_all",
    "misaddressed",
    "known_of",
    "taken_alone",
    "verdict",
    "open_many",
    "many_persons",
    "filled_in",
    "new_phones",
    "new_civil_number",
    "new_referral",
    "agreed_time",
    "time_ahead",
    "mark_wrong",
    "add_citizen",
    "add_residence",
    "fill_in",
    "same_citizen",
    "write_down",
    "add_phones",
    "add_civil_number",
    "open_access",
    "end_access",
    "one_person",
    "possible_birth",
    "member_agreement",
    "deadline_from",
    "make_due",
    "nothing_due",
    "note_arrivals",
    "own_citizen",
    "handled_person",
    "live_consents",
    "note_consent",
    "end_consents",
    "old_enough",
    "live_agreements",
    "handled",
    "make_receipts",
    "ask_again",
    "waiting_message",
    "put_away",
    "same_episode",
    "given_on",
    "given_away",
    "sender_mark",
    "at_the_receiver",
    "by_number",
    "make_task",
    "drop_tasks",
    "expect_contact",
    "note_contact",
    "first_meeting",
    "lay_meetings",
    "taking",
    "employed",
    "own_course",
    "own_meeting",
    "enough_staff",
    "seats_again",
    "meetings_changed",
    "put_on",
    "take_off",
}
NO_COMMANDS = {"record", "name_of", "wished_times"} | PARTS_OF_COMMANDS


def test_every_command_is_atomic_and_says_who_and_when() -> None:
    wrong = []
    for path, function in in_room("commands"):
        if function.name in NO_COMMANDS:
            continue
        keywords = {one.arg for one in function.args.kwonlyargs}
        if "transaction.atomic" not in code.decorators(function):
            wrong.append(f"{code.where(path, function)} {function.name} is not atomic")
        if not {"by", "at"} <= keywords:
            wrong.append(f"{code.where(path, function)} {function.name} lacks by or at")
    assert wrong == []


def test_parts_of_commands_are_called_by_commands_alone() -> None:
    wrong = [
        f"{code.where(path, node)} {ast.unparse(node.func)}"
        for module, path in code.sources()
        if code.room(module) != "commands"
        for node in ast.walk(code.tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in PARTS_OF_COMMANDS
    ]
    assert wrong == []


# What queries share to show rows that were read for their viewer; the names of municipalities; and
# what can stand in the queue at all.
LINES = {
    "counting_row",
    "newest_numbers",
    "term_line",
    "rate_line",
    "municipality_names",
    "branches",
    "text_of",
    "editions",
    "form_on",
    "edition",
    "first_edition",
    "lacks_counsellor",
}


def test_every_query_is_asked_by_a_viewer() -> None:
    wrong = [
        f"{code.where(path, function)} {function.name}"
        for path, function in in_room("queries", "policies")
        if [one.arg for one in function.args.args[:1]] not in (["viewer"], ["self"])
        and function.name not in LINES
    ]
    assert wrong == []


# ---- states --------------------------------------------------------------------------------------


def sets_state(node: ast.AST) -> bool:
    targets: Iterable[ast.expr] = ()
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign | ast.AugAssign):
        targets = (node.target,)
    flat = (part for target in targets for part in ast.walk(target))
    if any(isinstance(part, ast.Attribute) and part.attr == "state" for part in flat):
        return True
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr == "update" and any(one.arg == "state" for one in node.keywords)
    return False


def test_only_lifecycle_sets_a_state() -> None:
    wrong = [
        code.where(path, node)
        for module, path in code.sources()
        if module != "roegfri.lifecycle"
        for node in ast.walk(code.tree(path))
        if sets_state(node)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "text", ["thing.state = 'x'", "a, thing.state = 1, 2", "rows.update(state='x')"]
)
def test_control_a_set_state_is_recognised(text: str) -> None:
    assert any(sets_state(node) for node in ast.walk(ast.parse(text)))


# ---- the log's words -----------------------------------------------------------------------------


def acts_recorded() -> Iterator[tuple[str, str]]:
    """(place, act) of every record("x.y"); a star stands for what an f-string fills in."""
    for _module, path in code.sources():
        for node in ast.walk(code.tree(path)):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            if ast.unparse(node.func).split(".")[-1] not in {"record", "note"}:
                continue
            act = node.args[0]
            if isinstance(act, ast.Constant) and isinstance(act.value, str):
                yield code.where(path, node), act.value
            elif isinstance(act, ast.JoinedStr):
                yield code.where(path, node), re.sub(r"\{.*\}", "*", ast.unparse(act)[2:-1])


def test_every_act_in_the_log_has_words() -> None:
    spelled = {
        "message.*": [f"message.{one}" for one in (MessageState.DROPPED, MessageState.EXPIRED)]
    }
    found = list(acts_recorded())
    assert len(found) > 20
    wrong = {
        f"{act} ({place})"
        for place, name in found
        for act in spelled.get(name, [name])
        if words(act) == act
    }
    assert wrong == set()


# ---- the clock -----------------------------------------------------------------------------------

SQL_CLOCK = re.compile(
    r"\b(now\s*\(\s*\)|current_date|current_timestamp|localtimestamp|transaction_timestamp"
    r"|statement_timestamp|clock_timestamp)",
    re.IGNORECASE,
)
PYTHON_CLOCK = re.compile(r"(^|\.)(datetime|date|dt|timezone)\.(now|today|utcnow|fromtimestamp)$")
# What keeps a moment that no request can choose, or measures how long something took.
SQL_MAY_ASK = {
    "roegfri.audit.schema": "the log's own triggers: nobody may choose when a thing was logged",
    "roegfri.audit.one_row": "the same trigger, for a statement that changes one row",
}


def asks_the_time(source: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(source):
        if isinstance(node, ast.Call) and PYTHON_CLOCK.search(ast.unparse(node.func)):
            yield node
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            is_sql = re.search(
                r"\b(select|create|using|insert|update)\b", node.value, re.IGNORECASE
            )
            if is_sql and SQL_CLOCK.search(node.value):
                yield node


def test_nothing_but_the_clock_asks_the_time() -> None:
    wrong = [
        code.where(path, node)
        for module, path in code.sources()
        if module != "roegfri.clock" and module not in SQL_MAY_ASK
        for node in asks_the_time(code.tree(path))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "text",
    ["import datetime as dt\ndt.date.today()", "'select 1 where d < current_date'"],
)
def test_control_asking_the_time_is_recognised(text: str) -> None:
    assert list(asks_the_time(ast.parse(text)))


# ---- rules, names --------------------------------------------------------------------------------

# Ours, no agreement's: said so in their docstrings.
OWN_RULES = {
    "another_number",
    "another_number_in",
    "closed_because",
    "first_overlap",
    "is_telling",
    "next_attempt",
    "proposed_attempts",
    "silent_since",
    "slot_on",
    "free_slots",
    "think_until",
    "warn_on",
    "wished_moment",
}


def test_every_rule_quotes_its_sentence() -> None:
    wrong = [
        f"{code.where(path, function)} {function.name}"
        for path, function in in_room("rules")
        if "«" not in (ast.get_docstring(function) or "") and function.name not in OWN_RULES
    ]
    assert wrong == []


def test_rules_are_asked_with_every_date() -> None:
    wrong = [
        f"{code.where(path, function)} {called}"
        for path, function in in_room("rules")
        for called in calls(function)
        if called in {"clock.now", "clock.today"}
    ]
    assert wrong == []


VAGUE = {"services", "service", "managers", "utils", "util", "common", "core", "helpers", "misc"}


def test_every_module_has_a_name_that_says_something() -> None:
    wrong = [module for module, _path in code.sources() if VAGUE & set(module.split("."))]
    assert wrong == []


# ---- what never stands in the project ------------------------------------------------------------

BINARY = {".png", ".ico", ".woff2", ".jpg", ".mo", ".pdf", ".xlsx"}
LOCAL = re.compile(r"/(?:home|Users|root|work)/[a-z]", re.IGNORECASE)
# Where a package comes from is the reader's own affair: a lock file names no host.
HOST = re.compile(
    r"https?://[^\s\"']*(?:artifactory|nexus|pypi|registry|proxy)[^\s\"']*", re.IGNORECASE
)
PUBLIC = re.compile(r"https://(?:registry\.npmjs\.org|pypi\.org|files\.pythonhosted\.org)/")


def faults_of(text: str) -> list[str]:
    hosts = [found for found in HOST.findall(text) if not PUBLIC.match(found)]
    return [*LOCAL.findall(text), *hosts]


def test_no_path_of_a_machine_and_no_registry_of_ours() -> None:
    wrong = {
        str(path.relative_to(code.ROOT)): found[:3]
        for path in code.tracked()
        if path.suffix not in BINARY and path != Path(__file__)
        if (found := faults_of(path.read_text(encoding="utf-8", errors="replace")))
    }
    assert wrong == {}


@pytest.mark.parametrize("text", ["see /home/anna/x", "https://nexus.example/simple/django"])
def test_control_a_path_and_a_registry_are_recognised(text: str) -> None:
    assert faults_of(text)
