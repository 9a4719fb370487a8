"""Devices that may be pushed to, and the ledger: a row for each push, written before it leaves."""

import hashlib

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5, Now

OPEN = ["planned", "claimed", "sending"]
TROUBLES = ["failed", "unknown"]
NEVER_LEFT = ["failed", "dropped"]  # nobody was told


class PushSubscription(models.Model):
    """A browser that shows notifications to one person. The next person who signs in there takes it over or ends it.

    `endpoint` is an address at the browser vendor's push service. It identifies the person's browser, so it is never
    shown. `mark` is the value that sessions carry: it changes with the password and with “Sign out everywhere”, and
    then the subscription is invalid.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_subscriptions")
    endpoint = models.CharField(max_length=2000)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    mark = models.CharField(max_length=64)
    vapid_key = models.CharField(max_length=100, help_text="The public key of ours that it was made for.")
    device = models.CharField(max_length=60, help_text="As people call it: Chrome on Android.")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["pk"]
        # Long ones do not fit into an index.
        constraints = [models.UniqueConstraint(MD5("endpoint"), name="one_person_an_endpoint")]

    def __str__(self) -> str:
        return f"{self.device} of user {self.user_id}"

    @property
    def digest(self) -> str:
        """By which its own browser recognizes it; the address cannot be told from it."""
        return hashlib.sha256(self.endpoint.encode()).hexdigest()


class PushQuerySet(models.QuerySet):
    """Questions asked of the ledger."""

    def left(self, key: str) -> "PushQuerySet":
        """Those of a type that wait to leave, have left, or may have."""
        return self.filter(type=key).exclude(state__in=NEVER_LEFT)

    def in_trouble(self) -> "PushQuerySet":
        """Those that failed, or may have; found by an index of their own."""
        return self.filter(state__in=TROUBLES)


class Push(models.Model):
    """One push to one device. A crash while it leaves makes it `unknown`: shown to admins, never sent again.

    `subscription` may name a device that was removed, also before the transaction that plans the push has committed:
    no constraint, so that neither fails because of the other, and nothing is written here when a device goes. Read it
    with `select_related`, which gives None for a missing one (that is why the column may be null); such a push does
    not leave.
    """

    class State(models.TextChoices):
        PLANNED = "planned", "Scheduled"
        CLAIMED = "claimed", "Sending"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        DROPPED = "dropped", "Not sent"
        UNKNOWN = "unknown", "Unknown whether sent"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    subscription = models.ForeignKey(
        PushSubscription,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="pushes",
        db_constraint=False,
        db_index=False,
    )
    type = models.CharField(max_length=20)
    subject_id = models.BigIntegerField(help_text="What it is about, such as a thread.")
    number = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=7, choices=State, default=State.PLANNED)
    reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    attempts = models.PositiveIntegerField(default=0, db_default=0, help_text="How often claimed; the fencing token.")
    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = PushQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "pushes"
        constraints = [
            models.UniqueConstraint(fields=["subscription", "type", "subject_id", "number"], name="push_once"),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "claimed", "sending", "sent", "failed", "dropped", "unknown"]),
                name="push_state_known",
            ),
        ]
        indexes = [
            models.Index(fields=["not_before", "id"], condition=Q(state="planned"), name="push_due"),
            models.Index(fields=["lease_until"], condition=Q(state__in=["claimed", "sending"]), name="push_leased"),
            models.Index(fields=["type", "subject_id"], name="push_subject"),
            models.Index(fields=["id"], condition=Q(state__in=["failed", "unknown"]), name="push_trouble"),
            models.Index(fields=["settled_at"], condition=Q(settled_at__isnull=False), name="push_settled"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject_id} to user {self.user_id}: {self.state}"
