"""The mails with which the staff choose a password."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models.user import User
from core.fields import EmailField

OPEN = ["waiting", "handed_over"]


class PasswordMailQuerySet(models.QuerySet):
    """Questions asked of these mails."""

    def open(self) -> "PasswordMailQuerySet":
        """Those that have not come to an end."""
        return self.filter(state__in=OPEN)

    def due(self) -> "PasswordMailQuerySet":
        """Those that a worker may take now."""
        return self.filter(Q(not_before=None) | Q(not_before__lte=timezone.now()), state="waiting")


class PasswordMail(models.Model):
    """A link to choose a password, asked for by somebody who forgot theirs or by an admin.

    The row is there before a mail leaves. Somebody who asks is not looked up: `user` is empty until a worker has found
    whose address it is. One mail at a time is on its way to a user. A worker that stops between handing it
    over and noting the answer leaves `unknown`: shown on the user's page, never sent again by itself.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting to be sent"
        HANDED_OVER = "handed_over", "Being handed over"
        ACCEPTED = "accepted", "Accepted by the mail server"
        FAILED = "failed", "Not sent"
        UNKNOWN = "unknown", "Unknown whether sent"

    email = EmailField(max_length=254, help_text="The address that was asked for.")
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="password_mails")
    welcome = models.BooleanField(default=False, help_text="Somebody new, who has no password yet.")
    requested_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=11, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveIntegerField(default=0, help_text="How often it was taken; the fencing token.")
    not_before = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = PasswordMailQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(state__in=OPEN), name="one_open_password_mail"),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(state__in=OPEN), name="password_mail_open")]

    def __str__(self) -> str:
        return f"password link, {self.state}, asked for at {self.created_at:%Y-%m-%d %H:%M}"
