"""Removing the file and the rows of old imports: a firm's data must not pile up where nobody looks for it."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, Min, OuterRef
from django.db.models.functions import Coalesce
from django.utils import timezone

from contacts.imports.checking import totals
from contacts.models import FileImport, ImportRow
from core.files.references import remove_after_commit

KEPT = timedelta(days=30)
LINES_AT_ONCE = 20_000
UNDER_WAY = [FileImport.State.CHECKING, FileImport.State.APPLYING]
LEFT_LYING = "It had not been finished. Upload the file again to import it."


def clear_old_imports() -> None:
    """Clear imports that ended, or were last worked on, 30 days ago: only the totals stay. Safe to run twice.

    An import is cleared in one transaction; its rows go in pieces after that. What a crash leaves goes next time.
    """
    ended = Coalesce("finished_at", "check_operation__finished_at", "created_at")
    old = FileImport.objects.filter(cleared_at=None).exclude(state__in=UNDER_WAY)
    old = old.alias(ended=ended).filter(ended__lt=timezone.now() - KEPT).order_by("pk")
    for pk in list(old.values_list("pk", flat=True)):
        _clear(pk)
    left = Exists(ImportRow.objects.filter(file_import=OuterRef("pk")))
    for file_import in FileImport.objects.filter(left, cleared_at__isnull=False):
        while _remove_some_rows(file_import):
            pass


def stale_count(file_import: FileImport) -> int:
    """How many rows were left alone when applying, because they would not have done what the dry run had shown."""
    return file_import.rows.filter(outcome="stale").count()


@transaction.atomic
def _clear(pk: int) -> None:
    """Write the totals down and let the file go. An import that was not applied can be taken no further."""
    rows = FileImport.objects.select_for_update().exclude(state__in=UNDER_WAY)
    file_import = rows.filter(pk=pk, cleared_at=None).first()
    if file_import is None:
        return
    file_import.kept_totals = totals(file_import) | {"stale": stale_count(file_import)}
    if file_import.state != FileImport.State.APPLIED:
        file_import.state = FileImport.State.FAILED
        file_import.error = LEFT_LYING
    remove_after_commit(file_import.file)
    file_import.file, file_import.sample, file_import.cleared_at = "", [], timezone.now()
    file_import.save(update_fields=["kept_totals", "state", "error", "file", "sample", "cleared_at"])


def _remove_some_rows(file_import: FileImport) -> bool:
    """Remove the rows of the next lines; whether there were any."""
    first = file_import.rows.aggregate(first=Min("number"))["first"]
    if first is None:
        return False
    rows = file_import.rows.filter(number__lt=first + LINES_AT_ONCE)
    rows._raw_delete(rows.db)
    return True
