"""One run of a connection's sync, beside the operation that shows it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.models import Operation
from crm.models.connection import Connection


class Sync(models.Model):
    """What a sync met. At most one of a connection is open; a broken-off one goes on where it stopped.

    `whole`: it goes through all records, so that those it does not meet are gone. `vanished` is how many that would
    be when the guard held it back; `vanishing_accepted` that a person let them go.
    `by_ids`: it lists ids after the changes, instead of reading all records; `place` is how far that and the asking
    about missing records have come. `scheduled`: nobody asked for it. `asked` and `kept`: of how many that it did not
    meet the CRM was asked one by one, and how many of those are there all the same. `found`: what only going through
    all has found, by the names of the counts.
    """

    operation = models.OneToOneField(Operation, on_delete=models.CASCADE, related_name="crm_sync")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="syncs")
    whole = models.BooleanField(default=False)
    by_ids = models.BooleanField(default=False)
    scheduled = models.BooleanField(default=False)
    place = models.JSONField(default=dict, blank=True)
    asked = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    found = models.JSONField(default=dict, blank=True)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    vanished = models.PositiveIntegerField(default=0)
    vanishing_accepted = models.BooleanField(default=False)
    complete = models.BooleanField(default=False, help_text="The last page has been saved.")
    notes = models.JSONField(default=list, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["connection"], condition=Q(ended_at=None), name="one_open_sync"),
        ]

    def __str__(self) -> str:
        return f"Sync {self.pk} of {self.connection_id}"

    @property
    def found_in_all(self) -> int:
        """How many records only going through all has found to be new, changed or gone."""
        return sum(self.found.values())
