"""What a contact was given, and for how long."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from core.history.events import DeleteEvents, InsertEvents, UpdateEvents
from experiences.models import Campaign, CardTemplate, Experience, FeaturedTemplate, ResourceTemplate


@pghistory.track(
    InsertEvents(),
    UpdateEvents(),
    DeleteEvents(),
    append_only=True,
    # The history is read, and purged, by contact.
    obj_field=pghistory.ObjForeignKey(db_index=False),
    meta={"indexes": [models.Index(fields=["contact"], name="assignmentevent_by_contact")]},
)
class Assignment(models.Model):
    """An experience given to a contact, with its own settings, from start to end. At most one is open.

    The contact's own card, resource or featured template, where set, beats the experience's. The contact's
    team stands on the contact: it decides who sees them, with or without an experience.
    """

    # Who is never deleted while they are written is not checked a row at a time: docs/decisions/0023.
    contact = models.ForeignKey(
        "contacts.Contact", on_delete=models.CASCADE, related_name="assignments", db_constraint=False
    )
    experience = models.ForeignKey(Experience, on_delete=models.PROTECT, related_name="assignments", db_index=False)
    campaign = models.ForeignKey(
        Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="assignments", db_index=False
    )
    card_template = models.ForeignKey(
        CardTemplate, null=True, blank=True, on_delete=models.PROTECT, related_name="assignments", db_index=False
    )
    resource_template = models.ForeignKey(
        ResourceTemplate, null=True, blank=True, on_delete=models.PROTECT, related_name="assignments", db_index=False
    )
    featured_template = models.ForeignKey(
        FeaturedTemplate, null=True, blank=True, on_delete=models.PROTECT, related_name="assignments", db_index=False
    )
    assigned_at = models.DateTimeField(db_default=Now())
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    campaign_started_on = models.DateField(
        null=True, blank=True, help_text="Day 1 of the campaign, in the contact's time zone."
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-assigned_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["contact"], condition=Q(ended_at=None), name="one_open_assignment"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("assigned_at")), name="assignment_in_order"
            ),
        ]
        indexes = [
            models.Index(
                fields=["campaign_started_on", "-contact"],
                condition=Q(ended_at=None, campaign_started_on__isnull=False),
                name="assignment_begun",
            ),
            # Campaigns look for those who are at a day of theirs.
            models.Index(
                fields=["campaign", "campaign_started_on"],
                condition=Q(ended_at=None, campaign_started_on__isnull=False),
                name="assignment_campaign_day",
            ),
            # Few contacts have own templates: these indexes are short.
            *(
                models.Index(
                    fields=[f"{part}_template"],
                    condition=Q(ended_at=None, **{f"{part}_template__isnull": False}),
                    name=f"assignment_{part}",
                )
                for part in ("card", "resource", "featured")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.experience_id} for {self.contact_id}"

    @property
    def effective_card_template(self) -> CardTemplate:
        """The contact's own, else the experience's."""
        return self.card_template or self.experience.card_template

    @property
    def effective_resource_template(self) -> ResourceTemplate:
        """The contact's own, else the experience's."""
        return self.resource_template or self.experience.resource_template

    @property
    def effective_featured_template(self) -> FeaturedTemplate:
        """The contact's own, else the experience's."""
        return self.featured_template or self.experience.featured_template
