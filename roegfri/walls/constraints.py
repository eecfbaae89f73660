"""Which constraint of the database said no."""

from django.db import IntegrityError


def broken(fault: IntegrityError) -> str:
    """The name of the constraint that was to be broken; empty where there is none to name."""
    diagnosis = getattr(fault.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""
