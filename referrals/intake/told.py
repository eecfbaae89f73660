"""What a message of the inbox says, for the eyes of whoever decides what to do with it."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from roegfri.medcom import End, Glance, glance, readable
from roegfri.persons import cpr
from roegfri.refusal import Words

# As long a text as the form of a new referral takes.
_MOST = 20_000


@dataclass(frozen=True, slots=True)
class Told:
    """`facts` as pairs of label and words, `text` what the sender wrote, `raw` the file itself.

    `typed` is all of it as a mail would say it, to begin a new referral with.
    """

    glance: Glance | None
    facts: tuple[tuple[Words, str], ...]
    text: str
    raw: str
    typed: str

    @property
    def emergency(self) -> bool:
        """An XREF22: somebody waits for help today."""
        return self.glance is not None and self.glance.emergency


def told(body: bytes) -> Told:
    """What can be read of a file; of one that is no letter, only how it looks."""
    seen = glance(body)
    return Told(
        glance=seen,
        facts=tuple((label, words) for label, words in _facts(seen) if words) if seen else (),
        text=seen.text if seen else "",
        raw=readable(body),
        typed=_typed(seen)[:_MOST] if seen and (seen.text or seen.name) else "",
    )


def _facts(seen: Glance) -> tuple[tuple[Words, str], ...]:
    number = cpr.masked(seen.civil_number.replace("-", "")) if seen.civil_number else ""
    return (
        (_("Afsender"), _end(seen.sender)),
        (_("Modtager"), _end(seen.receiver)),
        (_("Sendt"), _moment(seen.sent)),
        (_("Borger"), " ".join(filter(None, (seen.name, number)))),
        (_("Telefon"), ", ".join(seen.phones)),
    )


def _moment(written: str) -> str:
    """As Danes write it; what is no moment stays as it was written."""
    try:
        at = dt.datetime.fromisoformat(written)
    except ValueError:
        return written
    return f"{at:%d.%m.%Y} {_('kl.')} {at:%H.%M}"


def _end(end: End) -> str:
    number = _("EAN %s") % end.ean if end.ean else ""
    return ", ".join(filter(None, (end.name, number)))


def _typed(seen: Glance) -> str:
    """In the words that the reader of pasted mails knows (intake.pasted): Danish to everybody."""
    lines = [
        ("Afsender", seen.sender.name),
        ("Navn", seen.name),
        ("CPR-nr.", seen.civil_number),
        *(("Telefon", number) for number in seen.phones),
    ]
    return "\n".join([*(f"{name}: {words}" for name, words in lines if words), "", seen.text])
