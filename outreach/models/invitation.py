"""Invitations, the links that were mailed, and those that wait for their hour."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from contacts.models import Contact


@pghistory.track(append_only=True)
class Invitation(models.Model):
    """One invitation of a contact, with as many links as mails were sent. At most one is open."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="invitations")
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_why = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact"],
                condition=Q(accepted_at=None, revoked_at=None),
                name="one_open_invitation",
            )
        ]

    def __str__(self) -> str:
        return f"Invitation of {self.contact_id}"


class Link(models.Model):
    """A mailed link, kept only as the SHA-256 of its 256 random bits."""

    class Purpose(models.TextChoices):
        INVITATION = "invitation", "Invitation"
        PASSWORD = "password", "New password"

    class State(models.TextChoices):
        USABLE = "usable", "Usable"
        EXPIRED = "expired", "Expired"
        SPENT = "spent", "Used"
        REVOKED = "revoked", "Revoked"

    purpose = models.CharField(max_length=10, choices=Purpose)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="links")
    invitation = models.ForeignKey(Invitation, null=True, blank=True, on_delete=models.CASCADE, related_name="links")
    token_hash = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    spent_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose="password") | Q(invitation__isnull=False), name="invitation_link_has_one"
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} link for {self.contact_id}"

    @property
    def state(self) -> str:
        """What the link is good for at this moment: a `Link.State`. Used and revoked say more than expired."""
        if self.spent_at:
            return self.State.SPENT
        if self.revoked_at:
            return self.State.REVOKED
        return self.State.USABLE if timezone.now() < self.expires_at else self.State.EXPIRED


class ScheduledQuerySet(models.QuerySet):
    """Questions asked of scheduled invitations."""

    def visible_to(self, user) -> "ScheduledQuerySet":
        """Those of contacts that `user` may see."""
        return self.filter(contact__in=Contact.objects.visible_to(user))


class ScheduledInvitation(models.Model):
    """An invitation set for a date and time; the sweep turns it into a send when due."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        GONE = "gone", "Gone"
        CANCELLED = "cancelled", "Cancelled"
        SKIPPED = "skipped", "Skipped"

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="scheduled_invitations")
    at = models.DateTimeField()
    again = models.BooleanField(default=False, help_text="Meant for somebody invited before.")
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    operation = models.ForeignKey("core.Operation", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = ScheduledQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["contact"], condition=Q(state="waiting"), name="one_waiting_invitation")
        ]
        indexes = [models.Index(fields=["at"], condition=Q(state="waiting"), name="scheduled_due")]

    def __str__(self) -> str:
        return f"Invitation of {self.contact_id} at {self.at:%Y-%m-%d %H:%M}"
