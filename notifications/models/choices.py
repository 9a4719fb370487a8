"""What the firm has set, and what each person has turned off. No row is the default of the type."""

from datetime import time, tzinfo

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Firm
from notifications.types import Channel

CHANNEL_KNOWN = Q(channel__in=Channel.values)


class FirmChoice(models.Model):
    """The firm has turned a type on or off for a channel."""

    type = models.CharField(max_length=20)
    channel = models.CharField(max_length=4, choices=Channel)
    enabled = models.BooleanField()

    class Meta:
        ordering = ["type", "channel"]
        constraints = [
            models.UniqueConstraint(fields=["type", "channel"], name="firm_chooses_once"),
            models.CheckConstraint(condition=CHANNEL_KNOWN, name="firm_channel_known"),
        ]

    def __str__(self) -> str:
        return f"{self.type} by {self.channel}: {'on' if self.enabled else 'off'}"


class PersonalChoice(models.Model):
    """Somebody has turned a type off for a channel. They cannot turn on what the firm has off."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications_off")
    type = models.CharField(max_length=20)
    channel = models.CharField(max_length=4, choices=Channel)

    class Meta:
        ordering = ["user", "type", "channel"]
        constraints = [
            models.UniqueConstraint(fields=["user", "type", "channel"], name="person_turns_off_once"),
            models.CheckConstraint(condition=CHANNEL_KNOWN, name="person_channel_known"),
        ]

    def __str__(self) -> str:
        return f"{self.type} by {self.channel}: off for user {self.user_id}"


class StaffPreference(models.Model):
    """When one of the staff is told. No row: mail at once, at any hour; push outside the firm's quiet hours."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    daily_at = models.TimeField("time of day", null=True, blank=True, help_text="Empty: each mail at once.")
    quiet_from = models.TimeField("quiet hours from", null=True, blank=True)
    quiet_until = models.TimeField("quiet hours until", null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None) | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_have_both_ends",
            )
        ]

    def __str__(self) -> str:
        return f"preferences of user {self.user_id}"

    def quiet_hours(self, channel: str, firm: Firm) -> tuple[time, time] | None:
        """From when until when they are not disturbed by a channel, by their own clock; None: never."""
        if self.quiet_from is not None and self.quiet_until is not None:
            return self.quiet_from, self.quiet_until
        return (firm.quiet_from, firm.quiet_until) if channel == Channel.PUSH else None

    def zone(self, firm: Firm) -> tzinfo:
        """The zone of their clock."""
        return self.user.zone(firm)
