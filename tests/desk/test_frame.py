"""What stands around every page."""

import pytest
from django.test import RequestFactory
from django.urls import reverse

from roegfri.accounts.roles import GRANTS, Right, Role
from roegfri.actor import Actor, Kind
from roegfri.desk.frame import MENU, Menu, frame, menu
from roegfri.desk.views.today import landing


def around(path: str, role: str = "") -> dict[str, object]:
    request = RequestFactory().get(path)
    if role:
        request.actor = Actor(  # type: ignore[attr-defined]
            Kind.PERSON, "Mette Bruun", role=role, rights=GRANTS[role]
        )
    return frame(request)


def lines(found: dict[str, object]) -> dict[str, str]:
    menu = found["menu"]
    assert isinstance(menu, Menu)
    return {str(line.item.label): line.current for _, section in menu.sections for line in section}


def here(found: dict[str, object]) -> str:
    menu = found["menu"]
    assert isinstance(menu, Menu)
    return str(menu.here)


def test_a_stranger_and_an_error_page_have_no_menu() -> None:
    found = around("/")
    assert not found["menu"]
    assert found["grants"] == []
    assert found["role_name"] == ""


@pytest.mark.parametrize("role", Role.values)
def test_everybody_sees_the_lines_she_has_a_right_to_and_no_others(role: str) -> None:
    assert set(lines(around("/", role))) == {
        str(item.label) for item in MENU if item.right in GRANTS[role]
    }


def test_every_right_opens_a_line_but_those_used_on_the_pages_of_another() -> None:
    """Agreements and documents are changed on their pages, a course is run on its own."""
    elsewhere = {
        Right.AGREEMENTS_CHANGE: Right.AGREEMENTS_READ,
        Right.COURSES_RUN: Right.COURSES_READ,
        Right.DOCUMENTS_KEEP: Right.DOCUMENTS_READ,
    }
    assert {item.right for item in MENU} == set(Right) - set(elsewhere)
    for right, reads in elsewhere.items():
        assert all(reads in rights for rights in GRANTS.values() if right in rights)


@pytest.mark.parametrize(
    ("path", "label", "current"),
    [
        ("/", "I dag", "page"),
        ("/henvisninger/", "Henvisninger", "page"),
        ("/henvisninger/ny/", "Ny henvisning", "page"),
        ("/henvisninger/indbakke/9/", "Indbakke", "true"),
        ("/konto/2fa/", "Min profil", "true"),
    ],
)
def test_the_menu_says_where_one_is(path: str, label: str, current: str) -> None:
    found = around(path, Role.COUNSELLOR)
    assert {name: at for name, at in lines(found).items() if at} == {label: current}
    assert here(found) == label


def test_a_page_below_no_line_marks_none() -> None:
    found = around("/sag/1/", Role.COUNSELLOR)
    assert not any(lines(found).values())
    assert here(found) == ""


@pytest.mark.parametrize(
    ("role", "page"),
    [
        (Role.PROJECT_LEADER, "desk:agreements"),
        (Role.FINANCE, "desk:agreements"),
        (Role.SECURITY, "desk:log"),
        (Role.ADMINISTRATOR, "admin:index"),
        (Role.CALLER, "desk:quitline"),
    ],
)
def test_who_has_no_queue_begins_with_her_own_work(role: str, page: str) -> None:
    actor = Actor(Kind.PERSON, "Mette Bruun", role=role, rights=GRANTS[role])
    assert landing(actor) == page
    assert reverse(page) in {
        line.url for _, section in menu(actor, "/").sections for line in section
    }
