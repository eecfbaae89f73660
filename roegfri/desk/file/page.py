"""The page of a citizen's file: shown by every screen that changes something on it."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse

from courses.queries.enrolled import Enrolled, enrolled
from courses.queries.letters import letters_about
from courses.queries.wished import wished
from referrals import forms, queries, rules
from referrals.queries import File, Happening, consent_texts
from referrals.states import UNDER, ConsentForm, ConsentKind, ReferralState
from roegfri import clock
from roegfri.accounts.access import SignedIn
from roegfri.desk.file import timeline
from roegfri.desk.file.courses import lines, next_meeting
from roegfri.desk.file.next_step import Next, next_step
from roegfri.desk.file.talks import talk_words
from roegfri.ui.screens import show


def show_file(request: SignedIn, pk: UUID, **bound: object) -> HttpResponse:
    """The file opened at one referral; `bound` are forms with their errors, or what was revealed.

    Raises Http404.
    """
    found = queries.citizen_file(request.actor, pk)
    return show(request, "desk/file.html", {**file_context(request, found), **bound})


def file_context(request: SignedIn, found: File) -> dict[str, Any]:
    """What the file shows, on the screen and on paper."""
    at, today = clock.now(), clock.today()
    born = found.citizen.birth_date
    courses = enrolled(request.actor, found.persons, at)
    letters = letters_about(request.actor, found.persons) if courses else []
    entries = timeline.of(found, courses, letters)
    return {
        "file": found,
        "citizen": found.citizen,
        "referral": found.referral,
        "others": [one for one in found.referrals if one.pk != found.referral.pk],
        "entries": entries,
        "groups": timeline.groups(entries),
        "another_number": rules.another_number_in(found.referral.text),
        "next": _next(found, courses, at),
        "age": clock.age_on(born, today) if born else None,
        "home": found.home_on(today),
        "practice": forms.practice_words(found.citizen),
        "first_deadline": timeline.first_deadline(found, found.referral),
        "enrolled": lines(courses),
        "wish": wished(request.actor, found.referral, at=at),
        "consents": consents_of(found),
        "talk": talk_of(request, found),
        "today": today,
        "consent_form": forms.GiveConsent(),
        "withdraw_form": None,
    }


def _next(found: File, courses: Sequence[Enrolled], at: dt.datetime) -> Next:
    """What is due on the case; where nothing is, the next meeting of what she takes part in."""
    idle = found.referral.next_at is None and found.referral.state == ReferralState.REACHED
    return (next_meeting(courses, at) if idle else None) or next_step(found.referral, at)


def consents_of(found: File) -> list[dict[str, Any]]:
    """The consents that hold, newest first, with the words that were agreed to."""
    holding = [one for one in found.happenings if one.kind == "consent" and one.until is None]
    # Merged rows may each have one: the newest of a kind stands for both.
    live = {one.facts["kind"]: one for one in sorted(holding, key=lambda one: one.at)}
    return [
        {
            "pk": one.id,
            "kind": ConsentKind(one.facts["kind"]).label,
            "under": one.facts["kind"] in UNDER,
            "form": str(ConsentForm(one.facts["form"]).label).lower(),
            "given_at": one.at,
            "taken_by": one.who,
            "version": one.facts["text_version"],
            "text": consent_texts.text_of(
                one.facts["kind"], one.facts["text_version"], found.referral.handler.name
            ),
        }
        for one in _with_what_hangs_under(live)
    ]


def _with_what_hangs_under(live: Mapping[str, Happening]) -> Iterator[Happening]:
    """Newest first; behind each what holds only together with it."""
    below: dict[str, str] = {
        above: kind for kind, above in UNDER.items() if kind in live and above in live
    }
    first = [kind for kind in live if kind not in below.values()]
    for kind in sorted(first, key=lambda one: live[one].at, reverse=True):
        yield live[kind]
        if kind in below:
            yield live[below[kind]]


def talk_of(request: SignedIn, found: File) -> dict[str, Any] | None:
    """The newest conversation's notes, in lines, and whether she is a heavy smoker by it."""
    talks = [one for one in found.happenings if one.kind == "talk"]
    if not talks:
        return None
    talk = max(talks, key=lambda one: one.at)
    return {
        "at": talk.at,
        "lines": list(talk_words(found, talk)),
        "heavy": _heavy(request, found, talk),
    }


def _heavy(request: SignedIn, found: File, talk: Happening) -> bool:
    if talk.facts["per_day"] is None:
        return False
    referral = next(one for one in found.referrals if one.pk == talk.about)
    threshold = queries.smokes_much_from(request.actor, referral, clock.danish_date(talk.at))
    return rules.heavy_smoker(talk.facts["per_day"], threshold=threshold)
