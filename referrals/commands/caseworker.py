"""Who has a case: given to one person, many at once; and who looks after an absent colleague's."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from referrals import policies, queries
from referrals.models import Cover, Referral
from referrals.states import ReferralState
from roegfri import clock
from roegfri.accounts.models import User
from roegfri.accounts.roles import Right
from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.refusal import Refusal
from roegfri.walls.locks import alone

MOST_AT_ONCE = 500
_LONGEST = dt.timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Assigned:
    """How many cases changed hands, how many were hers already, how many are closed and stay."""

    given: int
    already: int
    closed: int


@transaction.atomic
def assign_caseworker(
    referrals: Collection[UUID], *, to: UUID, by: Actor, at: dt.datetime
) -> Assigned:
    """Gives open cases to a colleague, all or none of them; closed ones stay with who closed them.

    Raises Refusal when one of the cases is another municipality's by now, there are more than
    MOST_AT_ONCE, or the colleague does no casework in one's own municipality today.
    """
    wanted = set(referrals)
    if not wanted:
        raise Refusal(_("Vælg mindst én sag."))
    if len(wanted) > MOST_AT_ONCE:
        raise Refusal(
            _("Der kan højst gives %(most)s sager ad gangen. Indsnævr filteret.")
            % {"most": MOST_AT_ONCE}
        )
    person = _colleague(to, by, field="to")
    # In one order, so that two who give the same cases at once wait for each other, no more.
    visible = policies.referrals_visible_to(by).filter(handler_id=by.organisation_id)
    rows = list(visible.filter(pk__in=wanted).select_for_update(of=("self",)).order_by("pk"))
    if len(rows) < len(wanted):
        raise Refusal(_("Nogle af sagerne er ikke længere jeres. Genindlæs listen, og vælg igen."))
    still_open = [row for row in rows if row.state != ReferralState.CLOSED]
    changed = [row for row in still_open if row.caseworker_id != person.pk]
    if changed:
        Referral.objects.filter(pk__in=[row.pk for row in changed]).update(caseworker=person)
        record(
            "caseworker.assigned",
            person,
            by=by,
            at=at,
            persons=[row.citizen_id for row in changed],
            columns=["caseworker"],
        )
    return Assigned(len(changed), len(still_open) - len(changed), len(rows) - len(still_open))


@transaction.atomic
def cover_colleague(
    *,
    absent: UUID,
    substitute: UUID,
    from_on: dt.date,
    until_on: dt.date,
    by: Actor,
    at: dt.datetime,
) -> Cover:
    """Somebody looks after an absent colleague's cases for some days, both ends included.

    Said by one of the two, or by a coordinator. The same said twice is one cover. Raises Refusal
    for other people's, for days that are over or out of order, and for outsiders.
    """
    _check_days(from_on, until_on, clock.danish_date(at))
    away = _colleague(absent, by, field="absent")
    present = _colleague(substitute, by, field="substitute")
    if away == present:
        raise Refusal(_("Vælg to forskellige personer."), field="substitute")
    _check_may(by, away.pk, present.pk)
    here = queries.own_municipality(by)
    alone("cover", here.pk, away.pk, present.pk)
    cover, made = Cover.objects.get_or_create(
        municipality=here,
        absent=away,
        substitute=present,
        from_on=from_on,
        defaults={"until_on": until_on},
    )
    if not made and cover.until_on != until_on:
        cover.until_on, made = until_on, True
        cover.save(update_fields=["until_on"])
    if made:
        record("cover.made", cover, by=by, at=at)
    return cover


@transaction.atomic
def end_cover(cover: Cover, *, by: Actor, at: dt.datetime) -> None:
    """Ends a cover today; its days until yesterday are kept.

    One that has lasted no whole day is removed, so that it stops at once; the log knows of it.
    Raises Refusal for other people's, and for one that is over.
    """
    cover = policies.covers_visible_to(by).select_for_update().get(pk=cover.pk)
    _check_may(by, cover.absent_id, cover.substitute_id)
    today = clock.danish_date(at)
    if cover.until_on < today:
        raise Refusal(_("Dækningen er allerede slut."))
    record("cover.ended", cover, by=by, at=at)
    if cover.from_on >= today:
        cover.delete()
        return
    cover.until_on = today - dt.timedelta(days=1)
    cover.save(update_fields=["until_on"])


def _colleague(pk: UUID, by: Actor, *, field: str) -> User:
    """Somebody who does casework in one's own municipality today."""
    found = queries.colleagues(by).filter(pk=pk).first()
    if found is None:
        raise Refusal(
            _("Personen er ikke længere rådgiver eller koordinator hos jer."), field=field
        )
    return found


def _check_may(by: Actor, *persons: UUID) -> None:
    if not by.may(Right.STAFF_MANAGE) and by.user_id not in persons:
        raise Refusal(_("Det er kun de to selv eller en koordinator, der kan ændre en dækning."))


def _check_days(from_on: dt.date, until_on: dt.date, today: dt.date) -> None:
    if until_on < from_on:
        raise Refusal(_("Slutdatoen skal ligge på eller efter startdatoen."), field="until_on")
    if until_on < today:
        raise Refusal(_("Dagene er forbi. Vælg en slutdato fra i dag af."), field="until_on")
    if until_on - from_on > _LONGEST or from_on - today > _LONGEST:
        raise Refusal(
            _("En dækning kan højst vare et år. Vælg en tidligere dato."), field="until_on"
        )
