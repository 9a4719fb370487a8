"""The ledger: a row per mail, written before the mail leaves. See docs/decisions/0037-one-mail-ledger.md."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from core.emails import canonical
from core.fields import EmailField
from mail.registry import label_of

OPEN = ["planned", "claimed", "handed_over"]
# The mail is, or may be, in somebody's mailbox.
LEFT = ["handed_over", "accepted", "delivered", "bounced", "complained", "unknown"]


class SendQuerySet(models.QuerySet):
    """Questions asked of the ledger."""

    def visible_to(self, user) -> "SendQuerySet":
        """Mail to contacts that `user` may see; users who see everything also see mail to deleted contacts.

        Mail to the staff is in no list; the page of one of the staff shows admins the latest.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        to_contacts = self.filter(user=None)
        if user.sees_everything:
            return to_contacts
        contacts = self.model._meta.get_field("contact").related_model.objects
        return to_contacts.filter(contact__in=contacts.visible_to(user))

    def open(self) -> "SendQuerySet":
        """Those that have not come to an end: planned, claimed or on their way."""
        return self.filter(state__in=OPEN)

    def left(self) -> "SendQuerySet":
        """Those that are, or may be, in somebody's mailbox; also one that came back and waits for another try."""
        return self.filter(Q(state__in=LEFT) | Q(sent_at__isnull=False))

    def to_address(self, email: str) -> "SendQuerySet":
        """Mail to this address, however it is written."""
        return self.alias(folded_recipient=Lower("recipient")).filter(folded_recipient=canonical(email))


class Send(models.Model):
    """One mail to one person: a contact, or one of the staff.

    Unique on (purpose, subject, recipient, number): planning twice cannot send twice. A crash between
    handing over and recording leaves `unknown`: shown to a person, never sent again automatically.
    """

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        CLAIMED = "claimed", "Claimed"
        HANDED_OVER = "handed_over", "Being handed over"
        ACCEPTED = "accepted", "Accepted by the mail server"
        DELIVERED = "delivered", "Delivered"
        BOUNCED = "bounced", "Bounced"
        COMPLAINED = "complained", "Marked as spam"
        FAILED = "failed", "Failed"
        SUPPRESSED = "suppressed", "Not sent"
        UNKNOWN = "unknown", "Unknown whether sent"

    purpose = models.CharField(max_length=20, help_text="Key of a purpose that a room has registered.")
    rank = models.PositiveSmallIntegerField(default=50, help_text="The purpose's: lower ranks leave first.")
    subject_id = models.BigIntegerField(help_text="What it is about: an invitation, or the person.")
    contact = models.ForeignKey(
        "contacts.Contact", null=True, blank=True, on_delete=models.CASCADE, related_name="sends"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="mails",
        db_index=False,  # has the partial one below
    )
    recipient = EmailField(max_length=254)
    number = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=11, choices=State, default=State.PLANNED)
    reason = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveIntegerField(default=0, help_text="How often it was claimed; the fencing token.")
    not_before = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField(max_length=200, blank=True)
    operation = models.ForeignKey("core.Operation", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = SendQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint("purpose", "subject_id", Lower("recipient"), "number", name="send_once"),
            models.CheckConstraint(
                condition=Q(contact__isnull=False, user=None) | Q(contact=None, user__isnull=False),
                name="mail_to_one_person",
            ),
        ]
        indexes = [
            # Read from the front: links that somebody waits for before invitations, the oldest first.
            models.Index(fields=["rank", "id"], condition=Q(state__in=OPEN), name="send_open"),
            models.Index(fields=["contact", "-created_at"], name="send_contact"),
            models.Index(fields=["user", "-created_at"], condition=Q(user__isnull=False), name="send_user"),
            models.Index(Lower("recipient"), models.F("id").desc(), name="send_recipient"),
            models.Index(fields=["id"], condition=Q(state="unknown"), name="send_unknown"),
            models.Index(fields=["message_id"], condition=~Q(message_id=""), name="send_message_id"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.number} to {self.recipient}: {self.state}"

    @property
    def purpose_label(self) -> str:
        """The purpose in words."""
        return label_of(self.purpose)


class Pace(models.Model):
    """When the next mail may leave, over all workers: one row, number 1, always there (a migration makes it)."""

    next_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_pace")]

    def __str__(self) -> str:
        return f"next mail at {self.next_at:%H:%M:%S.%f}"
