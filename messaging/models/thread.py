"""Threads: what a client and one of the staff, or a team, have written to each other."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from contacts.models import Contact
from experiences.models import Team
from messaging.querysets import ThreadQuerySet


class Thread(models.Model):
    """All messages between one contact and one counterpart: a member of the staff (direct), or a team.

    One for each pair. Whoever may see the contact may read it, and those who edit may answer. The columns about its
    messages are written by `messaging.domain`, in the transaction that writes the message.
    """

    class Kind(models.TextChoices):
        DIRECT = "direct", "Direct"
        TEAM = "team", "Team"

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="threads")
    kind = models.CharField(max_length=6, choices=Kind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(db_default=Now())
    last_message_at = models.DateTimeField(null=True, help_text="Of messages; notes do not count.")
    last_client_message_at = models.DateTimeField(null=True)
    unanswered_since = models.DateTimeField(null=True, help_text="The first message of the client not answered yet.")
    client_unread = models.PositiveIntegerField(default=0, help_text="Messages that the client has not read.")
    client_notified_at = models.DateTimeField(
        null=True, help_text="When the mail was planned that tells the client; empty once they have read."
    )
    staff_notified_at = models.DateTimeField(
        null=True, help_text="When mails were planned that tell the staff; empty once one of them has read."
    )

    objects = ThreadQuerySet.as_manager()

    class Meta:
        verbose_name = "message thread"
        ordering = ["-last_message_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "user"], condition=Q(user__isnull=False), name="one_direct_thread"
            ),
            models.UniqueConstraint(
                fields=["contact", "team"], condition=Q(team__isnull=False), name="one_team_thread"
            ),
            models.CheckConstraint(
                condition=Q(kind="direct", user__isnull=False, team=None)
                | Q(kind="team", user=None, team__isnull=False),
                name="thread_has_one_counterpart",
            ),
            models.CheckConstraint(
                condition=Q(unanswered_since=None) | Q(last_client_message_at__gte=models.F("unanswered_since")),
                name="unanswered_is_of_the_client",
            ),
        ]
        indexes = [
            # An inbox is read off its index: the latest first, and of those unanswered the longest waiting first.
            models.Index(
                fields=["user", "-last_message_at", "-id"],
                include=["contact"],
                condition=Q(user__isnull=False),
                name="thread_of_user",
            ),
            models.Index(
                fields=["team", "-last_message_at", "-id"],
                include=["contact"],
                condition=Q(team__isnull=False),
                name="thread_of_team",
            ),
            models.Index(
                fields=["user", "unanswered_since", "id"],
                condition=Q(unanswered_since__isnull=False, user__isnull=False),
                name="thread_waits_for_user",
            ),
            models.Index(
                fields=["team", "unanswered_since", "id"],
                condition=Q(unanswered_since__isnull=False, team__isnull=False),
                name="thread_waits_for_team",
            ),
            models.Index(
                fields=["unanswered_since", "id"],
                condition=Q(unanswered_since__isnull=False),
                name="thread_waits",
            ),
            models.Index(fields=["-last_message_at", "-id"], name="thread_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} thread of contact {self.contact_id}"

    @property
    def counterpart(self) -> str:
        """Whom the client writes to, in words."""
        return self.user.name if self.user_id else self.team.name
