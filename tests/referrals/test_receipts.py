"""Receipts: rendered once, made only when asked for, written whole, and written again the same."""

import datetime as dt
import errno
import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from lxml import etree

from referrals.commands.receipts import make_receipts, refuse_sender
from referrals.intake import folder, take_file
from referrals.models import IncomingMessage, Receipt, Sweep
from referrals.queries.receipts import can_refuse
from referrals.states import InboxState, ReceiptKind
from roegfri import clock, medcom
from roegfri.actor import Actor, acting, system
from roegfri.audit.models import AuditEvent
from roegfri.medcom import receipts
from roegfri.medcom.receipts import Original, RefuseCode
from roegfri.medcom.writing import without_controls
from roegfri.organisations.models import Municipality
from roegfri.refusal import Refusal
from tests import make
from tests.roegfri.medcom import messages

pytestmark = pytest.mark.django_db(transaction=True)
ORIGINAL = Original("ENV1", "LET1", "XH1530R", "5790000121526", "5790009001676", "167")
SUMMER = dt.datetime(2026, 6, 30, 22, 30, tzinfo=dt.UTC)
ODD = (
    "Sørensen & Ærø <Klinik>",
    "Łódź 🚭 ‘citat’ – tankestreg",
    "]]> <!-- --> <![CDATA[x]]> &amp; &#65;",
    "nul\x00 klokke\x07 esc\x1b \ufffe\uffff",
    "\ud800 alene",
    "عربي\u202e bagvendt",
    "\r\n\t ",
    "",
    "ß" * 500,
)

_ORDER = """
Emessage/Envelope/Sent/Date Emessage/Envelope/Sent/Time Emessage/Envelope/Identifier
Emessage/Envelope/AcknowledgementCode
Emessage/PositiveReceipt/Letter/Identifier Emessage/PositiveReceipt/Letter/VersionCode
Emessage/PositiveReceipt/Letter/StatisticalCode
Emessage/PositiveReceipt/Sender/EANIdentifier Emessage/PositiveReceipt/Receiver/EANIdentifier
Emessage/PositiveReceipt/OriginalEmessage/OriginalEnvelopeIdentifier
Emessage/PositiveReceipt/OriginalEmessage/OriginalSender/EANIdentifier
Emessage/PositiveReceipt/OriginalEmessage/OriginalReceiver/EANIdentifier
Emessage/PositiveReceipt/OriginalEmessage/OriginalLetter/OriginalLetterIdentifier
Emessage/PositiveReceipt/OriginalEmessage/OriginalLetter/OriginalVersionCode
"""
POSITIVE = _ORDER.split()
REFUSED = [
    *(path.replace("Positive", "Negative") for path in POSITIVE),
    "Emessage/NegativeReceipt/OriginalEmessage/OriginalLetter/RefuseCode",
    "Emessage/NegativeReceipt/OriginalEmessage/OriginalLetter/RefuseText",
]


def leaves(xml: bytes) -> list[tuple[str, str]]:
    """Every element without others in it, by its path of local names, in order."""
    found = []

    def walk(element: etree._Element, above: str) -> None:
        name = etree.QName(element)
        assert name.namespace == receipts.NAMESPACE
        path = f"{above}/{name.localname}".lstrip("/")
        if [child for child in element if etree.QName(child).localname != "Break"]:
            for child in element:
                walk(child, path)
        else:
            found.append((path, "".join(map(str, element.itertext()))))

    walk(etree.fromstring(xml), "")
    return found


# ---- the document --------------------------------------------------------------------------------


def test_a_positive_receipt_in_its_order() -> None:
    xml = receipts.positive(ORIGINAL, identifier="ABC", at=SUMMER)
    said = leaves(xml)
    assert [path for path, _text in said] == POSITIVE
    assert [text for _path, text in said] == [
        *("2026-07-01", "00:30", "ABC", "minuspositivkvitt"),
        *("ABC", "XC0330Q", "XCTL03"),
        *("5790009001676", "5790000121526"),
        *("ENV1", "5790000121526", "5790009001676", "LET1", "XH1530R"),
    ]
    assert re.match(rb"<\?xml version=.1\.0. encoding=.ISO-8859-1.\?>", xml)


def test_a_negative_receipt_in_its_order() -> None:
    xml = receipts.negative(
        ORIGINAL, code=RefuseCode.RECEIVER, reason="Linje et\nÆøå", identifier="ABC", at=SUMMER
    )
    said = leaves(xml)
    assert [path for path, _text in said] == REFUSED
    assert [text for _path, text in said][5:7] == ["XC0230Q", "XCTL02"]
    assert [text for _path, text in said][-2:] == ["problem_med_modtagerID", "Linje etÆøå"]
    assert b"<RefuseText>Linje et<Break/>\xc6\xf8\xe5</RefuseText>" in xml


@pytest.mark.parametrize("odd", ODD)
def test_it_is_well_formed_whatever_is_in_it(odd: str) -> None:
    original = Original(odd[:40], odd[:40], odd[:40], odd[:13], odd[:13])
    for xml, order in (
        (receipts.positive(original, identifier="ABC", at=SUMMER), POSITIVE),
        (
            receipts.negative(
                original, code=RefuseCode.SYNTAX, reason=odd, identifier="ABC", at=SUMMER
            ),
            REFUSED,
        ),
    ):
        said = leaves(xml)
        assert [path for path, _text in said] == order
        assert xml.decode("iso-8859-1").encode("iso-8859-1") == xml
        kept = without_controls(odd[:40])
        assert dict(said)[order[9]].split() == kept.split()
        assert len(said[-1][1]) <= receipts.MAX_REFUSE_TEXT


def test_what_a_receipt_needs_is_read_from_any_message() -> None:
    for body in (messages.referral(), messages.emergency(), messages.correspondence()):
        found = receipts.read_original(body)
        assert (found.sender_ean, found.receiver_ean) == (
            messages.HOSPITAL.ean,
            messages.HVIDOVRE[0],
        )
        assert (found.envelope, found.receiver_code) == ("ENV00000000001", "167")
    assert receipts.read_original(messages.referral()) == receipts.original_of(
        medcom.parse(messages.referral())
    )
    assert not receipts.read_original(b"<a><b/></a>").answerable
    for body in (b"", b"hej", b"<!DOCTYPE a><a/>", b"<a>"):
        with pytest.raises(medcom.Unreadable):
            receipts.read_original(body)


# ---- made ----------------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path, settings: Any) -> Path:
    settings.MEDCOM_FOLDER, settings.MEDCOM_SHARED_INBOX = str(tmp_path), ""
    make.municipality(ean=messages.HVIDOVRE[0], code="167", name="Hvidovre Kommune")
    return tmp_path


def take(body: bytes) -> IncomingMessage:
    with acting(system("test")) as by, transaction.atomic():
        inbox = Municipality.objects.get(code="167")
        at = clock.now()
        return take_file(body, "a.xml", inbox=inbox, received_at=at, by=by, at=at).message


def made() -> list[Receipt]:
    with acting(make.SYSTEM), transaction.atomic():
        return list(Receipt.objects.order_by("made_at"))


def sweep(root: Path) -> None:
    with acting(system("referrals.sweep")) as by:
        folder.sweep(root, by=by, now=clock.now)


def written(root: Path, under: str = "ud") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / under).iterdir()}


def test_only_who_asks_gets_one(root: Path) -> None:
    take(messages.referral(receipt="minuspositivkvitt"))
    take(messages.referral(receipt="", envelope="E2", letter="L2", episode="e2"))
    take(b"<Emessage>")
    assert made() == []
    message = take(messages.referral(envelope="E3", letter="L3", episode="e3"))
    (receipt,) = made()
    assert (receipt.message_id, receipt.kind) == (message.pk, ReceiptKind.POSITIVE)
    assert receipt.organisation_id == message.organisation_id
    assert re.fullmatch("[A-Z0-9]{14}", receipt.identifier)
    said = dict(leaves(bytes(receipt.xml)))
    assert said["Emessage/Envelope/Identifier"] == receipt.identifier
    assert said["Emessage/PositiveReceipt/Receiver/EANIdentifier"] == messages.HOSPITAL.ean
    assert said[POSITIVE[9]] == "E3"


def test_a_correction_gets_a_receipt_of_its_own(root: Path) -> None:
    take(messages.referral())
    take(messages.referral(envelope="E2", letter="L2", status="rettetbrev"))
    assert len({receipt.identifier for receipt in made()}) == 2


def test_a_message_gets_one_of_a_kind(root: Path) -> None:
    message = take(messages.referral())
    with acting(make.SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
        make_receipts([(message, medcom.parse(messages.referral()))], at=clock.now())


def test_without_an_address_there_is_none(root: Path) -> None:
    message = take(messages.referral(receipt="minuspositivkvitt"))
    nameless = messages.HOSPITAL._replace(ean="")
    with acting(make.SYSTEM), transaction.atomic():
        make_receipts([(message, medcom.parse(messages.referral(sender=nameless)))], at=SUMMER)
    assert made() == []


# ---- written -------------------------------------------------------------------------------------


def test_it_is_written_whole_under_its_identifier(root: Path) -> None:
    take(messages.referral())
    (receipt,) = made()
    assert receipt.written_at is None
    sweep(root)
    assert written(root) == {f"{receipt.identifier}.xml": bytes(receipt.xml)}
    assert made()[0].written_at
    assert Sweep.objects.get(folder="ud").taken_at


def test_a_re_delivery_is_answered_by_the_same_bytes(root: Path) -> None:
    take(messages.referral())
    sweep(root)
    before = written(root)
    for path in (root / "ud").iterdir():
        path.unlink()
    sweep(root)
    assert written(root) == {}
    take(messages.referral())
    sweep(root)
    assert written(root) == before
    assert len(made()) == 1


def test_a_re_delivery_that_asks_for_none_is_not_answered(root: Path) -> None:
    take(messages.referral())
    sweep(root)
    take(messages.referral(receipt="minuspositivkvitt"))
    assert all(receipt.written_at for receipt in made())


def test_a_folder_of_ones_own_comes_first(root: Path) -> None:
    (root / "167/ud").mkdir(parents=True)
    take(messages.referral())
    sweep(root)
    assert (len(written(root, "167/ud")), written(root)) == (1, {})
    assert Sweep.objects.get(folder="167/ud").taken_at


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_what_cannot_be_written_waits_and_is_said(
    root: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    take(messages.referral())
    syncs = os.fsync

    def full(_handle: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", full)
    sweep(root)
    row = Sweep.objects.get(folder="ud")
    assert (row.waiting, row.taken_at, "Kvitteringer" in row.trouble) == (1, None, True)
    assert (made()[0].written_at, written(root)) == (None, {})
    monkeypatch.setattr(os, "fsync", syncs)
    sweep(root)
    row = Sweep.objects.get(folder="ud")
    # It lies there now, ready to be fetched.
    assert (row.waiting, row.trouble, len(written(root))) == (1, "", 1)


def test_one_folder_that_refuses_holds_up_no_other(root: Path) -> None:
    make.municipality(ean=messages.BROENDBY[0], code="153", name="Brøndby Kommune")
    take(messages.referral())
    (root / "167").mkdir(exist_ok=True)
    (root / "167/ud").write_bytes(b"ingen mappe")
    with acting(system("test")) as by, transaction.atomic():
        inbox, at = Municipality.objects.get(code="153"), clock.now()
        body = messages.referral(receiver=messages.BROENDBY)
        take_file(body, "b.xml", inbox=inbox, received_at=at, by=by, at=at)
    sweep(root)
    assert len(written(root)) == 1
    assert Sweep.objects.get(folder="167/ud").trouble
    assert Sweep.objects.get(folder="ud").trouble == ""


def test_a_link_in_the_out_folder_is_not_written_through(root: Path, tmp_path_factory: Any) -> None:
    take(messages.referral())
    (receipt,) = made()
    victim = tmp_path_factory.mktemp("andet") / "fil"
    victim.write_text("uskyldig")
    sweep_to = root / "ud"
    sweep_to.mkdir()
    (sweep_to / f".{receipt.filename}.part").symlink_to(victim)
    (sweep_to / receipt.filename).symlink_to(victim)
    sweep(root)
    assert victim.read_text() == "uskyldig"
    assert written(root) == {receipt.filename: bytes(receipt.xml)}
    assert not (sweep_to / receipt.filename).is_symlink()


# ---- refused -------------------------------------------------------------------------------------


def refuse(message: IncomingMessage, by: Actor, reason: str = "Hører til i Greve.") -> Receipt:
    with acting(by):
        return refuse_sender(message, reason=reason, by=by, at=clock.now())


def counsellor() -> Actor:
    return make.actor(make.grant(organisation=Municipality.objects.get(code="167")))


def test_a_sender_is_told_no_in_a_persons_words(root: Path) -> None:
    message, by = take(messages.emergency()), counsellor()
    with acting(by), transaction.atomic():
        assert can_refuse(by, message)
    receipt = refuse(message, by)
    said = dict(leaves(bytes(receipt.xml)))
    assert said[REFUSED[-1]] == "Hører til i Greve."
    assert said[REFUSED[9]] == "ENV00000000001"
    assert receipt.kind == ReceiptKind.NEGATIVE
    sweep(root)
    assert written(root) == {receipt.filename: bytes(receipt.xml)}
    with acting(make.SYSTEM), transaction.atomic():
        assert AuditEvent.objects.filter(act="receipt.made").count() == 1
    with pytest.raises(Refusal, match="allerede"):
        refuse(message, by)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (messages.referral(status="andet"), "syntaksfejl"),
        (messages.referral(receiver=("5790000000005", "999", "X")), "problem_med_modtagerID"),
        (messages.emergency(), "ikke_specificeret"),
    ],
)
def test_the_code_says_what_was_wrong(root: Path, body: bytes, code: str) -> None:
    receipt = refuse(take(body), counsellor())
    assert dict(leaves(bytes(receipt.xml)))[REFUSED[-2]] == code


def test_what_cannot_be_answered_is_said_plainly(root: Path, settings: Any) -> None:
    by = counsellor()
    for body in (b"", b"hej", messages.referral()[:200]):
        message = take(body)
        assert message.state == InboxState.UNREADABLE
        with acting(by), transaction.atomic():
            assert not can_refuse(by, message)
        with pytest.raises(Refusal, match="hvem afsenderen er"):
            refuse(message, by)
    taken = take(messages.referral())
    with pytest.raises(Refusal, match="læst ind"):
        refuse(taken, by)
    settings.MEDCOM_FOLDER = ""
    with acting(by), transaction.atomic():
        assert not can_refuse(by, take(messages.emergency()))


def test_another_municipality_cannot_refuse_it(root: Path) -> None:
    message = take(messages.emergency())
    with pytest.raises(IncomingMessage.DoesNotExist):
        refuse(message, make.actor())
    assert made() == []
