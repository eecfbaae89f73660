"""Agreements on a day: every term, rate and member, what comes next, and what has been."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from roegfri import money
from roegfri.actor import Actor
from roegfri.organisations.dated import holds
from roegfri.organisations.models import Agreement, Membership, Municipality, Rate, Term
from roegfri.organisations.policies import agreements_changed_by, agreements_visible_to
from roegfri.organisations.terms import RATES, TERMS, Group, Kind


@dataclass(frozen=True, slots=True)
class Line:
    """A term or a rate as it stands on a day; `words` is empty where nothing is agreed."""

    name: str
    label: str
    words: str
    from_on: dt.date | None
    source: str
    next_words: str
    next_from: dt.date | None
    municipality: Municipality | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under one heading."""

    heading: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Version:
    """One row of the history of a term or a rate."""

    words: str
    from_on: dt.date
    until_on: dt.date | None
    note: str
    now: bool


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A municipality's part in an agreement; later and ended ones are marked."""

    name: str
    scope: str
    from_on: dt.date
    until_on: dt.date | None
    holds: bool


def agreements(viewer: Actor, *, on: dt.date) -> list[Agreement]:
    """Those the viewer may read, each with `members`: how many municipalities on that day."""
    visible = Agreement.objects.filter(pk__in=agreements_visible_to(viewer).values("pk"))
    counted = Count("memberships__municipality", filter=holds(on, "memberships__"), distinct=True)
    return list(visible.annotate(members=counted).order_by("name"))


def agreement(viewer: Actor, pk: UUID) -> Agreement:
    """One that the viewer may read; else Http404."""
    return get_object_or_404(agreements_visible_to(viewer), pk=pk)


def agreement_to_change(viewer: Actor, pk: UUID) -> Agreement:
    """One that the viewer may add terms to; else Http404."""
    return get_object_or_404(agreements_changed_by(viewer), pk=pk)


def terms_on(viewer: Actor, agreement: Agreement, on: dt.date) -> list[Section]:
    """Every term under its heading. Two statements."""
    _check(viewer, agreement)
    rows: dict[str, list[Term]] = defaultdict(list)
    for term in Term.objects.filter(agreement=agreement).order_by("from_on"):
        rows[term.name].append(term)
    names = municipality_names()
    lines: dict[Group, list[Line]] = {group: [] for group in Group}
    for name, meaning in TERMS.items():
        lines[meaning.group].append(term_line(name, rows[name], on, names))
    return [Section(str(group.label), found) for group, found in lines.items()]


def _check(viewer: Actor, agreement: Agreement) -> None:
    """An agreement in the hand is no permission to read it."""
    if not agreements_visible_to(viewer).filter(pk=agreement.pk).exists():
        raise Http404


def municipality_names() -> dict[str, str]:
    """By code: what a term that names a municipality is shown as."""
    return dict(Municipality.objects.values_list("code", "name"))


def _term_words(name: str, value: str, municipalities: dict[str, str]) -> str:
    meaning = TERMS[name]
    if meaning.kind is Kind.MUNICIPALITY:
        return municipalities.get(value, value)
    return meaning.words(value)


def _now_and_next(
    rows: Sequence[Term] | Sequence[Rate], on: dt.date
) -> tuple[Term | Rate | None, Term | Rate | None]:
    """The row in force on the day, and the first one after it; rows are in order of date."""
    begun = [row for row in rows if row.from_on <= on]
    later = [row for row in rows if row.from_on > on]
    return (begun[-1] if begun else None), (later[0] if later else None)


def term_line(name: str, rows: list[Term], on: dt.date, names: dict[str, str]) -> Line:
    """A term on a day, from all its rows in order of date."""
    now, then = _now_and_next(rows, on)
    return Line(
        name=name,
        label=str(TERMS[name].label),
        words=_term_words(name, now.value, names) if isinstance(now, Term) else "",
        from_on=now.from_on if now else None,
        source=(now.note if now else "") or TERMS[name].source,
        next_words=_term_words(name, then.value, names) if isinstance(then, Term) else "",
        next_from=then.from_on if then else None,
    )


def rates_on(viewer: Actor, agreement: Agreement, on: dt.date) -> list[Line]:
    """Every rate; one line a municipality where each has its own. One statement more."""
    _check(viewer, agreement)
    rows: dict[tuple[str, Municipality | None], list[Rate]] = defaultdict(list)
    kept = Rate.objects.filter(agreement=agreement).select_related("municipality")
    for rate in kept.order_by("from_on"):
        rows[rate.name, rate.municipality].append(rate)
    for name, meaning in RATES.items():
        if not meaning.per_municipality:
            rows.setdefault((name, None), [])
    order = list(RATES)
    places = sorted(rows, key=lambda key: (order.index(key[0]), str(key[1] or "")))
    return [rate_line(name, of, rows[name, of], on) for name, of in places]


def _rate_words(rate: Rate) -> str:
    return _("%(amount)s kr. %(unit)s") % {
        "amount": money.in_kroner(rate.amount_ore),
        "unit": RATES[rate.name].unit,
    }


def rate_line(name: str, of: Municipality | None, rows: list[Rate], on: dt.date) -> Line:
    """A rate on a day, from all its rows in order of date."""
    now, then = _now_and_next(rows, on)
    label = str(RATES[name].label)
    return Line(
        name=name,
        label=f"{label}: {of}" if of else label,
        words=_rate_words(now) if isinstance(now, Rate) else "",
        from_on=now.from_on if now else None,
        source=(now.note if now else "") or RATES[name].source,
        next_words=_rate_words(then) if isinstance(then, Rate) else "",
        next_from=then.from_on if then else None,
        municipality=of,
    )


def memberships_on(viewer: Actor, agreement: Agreement, on: dt.date) -> list[MemberLine]:
    """Everybody who was, is or will be a member, by name; `holds` says who is on the day."""
    _check(viewer, agreement)
    rows = Membership.objects.filter(agreement=agreement).select_related("municipality")
    return [
        MemberLine(
            name=row.municipality.name,
            scope=str(row.get_scope_display()),
            from_on=row.from_on,
            until_on=row.until_on,
            holds=row.from_on <= on and (row.until_on is None or row.until_on >= on),
        )
        for row in rows.order_by("municipality__name", "scope", "from_on")
    ]


def fee_payers(viewer: Actor, agreement: Agreement) -> list[Municipality]:
    """The municipalities that a rate of their own can be set for: all who ever took part."""
    _check(viewer, agreement)
    return list(Municipality.objects.filter(memberships__agreement=agreement).distinct())


def rate_of(viewer: Actor, agreement: Agreement, name: str, code: str) -> Municipality | None:
    """Whose rate it is: a fee payer's, by code; None for a rate that all share.

    Http404 for an unknown name, and for a municipality that never took part.
    """
    _check(viewer, agreement)
    if name not in RATES:
        raise Http404
    if not code:
        return None
    payers = Municipality.objects.filter(memberships__agreement=agreement).distinct()
    return get_object_or_404(payers, code=code)


def term_history(viewer: Actor, agreement: Agreement, name: str, on: dt.date) -> list[Version]:
    """All that a term has been and will be, newest first; Http404 for an unknown name."""
    _check(viewer, agreement)
    if name not in TERMS:
        raise Http404
    rows = list(Term.objects.filter(agreement=agreement, name=name).order_by("from_on"))
    names = municipality_names()
    return _versions(rows, [_term_words(name, row.value, names) for row in rows], on)


def rate_history(
    viewer: Actor, agreement: Agreement, name: str, code: str, on: dt.date
) -> list[Version]:
    """The same of a rate; `code` is a municipality's, empty for a rate that all share."""
    _check(viewer, agreement)
    if name not in RATES:
        raise Http404
    rows = Rate.objects.filter(agreement=agreement, name=name)
    rows = rows.filter(municipality__code=code) if code else rows.filter(municipality=None)
    found = list(rows.order_by("from_on"))
    return _versions(found, [_rate_words(row) for row in found], on)


def _versions(rows: Sequence[Term | Rate], words: Sequence[str], on: dt.date) -> list[Version]:
    ends = [row.from_on - dt.timedelta(days=1) for row in rows[1:]]
    lasts: list[dt.date | None] = [*ends, None]
    versions = [
        Version(
            words=text,
            from_on=row.from_on,
            until_on=last,
            note=row.note,
            now=row.from_on <= on and (last is None or on <= last),
        )
        for row, text, last in zip(rows, words, lasts, strict=False)
    ]
    return versions[::-1]
