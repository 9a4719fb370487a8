"""Removing the files of old exports: each is a copy of what the firm knows about its contacts."""

from django.db import transaction
from django.utils import timezone

from core.files.references import remove_after_commit
from core.models import ExportFile
from core.models.export_file import KEPT


def clear_old_exports() -> None:
    """Remove those whose day is over. Safe to run twice."""
    for old in ExportFile.objects.filter(created_at__lt=timezone.now() - KEPT)[:100]:
        with transaction.atomic():
            remove_after_commit(old.file)
            old.delete()
