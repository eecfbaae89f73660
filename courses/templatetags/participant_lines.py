"""What a line of a course's participants says."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from uuid import UUID

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from courses.queries.met import Met
from courses.queries.participants import TO_TICK, ListedParticipant
from courses.states import Mark
from roegfri import clock
from roegfri.ui.templatetags.ui import day, phone_number, tag

register = template.Library()
_SIGNS = {Mark.ATTENDED: "✓", Mark.CANCELLED: "A", Mark.ABSENT: "U"}


@dataclass(frozen=True, slots=True)
class Line:
    """One participant, in words and tags; what is not safe is escaped where it is shown."""

    of: ListedParticipant
    id: UUID
    name: str
    about: SafeString
    phones: SafeString
    home: str
    met: SafeString
    ticked: int
    to_tick: int


@register.filter
def as_lines(rows: Iterable[ListedParticipant]) -> Iterator[Line]:
    """Those of queries.participants. Words and dots are made once, and shared by the lines."""
    unknown, missing, nowhere = _("Navn ukendt"), tag("overdue", _("Mangler")), _("Ukendt")
    known, dots = _known(), partial(_dots, cache(_dot), _quiet(_("Intet endnu")))
    for row in rows:
        yield Line(
            of=row,
            id=row.id,
            name=row.name or unknown,
            about=known(row),
            phones=_phones(row.phones) or missing,
            home=row.home or nowhere,
            met=dots(row.met),
            ticked=row.ticked,
            to_tick=TO_TICK,
        )


def _known() -> Callable[[ListedParticipant], SafeString]:
    """What is to be known of somebody before one meets her."""
    protected, interpreter = tag("today", _("Beskyttet adresse")), tag("waiting", _("Tolk"))
    walked_in = _quiet(_("kom uden tilmelding"))

    def about(row: ListedParticipant) -> SafeString:
        said = (
            row.address_protected and protected,
            row.interpreter and interpreter,
            row.other_language and _quiet(row.language),
            row.walked_in and walked_in,
        )
        return mark_safe("".join(f" {one}" for one in said if one))  # noqa: S308  (each is safe)

    return about


def _phones(numbers: Sequence[str]) -> SafeString:
    pairs = ((one, phone_number(one)) for one in numbers)
    return format_html_join(" ", '<a class="num nowrap" href="tel:{}">{}</a>', pairs)


def _dots(dot: Callable[[Met], str], nothing: SafeString, met: Sequence[Met]) -> SafeString:
    """A dot for each meeting."""
    if not met:
        return nothing
    return mark_safe(f'<ul class="dots">{"".join(map(dot, met))}</ul>')  # noqa: S308  (each is safe)


def _dot(met: Met) -> SafeString:
    """Its sign; and for those who do not see it, which meeting it is and how it was."""
    look = met.mark or ("coming" if met.coming else "")
    which = f"{_('Mødegang')} {met.number}" if met.number else _("Aftale")
    return format_html(
        '<li class="dot{}"><span aria-hidden="true">{}</span><span class="sr-only">{}</span></li>',
        f" dot-{look}" if look else "",
        _SIGNS[Mark(met.mark)] if met.mark else "",
        f"{which}, {day(clock.danish_date(met.starts_at))}: {met.word or _('ikke registreret')}",
    )


def _quiet(words: str) -> SafeString:
    return format_html('<span class="quiet">{}</span>', words)
