"""A citizen's own link to STOPbasen's form: made and ended by whoever works with her; written by
whoever has it, through doors that read nothing (migration 0006)."""

import datetime as dt
import json
import secrets
from typing import Any

from django.db import connection, transaction

from courses.commands.books import locked_participant
from courses.models import Baseline, Enrolment, FormLink
from courses.queries.agreed import agreed, may_agree_alone
from courses.queries.baseline import form_of
from courses.queries.form_links import Seen
from courses.rules.stopbase import Answers
from referrals.commands.consent import TEXT_VERSION
from referrals.states import ConsentKind
from roegfri import clock
from roegfri.actor import Actor
from roegfri.audit.commands import record

KEPT_FOR = dt.timedelta(days=14)
_BYTES = 24  # 192 bits
# In a part's answers: something needed was left out. The door takes it away when all is sent.
LACKING = "lacking"


@transaction.atomic
def make_link(enrolment: Enrolment, *, by: Actor, at: dt.datetime) -> str:
    """Another link to the form a participant fills in; its secret, which is kept nowhere. A link
    that was open opens nothing from now on.

    She is asked for her consent to STOPbasen by it when there is none, and she may give it herself.
    Raises Refusal when the participant is not theirs.
    """
    enrolment = locked_participant(enrolment, by)
    _end_open(enrolment, by=by, at=at)
    form = form_of(by, enrolment, Baseline.objects.filter(pk=enrolment.pk).first())
    has = ConsentKind.STOPBASE in agreed(by, [enrolment.pk])[enrolment.pk]
    secret = secrets.token_urlsafe(_BYTES)
    made = FormLink.objects.create(
        enrolment=enrolment,
        digest=FormLink.digest_of(secret),
        form=form.kind,
        edition=form.edition,
        asks_consent=not has and may_agree_alone(by, enrolment, clock.danish_date(at)),
        made_at=at,
        made_by_id=by.person,
        expires_at=at + KEPT_FOR,
    )
    record("form_link.made", made, by=by, at=at, persons=[enrolment.citizen_id])
    return secret


@transaction.atomic
def end_link(enrolment: Enrolment, *, by: Actor, at: dt.datetime) -> None:
    """The open link opens nothing from now on; without one nothing happens. Raises Refusal when the
    participant is not theirs."""
    _end_open(locked_participant(enrolment, by), by=by, at=at)


@transaction.atomic
def save_part(
    seen: Seen,
    secret: str,
    part: str,
    answers: Answers,
    *,
    complete: bool,
    by: Actor,
    at: dt.datetime,
) -> bool:
    """Keeps one part of what she answers by her link; sent again it counts as it was sent last.

    False when the link is open no longer: then nothing is kept.
    """
    kept = dict(answers) if complete else {**answers, LACKING: True}
    said = [FormLink.digest_of(secret), part, json.dumps(kept, ensure_ascii=False), at]
    saved = _asked("select form_link_save(%s, %s, %s::jsonb, %s)", said)
    if saved:
        record("form_link.part_sent", f"enrolment:{seen.enrolment}", by=by, at=at)
    return saved


@transaction.atomic
def send_form(
    seen: Seen, secret: str, *, complete: bool, agrees: bool, by: Actor, at: dt.datetime
) -> bool:
    """All she sent becomes her form, and the link is used up; `complete`: every part of it was
    sent. With `agrees` she consents to STOPbasen, where the link asks for it.

    False when it has been sent before, or the link is open no longer.
    """
    said = [FormLink.digest_of(secret), complete, agrees, TEXT_VERSION, at]
    sent = _asked("select form_link_finish(%s, %s, %s, %s, %s)", said)
    if sent:
        record("form_link.sent", f"enrolment:{seen.enrolment}", by=by, at=at)
    return sent


def _asked(statement: str, values: list[Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return bool(cursor.fetchone()[0])


def _end_open(enrolment: Enrolment, *, by: Actor, at: dt.datetime) -> None:
    still = FormLink.objects.select_for_update().filter(
        enrolment=enrolment, used_at=None, ended_at=None
    )
    for one in still:
        one.ended_at = at
        one.save(update_fields=["ended_at"])
        if one.expires_at > at:
            record("form_link.ended", one, by=by, at=at, persons=[enrolment.citizen_id])
