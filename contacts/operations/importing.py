"""The two operations of a file import. Their lines are batches of the file's lines: a batch a transaction."""

from collections.abc import Sequence

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from contacts.domain.snapshots import Snapshot
from contacts.imports.applying import apply_rows, written_by
from contacts.imports.checking import last_line, plan
from contacts.imports.limits import Unreadable
from contacts.imports.storing import stage, write_plans
from contacts.models import FileImport
from contacts.operations.import_undo import import_undo
from core.models import Operation
from core.operations import selecting
from core.operations.types import OperationType, Outcome, register

BATCH = min(2000, settings.OPERATION_ROWS)


def batches(last: int) -> range:
    """The numbers of the batches up to the file's last line."""
    return range(1, (last + BATCH - 1) // BATCH + 1)


def rows_of(file_import: FileImport, subject_ids: Sequence[int]):
    """The rows of some batches, in order."""
    first, last = min(subject_ids), max(subject_ids)
    return file_import.rows.filter(number__gt=(first - 1) * BATCH, number__lte=last * BATCH).order_by("number")


class ImportType(OperationType):
    """What both have in common: `params["file_import"]`, and a worker, for a file takes its time."""

    external = True
    ids_are_rows = False
    chunk = 1

    def file_import(self, operation: Operation) -> FileImport:
        """The import the operation is about."""
        return FileImport.objects.select_related("owner").get(pk=operation.params["file_import"])

    def subjects(self, subject_ids: Sequence[int], rows: QuerySet | None) -> dict[int, tuple[str, str]]:
        """Which lines of the file a batch is."""
        words = {n: f"Lines {(n - 1) * BATCH + 1:,} to {n * BATCH:,}" if n else "Reading the file" for n in subject_ids}
        return {number: (text, "") for number, text in words.items()}


@register
class Check(ImportType):
    """The dry run: line 0 reads the file into rows, the others say what would become of them."""

    key = "contacts.import_check"
    label = "Import: check"

    def apply(self, operation: Operation, subject_ids: Sequence[int]) -> Outcome:
        """Read the file, or check one batch."""
        file_import = self.file_import(operation)
        if subject_ids[0] == 0:
            return self._read(operation, file_import)
        rows = list(rows_of(file_import, subject_ids).filter(outcome=""))
        if rows:
            write_plans(plan(file_import, rows))
        return Outcome(done=subject_ids)

    def _read(self, operation: Operation, file_import: FileImport) -> Outcome:
        """Stage the rows; a file that cannot be read ends the check with the reason."""
        try:
            count = stage(file_import)
        except Unreadable as error:
            FileImport.objects.filter(pk=file_import.pk).update(state=FileImport.State.FAILED, error=str(error)[:500])
            return Outcome(failed={0: str(error)})
        FileImport.objects.filter(pk=file_import.pk).update(row_count=count)
        selecting.extend(operation, batches(last_line(file_import)))
        return Outcome(done=[0])

    def finish(self, operation: Operation) -> None:
        """Ready to be looked at."""
        self.waiting(operation).update(state=FileImport.State.CHECKED)

    def ended_early(self, operation: Operation) -> None:
        """The columns can be chosen again. Rows that were mended were checked before: they stand as they stood then."""
        again = operation.params.get("again")
        what_next = "Give the value to the rows below once more." if again else "Choose the columns again to repeat it."
        self.waiting(operation).update(
            state=FileImport.State.CHECKED if again else FileImport.State.FAILED,
            error=f"The check was stopped. {what_next}",
        )

    def waiting(self, operation: Operation) -> QuerySet:
        """The import, while it waits for this check."""
        return FileImport.objects.filter(check_operation=operation, state=FileImport.State.CHECKING)


def _snapshot(operation: Operation) -> Snapshot:
    """What the columns of the file may change; without the import nobody knows."""
    file_import = FileImport.objects.filter(pk=operation.params["file_import"]).first()
    return written_by(file_import, operation) if file_import else Snapshot()


@register
class Apply(ImportType):
    """Contacts come of rows, batch by batch; a batch done twice does nothing the second time."""

    key = "contacts.import_apply"
    label = "Import"
    undo = import_undo(_snapshot)

    def apply(self, operation: Operation, subject_ids: Sequence[int]) -> Outcome:
        """One batch."""
        with connection.cursor() as cursor:
            # Deferred checks pile up over a batch's triggers and are walked again for each row otherwise.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        file_import = self.file_import(operation)
        rows = rows_of(file_import, subject_ids).filter(verdict__in=["create", "update"], outcome="")
        found = list(rows.select_for_update())
        if found:
            apply_rows(file_import, found, operation)
        return Outcome(done=subject_ids)

    def rest_url(self, operation: Operation, user) -> str:
        """Importing again: batches that were reached have no rows left for it, but for those mended since."""
        waiting = FileImport.objects.visible_to(user).filter(apply_operation=operation, state=FileImport.State.CHECKED)
        found = waiting.first()
        return reverse("contacts:import_apply", args=[found.pk]) if found else ""

    def finish(self, operation: Operation) -> None:
        """All rows have their outcome."""
        FileImport.objects.filter(pk=operation.params["file_import"]).update(
            state=FileImport.State.APPLIED, finished_at=timezone.now()
        )

    def ended_early(self, operation: Operation) -> None:
        """What was not reached can be imported by starting again."""
        waiting = FileImport.objects.filter(apply_operation=operation, state=FileImport.State.APPLYING)
        waiting.update(state=FileImport.State.CHECKED)
