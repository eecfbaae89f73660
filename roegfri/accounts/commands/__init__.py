"""People, their roles, what a municipality does with its own, and keys for other systems."""

from roegfri.accounts.commands.people import (
    change_profile,
    correct_user,
    create_user,
    deactivate_user,
    end_grant,
    forget_ended_sessions,
    give_grant,
    reactivate_user,
    reset_second_factor,
    switch_grant,
    sync_grants,
)
from roegfri.accounts.commands.staff import (
    end_staff_role,
    invite_staff,
    keep_staff_role,
    renew_invitation,
)
from roegfri.accounts.commands.tokens import create_token, revoke_token

__all__ = [
    "change_profile",
    "correct_user",
    "create_token",
    "create_user",
    "deactivate_user",
    "end_grant",
    "end_staff_role",
    "forget_ended_sessions",
    "give_grant",
    "invite_staff",
    "keep_staff_role",
    "reactivate_user",
    "renew_invitation",
    "reset_second_factor",
    "revoke_token",
    "switch_grant",
    "sync_grants",
]
