"""The screens of referrals: the list, the short form, the upload, the inbox."""

from referrals.views.arrivals import index as arrivals
from referrals.views.entry import duplicates, new, paste
from referrals.views.inbox import inbox, retry_many
from referrals.views.lists import filter_one, filters, index
from referrals.views.message import (
    message,
    message_add,
    message_again,
    message_answer,
    message_file,
    message_forward,
    message_retry,
)
from referrals.views.sending import send, send_around, sent, sent_one
from referrals.views.upload import upload

__all__ = [
    "arrivals",
    "duplicates",
    "filter_one",
    "filters",
    "inbox",
    "index",
    "message",
    "message_add",
    "message_again",
    "message_answer",
    "message_file",
    "message_forward",
    "message_retry",
    "new",
    "paste",
    "retry_many",
    "send",
    "send_around",
    "sent",
    "sent_one",
    "upload",
]
