"""What the roof keeps for itself."""

from django.db import models


class Heartbeat(models.Model):
    """When the worker last did what beat asked it to; /readyz looks at its age."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at}"
