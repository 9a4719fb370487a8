"""Every message that left, unalterable."""

from django.db import models
from django.db.models.functions import Now

from core.history.append_only import append_only
from mail.models.send import Send


class ArchivedMessage(models.Model):
    """What was sent, with secrets in it redacted. Books-and-records: no update, no delete, no truncate, by trigger."""

    send = models.ForeignKey(Send, on_delete=models.PROTECT, related_name="archived")
    at = models.DateTimeField(db_default=Now())
    sender = models.CharField(max_length=300)
    recipient = models.EmailField(max_length=254)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField()

    class Meta:
        ordering = ["-pk"]
        triggers = append_only("unalterable")

    def __str__(self) -> str:
        return f"{self.subject} to {self.recipient}"
