"""The rows that an operation is about, fixed on the server at the moment they were chosen."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func

from core.models.operation import Operation


class StillToChange(Func):
    """The ids behind the position, one a row."""

    template = "unnest(%(expressions)s + 1:])"
    arg_joiner = "["
    set_returning = True
    output_field = models.BigIntegerField()


class FrozenSelectionQuerySet(models.QuerySet):
    """Questions asked of frozen selections."""

    def still_to_change(self) -> models.QuerySet:
        """The ids of the rows that have not been reached yet."""
        return self.values_list(StillToChange(F("subject_ids"), F("position")), flat=True)


class KeptRows(models.Model):
    """Rows that match an operation's filter no more, and that somebody who was asked wants changed all the same."""

    operation = models.OneToOneField(Operation, on_delete=models.CASCADE, primary_key=True, related_name="kept")
    subject_ids = ArrayField(models.BigIntegerField())

    class Meta:
        verbose_name_plural = "kept rows"

    def __str__(self) -> str:
        return f"{self.operation_id}: {len(self.subject_ids)}"


class FrozenSelection(models.Model):
    """The ids of an operation's rows in ascending order, and how many of them have been reached.

    One value instead of a row each: a million contacts are frozen in a fraction of a second. What became of each row
    is written once, as an `OperationLine`, in the transaction that changes it and moves the position on. Once nothing
    is left to be reached, the selection is gone; its rows are the lines then.
    """

    operation = models.OneToOneField(Operation, on_delete=models.CASCADE, primary_key=True, related_name="frozen")
    subject_ids = ArrayField(models.BigIntegerField())
    position = models.PositiveIntegerField(default=0)

    objects = FrozenSelectionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.operation_id}: {self.position} of {len(self.subject_ids)}"
