"""Requests for a link that nobody has looked up yet."""

from django.db import models
from django.db.models.functions import Now

from core.fields import EmailField


class LinkRequest(models.Model):
    """Somebody asked for a password link to this address, known or not: the request itself looks nothing up."""

    class Side(models.TextChoices):
        STAFF = "staff", "Staff"
        PORTAL = "portal", "Client portal"

    side = models.CharField(max_length=6, choices=Side)
    email = EmailField(max_length=254)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.side} link wanted at {self.created_at:%Y-%m-%d %H:%M}"
