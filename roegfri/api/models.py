"""What was answered to a request that carried an Idempotency-Key."""

from __future__ import annotations

from django.db import models

from roegfri.accounts.models import Token


class Answer(models.Model):
    """One answer, stored in the transaction of its effect: the same request gets it again.

    `body` is what was sent back: ids, a status and a date, never anything about the citizen.
    """

    token = models.ForeignKey(Token, models.CASCADE, related_name="+")
    endpoint = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    request_sha256 = models.BinaryField()
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "endpoint", "key"], name="answer_once")
        ]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.status}"
