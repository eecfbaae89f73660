"""What a message says is told in the reader's language; what is read again stays Danish."""

from django.utils import translation

from referrals.intake import pasted, told
from tests import make
from tests.roegfri.medcom import messages


def test_a_message_is_written_up_alike_in_danish_and_in_english() -> None:
    with translation.override("da"):
        danish = told(messages.referral())
    with translation.override("en"):
        english = told(messages.referral())
    assert danish.facts[0][0] == "Afsender"
    assert english.facts[0][0] == "Sender", "or the English words are missing, and nothing is tried"
    assert english.typed == danish.typed
    found = pasted.read(english.typed, on=make.MONDAY.date())
    assert found.name
    assert found.sender_name
