"""Files that give no message are refused at once, with a code and Danish words."""

import socket
import time
from pathlib import Path

import pytest
from lxml import etree

from roegfri.medcom import Fault, NotOurs, Unreadable, parse
from roegfri.medcom.faults import reason
from roegfri.medcom.reading import MAX_BYTES
from tests.roegfri.medcom.messages import emergency, referral

GOOD = referral()


def swapped(old: str, new: str) -> bytes:
    assert old.encode("iso-8859-1") in GOOD
    return GOOD.replace(old.encode("iso-8859-1"), new.encode("iso-8859-1"))


def without(name: str, *, within: bytes = GOOD) -> bytes:
    """Without the first element of that name."""
    start = within.index(f"<{name}>".encode())
    end = within.index(f"</{name}>".encode(), start) + len(name) + 3
    return within[:start] + within[end:]


def laughs(times: int = 9) -> bytes:
    entities = "".join(
        f'<!ENTITY a{at} "{f"&a{at - 1};" * 10 if at else "ha" * 10}">' for at in range(times)
    )
    bomb = f"<!DOCTYPE Emessage [{entities}]><Emessage>&a{times - 1};</Emessage>"
    return f'<?xml version="1.0" encoding="ISO-8859-1"?>{bomb}'.encode()


def quadratic() -> bytes:
    return (
        f'<!DOCTYPE a [<!ENTITY x "{"x" * 60_000}">]>' + "<Emessage>" + "&x;" * 30_000 + "</a>"
    ).encode()


def external(target: str) -> bytes:
    return f'<!DOCTYPE a [<!ENTITY x SYSTEM "{target}">]><Emessage>&x;</Emessage>'.encode()


BAD = {
    "no bytes": (b"", Fault.EMPTY),
    "white space": (b" \r\n\t ", Fault.EMPTY),
    "a sentence": ("Kære kommune, ring til 20123456".encode(), Fault.ROOT),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>", Fault.ROOT),
    "a zip": (b"PK\x03\x04\x14\x00\x08\x08\xff\xfe", Fault.ROOT),
    "a web page": (b"<html><body>Log ind</body></html>", Fault.ROOT),
    "one byte too many": (b" " * (MAX_BYTES + 1), Fault.TOO_LARGE),
    "100 MB": (b"<Emessage>" + b"x" * 100_000_000, Fault.TOO_LARGE),
    "a million elements": (b"<Emessage>" + b"<a/>" * 400_000 + b"</Emessage>", Fault.TOO_LARGE),
    "deep": (b"<a>" * 5_000 + b"</a>" * 5_000, Fault.MALFORMED),
    "billion laughs": (laughs(), Fault.DTD),
    "billion laughs in UTF-16": (laughs().decode().encode("utf-16"), Fault.DTD),
    "quadratic blow-up": (quadratic(), Fault.DTD),
    "external entity": (external("file:///etc/passwd"), Fault.DTD),
    "external entity over the network": (external("http://127.0.0.1:9/x"), Fault.DTD),
    "a DTD elsewhere": (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>', Fault.DTD),
    "an entity nobody knows": (swapped("20 cigaretter", "&tyve; cigaretter"), Fault.MALFORMED),
    "cut in a tag": (GOOD[:-4], Fault.TRUNCATED),
    "cut between tags": (GOOD[: GOOD.index(b"</Emessage>")], Fault.TRUNCATED),
    "cut in a text": (GOOD[: GOOD.index(b"cigaretter")], Fault.TRUNCATED),
    "the wrong end": (swapped("</Sender>", "</Receiver>"), Fault.MALFORMED),
    "a control character": (GOOD.replace(b"rygestop", b"ryge\x01stop"), Fault.MALFORMED),
    "a NUL": (GOOD.replace(b"rygestop", b"ryge\x00stop"), Fault.MALFORMED),
    "Latin 1 declared as UTF-8": (swapped("ISO-8859-1", "UTF-8"), Fault.ENCODING),
    "an encoding off the list": (swapped("ISO-8859-1", "UTF-7"), Fault.ENCODING),
    "EBCDIC declared": (swapped("ISO-8859-1", "IBM037"), Fault.ENCODING),
    "half a UTF-16 character": (referral(encoding="UTF-16")[:-1], Fault.ENCODING),
    "two letters": (
        GOOD.replace(b"</Emessage>", GOOD[GOOD.index(b"<Municipal") :]),
        Fault.SEVERAL,
    ),
    "two letters of two kinds": (
        swapped("</MunicipalityReferral>", "</MunicipalityReferral><ClinicalEmail/>"),
        Fault.SEVERAL,
    ),
    "two envelopes": (swapped("<Envelope>", "<Envelope/><Envelope>"), Fault.SEVERAL),
    "two files in one": (GOOD + GOOD[GOOD.index(b"<Emessage") :], Fault.SEVERAL),
    "two whole files in one": (GOOD + b"\n" + GOOD, Fault.SEVERAL),
    "no envelope": (without("Envelope"), Fault.MISSING),
    "no letter": (without("MunicipalityReferral"), Fault.MISSING),
    "no head": (without("Letter"), Fault.MISSING),
    "no sender": (without("Sender"), Fault.MISSING),
    "no receiver": (without("Receiver"), Fault.MISSING),
    "no patient": (without("Patient"), Fault.MISSING),
    "no time sent": (without("Sent"), Fault.MISSING),
    "no envelope number": (without("Identifier"), Fault.MISSING),
    "no version": (without("VersionCode"), Fault.MISSING),
    "a later version": (swapped("XH1530R", "XH1599R"), Fault.VERSION),
    "another letter's version": (swapped("XH1530R", "XD9134L"), Fault.VERSION),
    "an unknown status": (swapped("nytbrev", "annulleret"), Fault.STATUS),
    "30 February": (referral(sent=("2026-02-30", "10:00")), Fault.DATE),
    "29 February in no leap year": (referral(sent=("2026-02-29", "10:00")), Fault.DATE),
    "month 13": (referral(sent=("2026-13-01", "10:00")), Fault.DATE),
    "25 o'clock": (referral(sent=("2026-06-03", "25:00")), Fault.DATE),
    "the year 1": (referral(sent=("0001-01-01", "00:00")), Fault.DATE),
    "the year 9999": (referral(sent=("9999-12-31", "23:59")), Fault.DATE),
    "a Danish date": (referral(sent=("03-06-2026", "10:00")), Fault.DATE),
    "a week date": (referral(sent=("2026-W23-3", "10:00")), Fault.DATE),
    "a zone beyond the earth": (referral(sent=("2026-06-03", "10:00+99:00")), Fault.DATE),
    "a surname of 141 letters": (swapped("Berggren", "B" * 141), Fault.TOO_LONG),
    "a sender's EAN of 14 digits": (swapped("5790000121526", "57900001215260"), Fault.TOO_LONG),
    "an envelope's number of 41": (referral(envelope="E" * 41), Fault.TOO_LONG),
    "a letter's number of 41": (referral(letter="L" * 41), Fault.TOO_LONG),
    "an episode of 41": (referral(episode="a" * 41), Fault.TOO_LONG),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused_in_less_than_a_second(name: str) -> None:
    data, fault = BAD[name]
    started = time.perf_counter()
    with pytest.raises(Unreadable) as caught:
        parse(data)
    assert time.perf_counter() - started < 1
    assert caught.value.code is fault
    assert caught.value.reason == reason(fault, caught.value.detail)
    assert caught.value.reason.endswith(".")


def test_a_surname_of_140_letters_is_read() -> None:
    assert parse(swapped("Berggren", "B" * 140)).patient.surname == "B" * 140


def test_the_emergency_referral_is_somebody_elses() -> None:
    with pytest.raises(NotOurs) as caught:
        parse(emergency())
    assert caught.value.code is Fault.EMERGENCY
    assert "XREF22" in caught.value.reason
    assert "akut" in caught.value.reason


def test_another_letter_is_somebody_elses_and_named() -> None:
    with pytest.raises(NotOurs) as caught:
        parse(GOOD.replace(b"MunicipalityReferral>", b"DischargeLetter>"))
    assert caught.value.code is Fault.OTHER_LETTER
    assert "DischargeLetter" in caught.value.reason


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_has_words_that_show_its_detail_safely(fault: Fault) -> None:
    assert "%" not in reason(fault, "12").replace("12", "")
    assert reason(fault, "100 %s %(x)s")


def test_neither_file_nor_network_is_touched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hemmelig")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        web = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        for data in (external(secret.as_uri()), external(web), schema(web), included(secret)):
            with pytest.raises((Unreadable, NotOurs)):
                parse(data)
        with pytest.raises(TimeoutError):
            server.accept()


def test_control_a_careless_parser_reads_the_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hemmelig")
    careless = etree.XMLParser(resolve_entities=True, load_dtd=True, no_network=False)
    root = etree.fromstring(external(secret.as_uri()), careless)
    assert root.text == "hemmelig"


def test_control_a_careless_parser_is_blown_up() -> None:
    careless = etree.XMLParser(resolve_entities=True, huge_tree=True)
    root = etree.fromstring(laughs(5), careless)
    assert len(root.text or "") > 100 * len(laughs(5))


def schema(web: str) -> bytes:
    return (
        '<Emessage xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="urn:x {web}"><Ukendt/></Emessage>'
    ).encode()


def included(path: Path) -> bytes:
    return (
        '<Emessage xmlns:xi="http://www.w3.org/2001/XInclude">'
        f'<xi:include href="{path.as_uri()}" parse="text"/></Emessage>'
    ).encode()
