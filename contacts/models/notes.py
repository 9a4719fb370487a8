"""Notes about a contact."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models.functions import Now


@pghistory.track(append_only=True)
class Note(models.Model):
    """What somebody of the staff wrote down. Contacts never see it."""

    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=10_000)
    pinned = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pinned", "-created_at", "-pk"]
        indexes = [models.Index(fields=["contact", "-created_at"], name="note_contact")]

    def __str__(self) -> str:
        return self.text[:60]
