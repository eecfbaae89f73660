"""What holds from one day until another: both days are in, and without an end it still holds."""

import datetime as dt

from django.contrib.postgres.fields import DateRangeField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

# The days of a row, for the constraints that let only one hold at a time.
DATED = Func(
    F("from_on"), F("until_on"), Value("[]"), function="daterange", output_field=DateRangeField()
)


def holds(on: dt.date, through: str = "") -> Q:
    """The condition under which a row with `from_on` and `until_on` holds on a Danish date.

    `through` is the path to it from the rows that are asked about: "memberships__".
    """
    ended = f"{through}until_on"
    begun = Q(**{f"{through}from_on__lte": on})
    return (Q(**{ended: None}) | Q(**{f"{ended}__gte": on})) & begun


class Dated(models.Model):
    """Something that holds from one day until another, both included; without an end: still."""

    from_on = models.DateField(_("fra"))
    until_on = models.DateField(_("til og med"), null=True, blank=True)

    class Meta:
        abstract = True

    def clean(self) -> None:
        """An end before the start is said beside the field, before PostgreSQL refuses the range."""
        if self.from_on and self.until_on and self.until_on < self.from_on:
            raise ValidationError(
                {"until_on": _("Slutdatoen skal ligge på eller efter startdatoen.")}
            )
