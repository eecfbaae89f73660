"""Letters to her general practitioner, in the line of her file through time."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from courses.models import DischargeLetter
from courses.states import LetterState
from roegfri.desk.file.entries import Entry


def entries(letters: Sequence[DischargeLetter]) -> Iterator[Entry]:
    """That each was made, and how it ended, in no order."""
    for one in letters:
        about = one.enrolment.course.name
        yield Entry(
            one.made_at, "message", "letters", _made(one), who=one.made_by.name, about=about
        )
        if one.state in _ENDED:
            kind = "received" if one.state == LetterState.RECEIVED else "closed"
            title = str(one.get_state_display())
            yield Entry(one.state_since, kind, "letters", title, text=one.trouble, about=about)


def _made(letter: DischargeLetter) -> str:
    if letter.state == LetterState.ON_PAPER:
        words = _("Brev på papir til %(doctor)s")
    elif letter.corrects_id:
        words = _("Rettet brev til %(doctor)s")
    else:
        words = _("Brev til %(doctor)s")
    return words % {"doctor": letter.receiver_name}


_ENDED = {LetterState.RECEIVED, LetterState.REFUSED, LetterState.STOPPED}
