"""A sender corrects or adds to what it sent, without seeing what stands on the case."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from referrals import policies
from referrals.commands.arrivals import Came, note_arrivals
from referrals.commands.cases import handled
from referrals.commands.details import Details
from referrals.commands.episodes import correct_referral
from referrals.commands.send import BY_NUMBER, Sending, at_the_receiver, by_number, given_away
from referrals.models import Referral, SentReferral
from referrals.states import Channel, ReferralState, Source, Taken, Way
from roegfri import clock
from roegfri.accounts import limits
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.persons import phone
from roegfri.refusal import Refusal

LIMIT = 20
WINDOW = dt.timedelta(hours=1)


@transaction.atomic
def amend_sent(
    sent: SentReferral,
    *,
    phones: Sequence[tuple[str, str]],
    text: str,
    by: Actor,
    at: dt.datetime,
) -> Sending:
    """Adds a telephone number, a message or both to a case that was sent; its clock runs on.

    `phones` are (E.164, note). What stands there stays; what is new stands below it, under the day.
    The same again that day changes nothing, and the answer does not tell whether it did. Raises
    Refusal when the case is closed, when the municipality gave it away, and for more than LIMIT an
    hour from one person.
    """
    sent = policies.sent_visible_to(by).select_related("receiver", "organisation").get(pk=sent.pk)
    _admit(by, at)
    added = _added(phones, text, at)
    with at_the_receiver(sent.receiver, by) as there:
        case = _open_case(sent, there)
        known = f"{added}\n\n" in f"{case.text}\n\n"
        taken = Taken.DUPLICATE if known else Taken.CORRECTED
        if not known:
            told = _details(case, phones, f"{case.text}\n\n{added}".strip())
            correct_referral(case, told, by=there, at=at)
        came = Came(Way.FORM, taken, at, sent.organisation, sent.organisation.name)
        note_arrivals(sent.receiver_id, [came])
    if not known:
        _call_by_new_number(sent, phones)
        record("sent.amended", sent, by=by, at=at, persons=[sent.citizen_id])
    return Sending(taken, sent)


def _admit(by: Actor, at: dt.datetime) -> None:
    if not limits.take(f"sent amended:{by.label}", limit=LIMIT, window=WINDOW, at=at):
        raise Refusal(
            _("Du har sendt mange rettelser den sidste time. Vent lidt, eller ring til kommunen.")
        )


def _open_case(sent: SentReferral, there: Actor) -> Referral:
    """The case, locked behind its citizen. Raises Refusal when it is closed or elsewhere."""
    try:
        case = handled(Referral(pk=sent.referral_id, citizen_id=sent.citizen_id), there)
    except Refusal:
        raise given_away(sent.receiver) from None
    if case.state == ReferralState.CLOSED:
        raise Refusal(
            _("Sagen er afsluttet. Skal borgeren have hjælp igen, så send en ny henvisning.")
        )
    return case


def _added(phones: Sequence[tuple[str, str]], text: str, at: dt.datetime) -> str:
    """What stands below the text of the case; Danish, whatever language the sender reads."""
    with translation.override("da"):
        heading = _("Afsenderen skriver %(day)s:") % {"day": f"{clock.danish_date(at):%d.%m.%Y}"}
        numbers = [_("Rigtigt telefonnummer: %s") % phone.display(e164) for e164, _note in phones]
    return "\n".join(filter(None, (heading, *numbers, text.strip())))


def _details(case: Referral, phones: Sequence[tuple[str, str]], text: str) -> Details:
    """What correct_referral mends; what is left out stays as it was."""
    return Details(
        source=Source(case.source),
        channel=Channel(case.channel),
        received_at=case.received_at,
        phones=phones,
        text=text,
    )


def _call_by_new_number(sent: SentReferral, phones: Sequence[tuple[str, str]]) -> None:
    """On the sender's own list too, where she is known by nothing else."""
    if phones and (not sent.name or sent.name.startswith(BY_NUMBER)):
        sent.name = by_number(phones[0][0])
        sent.save(update_fields=["name"])
