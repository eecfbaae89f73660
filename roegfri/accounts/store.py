"""Sessions, kept in PostgreSQL as Django keeps them, and read by a statement planned once."""

from typing import Any

from django.contrib.sessions.backends import db

from roegfri import clock
from roegfri.walls import prepared

_FIND = """
select session_data from django_session where session_key = %(key)s and expire_date > %(now)s
"""


class SessionStore(db.SessionStore):
    """SESSION_ENGINE; it differs from Django's own in how a session is read."""

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing when there is none, or it has expired."""
        found = prepared.tuples(_FIND, {"key": self.session_key, "now": clock.now()})
        if not found:
            self._session_key = None
            return {}
        held: dict[str, Any] = self.decode(found[0][0])
        return held
