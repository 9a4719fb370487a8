"""Mail that came back, and addresses that get no more of it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from core.emails import canonical
from core.fields import EmailField


class BounceQuerySet(models.QuerySet):
    """Questions asked of the reports."""

    def to_address(self, email: str) -> "BounceQuerySet":
        """Of mail to this address, however it is written."""
        return self.alias(folded_email=Lower("email")).filter(folded_email=canonical(email))


class Bounce(models.Model):
    """A report that a mail did not arrive: one row for each time that it was sent."""

    send = models.ForeignKey("mail.Send", on_delete=models.CASCADE, related_name="bounces")
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
