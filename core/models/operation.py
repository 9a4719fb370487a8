"""A change to many rows as a record of its own: who, what, how far, and a line for each row that it has reached."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.functional import cached_property


class OperationQuerySet(models.QuerySet):
    """Questions asked of operations."""

    def visible_to(self, user) -> "OperationQuerySet":
        """Operations that `user` may open: their own; admins and compliance officers see all."""
        if not user.is_active or not user.is_staff_side:
            return self.none()
        return self if user.sees_everything else self.filter(owner=user)

    def seen(self, by: int) -> int:
        """Note that their owner has seen how these operations ended; what others look at stays as it is."""
        return self.filter(owner=by, seen_at=None, state__in=Operation.OVER).update(seen_at=Now())

    def runnable(self) -> "OperationQuerySet":
        """Operations that wait for a worker, or whose worker lost its lease."""
        now = timezone.now()
        lapsed = Q(state=Operation.State.RUNNING) & Q(lease_until__lt=now)
        return self.filter(Q(state=Operation.State.QUEUED) & ~Q(wait_until__gt=now) | lapsed)


class Operation(models.Model):
    """Any change to many rows, import or export: a row that its owner can open, watch and read later.

    A worker claims it by raising `attempts`, which is the fencing token: a chunk commits only while the
    token is still the worker's, so a task delivered twice or a worker thought dead does no harm.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        PAUSED = "paused", "Paused"
        FINISHED = "finished", "Finished"
        STOPPED = "stopped", "Stopped"
        FAILED = "failed", "Failed"

    OVER = (State.FINISHED, State.STOPPED, State.FAILED)

    kind = models.CharField(max_length=50)
    title = models.CharField(max_length=200)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="operations")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    params = models.JSONField(default=dict, blank=True)
    selection = models.CharField(max_length=500, blank=True, help_text="The selection in words.")
    query = models.TextField(blank=True, help_text="The filter whose matches were all chosen, as a query string.")
    drift_accepted = models.CharField(
        max_length=60, blank=True, help_text="Sign of those that match no more and are to be changed all the same."
    )
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    cancel_requested = models.BooleanField(default=False)
    pause_requested = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    wait_until = models.DateTimeField(null=True, blank=True, help_text="Rests until then, for something outside.")
    undoes = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="undoings")
    repeats = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="repetitions", db_index=False
    )
    repeated = models.CharField(max_length=10, blank=True, help_text="How the lines ended whose rows it takes up.")
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True, help_text="When its owner saw how it ended.")

    objects = OperationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            # A press too many begins nothing; the constraint's index is also that of the key.
            models.UniqueConstraint(fields=["repeats", "repeated"], name="repeated_once"),
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="operation_owner"),
            models.Index(fields=["owner", "state"], name="operation_unseen", condition=Q(seen_at=None)),
            models.Index(fields=["owner", "-id"], name="operation_draft", condition=Q(state="draft")),
            models.Index(
                fields=["lease_until"],
                name="operation_runnable",
                condition=Q(state__in=["queued", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def handled(self) -> int:
        """Rows that have reached a final state."""
        return self.done + self.skipped + self.failed

    @property
    def untouched(self) -> int:
        """Rows that it never reached, once it is over."""
        return max(0, self.total - self.handled) if self.is_over else 0

    @cached_property
    def run_notes(self) -> dict:
        """What its kind finds out once for all chunks; gone with this object, which lives as long as a run."""
        return {}

    def planned(self) -> models.QuerySet:
        """Keys of the rows that it has yet to change."""
        from core.models.selection import FrozenSelection

        return FrozenSelection.objects.filter(operation=self).still_to_change()

    @property
    def percent(self) -> int:
        """Progress in whole percent, 100 only when finished."""
        if self.state == self.State.FINISHED:
            return 100
        return min(99, self.handled * 100 // self.total) if self.total else 0

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in self.OVER


class OperationLine(models.Model):
    """What happened to one row of an operation's frozen selection, written once it has happened."""

    class State(models.TextChoices):
        DONE = "done", "Done"
        SKIPPED = "skipped", "Skipped"
        FAILED = "failed", "Failed"
        UNTOUCHED = "untouched", "Untouched"

    # Lines are only written while the operation's row is locked: checking that it is there would be work for each.
    operation = models.ForeignKey(
        Operation, on_delete=models.CASCADE, related_name="lines", db_index=False, db_constraint=False
    )
    subject_id = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State)
    reason = models.CharField(max_length=300, blank=True)
    before = models.JSONField(null=True, blank=True, help_text="Exact values before the change.")
    after = models.JSONField(null=True, blank=True, help_text="Exact values right after it.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operation", "subject_id"], name="one_line_per_subject"),
            models.CheckConstraint(
                condition=~Q(state__in=["skipped", "failed"]) | ~Q(reason=""), name="skipped_says_why"
            ),
        ]
        indexes = [
            # Nearly all lines are done: these are read off the constraint's index, and only the others are in this one.
            models.Index(
                fields=["operation", "state", "subject_id"],
                name="line_not_done",
                condition=~Q(state="done"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation_id}/{self.subject_id}: {self.state}"
