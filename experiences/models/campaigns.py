"""Campaigns: what is sent to a contact on which day of their journey."""

from datetime import time

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from experiences.models.resources import Resource
from experiences.models.template import Template


def usual_time() -> time:
    """Nine in the morning. A function, because Django warns of a fixed time that is close to now."""
    return time(9, 0)


@pghistory.track(append_only=True)
class Campaign(Template):
    """A day plan. Clients never see its name."""

    length_days = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(730)]
    )


class PresentSteps(models.Manager):
    """Steps that are part of their campaign today."""

    def get_queryset(self) -> models.QuerySet:
        """Without those that were removed."""
        return super().get_queryset().filter(removed_at=None)


@pghistory.track(append_only=True)
class Touchpoint(models.Model):
    """One step of a campaign: on which day, what kind, what it says.

    A step that is deleted stays as a removed one, because reports say what came of it.
    """

    class Kind(models.TextChoices):
        MESSAGE = "message", "Message"
        POST = "post", "Post"
        REMINDER = "reminder", "Reminder"
        ACTION_ITEM = "action_item", "Action item"

    class Audience(models.TextChoices):
        ADVISOR = "advisor", "The primary advisor"
        TEAM = "team", "The contact’s team"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="touchpoints")
    day = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(730)])
    time_of_day = models.TimeField(default=usual_time)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.MESSAGE)
    title = models.CharField(max_length=120)
    text = models.TextField(blank=True, max_length=4000)
    resource = models.ForeignKey(Resource, null=True, blank=True, on_delete=models.PROTECT, related_name="touchpoints")
    due_in_days = models.PositiveSmallIntegerField(
        "days to do it",
        null=True,
        blank=True,
        validators=[MaxValueValidator(730)],
        help_text="Of an action item: 7 means that it is due a week after its day. Empty: no due date.",
    )
    audience = models.CharField(
        "for", max_length=7, choices=Audience, default=Audience.ADVISOR, help_text="Of a reminder: whose task it is."
    )
    asks_for_upload = models.BooleanField(
        "ask for a file",
        default=False,
        db_default=False,
        help_text="Of an action item: the client can send PDFs and pictures with it.",
    )
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    with_removed = models.Manager()
    objects = PresentSteps()

    class Meta:
        default_manager_name = "objects"
        ordering = ["day", "time_of_day", "pk"]
        constraints = [models.CheckConstraint(condition=Q(day__gte=1), name="first_day_is_1")]

    def __str__(self) -> str:
        return f"Day {self.day}: {self.title}"

    def delete(self, *args, **kwargs) -> tuple[int, dict[str, int]]:
        """Remove the step from its campaign: it happens no more. The row stays."""
        removed = Touchpoint.objects.filter(pk=self.pk).update(removed_at=Now())
        return removed, {self._meta.label: removed}
