"""The watched folder: every whole file is a case or in the inbox, once; what is no file is left."""

import datetime as dt
import os
import socket
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from referrals.commands.inbox import Delivery
from referrals.intake import folder, take_files
from referrals.intake.folder import files, places, taking
from referrals.models import IncomingMessage, Referral, Sweep
from referrals.queries.sweep import folder_health
from referrals.states import InboxState, Way
from roegfri import clock
from roegfri.actor import acting, system
from roegfri.desk.views import health
from roegfri.organisations.models import Membership, Municipality
from tests import make
from tests.conftest import setup_connection
from tests.roegfri.medcom import messages
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
AS_ROOT = os.geteuid() == 0
LATER = dt.timedelta(seconds=15)  # every file is whole by then


@pytest.fixture
def root(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A watched folder, and Hvidovre and Brøndby to receive."""
    settings.MEDCOM_FOLDER, settings.MEDCOM_SHARED_INBOX = str(tmp_path), "167"
    within = make.agreement()
    for ean, code, name in (messages.HVIDOVRE, messages.BROENDBY):
        make.municipality(within, ean=ean, code=code[-3:], name=name)
    taking._stuck.clear()
    sweep(tmp_path)
    yield tmp_path
    assert not hidden(tmp_path), "something was left half-way"


def sweep(root: Path, later: dt.timedelta = LATER) -> None:
    with acting(system("referrals.sweep")) as by:
        folder.sweep(root, by=by, now=lambda: clock.now() + later)


def hidden(root: Path) -> list[Path]:
    return [path for path in root.rglob(".*") if path.name.startswith(files.ASIDE)]


def put(root: Path, name: str, body: bytes, under: str = "167/ind") -> Path:
    path = root / under / name
    path.write_bytes(body)
    return path


def kept(**of: Any) -> list[IncomingMessage]:
    with acting(make.SYSTEM), transaction.atomic():
        found = IncomingMessage.objects.filter(**of).order_by("came_at", "filename")
        return list(found.select_related("organisation", "referral"))


def cases() -> int:
    with acting(make.SYSTEM), transaction.atomic():
        return Referral.objects.count()


def of_folder(name: str) -> Sweep:
    return Sweep.objects.get(folder=name)


def lying(root: Path, under: str = "167/ind") -> list[str]:
    return sorted(path.name for path in (root / under).iterdir())


# ---- what is taken in ----------------------------------------------------------------------------


def test_a_file_becomes_a_case_and_is_gone(root: Path) -> None:
    before = clock.now()
    put(root, "henvisning.xml", messages.referral())
    sweep(root)
    (message,) = kept()
    assert (message.state, message.filename) == (InboxState.ACCEPTED, "henvisning.xml")
    assert (message.way, message.organisation.name) == (Way.FOLDER, "Hvidovre Kommune")
    assert message.bytes == messages.referral()
    assert message.referral
    assert before - dt.timedelta(seconds=1) < message.referral.received_at < clock.now()
    assert lying(root) == []
    assert of_folder("167/ind").taken_at


def test_folders_are_made_for_those_who_receive(root: Path) -> None:
    assert lying(root, ".") == ["153", "167", "ind", "ud"]
    assert lying(root, "153") == ["ind"]


def test_a_letter_before_its_correction_whatever_they_are_called(root: Path) -> None:
    letter = put(root, "b.xml", messages.referral(receipt="minuspositivkvitt"))
    fixed = messages.referral(envelope="E2", letter="L2", status="rettetbrev", text="Rettet")
    correction = put(root, "a.xml", fixed)
    os.utime(letter, ns=(1, 10**18))
    os.utime(correction, ns=(1, 10**18 + 1))
    sweep(root)
    with acting(make.SYSTEM), transaction.atomic():
        assert Referral.objects.get().text.startswith("Rettet")
    assert len(kept(state=InboxState.ACCEPTED)) == 2


def test_what_cannot_be_read_is_in_the_inbox_with_its_bytes(root: Path) -> None:
    bad = {"a.xml": b"<Emessage>", "b.pdf": b"%PDF-1.4 \xff\xfe\x00", "c.xml": b"", "d": b"hej"}
    for name, body in bad.items():
        put(root, name, body)
    put(root, "god.xml", messages.referral())
    sweep(root)
    assert cases() == 1
    unread = kept(state=InboxState.UNREADABLE)
    assert {one.filename: one.bytes for one in unread} == bad
    assert all(one.reason for one in unread)
    assert lying(root) == []


def test_a_name_of_bytes_that_are_no_text(root: Path) -> None:
    odd = os.fsencode(root / "167/ind") + b"/\xe6\xf8\xe5 \n.xml"
    Path(os.fsdecode(odd)).write_bytes(messages.referral())
    put(root, "x" * 251 + ".xml", messages.referral(envelope="E2", letter="L2", episode="e2"))
    sweep(root)
    assert cases() == 2
    assert lying(root) == []


def test_a_re_delivery_changes_nothing(root: Path) -> None:
    for _time in range(3):
        put(root, "igen.xml", messages.referral())
        put(root, "kopi.xml", messages.referral())
        sweep(root)
    assert (cases(), len(kept())) == (1, 1)
    assert lying(root) == []


def test_a_file_that_is_too_large_is_put_aside_and_said(root: Path) -> None:
    body = b"<Emessage>" + b"x" * files.CAP
    put(root, "stor.xml", body)
    sweep(root)
    (message,) = kept()
    assert message.state == InboxState.UNREADABLE
    assert message.bytes == body[: taking.KEPT_OF_TOO_LARGE]
    assert "afvist" in message.reason
    (refused,) = (root / "167/afvist").iterdir()
    assert refused.read_bytes() == body
    assert lying(root) == []
    put(root, "lige.xml", b"<" * files.CAP)
    sweep(root)
    assert len(kept()) == 2
    assert len(list((root / "167/afvist").iterdir())) == 1


# ---- the shared folder ---------------------------------------------------------------------------


def test_the_shared_folder_goes_by_the_receiver(root: Path) -> None:
    put(root, "h.xml", messages.referral(), "ind")
    brondby = messages.referral(receiver=messages.BROENDBY, envelope="B", letter="B", episode="b")
    put(root, "b.xml", brondby, "ind")
    by_code = ("5790000000999", "0153", "Brøndby uden EAN")
    coded = messages.referral(receiver=by_code, envelope="C", letter="C", episode="c")
    put(root, "c.xml", coded, "ind")
    unknown = ("5790000000005", "999", "Et andet sted")
    put(root, "u.xml", messages.referral(receiver=unknown, envelope="U", letter="U"), "ind")
    put(root, "x.xml", b"<intet/>", "ind")
    sweep(root)
    whose = {one.filename: (one.organisation.name, one.state) for one in kept()}
    assert whose == {
        "h.xml": ("Hvidovre Kommune", InboxState.ACCEPTED),
        "b.xml": ("Brøndby Kommune", InboxState.ACCEPTED),
        "c.xml": ("Brøndby Kommune", InboxState.ACCEPTED),
        "u.xml": ("Hvidovre Kommune", InboxState.MISADDRESSED),
        "x.xml": ("Hvidovre Kommune", InboxState.UNREADABLE),
    }
    assert lying(root, "ind") == []


def test_a_file_for_another_in_ones_own_folder_stays_with_oneself(root: Path) -> None:
    put(root, "b.xml", messages.referral(receiver=messages.BROENDBY))
    sweep(root)
    (message,) = kept()
    assert (message.organisation.name, message.state) == (
        "Hvidovre Kommune",
        InboxState.MISADDRESSED,
    )


def test_without_somebody_who_looks_the_shared_folder_waits_and_says_so(
    root: Path, settings: Any
) -> None:
    settings.MEDCOM_SHARED_INBOX = ""
    sweep(root)
    assert of_folder("ind").trouble == ""
    put(root, "h.xml", messages.referral(), "ind")
    sweep(root)
    assert (cases(), of_folder("ind").waiting) == (0, 1)
    assert "MEDCOM_SHARED_INBOX" in of_folder("ind").trouble
    assert said() == "trouble in ind"
    settings.MEDCOM_SHARED_INBOX = "167"
    sweep(root)
    assert (cases(), of_folder("ind").trouble) == (1, "")


def test_a_municipality_that_has_left_keeps_its_files_lying(root: Path) -> None:
    Membership.objects.filter(municipality__code="153").update(until_on="2020-01-01")
    put(root, "b.xml", messages.referral(receiver=messages.BROENDBY), "153/ind")
    sweep(root)
    assert (cases(), lying(root, "153/ind")) == (0, ["b.xml"])
    assert "aftale" in of_folder("153/ind").trouble


# ---- what is left alone --------------------------------------------------------------------------


def test_what_is_being_written_is_left_alone(root: Path) -> None:
    for name in ("a.xml.tmp", "b.part", "C.FILEPART", ".skjult.xml"):
        put(root, name, messages.referral())
    put(root, "ny.xml", messages.referral())
    sweep(root, dt.timedelta())
    assert (cases(), of_folder("167/ind").waiting, of_folder("167/ind").trouble) == (0, 1, "")
    sweep(root)
    assert cases() == 1
    assert lying(root) == [".skjult.xml", "C.FILEPART", "a.xml.tmp", "b.part"]


@pytest.mark.parametrize("until", [b"</Letter>", b"Emessage"])
def test_what_looks_cut_off_is_given_more_time(root: Path, until: bytes) -> None:
    """Also when the transfer stands still right behind an element."""
    whole = messages.referral()
    put(root, "a.xml", whole[: whole.rindex(until) + len(until)])
    sweep(root, dt.timedelta(seconds=5))
    assert kept() == []
    assert lying(root) == ["a.xml"]
    sweep(root)
    assert [one.state for one in kept()] == [InboxState.UNREADABLE]


def test_what_a_killed_worker_had_in_hand_comes_before_what_is_newer(root: Path) -> None:
    """A letter was hidden when its worker was killed; its correction must not be taken first."""
    correction = put(root, "a.xml", b"<nyere/>")
    os.utime(correction, (2, 2))
    time.sleep(0.2)
    letter = put(root, f"{files.ASIDE}12345678-b.xml", b"<aeldre/>")
    os.utime(letter, (1, 1))
    changed = dt.datetime.fromtimestamp(correction.stat().st_ctime, dt.UTC)
    with places.opened(root, "167", "ind") as there:
        soon = files.listed(there, changed + dt.timedelta(seconds=files.SETTLED + 0.1))
        later = files.listed(there, changed + dt.timedelta(seconds=files.SETTLED + 1))
    assert ([one.plain for one in soon.ready], soon.waiting) == ([], 2)
    assert [one.plain for one in later.ready] == ["b.xml", "a.xml"]
    sweep(root)


def test_no_link_is_followed_and_no_pipe_is_waited_for(root: Path, tmp_path_factory: Any) -> None:
    secret = tmp_path_factory.mktemp("andet") / "hemmelig.xml"
    secret.write_bytes(messages.referral())
    there = root / "167/ind"
    (there / "genvej.xml").symlink_to(secret)
    (there / "mappe.xml").mkdir()
    os.mkfifo(there / "roer.xml")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(there / "stik.xml"))
        sweep(root)
    assert (kept(), secret.exists()) == ([], True)
    assert lying(root) == ["genvej.xml", "mappe.xml", "roer.xml", "stik.xml"]
    row = of_folder("167/ind")
    assert (row.waiting, "genvej" in row.trouble, "4" in row.trouble) == (0, True, True)


def test_a_pipe_put_in_the_place_of_a_listed_file_is_not_waited_for(root: Path) -> None:
    pipe, link = root / "167/ind/a.xml", root / "167/ind/b.xml"
    os.mkfifo(pipe)
    link.symlink_to("/dev/zero")
    with places.opened(root, "167", "ind") as there:
        for name in ("a.xml", "b.xml"):
            assert files.read(there, name, clock.now() + LATER) is files.Trouble.STRANGE


def test_a_folder_that_is_a_link_is_not_swept(root: Path) -> None:
    put(root, "b.xml", messages.referral(receiver=messages.BROENDBY), "153/ind")
    (root / "167/ind").rmdir()
    (root / "167/ind").symlink_to(root / "153/ind")
    sweep(root)
    assert [one.organisation.name for one in kept()] == ["Brøndby Kommune"]
    assert "genvej" in of_folder("167/ind").trouble


@pytest.mark.skipif(AS_ROOT, reason="root may read everything")
def test_a_file_that_may_not_be_read_stays_and_is_said(root: Path) -> None:
    put(root, "a.xml", messages.referral()).chmod(0)
    sweep(root)
    assert (kept(), lying(root)) == ([], ["a.xml"])
    assert "ikke må læse" in of_folder("167/ind").trouble


def test_control_what_may_not_be_read_is_told_from_what_is_gone(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root, "a.xml", messages.referral())
    opens = os.open

    def refused(path: Any, flags: int, *rest: Any, **more: Any) -> int:
        if path == "a.xml":
            raise PermissionError(13, "nej")
        return opens(path, flags, *rest, **more)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refused)
        sweep(root)
    row = of_folder("167/ind")
    assert (kept(), row.waiting, "ikke må læse" in row.trouble) == ([], 1, True)
    assert said() == "trouble in 167/ind"
    sweep(root)
    assert (cases(), of_folder("167/ind").trouble) == (1, "")


def test_a_file_that_may_not_be_removed_is_taken_once_and_said(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root, "a.xml", messages.referral())
    taken: list[str] = []

    def counted(some: Sequence[Delivery], **more: Any) -> Any:
        taken.extend(one.filename for one in some)
        return take_files(some, **more)

    monkeypatch.setattr(taking, "take_files", counted)

    def refused(*_some: Any, **_more: Any) -> None:
        raise PermissionError(1, "nej")

    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", refused)
        for _time in range(3):
            sweep(root)
            assert "ikke kan fjernes" in of_folder("167/ind").trouble
    assert (cases(), taken, lying(root)) == (1, ["a.xml"], ["a.xml"])
    sweep(root)
    assert (taken, lying(root), of_folder("167/ind").trouble) == (["a.xml"], [], "")


def test_another_file_under_the_same_name_is_not_removed_unread(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sender writes the next message over the last one, in the moment it was read."""
    put(root, "a.xml", messages.referral())

    def meanwhile(some: Sequence[Delivery], **more: Any) -> Any:
        other = messages.referral(envelope="E2", letter="L2", episode="e2")
        new = put(root, "a.new.tmp", other)
        new.rename(root / "167/ind/a.xml")
        return take_files(some, **more)

    with monkeypatch.context() as patched:
        patched.setattr(taking, "take_files", meanwhile)
        sweep(root)
    assert cases() == 1
    sweep(root)
    assert (cases(), lying(root)) == (2, [])


# ---- faults --------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [ValueError(), OperationalError("deadlock detected")])
def test_one_file_that_fails_holds_up_no_other(
    root: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def fails(some: Sequence[Delivery], **more: Any) -> Any:
        if any(b"GIFT" in one.body for one in some):
            raise fault
        return take_files(some, **more)

    put(root, "a.xml", messages.referral())
    put(root, "b.xml", b"<GIFT/>")
    put(root, "c.xml", messages.referral(envelope="E2", letter="L2", episode="e2"))
    with monkeypatch.context() as patched:
        patched.setattr(taking, "take_files", fails)
        sweep(root)
    row = of_folder("167/ind")
    assert (cases(), lying(root), row.waiting, "fejl" in row.trouble) == (2, ["b.xml"], 1, True)
    sweep(root)
    assert (lying(root), of_folder("167/ind").trouble) == ([], "")


def test_what_the_database_refuses_stays_until_it_does_not(root: Path) -> None:
    put(root, "a.xml", messages.referral())
    with setup_connection() as server:
        server.execute(
            "create function disk_full() returns trigger language plpgsql as"
            " $$ begin raise exception 'disk full'; end $$"
        )
        server.execute(
            "create trigger disk_full before insert on referrals_incomingmessage"
            " execute function disk_full()"
        )
        try:
            sweep(root)
        finally:
            server.execute("drop function disk_full() cascade")
    assert (cases(), lying(root)) == (0, ["a.xml"])
    assert "fejl" in of_folder("167/ind").trouble
    sweep(root)
    assert (cases(), lying(root), of_folder("167/ind").trouble) == (1, [], "")


def test_without_the_database_everything_stays(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(_some: Sequence[Delivery], **_more: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select pg_backend_pid()")
            pid = cursor.fetchone()[0]
        with setup_connection() as server:
            server.execute("select pg_terminate_backend(%s, 5000)", [pid])
        with connection.cursor() as cursor:
            cursor.execute("select 1")

    put(root, "a.xml", messages.referral())
    with monkeypatch.context() as patched:
        patched.setattr(taking, "take_files", lost)
        with pytest.raises(DatabaseError):
            sweep(root)
    connection.close()
    assert (cases(), lying(root)) == (0, ["a.xml"])
    sweep(root)
    assert (cases(), lying(root)) == (1, [])


def test_one_folder_that_fails_holds_up_no_other(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stale(_folder: int, file: files.File) -> bool:
        if file.name == "b.xml":
            raise OSError(116, "Stale file handle")
        return True

    put(root, "h.xml", messages.referral())
    brondby = messages.referral(receiver=messages.BROENDBY, envelope="B", letter="B", episode="b")
    put(root, "b.xml", brondby, "153/ind")
    with monkeypatch.context() as patched:
        patched.setattr(files, "is_still", stale)
        sweep(root)
    assert (cases(), of_folder("167/ind").trouble) == (1, "")
    assert of_folder("153/ind").trouble
    sweep(root)
    assert (cases(), of_folder("153/ind").trouble) == (2, "")


def test_a_folder_that_is_gone_is_said(root: Path) -> None:
    with acting(system("referrals.sweep")) as by:
        folder.sweep(root / "væk", by=by, now=clock.now)
    assert said() == "trouble in ."


# ---- several workers -----------------------------------------------------------------------------


def test_two_workers_at_once_take_every_file_once(root: Path) -> None:
    for number in range(30):
        own = f"{number:03}"
        put(root, f"{own}.xml", messages.referral(envelope=own, letter=own, episode=own))
    wrong = at_once(*[lambda: sweep(root)] * 4)
    assert (wrong, cases(), len(kept()), lying(root)) == ([], 30, 30, [])


def test_a_heap_is_taken_in_sets_and_holds_up_no_other(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder.sweeping, "SET_FILES", 4)
    order: list[str] = []

    def noted(root: Path, place: places.Place, *some: Any, **more: Any) -> bool:
        order.append(place.label)
        return taking.take_set(root, place, *some, **more)

    monkeypatch.setattr(folder.sweeping, "take_set", noted)
    for number in range(10):
        put(root, f"{number}.xml", b"<intet%d/>" % number)
    put(root, "b.xml", messages.referral(receiver=messages.BROENDBY), "153/ind")
    sweep(root)
    assert order == ["153/ind", "167/ind", "167/ind", "167/ind"]
    assert (len(kept()), lying(root)) == (11, [])


# ---- health --------------------------------------------------------------------------------------


def said() -> str:
    return health.state("sweep")["sweep"]


def test_readyz_knows_whether_the_folder_is_swept(root: Path, settings: Any) -> None:
    assert said() == "ok"
    Sweep.objects.update(last_at=clock.now() - dt.timedelta(minutes=3))
    assert said() == "last swept 180 seconds ago"
    assert not health.is_well({"sweep": said()})
    Sweep.objects.all().delete()
    assert said() == "never swept"
    settings.MEDCOM_FOLDER = ""
    assert said() == "off"
    assert health.is_well({"sweep": "off", "worker": "ok"})
    assert not health.is_well({"sweep": "off", "worker": "never seen"})


def test_a_viewer_sees_her_own_folders_and_the_shared_ones(root: Path, settings: Any) -> None:
    hers = make.actor(make.grant(organisation=Municipality.objects.get(code="153")))
    with acting(hers):
        found = folder_health(hers)
    assert found
    assert [place.folder for place in found.places] == ["153/ind", "ind", "ud"]
    settings.MEDCOM_FOLDER = ""
    assert folder_health(hers) is None


def test_nothing_is_swept_without_the_setting(root: Path, settings: Any) -> None:
    from referrals.tasks import sweep as task

    put(root, "a.xml", messages.referral())
    settings.MEDCOM_FOLDER = ""
    task()
    assert lying(root) == ["a.xml"]


def test_the_log_says_no_name_of_a_file(root: Path) -> None:
    (root / "167/ind/251248-9996 Nancy.xml").symlink_to("/etc/hostname")
    sweep(root)
    assert not any("Nancy" in row.trouble + row.folder for row in Sweep.objects.all())
