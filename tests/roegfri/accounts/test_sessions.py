"""Under which role, for how long, and what becomes of a form when time is up."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from roegfri import clock
from roegfri.accounts import commands, queries
from roegfri.accounts.models import User
from roegfri.accounts.roles import Role
from roegfri.accounts.tasks import forget_ended_sessions
from roegfri.actor import NOBODY, Actor, Kind
from tests.roegfri.accounts import urls
from tests.roegfri.accounts.people import (
    BY,
    LOGIN,
    agreement,
    counsellor,
    grant,
    municipality,
    person,
    signed_in,
)

START = dt.datetime(2026, 9, 1, 8, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def minutes(count: float) -> dt.timedelta:
    return dt.timedelta(minutes=count)


# ---- roles -----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_queries_say_who_it_is() -> None:
    client = signed_in(counsellor())
    client.get("/proeve/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/proeve/")
    # The session; the person with her grants. (BEGIN and COMMIT are counted too.)
    assert [q["sql"].split()[0].upper() for q in asked] == ["SELECT", "SELECT", "BEGIN", "COMMIT"]


def test_a_role_can_be_switched_and_is_remembered() -> None:
    user = counsellor()
    leader = grant(user, Role.PROJECT_LEADER, agreement())
    client = signed_in(user)
    assert client.get("/proeve/").content.decode().endswith("counsellor Odense Kommune")
    before = client.session.session_key
    client.post(reverse("accounts:switch"), {"grant": leader.pk})
    assert client.session.session_key != before
    assert UserSession.objects.filter(session_key=client.session.session_key).exists()
    assert client.get("/proeve/").content.decode().endswith("project_leader Røgfri Fyn")
    with time_machine.travel(clock.now() + minutes(2)):
        again = signed_in(user)
        assert again.get("/proeve/").content.decode().endswith("project_leader Røgfri Fyn")


def form_token(client: Client) -> str:
    """What every form on a page of hers carries now."""
    assert client.get(reverse("accounts:profile")).status_code == 200
    return client.cookies[settings.CSRF_COOKIE_NAME].value


def test_a_form_that_was_open_before_the_switch_is_not_sent_under_the_new_role() -> None:
    user = counsellor()
    leader = grant(user, Role.PROJECT_LEADER, agreement())
    client = signed_in(user)
    client.handler.enforce_csrf_checks = True
    switch, before = reverse("accounts:switch"), form_token(client)
    sent = {"grant": leader.pk, "csrfmiddlewaretoken": before}
    assert client.post(switch, sent).status_code == 302
    stale = client.post(switch, sent)
    assert stale.status_code == 403
    assert "har skiftet rolle" in stale.content.decode()
    assert (
        client.post(switch, sent | {"csrfmiddlewaretoken": form_token(client)}).status_code == 302
    )


def test_nobody_switches_to_anothers_role() -> None:
    hers = grant(person(), Role.SECURITY)
    client = signed_in(counsellor())
    client.post(reverse("accounts:switch"), {"grant": hers.pk})
    assert client.get("/proeve/log/").status_code == 403


def test_rights_are_those_of_the_chosen_role_alone() -> None:
    user = counsellor()
    security = grant(user, Role.SECURITY)
    client = signed_in(user)
    assert client.get("/proeve/log/").status_code == 403
    client.post(reverse("accounts:switch"), {"grant": security.pk})
    assert client.get("/proeve/log/").status_code == 200


def test_a_role_ends_with_its_last_day() -> None:
    with time_machine.travel(START, tick=False):
        user = counsellor()
        held = user.grants.get()
        commands.end_grant(held, until_on=clock.today(), by=BY, at=clock.now())
        late = clock.end_of_day(clock.today()) - minutes(1)
    with time_machine.travel(late, tick=False) as moment:
        client = signed_in(user)
        assert client.get("/proeve/").status_code == 200
        moment.shift(minutes(2))
        gone = client.get("/proeve/")
        assert gone.status_code == 403
        assert "Du har ingen rolle i Røgfri" in gone.content.decode()
        assert "Odense Kommune" in gone.content.decode()
        assert client.get("/proeve/")["Location"].startswith(LOGIN)


def test_a_role_belongs_to_its_kind_of_organisation() -> None:
    with pytest.raises(Exception, match="kan ikke gives"):
        grant(person(), Role.PROJECT_LEADER, municipality())


def test_colleagues_are_those_of_ones_own_organisation() -> None:
    user, other = counsellor(), counsellor()
    here = municipality()
    held = user.grants.get()
    viewer = Actor(
        Kind.PERSON,
        "",
        user_id=user.pk,
        organisation_id=held.organisation_id,
        rights=frozenset("x"),
    )
    stranger = Actor(Kind.PERSON, "", organisation_id=agreement().pk, rights=frozenset("x"))
    assert set(queries.people_of(viewer, here.pk)) == {user, other}
    assert not queries.people_of(stranger, here.pk)
    assert queries.names_of(viewer, [other.pk]) == {other.pk: "Rikke Rask"}
    assert queries.names_of(NOBODY, [other.pk]) == {}


# ---- time ------------------------------------------------------------------------------------


def test_half_an_hour_of_nothing_ends_it() -> None:
    with time_machine.travel(START, tick=False) as moment:
        client = signed_in(counsellor())
        for _ in range(5):
            moment.shift(minutes(29))
            assert client.get("/proeve/").status_code == 200
        moment.shift(minutes(31))
        gone = client.get("/proeve/")
        assert gone["Location"].startswith(LOGIN)
        page = client.get(gone["Location"]).content.decode()
        assert "Du var væk i 30 minutter. Log ind igen." in page
        assert "er gemt" not in page


def test_a_poll_renews_nothing() -> None:
    with time_machine.travel(START, tick=False) as moment:
        client = signed_in(counsellor())
        for _ in range(3):
            moment.shift(minutes(9))
            assert client.get("/proeve/", headers={"X-Poll": "1"}).status_code == 200
        moment.shift(minutes(4))
        assert client.get("/proeve/").status_code == 302


def test_ten_hours_end_it_however_busy() -> None:
    with time_machine.travel(START, tick=False) as moment:
        client = signed_in(counsellor())
        for _ in range(24):
            moment.shift(minutes(25))
            assert client.get("/proeve/").status_code == 200
        moment.shift(minutes(1))
        assert client.get("/proeve/").status_code == 302


def test_the_key_changes_when_a_person_signs_in() -> None:
    client = Client()
    client.get(LOGIN)
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    client.cookies["roegfri"] = str(planted)
    signed_in(counsellor(), client)
    assert client.session.session_key != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_signing_out_ends_it() -> None:
    client = signed_in(counsellor())
    key = client.session.session_key
    client.post(reverse("account_logout"))
    assert not Session.objects.filter(session_key=key).exists()
    assert client.get("/proeve/").status_code == 302


def test_ended_sessions_are_forgotten() -> None:
    signed_in(counsellor())
    with time_machine.travel(clock.now() + dt.timedelta(hours=11)):
        forget_ended_sessions()
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()


# ---- what was typed --------------------------------------------------------------------------


def come_back(client: Client, gone: Any) -> None:
    """Signs in again where the expired request led to."""
    user = User.objects.get(email="rikke@odense.example")
    signed_in(user, client)
    assert gone["Location"] == f"{LOGIN}?next=%2Fproeve%2Fnotat%2F"


def test_a_form_sent_too_late_is_there_again_after_signing_in() -> None:
    with time_machine.travel(START, tick=False) as moment:
        client = signed_in(counsellor("rikke@odense.example"))
        moment.shift(minutes(40))
        urls.acts.clear()
        gone = client.post("/proeve/notat/", {"text": "Borgeren vil ringes op efter 16"})
        assert gone.status_code == 302
        page = client.get(gone["Location"]).content.decode()
        assert "Det, du skrev, er gemt." in page
        come_back(client, gone)
        form = client.get("/proeve/notat/").content.decode()
    assert "Borgeren vil ringes op efter 16" in form
    assert urls.acts == []


def test_htmx_is_led_to_sign_in_as_a_whole_page() -> None:
    with time_machine.travel(START, tick=False) as moment:
        client = signed_in(counsellor("rikke@odense.example"))
        moment.shift(minutes(40))
        gone = client.post(
            "/proeve/notat/",
            {"text": "x"},
            headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/proeve/notat/?a=1"},
        )
    assert gone.status_code == 401
    assert gone["HX-Redirect"] == f"{LOGIN}?next=%2Fproeve%2Fnotat%2F%3Fa%3D1"


def test_another_person_at_the_same_machine_never_sees_it() -> None:
    with time_machine.travel(START, tick=False) as moment:
        client = signed_in(counsellor("rikke@odense.example"))
        moment.shift(minutes(40))
        client.post("/proeve/notat/", {"text": "Borgeren vil ringes op"})
        signed_in(counsellor("anders@odense.example"), client)
        assert "Borgeren" not in client.get("/proeve/notat/").content.decode()


def test_a_forged_form_is_not_kept() -> None:
    with time_machine.travel(START, tick=False) as moment:
        client = Client(enforce_csrf_checks=True)
        client.cookies = signed_in(counsellor("rikke@odense.example")).cookies
        moment.shift(minutes(40))
        gone = client.post("/proeve/notat/", {"text": "indsmuglet"})
        assert "er gemt" not in client.get(gone["Location"]).content.decode()


# ---- the profile -----------------------------------------------------------------------------


def test_the_profile_is_changed_and_the_language_follows() -> None:
    client = signed_in(counsellor("rikke@odense.example"))
    page = client.get(reverse("accounts:profile")).content.decode()
    assert "Min profil" in page
    assert "Odense Kommune" in page
    typed = {"name": "Rikke R. Rask", "phone": "66 13 13 72", "language": "en"}
    assert client.post(reverse("accounts:profile"), typed).status_code == 302
    user = User.objects.get(email="rikke@odense.example")
    assert (user.name, user.language, user.shortcuts) == ("Rikke R. Rask", "en", False)


def test_visitors_get_the_language_of_their_cookie() -> None:
    client = Client()
    assert 'lang="da"' in client.get(LOGIN).content.decode()
    client.cookies["language"] = "en"
    assert 'lang="en"' in client.get(LOGIN).content.decode()
