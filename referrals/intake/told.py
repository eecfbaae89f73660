"""What a message of the inbox says, for the eyes of whoever decides what to do with it."""

import contextlib
import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from referrals.queries import Who
from roegfri import medcom
from roegfri.medcom import End, Glance, glance, readable
from roegfri.persons import cpr, names, phone
from roegfri.refusal import Words

# As long a text as the form of a new referral takes.
_MOST = 20_000


@dataclass(frozen=True, slots=True)
class Told:
    """`facts` as pairs of label and words, `text` what the sender wrote, `raw` the file itself,
    empty where it is no text.

    `typed` is all of it as a mail would say it, to begin a new referral with. `readable`: nothing
    is wrong with the file, whatever keeps it from being taken in.
    """

    glance: Glance | None
    facts: tuple[tuple[Words, str], ...]
    text: str
    raw: str
    typed: str
    readable: bool
    is_empty: bool

    @property
    def phones(self) -> list[tuple[str, str]]:
        """The patient's numbers, those that are numbers, as Details has them."""
        found = []
        for written in self.glance.phones if self.glance else ():
            with contextlib.suppress(phone.PhoneProblem):
                found.append((phone.parse(written).e164, ""))
        return found

    def who(self, on: dt.date) -> Who:
        """By what the patient is known again."""
        if self.glance is None:
            return Who()
        name, number = names.split(self.glance.name), None
        with contextlib.suppress(cpr.CprProblem):
            number = cpr.parse(self.glance.civil_number, on=on)
        return Who(
            given_names=name.given[:120],
            surname=name.surname[:120],
            phones=[e164 for e164, _note in self.phones],
            civil_number=number,
        )

    def to_add(self, typed: str) -> str:
        """What goes into a case that is there: what somebody has typed, or else what the sender
        wrote; her number masked, as everywhere in a case."""
        same = typed.replace("\r\n", "\n").strip() == self.typed.strip()
        text = (self.text if same else typed) or self.text or self.typed
        written = self.glance.civil_number if self.glance else ""
        plain = written.replace("-", "")
        for number in filter(None, (written, plain, f"{plain[:6]}-{plain[6:]}" if plain else "")):
            text = text.replace(number, cpr.masked(plain))
        return text

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
        raw=_raw(body),
        typed=_typed(seen)[:_MOST] if seen and (seen.text or seen.name) else "",
        readable=_is_readable(body),
        is_empty=not body,
    )


def _raw(body: bytes) -> str:
    """How the file looks; a picture or a PDF would be a screenful of marks."""
    text = readable(body)
    unseen = text.count("\N{REPLACEMENT CHARACTER}")
    return "" if unseen * 20 > len(text) else text


def _is_readable(body: bytes) -> bool:
    try:
        medcom.parse(body)
    except (medcom.NotOurs, medcom.Unreadable):
        return False
    return True


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
