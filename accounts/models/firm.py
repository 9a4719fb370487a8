"""The one firm of this deployment and its rules."""

import re
from datetime import time
from functools import cache
from zoneinfo import available_timezones

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.domain.quiet_hours import is_quiet


@cache
def time_zones() -> frozenset[str]:
    """Names of all IANA zones; the standard library reads some 600 files for each answer, so it is asked once."""
    return frozenset(available_timezones())


def validate_time_zone(value: str) -> None:
    """Raise ValidationError unless `value` is an IANA zone such as America/New_York."""
    if value not in time_zones():
        raise ValidationError("Choose a time zone from the list, for example America/New_York.")


def validate_reinvite_days(value: list) -> None:
    """Raise ValidationError unless `value` is a rising list of 1 to 5 whole days between 1 and 90."""
    fine = isinstance(value, list) and len(value) <= 5 and all(type(day) is int for day in value)
    if not fine or value != sorted(set(value)) or any(not 1 <= day <= 90 for day in value):
        raise ValidationError("Give up to five days between 1 and 90 in ascending order, for example 3, 7, 14.")


def quiet_from() -> time:
    """Nine in the evening. A function, because Django warns of a fixed time that is close to now."""
    return time(21, 0)


def quiet_until() -> time:
    """Eight in the morning."""
    return time(8, 0)


def default_reinvite_days() -> list[int]:
    """Three, seven and fourteen days after the first invitation."""
    return [3, 7, 14]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), append_only=True)
class Firm(models.Model):
    """Settings of the firm: one row, number 1, always there (a migration makes it)."""

    name = models.CharField(max_length=100, default="Your firm")
    address = models.TextField(blank=True, help_text="Shown at the foot of every mail.")
    phone = models.CharField(max_length=30, blank=True)
    support_email = models.EmailField(blank=True, help_text="Replies to the firm's mail go here.")
    website = models.URLField(blank=True)
    brand_colour = models.CharField(
        max_length=7,
        default="#2f5fde",
        validators=[RegexValidator(re.compile(r"^#[0-9a-fA-F]{6}$"), "Give a colour such as #2f5fde.")],
    )
    logo = models.ImageField(upload_to="firm/", blank=True)
    time_zone = models.CharField(max_length=50, default="America/New_York", validators=[validate_time_zone])
    default_country = models.CharField(
        max_length=2, default="US", help_text="Used for phone numbers without a country code."
    )
    invitation_link_days = models.PositiveSmallIntegerField(
        default=7, validators=[MinValueValidator(1), MaxValueValidator(30)]
    )
    reinvite_gap_hours = models.PositiveSmallIntegerField(
        default=24, validators=[MinValueValidator(1), MaxValueValidator(720)]
    )
    invitations_at_most = models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    undo_days = models.PositiveSmallIntegerField(
        default=30,
        db_default=30,
        validators=[MaxValueValidator(365)],
        help_text="Bulk changes can be undone for this many days (0 = never).",
    )
    auto_reinvite = models.BooleanField("automatic re-invites", default=False)
    reinvite_days = models.JSONField(
        default=default_reinvite_days,
        validators=[validate_reinvite_days],
        help_text="Days after the first invitation.",
    )
    quiet_from = models.TimeField(
        "quiet hours from",
        default=quiet_from,
        help_text="Campaigns do nothing in these hours, where the contact lives.",
    )
    quiet_until = models.TimeField("quiet hours until", default=quiet_until)
    step_window_hours = models.PositiveSmallIntegerField(
        "skip campaign steps later than",
        default=48,
        validators=[MinValueValidator(1), MaxValueValidator(168)],
        help_text="Hours. A step that is later, as after an outage, is skipped and shown as skipped.",
    )
    campaigns_held_at = models.DateTimeField(null=True, blank=True, editable=False)
    campaigns_resumed_at = models.DateTimeField(null=True, blank=True, editable=False)
    sends_per_minute = models.PositiveIntegerField(
        default=600,
        validators=[MinValueValidator(1), MaxValueValidator(100_000)],
        help_text="Mail leaves no faster than this, over all workers.",
    )
    invitation_subject = models.CharField(max_length=200, default="Your invitation from {firm_name}")
    invitation_text = models.TextField(
        default=(
            "Dear {preferred_name},\n\n{advisor_name} has prepared your personal client portal. "
            "Choose a password to open it.\n\nWe look forward to seeing you there.\n{firm_name}"
        )
    )

    class Meta:
        verbose_name = "firm settings"
        verbose_name_plural = "firm settings"
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="one_firm"),
            models.CheckConstraint(
                condition=Q(invitation_link_days__gte=1, invitation_link_days__lte=30),
                name="invitation_link_days_1_to_30",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def get(cls) -> "Firm":
        """The firm. One primary-key query; requests share it as `request.firm`."""
        return cls.objects.get(pk=1)

    def is_quiet(self, at: time) -> bool:
        """Whether a time of day falls into the quiet hours. They may go over midnight; of no length there are none."""
        return is_quiet(at, self.quiet_from, self.quiet_until)

    @property
    def logo_url(self) -> str:
        """Address of the logo, which changes with it; empty without one."""
        return f"{reverse('accounts:logo')}?v={self.logo.name.rpartition('/')[2]}" if self.logo else ""

    @property
    def brand_css(self) -> str:
        """The firm's colours as custom properties; text on the brand has a contrast of 4.5:1 or more."""
        return f":root{{--brand:{self.brand_colour};--on-brand:{self.on_brand}}}"

    @property
    def on_brand(self) -> str:
        """White or near-black, whichever contrasts more with the brand (WCAG 2.2 relative luminance)."""
        luminance = relative_luminance(self.brand_colour)
        white = 1.05 / (luminance + 0.05)
        black = (luminance + 0.05) / 0.05
        return "#ffffff" if white >= black or white >= 4.5 else "#0b0d12"


def relative_luminance(colour: str) -> float:
    """Relative luminance (0 to 1) of a colour such as #2f5fde, as WCAG 2.2 defines it."""

    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
