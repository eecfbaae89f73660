"""The log in words: no name of a table, of an address or of a part of the system is shown."""

import ast
import uuid
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Model
from django.urls import get_resolver

from roegfri.accounts.models import Token
from roegfri.actor import NOBODY, Actor, Kind, system
from roegfri.desk.log import actors, places, subjects

HOUSE = Path(__file__).parents[2]
OURS = [
    model
    for model in apps.get_models()
    if model.__module__.partition(".")[0] in {"roegfri", "referrals"}
]
# What reads and keeps the log is never its subject.
_KEEPS_THE_LOG = {"auditevent", "auditeventperson", "auditseal", "changevalue"}
SUBJECTS = [model for model in OURS if model._meta.model_name not in _KEEPS_THE_LOG]
# Danish and English are one word for these.
ALIKE = {"region", "hospital", "organisation"}


@pytest.mark.parametrize("model", SUBJECTS, ids=lambda model: model._meta.label)
def test_every_model_that_can_be_a_subject_has_words(model: type[Model]) -> None:
    name, pk = model._meta.model_name, uuid.uuid4()
    said = str(subjects.words(f"{name}:{pk}"))
    assert said == str(subjects.words(f"{model._meta.db_table}:{pk}"))
    assert said == str(subjects.words(model._meta.db_table))
    assert said.lower() not in {name, str(model._meta.label).lower()} or name in ALIKE
    given = model._meta.original_attrs.get("verbose_name") or subjects.MODELS.get(str(name))
    assert given, f"{name}: a verbose_name, or a line in roegfri/desk/log/subjects.py"
    assert subjects.short_id(f"{name}:{pk}") == str(pk)[:8]


def test_the_lines_of_models_name_models_that_exist() -> None:
    assert set(subjects.MODELS) <= {model._meta.model_name for model in apps.get_models()}


ADDRESSES = sorted({name for name, _ in places.routes(get_resolver().url_patterns)})


def test_no_name_of_an_address_is_shown() -> None:
    assert {"desk:undo_call", "referrals:message_forward", "api:medcom"} <= set(ADDRESSES)
    shown = {name: str(subjects.words(name)) for name in ADDRESSES}
    assert {name for name, said in shown.items() if said == name or not said} == set()
    assert not [said for said in shown.values() if "_" in said]


def test_the_lines_of_screens_name_addresses_that_exist() -> None:
    assert set(places.SCREENS) <= set(ADDRESSES)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("desk:undo_call", "Opkald"),
        ("referrals:message_forward", "Indbakke"),
        ("referrals:list", "Henvisninger"),
        ("referrals:arrivals", "Indgange"),
        ("sending:new", "Henvis en borger"),
        ("signup:form", "Offentlig tilmelding"),
        ("api:medcom", "Snitflade: MedCom-besked"),
        ("api:nothing", "Snitflade"),
        ("admin:accounts_user_change", "Administration"),
        ("account_login", "Log ind"),
        ("mfa_add_webauthn", "Min profil"),
        ("desk:today", "I dag"),
    ],
)
def test_a_screen_is_called_as_the_menu_calls_it(name: str, said: str) -> None:
    assert str(places.words(name)) == said


def test_what_is_neither_thing_nor_screen_stands_as_it_was_written() -> None:
    assert subjects.words("henvisninger.csv: 12") == "henvisninger.csv: 12"
    assert subjects.short_id("henvisninger.csv: 12") == ""


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("referrals_referral", "Henvisning"),
        ("incomingmessage", "Indkommet besked"),
        ("grant", "Rolle"),
        ("approval", "Godkendelse af sprog"),
        ("token", "Adgangsnøgle"),
        ("contactattempt", "Opkald"),
    ],
)
def test_a_thing_has_its_danish_name(subject: str, said: str) -> None:
    assert subjects.words(f"{subject}:{uuid.uuid4()}") == said


def test_columns_are_called_as_on_the_screens_or_left_out() -> None:
    said = subjects.fields(
        "referrals_citizen:1", ["given_names", "citizen_id", "sort_key", "version"]
    )
    assert said == ["fornavne", "borger"]
    assert subjects.fields("desk:search", ["criterion"]) == []


def _systems() -> set[str]:
    """Every name that the code gives to a part of the system."""
    found = set()
    for root in ("roegfri", "referrals", "courses"):
        for path in (HOUSE / root).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                match node:
                    case ast.Call(func=ast.Name(id="system"), args=[ast.Constant(value=str(name))]):
                        found.add(name)
    return found


def test_every_part_of_the_system_has_words() -> None:
    assert "referrals.sweep" in _systems()
    assert _systems() == set(actors.SYSTEMS)


def test_who_acted_is_said_in_words() -> None:
    key = uuid.uuid4()
    token = Actor(Kind.TOKEN, str(Token(pk=key).pk)).label
    assert actors.keys_of({token, "token:odd", "public:tilmeld"}) == {key}
    assert actors.words(token, {key: "Journal"}) == "Adgangsnøgle: Journal"
    assert actors.words(token, {}) == "Adgangsnøgle"
    assert actors.words("public:tilmeld", {}) == "Offentlig tilmelding"
    assert actors.words(system("referrals.sweep").label, {}) == "Systemet: mappen"
    assert actors.words("system:unheard-of", {}) == "Systemet"
    assert actors.words(NOBODY.label, {}) == "Ingen, der er logget ind"
    assert actors.words("database:roegfri", {}) == "Driften, direkte i databasen"
    assert actors.words("", {}) == "Systemet"


def test_a_citizen_is_told_what_it_was_and_not_its_name() -> None:
    assert actors.by_whom(f"token:{uuid.uuid4()}") == "Et andet it-system"
    assert actors.by_whom("public:tilmeld") == "Offentlig tilmelding"
    assert actors.by_whom("system:referrals.sweep") == "Systemet"
