"""Messages, which nobody can change any more, and who has read them."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Now
from django.db.models.lookups import GreaterThan, LessThanOrEqual

from core.history.append_only import append_only
from core.sql import read_sql
from experiences.models import Resource
from messaging.models.thread import Thread
from messaging.querysets import MessageQuerySet

LONGEST = 4000  # characters of a message


def attachments_complete(message: str, condition: pgtrigger.Condition | None = None) -> pgtrigger.Trigger:
    """A message has exactly as many attachments as it says: none is missing, none is added later."""
    return pgtrigger.Trigger(
        name="attachments_complete",
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        operation=pgtrigger.Insert,
        condition=condition,
        func=read_sql("messaging", "attachments_complete").format(message=message),
    )


class Message(models.Model):
    """What somebody wrote in a thread. Books and records: no update, no delete, no truncate, by trigger.

    A note is for the staff alone: `MessageQuerySet.shown_to_client` leaves it out, and clients are shown nothing else.
    """

    class Side(models.TextChoices):
        CLIENT = "client", "Client"
        STAFF = "staff", "Staff"
        CAMPAIGN = "campaign", "Campaign"
        NOTE = "note", "Note for staff"

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="messages", db_index=False)
    side = models.CharField(max_length=8, choices=Side)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="Of the staff; empty for the client. A campaign writes in an advisor's name.",
    )
    addressee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="Whom the client wrote to, in a direct thread: the thread may be handed on later.",
    )
    text = models.TextField(blank=True, help_text="Empty only where files say it.")
    attachment_count = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="Written with the message: whether it may be without text hangs on it."
    )
    resource = models.ForeignKey(
        Resource,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="What a campaign sent along.",
    )
    step_run = models.BigIntegerField(null=True, blank=True, unique=True, help_text="The step that wrote it.")
    at = models.DateTimeField(db_default=Now())

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(side="client", author=None)
                | Q(side__in=["staff", "campaign", "note"], author__isnull=False, addressee=None),
                name="message_has_one_author",
            ),
            models.CheckConstraint(
                condition=Q(GreaterThan(Length("text"), 0) | Q(attachment_count__gt=0))
                & Q(LessThanOrEqual(Length("text"), LONGEST)),
                name="message_length",
            ),
        ]
        indexes = [
            models.Index(fields=["thread", "-id"], name="message_of_thread"),
            models.Index(fields=["author"], condition=Q(author__isnull=False), name="message_author"),
            models.Index(fields=["addressee"], condition=Q(addressee__isnull=False), name="message_addressee"),
            models.Index(fields=["-at", "-id"], name="message_at"),
            GinIndex(SearchVector("text", config="simple"), name="message_words"),
        ]
        triggers = [
            *append_only("unalterable"),
            attachments_complete("NEW.id", pgtrigger.Q(new__attachment_count__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.side} message of {self.at:%Y-%m-%d %H:%M}"

    @property
    def readings(self) -> list[Resource]:
        """The resource that came along, where the client may open it today."""
        return [self.resource] if self.resource and self.resource.is_published else []

    @property
    def is_note(self) -> bool:
        """Whether only the staff may see it."""
        return self.side == self.Side.NOTE


class Reading(models.Model):
    """Somebody has read a thread up to a message: the client where `user` is empty, else one of the staff.

    Kept as unalterably as the messages, and with them.
    """

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="readings", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, related_name="+", db_index=False, help_text="The last one that was read."
    )
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["thread", "message", "user"], nulls_distinct=False, name="read_once_by_each"
            ),
        ]
        triggers = append_only("unalterable")

    def __str__(self) -> str:
        return f"read up to {self.message_id} at {self.at:%Y-%m-%d %H:%M}"
