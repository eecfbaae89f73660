"""What the trial's own senders wrote, and may follow: their cases came by the form."""

import uuid

from referrals.states import Channel, ReferralState, SentState
from roegfri.desk.demo.rows import Row, World
from roegfri.desk.demo.setting import Setting

_STATES = {
    ReferralState.RECEIVED.value: SentState.RECEIVED.value,
    ReferralState.REACHED.value: SentState.CONTACTED.value,
    ReferralState.CLOSED.value: SentState.CLOSED.value,
}
# Of every so many one was sent without a name, and is known by its telephone number.
_UNNAMED = 5


def follow(world: World, setting: Setting) -> None:
    """For every case of theirs so far: it came by the form, and they see how far it is."""
    citizens = {row["id"]: row for row in world.rows["citizen"]}
    phones = {row["citizen_id"]: row["number"] for row in world.rows["phone"]}
    for case in world.rows["referral"]:
        person = setting.senders.get(case["sender_id"])
        if person is None:
            continue
        case["channel"] = Channel.WEB.value
        case["sender_name"] = f"{case['sender_name']}, {person.name}"
        number = phones.get(case["citizen_id"], "")
        world.add(
            "sentreferral",
            # From the case's own, so that the dice fall as they did without it.
            id=uuid.uuid5(case["id"], "sent"),
            referral_id=case["id"],
            citizen_id=case["citizen_id"],
            organisation_id=case["sender_id"],
            receiver_id=case["received_by_id"],
            user_id=person.pk,
            name=_known_as(citizens[case["citizen_id"]], number, case),
            at=case["received_at"],
            contact_by=case["contact_by"],
            state=_STATES[case["state"]],
        )


def _known_as(citizen: Row, number: str, case: Row) -> str:
    if number and case["id"].int % _UNNAMED == 0:
        return f"Tlf. … {number[-3:]}"
    return f"{citizen['given_names']} {citizen['surname']}"
