"""What citizens are searched by; kept by the database's own triggers (migration 0006_search)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Findable(models.Model):
    """A citizen as one organisation can find her: folded name, digits of her phones, birth date.

    Nobody reads it but the search function, which answers with ids (queries/search.py).
    """

    personal_data: ClassVar[bool] = True

    pk = models.CompositePrimaryKey("citizen_id", "organisation_id")
    citizen_id = models.UUIDField()
    organisation_id = models.UUIDField()
    names = models.TextField()
    phones = models.TextField()
    birth_date = models.DateField(null=True)

    class Meta:
        managed = False
        db_table = "referrals_findable"

    def __str__(self) -> str:
        return f"{self.citizen_id} {self.organisation_id}"
