"""Households."""

import pghistory
from django.db import models
from django.db.models.functions import Now


@pghistory.track(append_only=True)
class Household(models.Model):
    """Contacts who belong together. Its members are `contacts`; one of them may be its head."""

    name = models.CharField(max_length=120)
    head = models.OneToOneField(
        "contacts.Contact", null=True, blank=True, on_delete=models.SET_NULL, related_name="head_of"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name
