"""Documents out: for a course's participants, and for their doctors."""
