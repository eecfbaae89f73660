"""A message came in: it becomes a referral, corrects one, or stays in the inbox with its reason.

values     what is brought, what was read of it, and the answer
taking     a set of messages, each as if it had come alone
receivers  whether a letter is for whoever has it
verdicts   what is to become of a letter, by what is known
cases      new referrals, many at once
alone      a letter about a case that is there, or about an earlier letter of the set
keeping    what could not be taken, with its bytes and the reason
replies    receipts for letters of ours, told to the storey that sent them
"""

from referrals.commands.inbox.keeping import keep_message, read_message
from referrals.commands.inbox.taking import take_letters
from referrals.commands.inbox.values import Answer, Delivery, Letter, Unread

__all__ = [
    "Answer",
    "Delivery",
    "Letter",
    "Unread",
    "keep_message",
    "read_message",
    "take_letters",
]
