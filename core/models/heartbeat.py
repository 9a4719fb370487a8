"""Signs of life of the background processes."""

from django.db import models


class Heartbeat(models.Model):
    """When the worker and the scheduler were last seen; `/readyz` reads it."""

    name = models.CharField(primary_key=True, max_length=30)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} seen {self.seen_at:%Y-%m-%d %H:%M:%S}"
