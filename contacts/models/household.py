"""Households."""

import pghistory
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Now, Upper


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
        indexes = [GinIndex(OpClass(Upper("name"), "gin_trgm_ops"), name="household_by_name_part")]

    def __str__(self) -> str:
        return self.name
