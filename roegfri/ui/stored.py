"""What may be kept by browsers and proxies, and shown on other sites: a few open addresses alone.

Every other page is kept nowhere (roegfri/ui/middleware.py). An answer that takes the place of this
one on its way out, as a problem does, has not been marked and is not kept either.
"""

from django.http import HttpResponse

_MARK = "_stored_for"


def for_everybody(response: HttpResponse, *, seconds: int) -> HttpResponse:
    """Marks an answer that is the same for everybody and holds so long."""
    setattr(response, _MARK, seconds)
    return response


def seconds_of(response: HttpResponse) -> int | None:
    """How long an answer may be kept; None for all that may not."""
    found: int | None = getattr(response, _MARK, None)
    return found
