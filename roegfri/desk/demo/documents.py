"""The shelf of the trial: two documents of the agreement's, printed as any other letter is, and one
of a municipality's own."""

import datetime as dt

from django.utils import formats, translation

from roegfri import clock, letters
from roegfri.accounts.models import Grant
from roegfri.accounts.roles import GRANTS, Role
from roegfri.actor import Actor, Kind, acting
from roegfri.collaboration.commands import NewEdition, add_edition, put_document
from roegfri.collaboration.models import Document

# title, what it is for, its template, the file's name
GUIDE = (
    "Guide til rygestoprådgivere",
    "Det, vi gør for hver borger, kort.",
    "letters/guide.html",
    "guide-til-rygestopraadgivere.pdf",
)
CHECKLIST = (
    "Tjekliste for et forløb",
    "Til opslagstavlen: holdet og hver deltager.",
    "letters/checklist.html",
    "tjekliste-for-et-forloeb.pdf",
)
HOUSE = """Sådan gør vi i huset

Nøglen til lokalet ligger i receptionen. Kaffe bestilles dagen før.
Lås døren efter jer, og stil stolene op igen.
"""
_YEAR = dt.timedelta(days=365)


def lay(now: dt.datetime) -> None:
    """Puts them there as those who keep them, once; where PDFs cannot be made, only the text.

    The guide has an older edition, and a coming one from the next New Year's Day.
    """
    leader = _keeper(Role.PROJECT_LEADER)
    coordinator = _keeper(Role.COORDINATOR)
    if leader and not Document.objects.filter(owner=leader.organisation_id).exists():
        with acting(leader):
            _lay_shared(leader, now)
    if coordinator and not Document.objects.filter(owner=coordinator.organisation_id).exists():
        with acting(coordinator):
            house = NewEdition(
                "1. udgave", clock.danish_date(now - _YEAR), "huset.txt", HOUSE.encode()
            )
            put_document(house, title="Sådan gør vi i huset", by=coordinator, at=now)


def _lay_shared(leader: Actor, now: dt.datetime) -> None:
    today = clock.danish_date(now)
    new_year = dt.date(today.year + 1, 1, 1)
    try:
        for title, about, template, filename in (GUIDE, CHECKLIST):
            then = now - _YEAR
            first = _edition(leader, template, filename, then)
            document = put_document(first, title=title, about=about, by=leader, at=then)
            if template == GUIDE[2]:
                for day, changes in ((today.replace(day=1), "Nyt afsnit om sms."), (new_year, "")):
                    at = clock.danish_time(day, dt.time(9))
                    newer = _edition(leader, template, filename, at, changes)
                    add_edition(document, newer, by=leader, at=now)
    except letters.PdfUnavailable:
        return


def _edition(
    by: Actor, template: str, filename: str, at: dt.datetime, changes: str = ""
) -> NewEdition:
    """Printed as from that day: the date stands on it."""
    sender = {"name": by.organisation_name}
    body = letters.render(template, {"sender": sender, "printed_at": at})
    on = clock.danish_date(at)
    with translation.override("da"):
        name = formats.date_format(on, "F Y")
    return NewEdition(name, on, filename, body, changes)


def _keeper(role: Role) -> Actor | None:
    """The first of the trial who has that role."""
    grant = (
        Grant.objects.filter(role=role, user__email__endswith="@roegfri.test")
        .select_related("user", "organisation")
        .order_by("user__email")
        .first()
    )
    if grant is None:
        return None
    return Actor(
        Kind.PERSON,
        grant.user.name,
        user_id=grant.user_id,
        grant_id=grant.pk,
        role=grant.role,
        organisation_id=grant.organisation_id,
        organisation_name=grant.organisation.name,
        rights=GRANTS[grant.role],
    )
