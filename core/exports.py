"""Exports of many rows as operations: written in the background, with progress, and kept for a day.

    @register
    class ContactExport(ExportKind):
        key = "contacts.export"
        label = "Export contacts"

        def source(self, operation):
            return Source("contacts", COLUMNS, Contact.objects.visible_to(operation.owner), zone)

    if count > AT_ONCE:
        return begin_export(ContactExport.key, request.user, title, words, params)

Which rows is fixed when it begins; what they say, and whether the owner sees them, is read when it is their turn.
Broken off anywhere, the file is written again from the beginning: half a file is nobody's.
"""

import tempfile
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from core.domain import running
from core.domain.recording import record
from core.exporting import CSV, ROWS_AT_ONCE, XLSX, Column, file_parts
from core.models import ExportFile, Operation
from core.operations import Stream, Taken

AT_ONCE = 20_000  # rows that are sent within the request: a second or two
ROWS_TOLD = min(5_000, settings.OPERATION_ROWS)


@dataclass(frozen=True)
class Source:
    """What is exported: the file's name without its ending, the columns, the rows in their order, the zone of times."""

    name: str
    columns: Sequence[Column]
    rows: QuerySet
    zone: tzinfo


@dataclass(frozen=True)
class Begun:
    """So many rows will be written, and none is yet."""

    total: int


@dataclass(frozen=True)
class Written:
    """So many more rows are written, and so many were gone when it was their turn; with `file`, they were the last."""

    rows: int
    gone: int
    file: IO[bytes] | None = None
    name: str = ""


@dataclass
class Progress:
    """What has been written and not yet been told of."""

    rows: int = 0
    gone: int = 0

    @property
    def untold(self) -> int:
        """How many rows that are."""
        return self.rows + self.gone

    def tell(self) -> tuple[int, int]:
        """What is to be told; nothing is left to tell then."""
        told, self.rows, self.gone = (self.rows, self.gone), 0, 0
        return told


class ExportKind(Stream):
    """Base of exports; `params["format"]` is the file's."""

    def source(self, operation: Operation) -> Source:
        """What is to be exported now, as far as the owner may see it."""
        raise NotImplementedError

    def batches(self, operation: Operation) -> Iterator[Begun | Written]:
        """Write the file, telling of every few thousand rows."""
        if ExportFile.objects.filter(operation=operation).exists():
            return  # whoever wrote it was broken off before it could say that this was the end
        source, progress = self.source(operation), Progress()
        file_format = XLSX if operation.params.get("format") == XLSX else CSV
        keys = array("q", source.rows.values_list("pk", flat=True).iterator())
        yield Begun(len(keys))
        with tempfile.TemporaryFile() as file:
            for part in file_parts(file_format, source.columns, _values(source, keys, progress), source.zone):
                file.write(part)
                if progress.untold >= ROWS_TOLD:
                    yield Written(*progress.tell())
            stamp = timezone.localdate(timezone=source.zone).isoformat()
            yield Written(*progress.tell(), file, f"{source.name}-{stamp}.{file_format}")

    def take(self, operation: Operation, batch: Begun | Written) -> Taken:
        """Note how far it is; keep the file once it is whole."""
        if isinstance(batch, Begun):
            Operation.objects.filter(pk=operation.pk).update(done=0, skipped=0)
            return Taken(total=batch.total)
        if batch.file is None:
            return Taken(done=batch.rows, skipped=batch.gone)
        size = batch.file.tell()
        batch.file.seek(0)
        made = ExportFile(operation=operation, role=operation.owner.role, name=batch.name, size=size)
        made.file.save(batch.name, File(batch.file), save=False)
        made.save(force_insert=True)
        count = Operation.objects.values_list("done", flat=True).get(pk=operation.pk) + batch.rows
        note_export(operation.owner, operation.title, count, operation.params, operation)
        return Taken(done=batch.rows, skipped=batch.gone)

    def result(self, operation: Operation, user) -> tuple[str, str] | None:
        """The file, for its owner."""
        found = ExportFile.objects.readable_by(user).filter(operation=operation).first()
        return (f"Download {found.name}", reverse("core:export_file", args=[operation.pk])) if found else None


def _values(source: Source, keys: array, progress: Progress) -> Iterator[tuple]:
    """The columns' values in the order of the keys, read some thousand rows at a time: no statement takes long.

    Whether the owner sees a row is asked when it is read.
    """
    names = [column.name for column in source.columns]
    rows = source.rows.order_by()
    for start in range(0, len(keys), ROWS_AT_ONCE):
        batch = keys[start : start + ROWS_AT_ONCE].tolist()
        found = {row[0]: row[1:] for row in rows.filter(pk__among=batch).values_list("pk", *names)}
        progress.gone += len(batch) - len(found)
        for key in batch:
            if key in found:
                progress.rows += 1
                yield found[key]


def begin_export(kind: str, owner, title: str, words: str, params: dict[str, Any]) -> HttpResponse:
    """Begin to export in the background; the answer leads to where its progress is shown."""
    with transaction.atomic():
        draft = Operation.objects.create(
            kind=kind, title=title[:200], owner=owner, selection=words[:500], params=params
        )
        running.start(draft)
    return redirect(f"{reverse('core:operation', args=[draft.pk])}?started=1")


def note_export(owner, title: str, count: int, params: dict[str, Any], operation: Operation | None = None) -> None:
    """Note who took what."""
    record(
        "exported",
        title,
        subject_ids=[owner.pk],
        subject_type="user",
        actor=owner,
        operation=operation,
        data=params | {"count": count},
    )
