"""Forms that were sent: what keeps two presses of one button from making two things."""

from django.db import models


class Press(models.Model):
    """A form as one person sent it, and where the answer led. See `core.forms.presses`; kept for a day."""

    key = models.CharField(primary_key=True, max_length=64)
    location = models.CharField(max_length=2000, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "presses"

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.at:%Y-%m-%d %H:%M:%S}"
