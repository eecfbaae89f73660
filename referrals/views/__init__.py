"""The screens of referrals: the list, the short form, the upload, the inbox."""

from referrals.views.entry import duplicates, new, paste
from referrals.views.inbox import inbox, message, message_again, message_file
from referrals.views.lists import index
from referrals.views.upload import upload

__all__ = [
    "duplicates",
    "inbox",
    "index",
    "message",
    "message_again",
    "message_file",
    "new",
    "paste",
    "upload",
]
