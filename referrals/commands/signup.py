"""Somebody signs herself up on the public page. Nobody we know is matched, changed or revealed."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.db import IntegrityError, transaction

from referrals.commands.arrivals import Came, note_arrivals
from referrals.commands.details import Details
from referrals.commands.receive import deadline_from, member_agreement, receive_referral
from referrals.models import Referral
from referrals.queries.signup import signed_up
from referrals.states import DAY_PARTS, Channel, Source, Taken, Way
from roegfri import clock
from roegfri.accounts import limits
from roegfri.actor import Actor, acting, receiving
from roegfri.organisations.models import Municipality
from roegfri.persons.phone import Phone
from roegfri.public.languages import DANISH, Language
from roegfri.public.stamps import Stamp
from roegfri.refusal import AlreadySent
from roegfri.walls.constraints import broken
from roegfri.walls.locks import alone, whose

# Accepted sign-ups in any hour. A library, a job centre or a telephone company's customers share
# one address; a municipality's own campaign brings some dozens an hour at most.
FROM_AN_ADDRESS, TO_A_MUNICIPALITY = 20, 200
HOUR = dt.timedelta(hours=1)
# The unique number of a form (Referral.once).
_ONCE = "referrals_referral_once_key"
_WISHED = "Vil helst ringes op: "

Why = Literal[
    "too_fast", "too_old", "not_sent", "trap", "elsewhere",
    "many_from_here", "many_today", "sent_before", "course_gone",
]  # fmt: skip


class NotSent(Exception):
    """The form is to be shown again; `why` names the words for it in every language."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUp:
    """What she wrote. `page` is the page's language, `language` (in Danish) the one she wants to
    speak; `days` are weekdays (1 is Monday) and `parts` keys of DAY_PARTS; `birth_year` where she
    gave no date. `about` (Danish) is what she came from: not hers to write."""

    first_name: str
    phone: Phone
    page: Language
    surname: str = ""
    language: str = ""
    interpreter: bool = False
    days: Sequence[int] = ()
    parts: Sequence[int] = ()
    birth_date: dt.date | None = None
    birth_year: int | None = None
    email: str = ""
    why: str = ""
    message: str = ""
    about: str = ""

    def details(self, received_at: dt.datetime) -> Details:
        """For receive_referral."""
        return Details(
            source=Source.WEBSITE,
            channel=Channel.WEB,
            received_at=received_at,
            given_names=self.first_name,
            surname=self.surname,
            phones=[(self.phone.e164, self.phone.note)],
            birth_date=self.birth_date,
            email=self.email,
            language="" if self.language == DANISH.danish_name else self.language,
            interpreter=self.interpreter,
            why=self.why,
            text=self.text,
        )

    @property
    def text(self) -> str:
        """What has no field of its own, as a counsellor reads it: Danish headings, her words."""
        facts = [
            f"Har selv tilmeldt sig på kommunens side ({self.page.danish_name.lower()}).",
            self.about,
            f"{_WISHED}{self._times}." if self._times else "",
            f"Vil helst tale {self.language.lower()}." if self.language else "",
            "Ønsker tolk." if self.interpreter else "",
            f"Født i {self.birth_year}." if self.birth_year else "",
        ]
        own = [
            f"Hvad fik dig til at tilmelde dig?\n{self.why}" if self.why else "",
            f"Besked:\n{self.message}" if self.message else "",
        ]
        return "\n\n".join(filter(None, ["\n".join(filter(None, facts)), *own]))

    @property
    def _times(self) -> str:
        words = DANISH.words["signup"]
        days = ", ".join(words["days"][day - 1].lower() for day in self.days)
        parts = " eller ".join(words["parts"][part].lower() for part in self.parts)
        return "; ".join(filter(None, [days, parts]))


def wished_times(referral: Referral) -> list[str]:
    """When somebody who signed herself up wants to be called, as she ticked it (TIMES): any part of
    the days she chose, or those parts of any day. Read from the text that SignUp wrote."""
    herself = (referral.source, referral.channel) == (Source.WEBSITE, Channel.WEB)
    lines = referral.text.split("\n\n")[0].splitlines() if herself else []
    wish = next((one for one in lines if one.startswith(_WISHED)), "")
    words = set(re.findall(r"\w+", wish.removeprefix(_WISHED)))
    signup = DANISH.words["signup"]
    days = [day for day, word in enumerate(signup["days"], 1) if word.lower() in words]
    names = zip(DAY_PARTS, signup["parts"], strict=True)
    parts = [part for part, word in names if word.lower() in words]
    if not days and not parts:
        return []
    every = range(1, len(signup["days"]) + 1)
    return [f"{day}-{part}" for day in days or every for part in parts or DAY_PARTS]


@transaction.atomic
def sign_up(
    what: SignUp, *, to: Municipality, stamp: Stamp, mark: str, by: Actor, at: dt.datetime
) -> dt.date:
    """Makes a referral of it, for a citizen nobody knows; answers with the day of the deadline.

    The same form sent again is the same referral, however old the page is by then. `mark` is what
    its sender's address is counted under. Raises NotSent where the page was sent too fast or stood
    open too long, where too many came in the last hour, and where the form was sent before and said
    something else; Refusal where the municipality takes no referrals today.
    """
    with acting(receiving(by, to.pk, to.name)) as door:
        alone("signup", stamp.number)
        known = signed_up(door, whose(stamp.number, door, to.pk))
        if known is None:
            _admit(stamp, to, mark, at)
        details = what.details(known.received_at if known else at)
        try:
            found = receive_referral(details, handler=to, by=door, at=at, once=stamp.number)
        except AlreadySent:
            raise NotSent("sent_before") from None
        except IntegrityError as fault:
            return _given_on(fault, to, at)
        if known is None:
            note_arrivals(to.pk, [Came(Way.PUBLIC, Taken.CREATED, at)])
    return found.contact_by


def _admit(stamp: Stamp, to: Municipality, mark: str, at: dt.datetime) -> None:
    if stamp.is_early(at):
        raise NotSent("too_fast")
    if stamp.is_late(at):
        raise NotSent("too_old")
    if mark and not limits.take(f"signup from:{mark}", limit=FROM_AN_ADDRESS, window=HOUR, at=at):
        raise NotSent("many_from_here")
    if not limits.take(f"signup to:{to.pk}", limit=TO_A_MUNICIPALITY, window=HOUR, at=at):
        raise NotSent("many_today")


def _given_on(fault: IntegrityError, to: Municipality, at: dt.datetime) -> dt.date:
    """The form has been received, and its case was given to another municipality since: it is
    behind a wall by now, and she is told what she was told before. Raises any other fault."""
    if broken(fault) != _ONCE:
        raise fault
    today = clock.danish_date(at)
    return deadline_from(today, member_agreement(to, today), to)
