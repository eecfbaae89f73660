"""The trial's shelf: printed by the trial itself, and laid once."""

import pytest
import time_machine

from roegfri.accounts.roles import Role
from roegfri.actor import acting
from roegfri.collaboration.queries import shelves
from roegfri.desk.demo import documents
from tests import make

pytestmark = pytest.mark.django_db


def test_two_documents_stand_there_once_one_of_them_in_three_editions() -> None:
    agreement = make.agreement()
    leader = make.user(email="projektleder@roegfri.test")
    make.grant(Role.PROJECT_LEADER, agreement, leader)
    reader = make.actor(make.grant(Role.COUNSELLOR, make.municipality(agreement)))
    with time_machine.travel(make.MONDAY, tick=False):
        for _twice in range(2):
            with acting(make.SYSTEM):
                documents.lay(make.MONDAY)
        with acting(reader):
            [shelf] = shelves(reader, on=make.MONDAY.date())
    guide, checklist = shelf.titles
    assert (guide.title, checklist.title) == (documents.GUIDE[0], documents.CHECKLIST[0])
    assert guide.now is not None
    assert (guide.now.name, guide.now.kind) == ("marts 2026", "PDF")
    assert [one.name for one in (*guide.coming, *guide.before)] == ["januar 2027", "marts 2025"]
