"""What a campaign has done for a contact: a row per step, written in the moment it happens."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from contacts.models import Assignment, Contact
from experiences.models import Resource, Touchpoint


class StepRunQuerySet(models.QuerySet):
    """Questions asked of steps that were due."""

    def posts_of(self, contact: Contact) -> "StepRunQuerySet":
        """What the client reads in their feed, the newest first."""
        return self.filter(contact=contact, kind=Touchpoint.Kind.POST, state=StepRun.State.DONE)


class StepRun(models.Model):
    """A step of a campaign that was due for a contact: it was done, or skipped with the reason.

    Unique for an assignment and a touchpoint: a step happens at most once, however many workers look at the same
    moment. What the step said is kept, because a campaign may be edited later; so is the row when the assignment is
    taken back by undoing it, because the client has read it.
    """

    class State(models.TextChoices):
        DONE = "done", "Done"
        SKIPPED = "skipped", "Skipped"

    class Reason(models.TextChoices):
        LATE = "late", "Too late: the time for it had passed"
        HELD = "held", "The campaign was paused"
        CLOSED = "closed", "The contact was deactivated, deleted or deceased"
        NO_CONTACT = "no_contact", "The contact is marked “do not contact”"

    assignment = models.ForeignKey(
        Assignment, on_delete=models.DO_NOTHING, related_name="steps", db_constraint=False, db_index=False
    )
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="steps", db_index=False)
    touchpoint = models.ForeignKey(Touchpoint, null=True, on_delete=models.SET_NULL, related_name="runs")
    kind = models.CharField(max_length=12, choices=Touchpoint.Kind)
    day = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=250, help_text="With its placeholders filled.")
    text = models.TextField(blank=True)
    resource = models.ForeignKey(
        Resource, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    due_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State)
    reason = models.CharField(max_length=12, choices=Reason, blank=True)
    at = models.DateTimeField(db_default=Now(), help_text="When it was done or skipped.")

    objects = StepRunQuerySet.as_manager()

    class Meta:
        ordering = ["-due_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["assignment", "touchpoint"], name="step_once"),
            models.CheckConstraint(
                condition=Q(state="done", reason="") | (Q(state="skipped") & ~Q(reason="")), name="step_skipped_why"
            ),
        ]
        indexes = [models.Index(fields=["contact", "-due_at"], name="step_contact")]

    def __str__(self) -> str:
        return f"day {self.day} of contact {self.contact_id}: {self.state}"


class StepClock(models.Model):
    """Up to which moment campaigns have been looked through: one row, number 1, always there (a migration makes it)."""

    looked_until = models.DateTimeField()
    looked_back_at = models.DateTimeField(help_text="When all of the window was looked through last.")
    zones = ArrayField(
        models.CharField(max_length=50),
        default=list,
        db_default=[],
        help_text="The time zones of the contacts on campaigns, as of that moment.",
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_step_clock")]

    def __str__(self) -> str:
        return f"looked until {self.looked_until:%Y-%m-%d %H:%M:%S}"
