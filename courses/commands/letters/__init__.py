"""Letters to general practitioners, from the press of a button to the doctor's receipt.

locked       the participant, her case and her letters, locked in the order of the house
checks       why one is not sent, in words
message      a letter in MedCom's terms
sending      a letter is made, as a message or on paper; or a corrected one
doctor       who her general practitioner is
many         those of a whole course, at one press
stopping     one that has not left is stopped
writing      those that wait become files; what a citizen has taken back meanwhile does not
receipts     what the doctor's system answers
silence      somebody is told that a letter has not arrived
"""

from courses.commands.letters.checks import LACKING
from courses.commands.letters.doctor import choose_doctor
from courses.commands.letters.many import send_letters
from courses.commands.letters.receipts import note_receipt
from courses.commands.letters.sending import (
    correct_letter,
    print_letter,
    send_letter,
    send_on_paper,
)
from courses.commands.letters.silence import note_silence
from courses.commands.letters.stopping import stop_letter
from courses.commands.letters.writing import OUT, write_letters

__all__ = [
    "LACKING",
    "OUT",
    "choose_doctor",
    "correct_letter",
    "note_receipt",
    "note_silence",
    "print_letter",
    "send_letter",
    "send_letters",
    "send_on_paper",
    "stop_letter",
    "write_letters",
]
