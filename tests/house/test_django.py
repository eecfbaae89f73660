"""What holds the house up, asked of Django: addresses, models, migrations, templates, walls."""

from collections import Counter
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader
from django.template import engines
from django.urls import URLPattern, URLResolver, get_resolver

from courses import states as course_states
from referrals import states as referral_states
from referrals.models import Citizen
from roegfri import lifecycle, walls
from roegfri.accounts.roles import Right
from roegfri.outbox import states as outbox_states
from tests import make
from tests.house.code import OUR_LABELS, ROOT

OURS = [m for m in apps.get_models() if m._meta.app_label in OUR_LABELS]

# ---- addresses -----------------------------------------------------------------------------------

# Open to everybody: the public forms and lists, statements the law asks for, health, a calendar or
# a form whose secret one has, and the way in (allauth's own addresses).
OPEN = {
    "desk:accessibility",
    "desk:was",
    "desk:healthz",
    "desk:readyz",
    "signup:choose",
    "signup:form",
    "find:list",
    "find:course",
    "find:sign_up",
    "find:calendar",
    "embed:courses",
    "courses:calendar",
    "courses:own_form",
    "courses:own_form_part",
}
SIGN_IN = ("account_", "mfa_", "socialaccount_", "openid_connect_", "usersessions_")


def leaves(
    patterns: Iterable[URLPattern | URLResolver], spaces: tuple[str, ...] = ()
) -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from leaves(pattern.url_patterns, inner)
        else:
            yield ":".join([*spaces, pattern.name or str(pattern.pattern)]), pattern.callback


def test_every_address_carries_a_right() -> None:
    found = dict(leaves(get_resolver().url_patterns))
    assert len(found) > 50
    wrong = [
        name
        for name, view in found.items()
        if name not in OPEN
        and not name.startswith(SIGN_IN)
        and getattr(view, "right", None) not in list(Right)
    ]
    assert wrong == []
    assert set(found) >= OPEN


def test_what_is_open_carries_none() -> None:
    found = dict(leaves(get_resolver().url_patterns))
    assert [name for name in OPEN if hasattr(found[name], "right")] == []


def test_each_name_is_one_address_with_its_variants() -> None:
    """The same include twice would go unseen."""
    routes: Counter[tuple[str, str]] = Counter()

    def count(patterns: Iterable[URLPattern | URLResolver], above: str) -> None:
        for pattern in patterns:
            here = above + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                count(pattern.url_patterns, here)
            else:
                routes[pattern.name or "", here] += 1

    count(get_resolver().url_patterns, "")
    assert [key for key, times in routes.items() if times > 1] == []


# ---- models --------------------------------------------------------------------------------------

STOREYS = [
    "audit",
    "organisations",
    "ui",
    "accounts",
    "outbox",
    "referrals",
    "courses",
    "vouchers",
    "settlement",
    "reporting",
    "desk",
]
# A draft belongs to a person, by the name that settings give: ui knows no accounts.
POINTS_UP = {("ui", "accounts")}


def foreign(model: type[models.Model]) -> Iterator["models.Field[Any, Any]"]:
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey | models.ManyToManyField):
            yield field


def test_foreign_keys_point_down() -> None:
    wrong = []
    for model in OURS:
        for field in foreign(model):
            mine = model._meta.app_label
            target = field.related_model
            assert isinstance(target, type)
            theirs = target._meta.app_label
            if theirs not in STOREYS or (mine, theirs) in POINTS_UP:
                continue
            if STOREYS.index(theirs) > STOREYS.index(mine):
                wrong.append(f"{model.__name__}.{field.name} -> {theirs}")
    assert wrong == []


def about_citizens() -> set[type[models.Model]]:
    """Models from which foreign keys lead to a citizen, by however many steps."""
    found: set[type[models.Model]] = {Citizen}
    while True:
        more = {
            m for m in OURS if m not in found and any(f.related_model in found for f in foreign(m))
        }
        if not more:
            return found
        found |= more


def marked(model: type[models.Model]) -> bool:
    return getattr(model, "personal_data", False) is True


def test_what_leads_to_a_citizen_is_marked_as_personal() -> None:
    assert len(about_citizens()) > 5
    assert [m.__name__ for m in about_citizens() if not marked(m)] == []


# Names of columns that hold how to reach a person, what she is called, or her number.
PERSONAL_NAMES = {"recipient", "number", "civil_number", "surname", "given_names", "birth_date"}
# Staff, organisations: no citizens.
NO_CITIZENS = {"HospitalDepartment", "User"}


def test_what_holds_a_citizens_name_or_number_is_marked_as_personal() -> None:
    wrong = [
        model.__name__
        for model in OURS
        if PERSONAL_NAMES & {f.name for f in model._meta.get_fields()}
        and model.__name__ not in NO_CITIZENS
        and not marked(model)
    ]
    assert wrong == []


@pytest.mark.django_db
def test_every_personal_table_has_forced_row_level_security() -> None:
    tables = walls.walled_tables()
    assert set(tables) == {m._meta.db_table for m in apps.get_models() if marked(m)}
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class where relrowsecurity and relforcerowsecurity"
            " and relname = any(%s)",
            [tables],
        )
        assert {name for (name,) in cursor.fetchall()} == set(tables)
        cursor.execute(
            "select tablename, count(*) from pg_policies where tablename = any(%s)"
            " and roles <> '{public}' and qual = 'true' and roles <> array["
            " app_role_named('owner')] group by 1",
            [tables],
        )
        assert cursor.fetchall() == [], "a policy that shows everything to somebody else"


@pytest.mark.django_db
def test_the_walls_bind_the_report_role_too() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select rolbypassrls, rolsuper from pg_roles where rolname like '%_report'")
        assert set(cursor.fetchall()) == {(False, False)}


# ---- migrations ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    out = StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=out, no_color=True)
    except SystemExit:
        pytest.fail(out.getvalue())


def test_every_app_has_one_last_migration() -> None:
    leaves_of = Counter(label for label, _name in MigrationLoader(None).graph.leaf_nodes())
    assert {label for label, count in leaves_of.items() if count > 1} == set()
    assert {m._meta.app_label for m in OURS} <= set(leaves_of)


# ---- templates -----------------------------------------------------------------------------------

TEMPLATES = sorted(
    str(path.relative_to(ROOT / "templates"))
    for path in (ROOT / "templates").rglob("*")
    if path.suffix in {".html", ".txt"}
)


def test_every_template_compiles() -> None:
    assert len(TEMPLATES) > 50
    for name in TEMPLATES:
        engines["django"].get_template(name)


def test_no_template_has_script_or_style_inside() -> None:
    """The content security policy would not run them: better not to write them."""
    marks = ("<script>", "<style", " onclick=", " onchange=", " style=", "javascript:")
    wrong = [
        f"{name}: {mark}"
        for name in TEMPLATES
        if name.endswith(".html") and not name.startswith(("letters/", "500"))
        for mark in marks
        if mark in (ROOT / "templates" / name).read_text(encoding="utf-8")
    ]
    assert wrong == []


def test_a_part_has_one_root_named_after_its_file() -> None:
    """htmx swaps a part by its root's id."""
    targets = ("desk/_worklist.html", "desk/_log_events.html", "referrals/_rows.html")
    for name in targets:
        text = (ROOT / "templates" / name).read_text(encoding="utf-8")
        root = name.rpartition("/")[2].removesuffix(".html").removeprefix("_")
        assert f'id="{root}"' in text or f'id="_{root}"' in text, name


# ---- states --------------------------------------------------------------------------------------

MACHINES = {
    "referral": (referral_states.MOVES, referral_states.ReferralState),
    "message": (outbox_states.MOVES, outbox_states.MessageState),
    "course": (course_states.COURSE_MOVES, course_states.CourseState),
    "meeting": (course_states.MEETING_MOVES, course_states.MeetingState),
    "enrolment": (course_states.ENROLMENT_MOVES, course_states.EnrolmentState),
    "letter": (course_states.LETTER_MOVES, course_states.LetterState),
}


class Thing:
    """The least that lifecycle.move needs."""

    def __init__(self, state: str) -> None:
        self.state = state
        self.state_since = make.MONDAY
        self.saved: list[str] = []

    def save(self, *, update_fields: Iterable[str]) -> None:
        self.saved = list(update_fields)

    def get_state_display(self) -> str:
        return self.state


@pytest.mark.parametrize("machine", MACHINES)
def test_every_pair_of_states(machine: str) -> None:
    moves, states = MACHINES[machine]
    assert set(moves) == set(states)
    later = make.MONDAY.replace(hour=12)
    for start, end in product(states.values, states.values):
        thing = Thing(start)
        if end in moves[start]:
            lifecycle.move(thing, moves, to=end, at=later, facts=["fact"])
            assert (thing.state, thing.state_since) == (end, later)
            assert thing.saved == ["state", "state_since", "fact"]
        else:
            with pytest.raises(lifecycle.IllegalMove):
                lifecycle.move(thing, moves, to=end, at=later)
            assert (thing.state, thing.saved) == (start, [])


def test_every_model_with_a_state_has_its_machine() -> None:
    with_state = {
        m.__name__ for m in OURS if {"state", "state_since"} <= {f.name for f in m._meta.fields}
    }
    assert with_state == {
        "Referral",
        "Message",
        "Course",
        "Meeting",
        "Enrolment",
        "DischargeLetter",
    }
    assert len(MACHINES) == len(with_state)
