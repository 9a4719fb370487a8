"""How mail stands: whether the ledger has gone back, and whether the mail server takes what it is given."""

import uuid

from django.db import models
from django.db.models import Q


class MailStatus(models.Model):
    """One row, number 1, always there (a migration makes it): what all workers know of the mail's way out.

    `ledger`, `generation` and `home` tell whether this database is the one that mail was last sent from: see
    `core.mailing.restore_guard`. The rest tells whether mail flows: see `core.mailing.server_status`.
    """

    ledger = models.UUIDField(default=uuid.uuid4, editable=False, help_text="Which database this is, copies included.")
    generation = models.BigIntegerField(default=0, help_text="Raised before and after mail leaves; also kept outside.")
    marked_at = models.DateTimeField(null=True, blank=True, help_text="When the generation was last raised.")
    home = models.CharField(max_length=100, blank=True, help_text="Server and database that mail was last sent from.")

    held_at = models.DateTimeField(null=True, blank=True, help_text="Sending is paused since then.")
    held_why = models.CharField(max_length=300, blank=True)
    state_at = models.DateTimeField(null=True, blank=True, help_text="What this database knows ends here.")
    last_left_at = models.DateTimeField(null=True, blank=True, help_text="Mail left until then, as kept outside.")
    doubt_until = models.DateTimeField(
        null=True, blank=True, help_text="What was due before is not sent automatically."
    )

    reached_at = models.DateTimeField(null=True, blank=True, help_text="When the mail server last answered.")
    tried_at = models.DateTimeField(null=True, blank=True, help_text="When it was last called.")
    waiting_since = models.DateTimeField(null=True, blank=True, help_text="It has not been reached since then.")
    waiting_why = models.CharField(max_length=300, blank=True)
    unknowns = models.PositiveIntegerField(default=0, help_text="Mails of unknown fate, one after the other.")
    look_again_at = models.DateTimeField(null=True, blank=True, help_text="No mail is tried before then.")

    class Meta:
        verbose_name_plural = "mail status"
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_mail_status")]

    def __str__(self) -> str:
        return f"generation {self.generation}{', held' if self.held_at else ''}"

    @classmethod
    def get(cls) -> "MailStatus":
        """The row. One primary-key query."""
        return cls.objects.get(pk=1)
