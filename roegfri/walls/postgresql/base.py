"""PostgreSQL, told at the start of every transaction who is acting.

`set_config(..., true)` ends with the transaction, so a pooled connection carries nothing over to
the next user. A session-level setting would; tests/roegfri/test_walls.py shows it leaking.
"""

from typing import Any

import psycopg
from django.db import connections
from django.db.backends.postgresql import base

from roegfri import actor as actors
from roegfri import clock
from roegfri.walls import prepared

STATE_SCOPE = (
    "select set_config('app.organisation', %s, true), set_config('app.role', %s, true),"
    " set_config('app.system', %s, true), set_config('app.actor', %s, true),"
    " set_config('app.grant', %s, true), set_config('app.request', %s, true),"
    " set_config('app.today', %s, true)"
)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, with the scope stated as the first statement of each transaction."""

    def set_autocommit(self, autocommit: bool, *args: Any, **kwargs: Any) -> None:  # noqa: FBT001
        """Leaving autocommit is how Django begins a transaction."""
        was = self.autocommit if self.connection is not None else True
        super().set_autocommit(autocommit, *args, **kwargs)
        if was and not autocommit:
            self.state_scope()

    def state_scope(self) -> None:
        """Tells this transaction who is acting, and what day it is in Denmark."""
        actor = actors.current()
        values = (
            str(actor.organisation_id or ""),
            actor.role,
            "on" if actor.is_system else "",
            actor.label,
            str(actor.grant_id or ""),
            actor.request_id,
            clock.today().isoformat(),
        )
        self.connection.prepare_threshold = prepared.ONLY_ON_REQUEST
        with self.wrap_database_errors, psycopg.Cursor(self.connection) as cursor:
            cursor.execute(STATE_SCOPE, values, prepare=True)


def _restate_open_transactions() -> None:
    for connection in connections.all(initialized_only=True):
        if (
            isinstance(connection, DatabaseWrapper)
            and connection.connection is not None
            and connection.in_atomic_block
            and not connection.needs_rollback
        ):
            connection.state_scope()


actors.when_changed(_restate_open_transactions)
