"""Which summaries were made."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Digest(models.Model):
    """The daily summary of one of the staff, at most one for each day of their own clock.

    It is written in the transaction that plans its mail, and also where there was nothing to say.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-day", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="one_digest_a_day")]

    def __str__(self) -> str:
        return f"summary of {self.day} for user {self.user_id}"
