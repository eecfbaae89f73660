"""The calls that other systems make."""

from functools import partial
from http import HTTPStatus
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from ninja import Router

from referrals import queries
from referrals.api import texts
from referrals.api.reading import details_of, receiver_of
from referrals.api.schemas import Answered, HowFar, MessageAnswered, NewReferral
from referrals.commands.refused import note_refusal
from referrals.commands.send import send_referral
from referrals.intake.files import take_file
from referrals.states import Taken, Way
from roegfri import clock
from roegfri.accounts.models import TokenPurpose
from roegfri.actor import current
from roegfri.api import bodies
from roegfri.api.bearer import Bearer, ByToken, carried_out
from roegfri.api.commands import Said
from roegfri.api.once import once
from roegfri.api.openapi import path_of
from roegfri.refusal import Refusal

router = Router(tags=["Henvisninger"])
# What an Idempotency-Key is kept for.
MEDCOM, REFERRALS = "medcom", "referrals"
XML = ("application/xml", "text/xml", "application/octet-stream")
_STATUS = {Taken.CREATED: HTTPStatus.CREATED}
_REFUSED = HTTPStatus.UNPROCESSABLE_ENTITY
_GET = ["GET", "HEAD"]


@router.post(
    "/medcom",
    auth=Bearer(TokenPurpose.MEDCOM),
    response=dict.fromkeys((201, 200, 422), MessageAnswered),
    url_name="medcom",
    **texts.MEDCOM,
)
def medcom(request: ByToken) -> HttpResponse:
    """Takes a MedCom message in, the bytes as they were sent."""
    body = bodies.raw(request, types=XML)
    return once(request, MEDCOM, body, partial(_take, request, body))


@router.post(
    "/referrals",
    auth=Bearer(TokenPurpose.REFERRALS),
    response=dict.fromkeys((201, 200, 422), Answered),
    url_name="referrals",
    **texts.REFERRALS,
)
def referrals(request: ByToken, referral: NewReferral) -> HttpResponse:
    """Takes a referral in."""
    return once(request, REFERRALS, request.body, partial(_send, request, referral))


@router.api_operation(
    _GET,
    "/referrals/{uuid:id}",
    auth=Bearer(),
    response={200: HowFar},
    url_name="referral",
    **texts.REFERRAL,
)
def referral(request: ByToken, id: UUID) -> HttpResponse:  # noqa: A002  (the address's word)
    """How far a referral is."""
    with carried_out(request, "api:referral") as by:
        state = queries.how_far(by, id)
    return JsonResponse({"id": str(id), "status": state})


@router.api_operation(
    _GET,
    "/medcom/{uuid:id}/receipt",
    auth=Bearer(TokenPurpose.MEDCOM),
    url_name="receipt",
    **texts.RECEIPT,
)
def receipt(request: ByToken, id: UUID) -> HttpResponse:  # noqa: A002  (the address's word)
    """MedCom's own receipt of a message, if there is one."""
    with carried_out(request, "api:receipt") as by:
        xml = queries.receipt_of(by, id)
    return HttpResponse(xml, content_type="application/xml; charset=ISO-8859-1")


def _take(request: ByToken, body: bytes) -> Said:
    """In the words of the answer: what was kept in the inbox was refused."""
    at = clock.now()
    # There is no file: where one would be named stands which system brought it.
    answer = take_file(
        body,
        request.auth.name,
        inbox=request.auth.organisation,
        received_at=at,
        way=Way.API,
        by=current(),
        at=at,
    )
    message = answer.message
    taken = Taken(answer.taken) if message.referral_id else Taken.REFUSED
    body_said = {
        "id": str(message.pk),
        "status": str(taken),
        "reason": message.reason,
        "contact_by": None,
        "referral": str(message.referral_id) if message.referral_id else None,
        "receipt": None,
    }
    if message.referral_id is None:
        return Said(_REFUSED, body_said)
    referral = answer.referral
    body_said["contact_by"] = referral.contact_by.isoformat() if referral else None
    if message.receipts.exists():
        body_said["receipt"] = path_of("receipt", id=message.pk)
    return Said(_STATUS.get(taken, HTTPStatus.OK), body_said)


def _send(request: ByToken, sent: NewReferral) -> Said:
    """In the words of the answer: a command's «no» is a refusal, with no id."""
    at = clock.now()
    details = details_of(sent, at=at)
    to = receiver_of(sent, request.auth, on=clock.danish_date(at))
    try:
        sending = send_referral(details, to=to, by=current(), at=at, reference=sent.reference)
    except Refusal as refusal:
        note_refusal(str(refusal), to=to, by=current(), at=at)
        return Said(_REFUSED, _said(None, Taken.REFUSED, str(refusal), None))
    day = sending.contact_by.isoformat()
    status = _STATUS.get(sending.taken, HTTPStatus.OK)
    return Said(status, _said(str(sending.referral_id), sending.taken, "", day))


def _said(
    id: str | None,  # noqa: A002  (the answer's word)
    taken: str,
    reason: str,
    contact_by: str | None,
) -> dict[str, str | None]:
    return {"id": id, "status": str(taken), "reason": reason, "contact_by": contact_by}
