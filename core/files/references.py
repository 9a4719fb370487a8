"""Files that rows refer to: removed when nothing refers to them any more, and never before."""

from datetime import datetime, timedelta

from django.apps import apps
from django.core.files.storage import Storage
from django.db import models, transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone

# A file is written before the row that refers to it commits: what is younger may be somebody's upload under way.
STRAY_AFTER = timedelta(days=1)


def remove_after_commit(stored: FieldFile) -> None:
    """Remove a file, if there is one, once the transaction commits. After a rollback it is still there.

    What has been committed stands even when the file cannot be removed: that is logged, and the file is a stray then.
    """
    storage, name = stored.storage, stored.name

    def remove() -> None:
        storage.delete(name)

    if name:
        transaction.on_commit(remove, robust=True)


def remove_strays() -> None:
    """Remove what no row refers to: replaced files, and those whose transaction was rolled back."""
    folders: dict[tuple[Storage, str], list[models.FileField]] = {}
    for field in _file_fields():
        # A folder made from the date or the row would have to be walked; ours all have one name.
        folders.setdefault((field.storage, str(field.upload_to).rstrip("/")), []).append(field)
    for (storage, folder), fields in folders.items():
        _remove_strays_of(storage, folder, fields)


def _file_fields() -> list[models.FileField]:
    """The fields that hold files. History repeats names without being a reason to keep the file."""
    tracked = [model for model in apps.get_models() if not hasattr(model, "pgh_tracked_model")]
    return [field for model in tracked for field in model._meta.local_fields if isinstance(field, models.FileField)]


def _remove_strays_of(storage: Storage, folder: str, fields: list[models.FileField]) -> None:
    """Remove the strays of one folder. What is listed first is looked up afterwards: nothing new can be missed."""
    try:
        names = storage.listdir(folder)[1]
    except FileNotFoundError:
        return
    wanted: set[str] = set()
    for field in fields:
        rows = field.model._base_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True)
        wanted.update(rows.iterator())
    oldest = timezone.now() - STRAY_AFTER
    for name in names:
        path = f"{folder}/{name}"
        if path not in wanted and _modified(storage, path) < oldest:
            storage.delete(path)


def _modified(storage: Storage, path: str) -> datetime:
    """When a file was written; now, for one that has just gone."""
    try:
        return storage.get_modified_time(path)
    except FileNotFoundError:
        return timezone.now()
