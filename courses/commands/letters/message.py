"""A letter in MedCom's terms (XDIS15)."""

import datetime as dt

from django.utils import translation
from django.utils.translation import gettext as _

from courses.models import DischargeLetter
from courses.queries.letters import Draft
from roegfri.actor import Actor
from roegfri.medcom.discharge import Discharge, End, Patient
from roegfri.medcom.messages import Status
from roegfri.persons import cpr


def message_of(letter: DischargeLetter, draft: Draft, by: Actor, at: dt.datetime) -> Discharge:
    """What is written. Its words are Danish, whatever language the screen is in."""
    case, course = draft.enrolment.referral, draft.enrolment.course
    ended = draft.enrolment.left_at or course.finished_at or draft.came[-1].starts_at
    with translation.override("da"):
        return Discharge(
            envelope=letter.envelope,
            letter=letter.letter,
            episode=letter.episode,
            status=Status.CORRECTION if letter.corrects_a_known else Status.NEW,
            at=at,
            sender=End(
                ean=draft.sender.ean,
                identifier=draft.sender.code,
                code="kommunenummer",
                organisation=draft.sender.name,
                department=_("Sundhed og forebyggelse"),
                speciality=_("Rygestoprådgivning"),
            ),
            receiver=_receiver(letter),
            patient=_patient(draft),
            admitted=case.received_at,
            discharged=max(case.received_at, min(ended, at)),
            signed_by=by.name,
            job_title=_("Rygestoprådgiver"),
            text=letter.text,
        )


def _receiver(letter: DischargeLetter) -> End:
    return End(
        ean=letter.receiver_ean,
        identifier=letter.receiver_number,
        code="ydernummer",
        organisation=letter.receiver_name,
        department=_("Almen praksis"),
    )


def _patient(draft: Draft) -> Patient:
    """By her CPR number; one that stands in for it is another element."""
    assert draft.number  # noqa: S101  (a letter lacks nothing by now)
    is_real = draft.number.kind == cpr.Kind.REAL
    value = draft.number.value
    return Patient(
        surname=draft.citizen.surname,
        given_names=draft.citizen.given_names,
        civil_number=value if is_real else "",
        alternative="" if is_real else value,
    )
