"""The send ledger: a row per mail, written before the mail leaves."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from contacts.models import Contact
from core.emails import canonical
from core.fields import EmailField

OPEN = ["planned", "claimed", "handed_over"]
# The mail is, or may be, in somebody's mailbox.
LEFT = ["handed_over", "accepted", "delivered", "bounced", "complained", "unknown"]


class SendQuerySet(models.QuerySet):
    """Questions asked of the ledger."""

    def visible_to(self, user) -> "SendQuerySet":
        """Mail to contacts that `user` may see; who sees everything also sees mail to the deleted."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self if user.sees_everything else self.filter(contact__in=Contact.objects.visible_to(user))

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
    """One mail to one contact.

    Unique on (purpose, subject, recipient, number): planning twice cannot send twice. A crash between
    handing over and recording leaves `unknown`: shown to a person, never resent by itself.
    """

    class Purpose(models.TextChoices):
        INVITATION = "invitation", "Invitation"
        NEW_LINK = "new_link", "New invitation link"
        PASSWORD = "password", "New password"
        SECURITY = "security", "Password was changed"

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

    purpose = models.CharField(max_length=10, choices=Purpose)
    subject_id = models.BigIntegerField(help_text="The invitation, or the contact for mails about passwords.")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="sends")
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
        ]
        indexes = [
            # Read from the front: new passwords before invitations, the oldest first.
            models.Index(fields=["-purpose", "id"], condition=Q(state__in=OPEN), name="send_open"),
            models.Index(fields=["contact", "-created_at"], name="send_contact"),
            models.Index(Lower("recipient"), models.F("id").desc(), name="send_recipient"),
            models.Index(fields=["id"], condition=Q(state="unknown"), name="send_unknown"),
            models.Index(fields=["message_id"], condition=~Q(message_id=""), name="send_message_id"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.number} to {self.contact_id}: {self.state}"


class BounceQuerySet(models.QuerySet):
    """Questions asked of the reports."""

    def to_address(self, email: str) -> "BounceQuerySet":
        """Of mail to this address, however it is written."""
        return self.alias(folded_email=Lower("email")).filter(folded_email=canonical(email))


class Bounce(models.Model):
    """A report that a mail did not arrive: one row for each time that it was sent."""

    send = models.ForeignKey(Send, on_delete=models.CASCADE, related_name="bounces")
    attempt = models.PositiveIntegerField(help_text="The mail's number of claims when it was sent.")
    email = EmailField(max_length=254)
    permanent = models.BooleanField()
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(db_default=Now())

    objects = BounceQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["send", "attempt"], name="bounced_once")]
        indexes = [models.Index(Lower("email"), models.F("at").desc(), name="bounce_email")]

    def __str__(self) -> str:
        return f"{self.email} at {self.at:%Y-%m-%d %H:%M}"


class SuppressionQuerySet(models.QuerySet):
    """Questions asked of the addresses that get no mail."""

    def with_email(self, email: str) -> "SuppressionQuerySet":
        """This address, however it is written."""
        return self.alias(folded_email=Lower("email")).filter(folded_email=canonical(email))


class Suppression(models.Model):
    """An address that gets no more mail: it bounced for good, complained, or the firm said so.

    A link that its owner has just asked for is mailed to it all the same.
    """

    class Kind(models.TextChoices):
        DEAD = "dead", "Bounced: the address does not take mail"
        REPEATED = "repeated", "Bounced again and again"
        COMPLAINED = "complained", "Its owner marked our mail as spam"
        UNSUBSCRIBED = "unsubscribed", "Its owner unsubscribed"
        FIRM = "firm", "Set by the firm"

    email = EmailField(max_length=254)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.FIRM)
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="suppressed_once")]

    def __str__(self) -> str:
        return self.email


class Pace(models.Model):
    """When the next mail may leave, over all workers: one row, number 1, always there (a migration makes it)."""

    next_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_pace")]

    def __str__(self) -> str:
        return f"next mail at {self.next_at:%H:%M:%S.%f}"


class BounceMailbox(models.Model):
    """How far the mailbox for returned mail was read: one row, number 1, made when it is first looked into."""

    uid_validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_bounce_mailbox")]

    def __str__(self) -> str:
        return f"read up to {self.last_uid}"


class LinkRequest(models.Model):
    """Somebody asked for a password link to this address, known or not: the request itself looks nothing up."""

    email = EmailField(max_length=254)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"link wanted at {self.created_at:%Y-%m-%d %H:%M}"
