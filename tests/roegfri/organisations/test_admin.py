"""Administration: for administrators alone, nothing removed, every save in the log."""

import datetime as dt
import io
import re
from collections.abc import Sequence
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse

from roegfri import clock
from roegfri.accounts import commands as people
from roegfri.accounts.models import Grant, User
from roegfri.accounts.roles import Right, Role
from roegfri.actor import acting, system
from roegfri.desk.admin_site import site
from roegfri.organisations.models import (
    Agreement,
    Municipality,
    Organisation,
    Practice,
    Rate,
    Term,
)
from roegfri.refusal import Refusal
from roegfri.sheets.reading import read_rows
from roegfri.sheets.writing import write_xlsx
from tests.roegfri.organisations.people import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
HOME = "/administration/"


@pytest.fixture(autouse=True)
def _without_second_factor(settings: Any) -> None:
    settings.SECOND_FACTOR = False


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.ADMINISTRATOR, Organisation.objects.get(name="Røgfri Drift"))


def acts() -> Any:
    """What the log says, newest last."""
    with acting(system("test")), connection.cursor() as cursor:
        cursor.execute("select act, columns from audit_event where act !~ '^row' order by seq")
        return cursor.fetchall()


def hvidovre() -> Municipality:
    return Municipality.objects.get(code="167")


@pytest.mark.parametrize(
    "role", [Role.COUNSELLOR, Role.COORDINATOR, Role.FINANCE, Role.SECURITY, Role.REFERRER]
)
def test_nobody_else_comes_in(role: str) -> None:
    client = signed_in(role, hvidovre())
    for address in (HOME, f"{HOME}accounts/user/", f"{HOME}accounts/user/add/"):
        assert client.get(address).status_code == 403
    assert acts()[-1][0] == "screen.refused"


def test_the_signed_out_are_sent_to_sign_in() -> None:
    answer = Client().get(HOME)
    assert answer.status_code == 302
    assert "/konto/" in answer["Location"]


@pytest.mark.parametrize("model", site._registry, ids=lambda model: model._meta.model_name)
def test_every_list_and_form_opens(admin: Client, model: Any) -> None:
    path = f"{HOME}{model._meta.app_label}/{model._meta.model_name}/"
    assert admin.get(path).status_code == 200
    assert admin.get(path, {"q": "a"}).status_code == 200
    adds = site._registry[model].has_add_permission
    assert admin.get(f"{path}add/").status_code == (403 if model is Organisation else 200), adds
    row = model.objects.first()
    if row is not None:
        page = admin.get(f"{path}{row.pk}/change/")
        assert page.status_code == 200
        assert "deletelink" not in page.content.decode()
        assert admin.post(f"{path}{row.pk}/delete/", {"post": "yes"}).status_code == 403
        assert admin.get(f"{path}{row.pk}/history/").status_code == 404


def test_django_s_own_sign_in_and_passwords_are_not_there() -> None:
    for name in ("login", "logout", "password_change", "autocomplete"):
        with pytest.raises(NoReverseMatch):
            reverse(f"admin:{name}")


def test_every_address_carries_the_right() -> None:
    def views(patterns: Any) -> Any:
        for pattern in patterns:
            yield from (
                views(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern]
            )

    for pattern in views(site.urls[0]):
        assert pattern.callback.right is Right.REFERENCE_DATA, pattern


def test_a_change_is_logged_with_the_names_of_its_columns(admin: Client) -> None:
    town = hvidovre()
    fields = ("name", "phone", "email", "contact", "code", "cvr", "ean")
    typed = {name: getattr(town, name) for name in fields} | {"region": town.region_id}
    path = f"{HOME}organisations/municipality/{town.pk}/change/"
    bad = admin.post(path, typed | {"ean": "5790009001670"})
    assert bad.status_code == 200
    assert "kontrolcifferet" in bad.content.decode()
    assert admin.post(path, typed | {"phone": "36 39 36 39"}).status_code == 302
    assert hvidovre().phone == "36 39 36 39"
    assert ("municipality.changed", ["phone"]) in acts()


def test_terms_and_rates_are_added_and_never_changed(admin: Client) -> None:
    agreement = Agreement.objects.get(slug="roegfri-paa-tvaers")
    path = f"{HOME}organisations/term/"
    typed = {"agreement": agreement.pk, "name": "voucher_count", "value": "5", "note": ""}
    wrong = admin.post(f"{path}add/", typed | {"value": "fem", "from_on": "2027-01-01"})
    assert wrong.status_code == 200
    assert admin.post(f"{path}add/", typed | {"from_on": "2027-01-01"}).status_code == 302
    term = Term.objects.get(name="voucher_count", from_on=dt.date(2027, 1, 1))
    assert acts()[-1] == ("term.added", ["voucher_count"])
    assert admin.post(f"{path}{term.pk}/change/", typed | {"value": "6"}).status_code == 403
    rate = {"agreement": agreement.pk, "name": "voucher", "amount_ore": "250,00", "note": ""}
    path = f"{HOME}organisations/rate/add/"
    assert admin.post(path, rate | {"from_on": "2027-01-01"}).status_code == 302
    assert Rate.objects.get(name="voucher", from_on=dt.date(2027, 1, 1)).amount_ore == 25000
    refused = admin.post(path, rate | {"from_on": "2028-01-01", "municipality": hvidovre().pk})
    assert refused.status_code == 302
    assert not Rate.objects.filter(from_on=dt.date(2028, 1, 1)).exists()


def test_a_person_is_made_given_a_role_and_let_go(admin: Client) -> None:
    people, roles = f"{HOME}accounts/user/", f"{HOME}accounts/grant/"
    person = {"name": "Mette Madsen", "email": "Mette@Hvidovre.example", "language": "da"}
    assert admin.post(f"{people}add/", person).status_code == 302
    mette = User.objects.get(email="mette@hvidovre.example")
    again = admin.post(f"{people}add/", person)
    assert User.objects.filter(name="Mette Madsen").count() == 1, again.status_code

    day = clock.today()
    role = {"user": mette.pk, "role": Role.CALLER, "organisation": hvidovre().pk}
    wrong = admin.post(f"{roles}add/", role | {"from_on": day.isoformat()})
    assert wrong.status_code == 200
    assert "kan ikke gives" in wrong.content.decode()
    role["role"] = Role.COUNSELLOR
    assert admin.post(f"{roles}add/", role | {"from_on": day.isoformat()}).status_code == 302
    grant = Grant.objects.get(user=mette)
    assert grant.given_by == "Rikke Rask"

    path = f"{roles}{grant.pk}/change/"
    early = (day - dt.timedelta(days=1)).isoformat()
    assert admin.post(path, {"until_on": early}).status_code == 200
    assert admin.post(path, {"until_on": ""}).status_code == 200
    assert admin.post(path, {"until_on": day.isoformat(), "role": "security"}).status_code == 302
    grant.refresh_from_db()
    assert (grant.until_on, grant.role) == (day, Role.COUNSELLOR)

    changed = person | {"name": "Mette Møller", "email": mette.email}
    assert admin.post(f"{people}{mette.pk}/change/", changed).status_code == 302
    mette.refresh_from_db()
    assert (mette.name, mette.is_active) == ("Mette Møller", False)
    found = [act for act, _columns in acts()]
    wanted = ["user.created", "grant.given", "grant.ended", "user.deactivated", "user.changed"]
    assert [act for act in found if act in wanted][-5:] == wanted
    assert not any("password" in columns for _act, columns in acts())


def test_an_account_is_opened_again_and_an_address_is_one_persons(admin: Client) -> None:
    with acting(system("test")):
        for name in ("anna", "bente"):
            people.create_user(f"{name}@hvidovre.example", name, by=system("test"), at=clock.now())
    anna = User.objects.get(name="anna")
    path = f"{HOME}accounts/user/{anna.pk}/change/"
    typed = {"name": "anna", "email": anna.email, "phone": "", "language": "da"}
    assert admin.post(path, typed).status_code == 302
    assert acts()[-1] == ("user.deactivated", [])
    assert admin.post(path, typed | {"is_active": "on", "phone": "36 39"}).status_code == 302
    assert acts()[-2:] == [("user.reactivated", []), ("user.changed", ["phone"])]
    anna.refresh_from_db()
    assert (anna.is_active, anna.phone) == (True, "36 39")
    taken = typed | {"is_active": "on", "email": "Bente@Hvidovre.example"}
    admin.post(path, taken)
    anna.refresh_from_db()
    assert anna.email == "anna@hvidovre.example"
    with acting(system("test")), pytest.raises(Refusal, match="allerede en bruger"):
        people.correct_user(
            anna,
            email=" Bente@Hvidovre.example",
            name="anna",
            phone="",
            language="da",
            by=system("test"),
            at=clock.now(),
        )


UNREADABLE = [
    ("organisations/closingday", "on__year=-9999999999"),
    ("organisations/closingday", "on__year=0"),
    ("organisations/closingday", "on__year=9999"),
    ("organisations/closingday", "on__year=2026&on__month=99999999999999999999"),
    ("organisations/closingday", "on__month=-9999999999"),
    ("organisations/closingday", "on__day=x"),
    ("organisations/closingday", "on__gte=x"),
    ("organisations/closingday", "municipality__organisation_ptr__exact=x"),
    ("organisations/municipality", "region__id__exact=-99999999999999999999"),
    ("organisations/municipality", "region__id__exact=x"),
    ("organisations/municipality", "q=%00"),
    ("organisations/municipality", "p=-9999999999999999999"),
    ("organisations/municipality", "o=9999999999999999999.-x"),
    ("organisations/municipality", "password__startswith=a"),
    ("accounts/grant", "role__exact=%00"),
    ("accounts/user", "is_active__exact=x"),
    ("accounts/user", "all=%00"),
]


@pytest.mark.parametrize(("model", "query"), UNREADABLE)
def test_a_filter_that_cannot_be_read_breaks_nothing(admin: Client, model: str, query: str) -> None:
    answer = admin.get(f"{HOME}{model}/?{query}")
    assert answer.status_code in {200, 302, 400}
    assert admin.get(f"{HOME}{model}/").status_code == 200


def test_a_year_that_is_none_is_said(admin: Client) -> None:
    answer = admin.get(f"{HOME}organisations/closingday/?on__year=-9999999999")
    assert answer.status_code == 400
    assert "Forespørgslen kunne ikke læses" in answer.content.decode()


def upload(admin: Client, rows: list[list[object]], headings: Sequence[str] = ()) -> Any:
    stream = io.BytesIO()
    write_xlsx(headings or HEADINGS, rows, stream, title="Ark")
    file = SimpleUploadedFile("ydere.xlsx", stream.getvalue())
    path = f"{HOME}organisations/practice/import/"
    return admin.post(path, {"import_file": file, "format": "0", "resource": "0"})


def confirm(admin: Client, page: str) -> Any:
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    return admin.post(f"{HOME}organisations/practice/process_import/", hidden)


def test_a_sheet_is_previewed_then_taken_in_and_logged(admin: Client) -> None:
    preview = upload(admin, [["912345", "=Lægerne i Ny By", "167", 3, "36 00 00 00"]])
    page = preview.content.decode()
    assert preview.status_code == 200
    assert not Practice.objects.filter(provider_number="912345").exists()
    assert confirm(admin, page).status_code == 302
    practice = Practice.objects.get(provider_number="912345")
    assert (practice.kind, practice.municipality) == ("practice", hvidovre())
    assert practice.general_practitioners == 3
    assert acts()[-1][0] == "practice.added"
    before = acts()
    assert confirm(admin, page).status_code == 302
    assert acts() == before
    assert "Vælg den igen" in admin.get(f"{HOME}organisations/practice/").content.decode()


def test_a_sheet_with_a_fault_says_so_and_changes_nothing(admin: Client) -> None:
    before = Practice.objects.count()
    page = upload(admin, [["912345", "Ny", "167", 3, ""], ["12", "Kort", "167", 1, ""]])
    assert page.status_code == 200
    assert "process_import" not in re.sub(r"<script.*?</script>", "", page.content.decode())
    broken = SimpleUploadedFile("ydere.xlsx", b"PK\x03\x04 intet")
    path = f"{HOME}organisations/practice/import/"
    answer = admin.post(path, {"import_file": broken, "format": "0", "resource": "0"})
    assert answer.status_code == 200
    assert "gem den igen som .xlsx" in answer.content.decode()
    assert Practice.objects.count() == before


FOREIGN = ("Import", "Export", "Submit", "Preview", "Errors", "Line number", "Row", "Update", "New",
           "matching query", "Ensure", "Format", "Confirm")  # fmt: skip
HEADINGS = ["ydernummer", "navn", "kommune", "læger", "telefon"]


@pytest.mark.parametrize(
    ("headings", "rows", "words"),
    [
        (HEADINGS, [["912345", "Ny", "167", 3, ""]], "Sådan bliver rækkerne"),
        (HEADINGS, [["12", "Kort", "167", 1, ""]], "ydernummer: Indtast en gyldig"),
        (HEADINGS, [["912345", "Ny", "999", 3, ""]], "Der er ingen kommune «999»."),
        (HEADINGS, [["912345", "Ny", "167", "mange", ""]], "ikke rigtige"),
        (["navn"], [["Ny"]], "Der skal stå: ydernummer; navn; kommune; læger; telefon"),
        ([*HEADINGS, "cpr"], [["912345", "Ny", "167", 3, "", "x"]], "Der skal stå: ydernummer"),
        (HEADINGS, [], "Der er ingen rækker i filen."),
    ],
)
def test_a_sheet_is_spoken_of_in_danish(
    admin: Client, headings: list[str], rows: list[list[object]], words: str
) -> None:
    page = upload(admin, rows, headings)
    shown = re.sub(r"<(script|head)\b.*?</\1>|<[^>]*>", " ", page.content.decode(), flags=re.DOTALL)
    assert words in shown
    assert [word for word in FOREIGN if re.search(rf"\b{word}\b", shown)] == []
    listed = admin.get(f"{HOME}organisations/practice/").content.decode()
    assert "Indlæs fra regneark" in listed
    assert "Hent som regneark" in listed


@pytest.mark.parametrize("sent", [{}, {"import_file_name": "x"}, {"format": "99"}])
def test_a_confirmation_of_nothing_asks_for_the_file_again(
    admin: Client, sent: dict[str, str]
) -> None:
    path = f"{HOME}organisations/practice/process_import/"
    answer = admin.post(path, sent)
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"{HOME}organisations/practice/import/",
    )
    assert admin.get(path).status_code == 405


def test_an_export_is_a_workbook_that_reads_back(admin: Client) -> None:
    Practice.objects.filter(provider_number="900001").update()
    answer = admin.get(f"{HOME}organisations/practice/export/")
    assert answer.status_code == 200
    rows = read_rows(answer.content, "ydere.xlsx")
    assert rows[0][:2] == ["ydernummer", "navn"]
    assert len(rows) == 1 + Practice.objects.count()
