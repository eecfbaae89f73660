"""The files in the project load, load again without effect, and load not at all when wrong."""

import json
import re
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError
from django.db.models import Count, Q, Sum

from roegfri import clock
from roegfri.organisations import lookup
from roegfri.organisations import models as tables
from roegfri.organisations.intake import DATA
from roegfri.organisations.kinds import Kind, Scope
from roegfri.organisations.terms import MissingTerm

pytestmark = pytest.mark.django_db

MEMBERS_ON_TVAERS = {"165", "153", "155", "161", "167", "169", "183", "187"}


def run(*words: str, **options: object) -> Any:
    out = StringIO()
    call_command("load_reference", *words, "--json", stdout=out, stderr=StringIO(), **options)
    return json.loads(out.getvalue())


def faults_of(folder: Path) -> Any:
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("load_reference", "--json", folder=folder, stdout=out, stderr=StringIO())
    assert ended.value.code == 1
    return json.loads(out.getvalue())["faults"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The data of Røgfri på Tværs with two municipalities: the same faults, sooner found."""
    copied = tmp_path / "data"
    shutil.copytree(DATA, copied, ignore=shutil.ignore_patterns("demo", "klyngetilhoer.csv"))
    for path in copied.glob("*.csv"):
        heading, *rows = path.read_text().splitlines()
        path.write_text("\n".join([heading, *filter(in_small_world, rows), ""]))
    return copied


def in_small_world(row: str) -> bool:
    first, *others = row.split(";")
    codes = {cell for cell in (first, *others[:2]) if re.fullmatch(r"[1-7]\d\d", cell)}
    return codes <= {"165", "187"} and first != "region-midtjylland"


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_both_agreements_stand_as_their_documents_say() -> None:
    run()
    on_tvaers = tables.Agreement.objects.get(slug="roegfri-paa-tvaers")
    cessation = on_tvaers.memberships.filter(scope=Scope.CESSATION)
    assert {m.municipality.code for m in cessation} == MEMBERS_ON_TVAERS
    youth = on_tvaers.memberships.filter(scope=Scope.YOUTH)
    assert {m.municipality.code for m in youth} == MEMBERS_ON_TVAERS | {"185"}
    fees = on_tvaers.rates.filter(name="membership_fee")
    assert fees.aggregate(Sum("amount_ore"))["amount_ore__sum"] == 62_000_000
    sizes = dict(
        tables.Cluster.objects.annotate(n=Count("clustermembership")).values_list("name", "n")
    )
    assert sizes == {
        "Vestklyngen": 6,
        "Midtklyngen": 3,
        "Randersklyngen": 4,
        "Aarhus-klyngen": 2,
        "Horsensklyngen": 4,
    }


def test_a_citizen_can_live_in_every_municipality_of_the_country() -> None:
    run()
    regions = tables.Region.objects.annotate(n=Count("municipality")).values_list("name", "n")
    assert dict(regions) == {
        "Region Hovedstaden": 29,
        "Region Sjælland": 17,
        "Region Syddanmark": 22,
        "Region Midtjylland": 19,
        "Region Nordjylland": 11,
    }
    names = dict(tables.Municipality.objects.values_list("code", "name"))
    assert len(names) == len(set(names.values())) == 98
    known = {
        "101": "Københavns Kommune",
        "147": "Frederiksberg Kommune",
        "173": "Lyngby-Taarbæk Kommune",
        "190": "Furesø Kommune",
        "265": "Roskilde Kommune",
        "400": "Bornholms Regionskommune",
        "461": "Odense Kommune",
        "480": "Nordfyns Kommune",
        "492": "Ærø Kommune",
        "621": "Kolding Kommune",
        "741": "Samsø Kommune",
        "773": "Morsø Kommune",
        "825": "Læsø Kommune",
        "851": "Aalborg Kommune",
    }
    assert {code: names[code] for code in known} == known


def test_every_member_has_a_cvr_and_the_others_need_none() -> None:
    run()
    without = tables.Municipality.objects.filter(cvr="")
    assert without.count() == 98 - 28
    assert not without.filter(memberships__isnull=False).exists()


def test_who_takes_part_has_a_cvr(folder: Path) -> None:
    rewrite(folder / "kommuner.csv", "66137112", "")
    (fault, *_others) = faults_of(folder)
    assert (fault["file"], fault["column"]) == ("medlemskaber.csv", "kommune")
    assert "CVR" in fault["words"]


def test_a_member_keeps_its_cvr() -> None:
    run()
    hvidovre = tables.Municipality.objects.get(code="167")
    hvidovre.cvr = ""
    with pytest.raises(ValidationError, match="CVR"):
        hvidovre.full_clean()


def test_no_two_municipalities_have_one_cvr(folder: Path) -> None:
    with (folder / "kommuner.csv").open("a") as file:
        file.write("101;Københavns Kommune;66137112;;Region Hovedstaden;;;\n")
    assert "CVR" in str(faults_of(folder)[0]["words"])


def test_a_municipality_is_in_one_cessation_agreement_at_a_time(folder: Path) -> None:
    with (folder / "aftaler.csv").open("a") as file:
        file.write("en-anden;En anden aftale;;;\n")
    run(folder=folder)
    other = "en-anden;165;Rygestop;"
    with (folder / "medlemskaber.csv").open("a") as file:
        file.write(f"{other}2026-07-01;\n")
    assert "allerede med i en aftale om rygestop" in str(faults_of(folder)[0]["words"])
    line = "roegfri-paa-tvaers;165;Rygestop;2018-01-01;"
    rewrite(folder / "medlemskaber.csv", line, f"{line}2026-06-30")
    assert run(folder=folder)["tables"]["medlemskaber.csv"]["added"] == 1


@pytest.mark.parametrize("scope", [Scope.CESSATION, Scope.YOUTH])
def test_the_database_itself_holds_the_one_agreement(scope: Scope) -> None:
    run()
    row = tables.Membership(
        agreement=tables.Agreement.objects.get(slug="region-midtjylland"),
        municipality=tables.Municipality.objects.get(code="165"),
        scope=scope,
        from_on="2026-07-01",
    )
    if scope is Scope.YOUTH:
        row.save()
    else:
        with pytest.raises(IntegrityError, match="one_cessation_agreement_at_a_time"):
            row.save()


def test_no_two_pharmacies_have_one_gln() -> None:
    run("--demo")
    one, other = tables.Pharmacy.objects.all()[:2]
    other.gln = one.gln
    with pytest.raises(ValidationError, match="GLN"):
        other.full_clean()
    with pytest.raises(IntegrityError, match="pharmacy_gln_once"):
        other.save()


def test_a_fee_is_a_members(folder: Path) -> None:
    with (folder / "takster.csv").open("a") as file:
        file.write("roegfri-paa-tvaers;membership_fee;101;50.000,00;2018-01-01;\n")
    with (folder / "kommuner.csv").open("a") as file:
        file.write("101;Københavns Kommune;;;Region Hovedstaden;;;\n")
    (fault, *_others) = faults_of(folder)
    assert (fault["file"], fault["column"]) == ("takster.csv", "kommune")
    assert "deltager ikke" in fault["words"]


def test_the_plain_load_invents_no_number() -> None:
    run()
    assert not tables.Municipality.objects.exclude(ean="").exists()
    assert not tables.HospitalDepartment.objects.filter(~Q(number="") | ~Q(sor="")).exists()
    assert not tables.Pharmacy.objects.exists()
    assert not tables.Practice.objects.exists()
    assert set(tables.Organisation.objects.values_list("kind", flat=True)) == {
        Kind.MUNICIPALITY,
        Kind.HOSPITAL,
        Kind.DEPARTMENT,
        Kind.AGREEMENT,
        Kind.QUITLINE,
        Kind.OPERATOR,
    }


def test_the_demo_gives_every_member_an_ean() -> None:
    run("--demo")
    assert tables.Municipality.objects.exclude(ean="").count() == 28
    assert tables.Pharmacy.objects.count() == 8
    assert tables.PharmacyAgreement.objects.count() == 8
    assert tables.Practice.objects.filter(municipality__code="167").count() == 3


def test_a_second_load_changes_nothing() -> None:
    first = run("--demo")["tables"]
    assert first["vilkaar.csv"]["added"] > 40
    second = run("--demo")["tables"]
    assert {name: (c["added"], c["changed"]) for name, c in second.items()} == dict.fromkeys(
        first, (0, 0)
    )


def test_a_dry_run_leaves_nothing() -> None:
    assert run("--dry-run")["tables"]["kommuner.csv"]["added"] == 98
    assert not tables.Organisation.objects.exists()
    assert not tables.Region.objects.exists()


def test_what_an_administrator_typed_is_not_wiped_out_by_an_empty_cell() -> None:
    run()
    tables.Municipality.objects.filter(code="167").update(ean="5790009001676", phone="36 39 36 39")
    assert run()["tables"]["kommuner.csv"]["changed"] == 0
    assert tables.Municipality.objects.get(code="167").phone == "36 39 36 39"


def test_a_corrected_name_is_a_change(folder: Path) -> None:
    run(folder=folder)
    rewrite(folder / "hospitaler.csv", ";;\n", ";;38 62 38 62\n")
    assert run(folder=folder)["tables"]["hospitaler.csv"]["changed"] == 1


def test_a_new_term_from_a_date_is_added(folder: Path) -> None:
    run(folder=folder)
    with (folder / "vilkaar.csv").open("a") as file:
        file.write("roegfri-paa-tvaers;two_counsellors_from;11;2027-01-01;Styregruppen\n")
    assert run(folder=folder)["tables"]["vilkaar.csv"]["added"] == 1


def test_a_term_that_came_with_a_new_version_is_added_to_what_was_loaded_before(
    folder: Path,
) -> None:
    path = folder / "vilkaar.csv"
    new = path.read_text()
    path.write_text(re.sub(r".*;(attempts_|equivalent_).*\n", "", new))
    run(folder=folder)
    on_tvaers = tables.Agreement.objects.get(slug="roegfri-paa-tvaers")
    before = set(on_tvaers.terms.values_list("pk", flat=True))
    with pytest.raises(MissingTerm, match="Ikke truffet"):
        _ = lookup.terms(on_tvaers, clock.today()).contact
    path.write_text(new)
    assert run(folder=folder)["tables"]["vilkaar.csv"] == {
        "added": 6, "changed": 0, "unchanged": len(before),
    }  # fmt: skip
    assert before < set(on_tvaers.terms.values_list("pk", flat=True))
    assert lookup.terms(on_tvaers, clock.today()).contact.attempts_before_not_reached == 3


BAD: dict[str, tuple[str, str, str, str, str]] = {
    "rewritten term": ("vilkaar.csv", "count;2;", "count;3;", "fra", "kan ikke skrives om"),
    "rewritten rate": ("takster.csv", "1.230,00", "1.300,00", "fra", "kan ikke skrives om"),
    "unknown term": ("vilkaar.csv", "contact_deadline_count", "deadline", "vilkår", "deadline"),
    "term that is no number": ("vilkaar.csv", "count;2;", "count;to;", "værdi", "helt tal"),
    "unknown choice": ("vilkaar.csv", ";hverdage;", ";uger;", "værdi", "kalenderdage"),
    "unknown payer": ("vilkaar.csv", "fee_payee;187", "fee_payee;999", "værdi", "999"),
    "amount with a point": ("takster.csv", "1.230,00", "1230.00", "kroner", "1.230,00"),
    "amount below zero": ("takster.csv", "1.230,00", "-1,00", "kroner", "negativt"),
    "fee of nobody": ("takster.csv", "membership_fee;165", "membership_fee;", "kommune", "kommune"),
    "date that is none": ("medlemskaber.csv", "2018-01-01", "2018-02-30", "fra", "2026-01-31"),
    "unknown municipality": ("medlemskaber.csv", ";165;", ";166;", "kommune", "166"),
    "unknown scope": ("medlemskaber.csv", ";Rygestop;", ";Alt;", "omfang", "Rygestop"),
    "CVR with a wrong digit": ("kommuner.csv", "66137112", "66137113", "cvr", "kontrolcifferet"),
    "code of two digits": ("kommuner.csv", "165;", "16;", "kode", ""),
    "field too many": ("regioner.csv", "Midtjylland", "Midtjylland;x", "", "felter"),
    "unknown heading": ("regioner.csv", "navn", "name", "", "Overskrifterne"),
    "end before the start": (
        "medlemskaber.csv",
        "2018-01-01;",
        "2018-01-01;2017-01-01",
        "til",
        "Slutdatoen",
    ),
}


@pytest.mark.parametrize("case", BAD.values(), ids=list(BAD))
def test_a_fault_is_named_with_file_line_and_column(
    folder: Path, case: tuple[str, str, str, str, str]
) -> None:
    file, old, new, column, words = case
    run(folder=folder)
    before = tables.Term.objects.count(), tables.Rate.objects.count()
    (folder / "regioner.csv").write_text((folder / "regioner.csv").read_text() + "Region Nord\n")
    rewrite(folder / file, old, new)
    found = [fault for fault in faults_of(folder) if fault["file"] == file]
    assert found, "the fault was not reported"
    assert found[0]["column"] == column
    assert words in str(found[0]["words"])
    assert found[0]["line"] >= 1
    assert not tables.Region.objects.filter(name="Region Nord").exists(), "half loaded"
    assert (tables.Term.objects.count(), tables.Rate.objects.count()) == before


def test_every_fault_is_reported_at_once(folder: Path) -> None:
    rewrite(folder / "takster.csv", "1.230,00", "x")
    rewrite(folder / "vilkaar.csv", "count;2;", "count;to;")
    files = {fault["file"] for fault in faults_of(folder)}
    assert files == {"takster.csv", "vilkaar.csv"}


def test_a_file_in_another_encoding_and_an_unknown_file_are_refused(folder: Path) -> None:
    (folder / "hospitaler.csv").write_bytes("navn;region\nSkørping;x\n".encode("latin-1"))
    (folder / "hospital.csv").write_text("navn\n")
    words = {fault["file"]: str(fault["words"]) for fault in faults_of(folder)}
    assert "UTF-8" in words["hospitaler.csv"]
    assert "kendes ikke" in words["hospital.csv"]


def test_an_open_membership_can_be_ended_once(folder: Path) -> None:
    run(folder=folder)
    line = "roegfri-paa-tvaers;165;Rygestop;2018-01-01;"
    rewrite(folder / "medlemskaber.csv", line, f"{line}2026-12-31")
    assert run(folder=folder)["tables"]["medlemskaber.csv"]["changed"] == 1
    rewrite(folder / "medlemskaber.csv", f"{line}2026-12-31", f"{line}2027-12-31")
    assert "kan ikke skrives om" in str(faults_of(folder)[0]["words"])
