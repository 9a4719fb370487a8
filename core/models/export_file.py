"""Files that exports in the background have written."""

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from core.models.operation import Operation

KEPT = timedelta(days=1)


class ExportFileQuerySet(models.QuerySet):
    """Questions asked of export files."""

    def readable_by(self, user) -> "ExportFileQuerySet":
        """Those that `user` may fetch: their own, as long as they are what they were when they asked for it.

        Nobody else, whatever they see otherwise: the file holds what its owner saw.
        """
        if not user.is_active or not user.is_staff_side:
            return self.none()
        return self.filter(operation__owner=user, role=user.role, created_at__gte=timezone.now() - KEPT)


class ExportFile(models.Model):
    """What an export has written, kept for a day; then it is removed, for it is a copy of the firm's data."""

    operation = models.OneToOneField(Operation, on_delete=models.CASCADE, related_name="export_file")
    role = models.CharField(max_length=20, help_text="Its owner's, when it was written.")
    file = models.FileField(upload_to="exports/", max_length=200)
    name = models.CharField(max_length=100, help_text="What it is called where it is saved.")
    size = models.BigIntegerField(help_text="In bytes.")
    created_at = models.DateTimeField(db_default=Now())

    objects = ExportFileQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
