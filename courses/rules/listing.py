"""Which courses citizens find by themselves. No database, no clock."""

from courses.states import Target


def listed_at_first(target: str) -> bool:
    """Whether a new course for these people is shown on the public pages unless its host says
    otherwise.

    S1: «borgerne kan vælge mellem alle kommunernes tilbud»; but what is held at a workplace is for
    those who work there.
    """
    return target != Target.WORKPLACE
