"""Terms and rates are added, never changed; rows of reference data are put as a file says."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from roegfri.actor import Actor
from roegfri.audit.commands import record
from roegfri.organisations.models import (
    Agreement,
    Membership,
    Municipality,
    Rate,
    Term,
)
from roegfri.organisations.terms import RATES, TERMS, Kind
from roegfri.refusal import Refusal


class Outcome(StrEnum):
    """What putting a row did."""

    ADDED = auto()
    CHANGED = auto()
    UNCHANGED = auto()


@dataclass(frozen=True, slots=True)
class Put:
    """The row as it stands now, and what was done to it."""

    row: models.Model
    outcome: Outcome


@transaction.atomic
def add_term(
    agreement: Agreement,
    *,
    name: str,
    value: str,
    from_on: dt.date,
    note: str,
    by: Actor,
    at: dt.datetime,
) -> Put:
    """Says what an agreement's term is from a day on.

    The same once more changes nothing. Raises Refusal for an unknown name, a value that the term
    cannot have, or another value from a day that already has one.
    """
    if name not in TERMS:
        raise Refusal(_("Der er ikke noget vilkår, der hedder «%s».") % name, field="name")
    stored = TERMS[name].key(value)
    if TERMS[name].kind is Kind.MUNICIPALITY and not _is_known(stored):
        raise Refusal(_("Der er ingen kommune med koden %s.") % stored, field="value")
    _lock(agreement)
    known = Term.objects.filter(agreement=agreement, name=name, from_on=from_on).first()
    if known is not None:
        return _same(known, known.value == stored)
    term = Term.objects.create(
        agreement=agreement, name=name, value=stored, from_on=from_on, note=note
    )
    record("term.added", term, by=by, at=at, columns=[name])
    return Put(term, Outcome.ADDED)


@transaction.atomic
def add_rate(
    agreement: Agreement,
    *,
    name: str,
    municipality: Municipality | None,
    amount_ore: int,
    from_on: dt.date,
    note: str,
    by: Actor,
    at: dt.datetime,
) -> Put:
    """Sets an amount in øre from a day on; raises Refusal as add_term does."""
    _check_rate(name, municipality, amount_ore)
    if municipality is not None and not _takes_part(municipality, agreement):
        words = _("%(municipality)s deltager ikke i aftalen.") % {"municipality": municipality}
        raise Refusal(words, field="municipality")
    _lock(agreement)
    known = Rate.objects.filter(
        agreement=agreement, name=name, municipality=municipality, from_on=from_on
    ).first()
    if known is not None:
        return _same(known, known.amount_ore == amount_ore)
    rate = Rate.objects.create(
        agreement=agreement,
        name=name,
        municipality=municipality,
        amount_ore=amount_ore,
        from_on=from_on,
        note=note,
    )
    record("rate.added", rate, by=by, at=at, columns=[name])
    return Put(rate, Outcome.ADDED)


def _check_rate(name: str, municipality: Municipality | None, amount_ore: int) -> None:
    if name not in RATES:
        raise Refusal(_("Der er ingen takst, der hedder «%s».") % name, field="name")
    if RATES[name].per_municipality and municipality is None:
        raise Refusal(_("Vælg den kommune, som beløbet gælder for."), field="municipality")
    if not RATES[name].per_municipality and municipality is not None:
        raise Refusal(_("Den takst er ens for alle: lad kommunen stå tom."), field="municipality")
    if amount_ore < 0:
        raise Refusal(_("Et beløb kan ikke være negativt."), field="amount_ore")


def _is_known(code: str) -> bool:
    return Municipality.objects.filter(code=code).exists()


def _takes_part(municipality: Municipality, agreement: Agreement) -> bool:
    """Now, once, or later: a fee is agreed before its first day, and settled after its last."""
    return Membership.objects.filter(municipality=municipality, agreement=agreement).exists()


def _lock(agreement: Agreement) -> None:
    """One person at a time changes an agreement."""
    Agreement.objects.select_for_update().get(pk=agreement.pk)


def _same(known: Term | Rate, unchanged: bool) -> Put:  # noqa: FBT001
    if unchanged:
        return Put(known, Outcome.UNCHANGED)
    raise Refusal(
        _(
            "«%(known)s» gælder allerede fra %(day)s og kan ikke skrives om: det, der er afregnet "
            "og indberettet, skal kunne regnes efter. Vælg en anden dato."
        )
        % {"known": known, "day": f"{known.from_on:%d.%m.%Y}"},
        field="from_on",
    )


@transaction.atomic
def put_row(
    model: type[models.Model],
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    by: Actor,
    at: dt.datetime,
) -> Put:
    """Adds the row that `key` finds, or corrects it to `values`; the same once more does nothing.

    Raises Refusal when the row would not be valid.
    """
    row = models.QuerySet[models.Model](model).select_for_update(of=("self",)).filter(**key).first()
    if row is None:
        row = model(**key, **values)
        _save_valid(row)
        record(f"{model._meta.model_name}.added", row, by=by, at=at, columns=[*key, *values])
        return Put(row, Outcome.ADDED)
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if not changed:
        return Put(row, Outcome.UNCHANGED)
    for name in changed:
        setattr(row, name, values[name])
    _save_valid(row)
    record(f"{model._meta.model_name}.changed", row, by=by, at=at, columns=changed)
    return Put(row, Outcome.CHANGED)


@transaction.atomic
def put_membership(
    model: type[models.Model],
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    by: Actor,
    at: dt.datetime,
) -> Put:
    """As put_row, for something dated: it can be added, and an open one can be ended.

    Nothing else about it changes, and an end that is set stays: the past recomputes from it.
    """
    row = models.QuerySet[models.Model](model).filter(**key).first()
    until_on = getattr(row, "until_on", None)
    if until_on is not None and until_on != values["until_on"]:
        raise Refusal(
            _("«%(row)s» slutter allerede %(day)s og kan ikke skrives om. Tilføj en ny periode.")
            % {"row": row, "day": f"{until_on:%d.%m.%Y}"},
            field="until_on",
        )
    return put_row(model, key, values, by=by, at=at)


def _save_valid(row: models.Model) -> None:
    try:
        row.full_clean()
    except ValidationError as fault:
        field, words = next(iter(fault.message_dict.items()))
        raise Refusal(" ".join(words), field=field) from fault
    row.save()
