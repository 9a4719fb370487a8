"""Files that came with messages, kept as unalterably as these."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from core.history.append_only import append_only
from messaging.models.message import Message, attachments_complete
from messaging.querysets import AttachmentQuerySet


class Attachment(models.Model):
    """A PDF or a picture that came with a message. Books and records: no update, no delete, no truncate, by trigger.

    On disk it has a name of our own, where no trigger guards it: `sha256` shows whether it is still what was sent.
    """

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attachments")
    file = models.FileField(upload_to="attachments/")
    name = models.CharField(max_length=200, help_text="What its sender calls it.")
    size = models.PositiveIntegerField(help_text="In bytes.")
    content_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(file="") & ~Q(name="") & Q(size__gt=0) & Q(Exact(Length("sha256"), 64)),
                name="attachment_is_there",
            ),
        ]
        triggers = [*append_only("unalterable"), attachments_complete("NEW.message_id")]

    def __str__(self) -> str:
        return self.name

    @property
    def icon(self) -> str:
        """The icon of its kind."""
        return "image" if self.content_type.startswith("image/") else "file-text"
