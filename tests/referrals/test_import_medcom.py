"""The command that takes MedCom files in: what it says, and its exit code."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from referrals.models import IncomingMessage, Referral
from roegfri.actor import acting
from roegfri.organisations.models import Membership
from tests import make
from tests.roegfri.medcom import messages

pytestmark = pytest.mark.django_db
RECEIVER = messages.HVIDOVRE


@pytest.fixture
def code() -> str:
    """A member that messages can be addressed to."""
    return make.municipality(ean=RECEIVER[0]).code


def run(*words: str) -> tuple[list[dict[str, object]], int]:
    """What the command prints, one object a file, and its exit code."""
    out, status = StringIO(), 0
    try:
        call_command("import_medcom", *words, "--json", stdout=out)
    except SystemExit as ended:
        status = int(str(ended.code))
    return [json.loads(line) for line in out.getvalue().splitlines()], status


def test_a_good_file_becomes_a_referral_once(tmp_path: Path, code: str) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(messages.referral("XH1530R", receiver=RECEIVER))
    received = ("--received", "2026-03-02T09:00")
    said, status = run(str(file), "--municipality", f"0{code}", *received)
    assert (said[0]["status"], said[0]["contact_by"], status) == ("created", "2026-03-04", 0)
    said, status = run(str(file), "--municipality", code, *received)
    assert (said[0]["status"], status) == ("duplicate", 0)
    with acting(make.SYSTEM):
        assert Referral.objects.count() == 1


def test_a_bad_file_stays_in_the_inbox_and_does_not_stop_the_others(
    tmp_path: Path, code: str
) -> None:
    bad, good = tmp_path / "bad.xml", tmp_path / "good.xml"
    bad.write_bytes(b"<Emessage>")
    good.write_bytes(messages.referral("XH1531R", receiver=RECEIVER))
    said, status = run(str(bad), str(good), "--municipality", code)
    assert [one["status"] for one in said] == ["refused", "created"]
    assert said[0]["reason"]
    assert status == 1
    with acting(make.SYSTEM):
        assert IncomingMessage.objects.get(referral=None).bytes == b"<Emessage>"


def test_what_is_missing_is_said_before_anything_is_taken(tmp_path: Path, code: str) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(messages.referral("XH1530R", receiver=RECEIVER))
    for words in (
        (str(file), "--municipality", "999"),
        (str(file), str(tmp_path / "none.xml"), "--municipality", code),
        (str(file), "--municipality", code, "--received", "2999-01-01T00:00"),
    ):
        with pytest.raises(CommandError) as refused:
            call_command("import_medcom", *words)
        assert refused.value.returncode == 2
    with acting(make.SYSTEM):
        assert not Referral.objects.exists()


def test_a_municipality_without_an_agreement_that_day_receives_nothing(
    tmp_path: Path, code: str
) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(messages.referral("XH1530R", receiver=RECEIVER))
    for day in ("2017-12-31T09:00", "2026-03-02T09:00"):
        with pytest.raises(CommandError, match="takes part in no") as refused:
            call_command("import_medcom", str(file), "--municipality", code, "--received", day)
        assert refused.value.returncode == 2
        Membership.objects.update(until_on="2026-03-01")
    with acting(make.SYSTEM):
        assert not IncomingMessage.objects.exists()


def test_a_receiver_without_an_ean_here_is_known_by_its_code(tmp_path: Path) -> None:
    make.municipality(code=RECEIVER[1])
    file = tmp_path / "a.xml"
    file.write_bytes(messages.referral("XH1530R", receiver=RECEIVER))
    said, status = run(str(file), "--municipality", RECEIVER[1])
    assert (said[0]["status"], status) == ("created", 0)


def test_a_missing_term_keeps_the_message_and_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = {name: value for name, value in make.TERMS.items() if "deadline_count" not in name}
    monkeypatch.setattr(make, "TERMS", silent)
    member = make.municipality(ean=RECEIVER[0])
    file = tmp_path / "a.xml"
    file.write_bytes(messages.referral("XH1530R", receiver=RECEIVER))
    said, status = run(str(file), "--municipality", member.code)
    assert (said[0]["status"], status) == ("refused", 1)
    assert "siger intet om" in str(said[0]["reason"])
