"""Business events: who did what to whom, in a sentence."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.history.append_only import append_only


class Activity(models.Model):
    """One business event, written on purpose by the verb that caused it, in its transaction.

    `subject_type` and `subject_id` name the row it is about ("contact", 17): core knows no model of the
    rooms above it. Append-only, by triggers, also against TRUNCATE; rows go only with the database.
    """

    at = models.DateTimeField(db_default=Now())
    actor = models.ForeignKey(  # a thousand lines name the same one: docs/decisions/0023
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    verb = models.CharField(max_length=50)
    subject_type = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    sentence = models.CharField(max_length=500)
    data = models.JSONField(default=dict, blank=True)
    # Written while the operation's row is locked, and one that has begun stays: a check for each would tell nothing.
    operation = models.ForeignKey(
        "core.Operation", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )

    class Meta:
        verbose_name_plural = "activities"
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-at"], name="activity_subject"),
            # The audit trail is what is about no contact: few rows beside theirs.
            models.Index(fields=["-at", "-id"], condition=~Q(subject_type="contact"), name="activity_audit"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return self.sentence
