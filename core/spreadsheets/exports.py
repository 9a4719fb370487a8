"""Exports of many rows as operations: written in the background, with progress, and kept for a day.

    @register
    class ContactExport(ExportType):
        key = "contacts.export"
        label = "Export contacts"

        def describe(self, count):
            return counted(count, "contact")

        def source(self, operation):
            return Source("contacts", COLUMNS, Contact.objects.visible_to(operation.owner), zone)

    if count > AT_ONCE:
        return begin_export(kind, request.user, words, params)
    kind.note_at_once(request.user, count, words, params)  # and sent within the request

Files of another kind, of few columns, have no operation: `download` sends and notes them at once.

Which rows is fixed when a worker begins; what they say, and whether they still belong to what the owner saw then, is
read when it is their turn. The file is for the role that the owner had then. Broken off anywhere, it is written again
from the beginning: half a file is nobody's.
"""

import tempfile
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files import File
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone

from core.history.recording import record
from core.limits import Limit, take
from core.models import ExportFile, Operation
from core.operations import running
from core.operations.types import BatchResult, StreamingOperationType
from core.registry import operation_types
from core.spreadsheets.writing import CSV, FORMATS, ROWS_AT_ONCE, Column, export, file_parts
from core.words import counted

EXPORTS = Limit("exports", settings.EXPORTS_PER_HOUR, 3600, "exports in an hour")
AT_ONCE = 20_000  # rows that are sent within the request: a second or two
ROWS_TOLD = min(5_000, settings.OPERATION_ROWS)
IDS_KEPT = 1_000  # of ticked rows, how many keys the record keeps; beyond, their number must do


@dataclass(frozen=True)
class Source:
    """What is exported: the file's name without its ending, the columns, the rows in their order, the zone of times."""

    name: str
    columns: Sequence[Column]
    rows: QuerySet
    zone: tzinfo = field(default_factory=timezone.get_current_timezone)


@dataclass(frozen=True)
class Begun:
    """So many rows will be written, and none is yet."""

    total: int


@dataclass(frozen=True)
class Written:
    """So many more rows are written, and so many were gone when it was their turn; with `made`, they were the last."""

    rows: int
    gone: int
    made: ExportFile | None = None


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


class ExportType(StreamingOperationType):
    """Base of exports; `params["format"]` is the file's."""

    read_only = True

    def describe(self, count: int) -> str:
        """What is exported, in words, with the number of rows."""
        raise NotImplementedError

    def source(self, operation: Operation) -> Source:
        """What is to be exported now, as far as the owner may see it."""
        raise NotImplementedError

    def batches(self, operation: Operation) -> Iterator[Begun | Written]:
        """Write the file, telling of every few thousand rows."""
        if ExportFile.objects.filter(operation=operation).exists():
            return  # whoever wrote it was broken off before it could say that this was the end
        role, source, progress = operation.owner.role, self.source(operation), Progress()
        file_format = operation.params["format"]
        keys = array("q", source.rows.values_list("pk", flat=True).iterator())
        yield Begun(len(keys))
        with tempfile.TemporaryFile() as file:
            for part in file_parts(file_format, source.columns, _values(source, keys, progress), source.zone):
                file.write(part)
                if progress.untold >= ROWS_TOLD:
                    yield Written(*progress.tell())
            name = f"{source.name}-{timezone.localdate(timezone=source.zone).isoformat()}.{file_format}"
            made = ExportFile(operation=operation, role=role, name=name, size=file.tell())
            file.seek(0)
            # Outside of the transaction that tells of it. Should that fail, nothing refers to the file: a stray.
            made.file.save(name, File(file), save=False)
        yield Written(*progress.tell(), made)

    def take(self, operation: Operation, batch: Begun | Written) -> BatchResult:
        """Note how far it is; keep the file once it is whole."""
        if isinstance(batch, Begun):
            Operation.objects.filter(pk=operation.pk).update(done=0, skipped=0)
            return BatchResult(total=batch.total)
        if batch.made:
            batch.made.save(force_insert=True)
            count = Operation.objects.values_list("done", flat=True).get(pk=operation.pk) + batch.rows
            self.note(operation.owner, count, operation.selection, operation.params, operation)
        return BatchResult(done=batch.rows, skipped=batch.gone)

    def result(self, operation: Operation, user) -> tuple[str, str] | None:
        """The file, for its owner."""
        found = ExportFile.objects.readable_by(user).filter(operation=operation).first()
        if found is None:
            return None
        return f"Download {found.name} ({filesizeformat(found.size)})", reverse("core:export_file", args=[operation.pk])

    def note_at_once(self, owner, count: int, words: str, params: dict[str, Any]) -> None:
        """As `note`, for rows that are sent within the request; raises TooOften when the owner exports too much."""
        take(EXPORTS, owner.pk)
        self.note(owner, count, words, params)

    def note(self, owner, count: int, words: str, params: dict[str, Any], operation: Operation | None = None) -> None:
        """Note who took what; `words` are the choice, `params` what an operation's are."""
        kept = {name: params[name][:IDS_KEPT] for name in ("ids", "without") if name in params}
        _note(owner, self.describe(count), words, params | kept | {"count": count}, operation)


def download(
    request: HttpRequest, source: Source, told: str, words: str, params: dict[str, Any]
) -> StreamingHttpResponse:
    """The answer that carries the rows as a file, in the format the address names, noted as every export is.

    `told` is what one of the rows is called ("CRM record"); `words` are the choice, `params` what the record keeps of
    it. Who only asks whether there is a file (HEAD) takes nothing.
    """
    asked = request.GET.get("format")
    file_format = asked if asked in FORMATS else CSV
    if request.method != "HEAD":
        take(EXPORTS, request.user.pk)
        count = source.rows.count()
        _note(request.user, counted(count, told), words, params | {"format": file_format, "count": count})
    return export(file_format, source.name, source.columns, source.rows)


def _note(owner, what: str, words: str, data: dict[str, Any], operation: Operation | None = None) -> None:
    """Write down that `owner` took a file of `what`, chosen as the words say, in `data["format"]`."""
    record(
        "exported",
        f"Exported {what} as {data['format'].upper()}: {words}",
        subject_ids=[owner.pk],
        subject_type="user",
        actor=owner,
        operation=operation,
        data=data,
    )


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


def export_or_begin(request: HttpRequest, key: str, source: Source, words: str) -> HttpResponseBase:
    """The rows of a list as a file in the format that was posted; many are written in the background by kind `key`.

    `words` are the choice; the list's query, in the address, is what the operation will choose by.
    """
    kind, posted = operation_types[key], request.POST.get("format")
    params = {"format": posted if posted in FORMATS else CSV, "query": request.GET.urlencode()}
    count = source.rows.count()
    if count > AT_ONCE:
        return begin_export(kind, request.user, words, params)
    kind.note_at_once(request.user, count, words, params)
    return export(params["format"], source.name, source.columns, source.rows)


def begin_export(kind: ExportType, owner, words: str, params: dict[str, Any]) -> HttpResponse:
    """Begin to export in the background; the answer leads to where its progress is shown.

    A press too many leads there as well, while the first one's is under way.
    """
    same = Operation.objects.filter(kind=kind.key, owner=owner, params=params).exclude(state__in=Operation.OVER)
    if not same.exists():
        take(EXPORTS, owner.pk)  # before the transaction: it would take a count back that it refuses
    with transaction.atomic():
        get_user_model().objects.select_for_update(no_key=True).get(pk=owner.pk)  # one press after the other
        operation, title = same.order_by("-pk").first(), f"{kind.label} as {params['format'].upper()}"
        begun = operation is None
        if begun:
            operation = Operation.objects.create(
                kind=kind.key, title=title[:200], owner=owner, selection=words[:500], params=params
            )
    if begun:
        running.start(operation)
    return redirect(f"{reverse('core:operation', args=[operation.pk])}?started=1")
