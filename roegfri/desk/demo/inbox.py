"""What lies in the inbox on the first morning: one of each kind, and one that is dealt with."""

import hashlib
from typing import Any

from referrals.models import IncomingMessage
from referrals.states import InboxState, Way
from roegfri import clock, sealed
from roegfri.desk.demo.letters import EPISODE, SENDER, letter
from roegfri.desk.demo.places import Place
from roegfri.desk.demo.rows import World
from roegfri.desk.demo.telling import When, back
from roegfri.medcom.faults import Fault, reason

_BRUNO = (
    ("CivilRegistrationNumber", "2509479989"),
    ("PersonSurnameName", "Elmer"),
    ("PersonGivenName", "Bruno Test"),
)
_KIRSTEN = (
    ("CivilRegistrationNumber", "2911829996"),
    ("PersonSurnameName", "Berggren"),
    ("PersonGivenName", "Kirsten Test"),
)
_PER = (("PersonSurnameName", "Thomsen"), ("PersonGivenName", "Per"))


def inbox(world: World, place: Place, *, meant: Place, has_the_case: Place) -> None:
    """`meant` is who a letter came here for by mistake; `has_the_case` whom a case that is written
    about again was given to."""
    _unreadable(world, place)
    when = back(0, 8, 5)
    _message(
        world,
        place,
        when,
        _letter(world, place, meant, when, number="1", patient=_BRUNO, text="Ryger 20 om dagen."),
        filename="henvisning-lungemedicinsk.xml",
        sender_name=SENDER,
        state=InboxState.MISADDRESSED.value,
        reason=f"Beskeden er adresseret til {meant.municipality.name} og er ikke læst ind."
        " Giv den videre dertil.",
    )
    when = back(0, 8, 30)
    _message(
        world,
        place,
        when,
        _letter(
            world,
            place,
            place,
            when,
            number="2",
            patient=_PER,
            text="Har fået nyt telefonnummer: 00 12 34 56. Vil stadig gerne ringes op.",
            episode=EPISODE[1],
            correction=True,
        ),
        filename="rettelse-lungemedicinsk.xml",
        sender_name=SENDER,
        state=InboxState.MISADDRESSED.value,
        reason=f"Hører til en sag, som er givet til {has_the_case.municipality.name}."
        " Giv beskeden videre dertil.",
    )
    _emergencies(world, place)


def _unreadable(world: World, place: Place) -> None:
    when = back(0, 7, 15)
    whole = _letter(world, place, place, when, number="3", patient=_KIRSTEN, text="Ryger.")
    _message(
        world,
        place,
        when,
        whole[: whole.index("<Patient>") + 40],
        filename="henvisning-endokrinologisk.xml",
        reason=reason(Fault.TRUNCATED),
    )
    _message(
        world,
        place,
        back(1, 14, 20),
        "%PDF-1.4\n",
        way=Way.UPLOAD.value,
        filename="scan_20261.pdf",
        reason=reason(Fault.ROOT),
    )


def _emergencies(world: World, place: Place) -> None:
    """One waits; last week's has been looked after."""
    urgent = {"version": "XH2230R", "patient": _KIRSTEN, "text": "Fald i hjemmet, akut pleje."}
    facts = {
        "sender_name": SENDER,
        "state": InboxState.NOT_OURS.value,
        "reason": reason(Fault.EMERGENCY),
    }
    now, earlier = back(0, 8, 40), back(6, 11, 30)
    body = _letter(world, place, place, now, number="4", **urgent)
    _message(world, place, now, body, filename="akut-hjemmesygepleje.xml", **facts)
    _message(
        world,
        place,
        earlier,
        _letter(world, place, place, earlier, number="5", **urgent),
        filename="akut-plejecenter.xml",
        handled_at=back(6, 11, 50)(place, world.now),
        handled_by_id=place.counsellors[0].pk,
        handled_note="Ringet til akutfunktionen, som har fået den.",
        **facts,
    )


def _letter(world: World, place: Place, to: Place, when: When, *, number: str, **more: Any) -> str:
    """Sent when it came."""
    at = when(place, world.now).astimezone(clock.COPENHAGEN)
    town = to.municipality
    return letter(
        to=(town.ean, town.code, town.name),
        sent=(f"{at:%Y-%m-%d}", f"{at:%H:%M}"),
        number=f"TRIAL{number}",
        **more,
    )


def _message(world: World, place: Place, when: When, body: str, **more: Any) -> None:
    pk, at = world.id(), when(place, world.now)
    row = {"way": Way.FOLDER.value, **more}
    world.add(
        "incomingmessage",
        id=pk,
        organisation_id=place.municipality.pk,
        came_at=at,
        received_at=at,
        body=sealed.seal(body, place=IncomingMessage.PLACE, row=pk),
        sha256=hashlib.sha256(body.encode("latin-1")).digest(),
        **row,
    )
