"""What the courses that suit are narrowed to; and what "Tilmeld" sends."""

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from courses.queries.around import hosts, languages
from courses.queries.matches import Narrow
from courses.rules.seats import WhenFull
from courses.states import CourseKind
from referrals.commands.talk import Talk
from referrals.forms import Call
from referrals.forms.conversation import WEEKDAYS
from referrals.states import DAY_PARTS, Outcome
from roegfri.actor import Actor

_KM = (5, 10, 20, 40)


class Narrowing(forms.Form):
    """What narrows the list. It stands within the call's own form: its fields begin with `find_`.

    What is none of the choices narrows nothing: a list is shown whatever was sent.
    """

    find_weekday = forms.ChoiceField(label=_("Ugedag"), required=False)
    find_part = forms.ChoiceField(label=_("Tid på dagen"), required=False)
    find_kind = forms.ChoiceField(label=_("Slags"), required=False)
    find_language = forms.ChoiceField(label=_("Sprog"), required=False)
    find_km = forms.ChoiceField(label=_("Højst"), required=False)
    find_host = forms.ChoiceField(label=_("Kommune"), required=False)
    find_all = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None, *, viewer: Actor) -> None:
        super().__init__(data)
        offered: Mapping[str, list[tuple[Any, Any]]] = {
            "find_weekday": list(enumerate(WEEKDAYS, start=1)),
            "find_part": list(DAY_PARTS.items()),
            "find_kind": list(CourseKind.choices),
            "find_language": [(one, one) for one in languages(viewer)],
            "find_km": [(km, _now("%d km") % km) for km in _KM],
            "find_host": hosts(viewer),
        }
        for name, choices in offered.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101  (declared above)
            field.choices = [("", _("Alle")), *((str(key), words) for key, words in choices)]
        self.is_valid()
        self.errors.clear()

    @property
    def narrow(self) -> Narrow:
        """For the query."""
        said = getattr(self, "cleaned_data", {})
        weekday, km, host = (said.get(f"find_{one}", "") for one in ("weekday", "km", "host"))
        return Narrow(
            weekday=int(weekday) if weekday else None,
            part=said.get("find_part", ""),
            kind=said.get("find_kind", ""),
            language=said.get("find_language", ""),
            max_km=int(km) if km else None,
            host_id=uuid.UUID(host) if host else None,
        )

    @property
    def every(self) -> bool:
        """More than the first few were asked for."""
        return bool(getattr(self, "cleaned_data", {}).get("find_all"))

    @property
    def shown(self) -> list[forms.BoundField]:
        """Those that one chooses in."""
        return [field for field in self if not field.is_hidden]

    @property
    def is_narrow(self) -> bool:
        """Something is left out."""
        return self.narrow != Narrow()


class Enrol(forms.Form):
    """«Tilmeld» of one course: what is wanted where there is no seat; `once` makes a double click
    one enrolment."""

    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    when_full = forms.ChoiceField(
        choices=[(one.value, one.value) for one in WhenFull], required=False
    )

    def clean_when_full(self) -> WhenFull:
        """Refused, unless the waiting list was asked for."""
        return WhenFull(self.cleaned_data["when_full"] or WhenFull.REFUSE)


class EnrolFromCall(Call):
    """The call's form sent with «Tilmeld»: she was reached, whichever button logged it.

    Clean, it is the arguments of `enrol_from_call`.
    """

    when_full = forms.ChoiceField(
        choices=[(one.value, one.value) for one in WhenFull], required=False
    )

    def __init__(self, data: QueryDict, *args: Any, **given: Any) -> None:
        said = data.copy()
        said["outcome"], said["pick"] = Outcome.REACHED, ""
        super().__init__(said, *args, **given)

    def clean(self) -> dict[str, Any]:
        """The conversation goes on to a course, so it ends in nothing else."""
        when_full = self.cleaned_data.get("when_full") or WhenFull.REFUSE
        given = super().clean()
        talk = given.get("talk")
        if isinstance(talk, Talk) and (talk.then.close or talk.then.quitline):
            self.add_error(
                "then",
                _now(
                    "Borgeren kan ikke både tilmeldes og afsluttes eller gives videre. Vælg"
                    " «Venter på et forløb», eller gem samtalen uden at tilmelde."
                ),
            )
        return {**given, "when_full": WhenFull(when_full)}
