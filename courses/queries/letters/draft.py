"""What a letter about one participant would say, and what it lacks."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import translation

from courses.models import DischargeLetter, Enrolment
from courses.queries.met import Met
from courses.rules.discharge import Facts, Known, Lack, Result, lacks, lacks_on_paper
from courses.states import CourseKind, CourseState, EnrolmentState, LetterState, Mark, SmokeFree
from referrals.models import Citizen, CivilNumber, Consent
from referrals.states import ConsentKind
from roegfri import clock
from roegfri.organisations.models import Municipality, Practice
from roegfri.persons import cpr, names


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """What would be sent about one participant, and what is missing.

    `citizen` is the row that counts, `number` her newest number, `consents` those that hold, by
    kind; `letters` are all of hers, the newest first. `sender` is the viewer's municipality.
    """

    enrolment: Enrolment
    citizen: Citizen
    number: CivilNumber | None
    practice: Practice | None
    sender: Municipality
    consents: Mapping[str, Consent]
    met: Sequence[Met]
    letters: Sequence[DischargeLetter]

    @property
    def masked_number(self) -> str:
        """For the screen; "" where she has none."""
        return cpr.masked(self.number.value) if self.number else ""

    @property
    def consent(self) -> Consent | None:
        """That a letter is sent at all."""
        return self.consents.get(ConsentKind.DISCHARGE)

    @property
    def result_consent(self) -> Consent | None:
        """That it says how it went; nothing without the other."""
        return self.consents.get(ConsentKind.DISCHARGE_RESULT) if self.consent else None

    @property
    def doctor(self) -> str:
        """Her general practitioner by name; "" where nobody has told."""
        return self.practice.name if self.practice else self.citizen.practice_name

    @property
    def came(self) -> Sequence[Met]:
        """The meetings she came to, in order."""
        return [one for one in self.met if one.mark == Mark.ATTENDED]

    @property
    def lacks(self) -> Sequence[Lack]:
        """What keeps it from going out as a message."""
        return lacks(self._known())

    @property
    def lacks_on_paper(self) -> Sequence[Lack]:
        """What keeps it from being printed."""
        return lacks_on_paper(self._known())

    @property
    def letter(self) -> DischargeLetter | None:
        """The one that counts: it was not stopped, and none has taken its place."""
        replaced = {one.corrects_id for one in self.letters}
        live = (one for one in self.letters if one.state != LetterState.STOPPED)
        return next((one for one in live if one.pk not in replaced), None)

    @property
    def is_over(self) -> bool:
        """Whether the course is over for her: «Efter endt rygestopforløb» (S1)."""
        coming = any(one.coming for one in self.met)
        left = self.enrolment.state in {EnrolmentState.ENDED, EnrolmentState.WITHDRAWN}
        finished = self.enrolment.course.state == CourseState.FINISHED
        stands = self.enrolment.course.kind != CourseKind.GROUP
        return left or finished or not (coming or stands)

    @property
    def is_ready(self) -> bool:
        """Whether it can be sent with those of all others at one press."""
        return self.letter is None and self.is_over and not self.lacks

    @property
    def last_day(self) -> dt.date | None:
        """The Danish day on which she came last."""
        return clock.danish_date(self.came[-1].starts_at) if self.came else None

    def text(self) -> str:
        """The letter as it is proposed, always in Danish; "" about somebody who never came."""
        if not self.came:
            return ""
        context = {"facts": self._facts(), "result": self.result}
        with translation.override("da"):
            words = render_to_string("courses/letters/discharge.txt", context).strip()
        return re.sub("\n{3,}", "\n\n", words)

    @property
    def result(self) -> Result:
        """How it went; empty without her consent to tell."""
        if self.result_consent is None:
            return Result()
        ending = getattr(self.enrolment, "ending", None)
        said = ending.smoke_free if ending else ""
        known = said if said in {SmokeFree.YES, SmokeFree.NO} else ""
        return Result(known, self.enrolment.actual_quit_on)

    def _facts(self) -> Facts:
        course, came = self.enrolment.course, self.came
        over = [one for one in self.met if not one.coming]
        days = [clock.danish_date(one.starts_at) for one in came]
        return Facts(
            host=course.host.name,
            kind=course.kind,
            first_on=days[0],
            last_on=days[-1],
            attended=len(came),
            held=None if course.kind == CourseKind.OPEN else len(over),
            sender=self.sender.name,
            phone=self.sender.phone,
        )

    def _known(self) -> Known:
        return Known(
            consent=self.consent is not None,
            attended=len(self.came),
            name=bool(names.full(self.citizen.given_names, self.citizen.surname).strip()),
            number=self.number is not None,
            practice=self.practice is not None,
            doctor=bool(self.doctor),
            ean=bool(self.practice and self.practice.ean),
            sender_ean=bool(self.sender.ean),
        )
