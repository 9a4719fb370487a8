"""Campaigns that were paused: one for all who have it, or for one contact."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from contacts.models import Contact
from experiences.models import Campaign


class CampaignPauseQuerySet(models.QuerySet):
    """Questions asked of pauses."""

    def open(self) -> "CampaignPauseQuerySet":
        """Those that go on."""
        return self.filter(resumed_at=None)

    def to_settle(self) -> "CampaignPauseQuerySet":
        """Those that ended, and what became due meanwhile has not been looked for yet."""
        return self.filter(resumed_at__isnull=False, settled=False)


@pghistory.track(append_only=True)
class CampaignPause(models.Model):
    """From when until when no step happened: of a campaign, or of whatever campaign a contact has."""

    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.CASCADE, related_name="pauses")
    campaign = models.ForeignKey(Campaign, null=True, blank=True, on_delete=models.CASCADE, related_name="pauses")
    paused_at = models.DateTimeField(db_default=Now())
    paused_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    resumed_at = models.DateTimeField(null=True, blank=True)
    settled = models.BooleanField(default=False, help_text="What became due meanwhile was done or skipped.")

    objects = CampaignPauseQuerySet.as_manager()

    class Meta:
        ordering = ["-paused_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(contact__isnull=True, campaign__isnull=False)
                | Q(contact__isnull=False, campaign__isnull=True),
                name="pause_of_contact_or_campaign",
            ),
            models.CheckConstraint(
                condition=Q(resumed_at=None) | Q(resumed_at__gte=F("paused_at")), name="pause_in_order"
            ),
            models.UniqueConstraint(fields=["contact"], condition=Q(resumed_at=None), name="one_pause_of_contact"),
            models.UniqueConstraint(fields=["campaign"], condition=Q(resumed_at=None), name="one_pause_of_campaign"),
        ]
        indexes = [models.Index(fields=["resumed_at"], condition=Q(settled=False), name="pause_to_settle")]

    def __str__(self) -> str:
        what = f"contact {self.contact_id}" if self.contact_id else f"campaign {self.campaign_id}"
        return f"{what} from {self.paused_at:%Y-%m-%d %H:%M}"
