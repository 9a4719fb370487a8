"""Operations: what was done to many rows, how far it is, and how each row ended."""

from collections.abc import Iterable
from types import SimpleNamespace

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core.access import staff_only
from core.listing.pages import ListPage
from core.models import Operation, OperationLine
from core.operations import running
from core.operations.filters import LineFilter, OperationFilter
from core.operations.tables import STATE_TONES, LineTable, OperationTable
from core.operations.types import undo_offer
from core.registry import operation_types
from core.spreadsheets.exports import Source, download
from core.templatetags.table_rows import thousands
from core.templatetags.ui import distance, exact

Line = OperationLine.State
SORTED_AT_MOST = 20_000  # lines by name: of more, a second and more would pass for each page
REPETITIONS = {Line.FAILED: "The failed were tried again", Line.UNTOUCHED: "Remaining rows restarted"}


@staff_only
class OperationList(ListPage):
    """Operations of one's own; admins and compliance officers see all."""

    title = "Operations"
    subtitle = "Changes to many rows, imports and exports: what was done, and how each row ended."
    noun = "operations"
    table_class = OperationTable
    filterset_class = OperationFilter
    template_name = "core/operations.html"
    empty = ("No operations yet", "Select contacts in the list and choose what to do with them: it is kept here.")
    empty_icon = "list-checks"

    def rows(self) -> QuerySet:
        """All that were really begun."""
        return operations_of(self.request.user).select_related("owner")

    def table_options(self) -> dict:
        """Whose they are goes without saying for those who see their own only."""
        return {} if self.request.user.sees_everything else {"exclude": ("owner",)}


@staff_only
@require_POST
def operations_seen(request: HttpRequest) -> HttpResponse:
    """Put out the bell: what has ended is known."""
    Operation.objects.seen(request.user.pk)
    return redirect("core:operations")


@staff_only
@require_POST
def operation_seen(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that the owner has seen how it ended; the page says so itself once it shows. The bell, as it is then."""
    operation = get_object_or_404(operations_of(request.user), pk=pk)
    Operation.objects.filter(pk=pk).seen(request.user.pk)
    if not request.htmx:
        return redirect("core:operation", pk=operation.pk)
    return render(request, "core/bell.html", {"swapped": True})


@staff_only
class OperationPage(ListPage):
    """One operation: progress while it runs, its report afterwards."""

    noun = "rows"
    table_class = LineTable
    filterset_class = LineFilter
    template_name = "core/operation.html"
    empty = ("Nothing to report yet", "Every row that the operation has reached is listed here.")
    empty_icon = "list-checks"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The page of an operation that the user may open."""
        self.operation = get_object_or_404(operations_of(request.user).select_related("owner"), pk=pk)
        self.title, self.subtitle = self.operation.title, self.operation.selection
        return super().get(request)

    def rows(self) -> QuerySet:
        """A line for each row that it has reached."""
        return self.operation.lines.all()

    def table_options(self) -> dict:
        """Names come from the kind."""
        kind = operation_types.get(self.operation.kind)
        return {"kind": kind, "user": self.request.user, "by_name": self.operation.total <= SORTED_AT_MOST}

    def extra(self) -> dict:
        """Progress, and what can be done now."""
        operation, kind = self.operation, operation_types.get(self.operation.kind)
        mine = operation.owner_id == self.request.user.pk
        return {
            "unseen": mine and operation.is_over and operation.seen_at is None,
            "operation": operation,
            "progress": progress(operation, self.request.user),
            "dropped_selection": kind.selection_key if kind and "started" in self.request.GET else "",
            "result": kind.result(operation, self.request.user) if kind and operation.is_over else None,
            "without_list": bool(kind) and not kind.has_lines,
            "undo": undo_offer(operation, self.request.user) if kind and operation.is_over else None,
            **repetitions(operation, self.request.user),
        }


@staff_only
@require_safe
def operation_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; asked for every second. At the end the whole page is loaded again, with its report."""
    operation = get_object_or_404(operations_of(request.user), pk=pk)
    response = render(request, "core/progress.html", {"progress": progress(operation, request.user)})
    if operation.is_over and request.htmx:
        response["HX-Refresh"] = "true"
    return response


@staff_only
@require_POST
def operation_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask it to stop. What is done stays done."""
    operation = controlled(request, pk)
    if operation.is_over:
        messages.info(request, "It had ended already.")
    else:
        running.cancel(operation)
        messages.success(request, "It stops after the rows it is working on. What is done stays done.")
    return redirect("core:operation", pk=pk)


@staff_only
@require_POST
def operation_pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask it to rest until somebody lets it go on."""
    running.pause(controlled(request, pk))
    return redirect("core:operation", pk=pk)


@staff_only
@require_POST
def operation_resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Let it go on where it rests."""
    running.resume(controlled(request, pk))
    return redirect("core:operation", pk=pk)


@staff_only
@require_POST
def operation_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """The same again for those that failed, as a new operation."""
    return repeated(request, pk, Line.FAILED)


@staff_only
@require_POST
def operation_rest(request: HttpRequest, pk: int) -> HttpResponse:
    """The same for those that it never reached, as a new operation."""
    return repeated(request, pk, Line.UNTOUCHED)


def repeated(request: HttpRequest, pk: int, state: str) -> HttpResponse:
    """Begin it again over the rows that ended in `state`; a press too many leads to what the first one began."""
    operation = controlled(request, pk)
    if refusal := repeat_refusal(operation, state, request.user):
        messages.warning(request, refusal)
        return redirect("core:operation", pk=pk)
    again = running.repeat(operation, state, request.user)
    if not may_open(again, request.user):
        messages.info(request, "Somebody else has begun that already.")
        return redirect("core:operation", pk=pk)
    return redirect("core:operation", pk=again.pk)


def undone_by(operations: Iterable[Operation], user) -> list[tuple[str, Operation, bool]]:
    """The undoings of some operations, as follow-ups: words, the operation, and whether `user` may open it."""
    begun = Operation.objects.filter(undoes__in=operations).exclude(state=Operation.State.DRAFT)
    return [("Undone", one, may_open(one, user)) for one in begun.order_by("pk")]


def may_open(operation: Operation, user) -> bool:
    """Whether an operation is visible to `user`, who works here: as `visible_to` says, without asking the database."""
    return user.sees_everything or operation.owner_id == user.pk


def repetitions(operation: Operation, user) -> dict:
    """What can be begun again of its rows; and follow-ups: when it was undone, and when what was begun again."""
    begun = list(operation.repetitions.order_by("pk")) if operation.is_over else []
    before, kind = {one.repeated for one in begun}, operation_types.get(operation.kind)
    may = controls(user, operation) and kind is not None
    again = [(REPETITIONS[one.repeated], one, may_open(one, user)) for one in begun]
    return {
        "follow_ups": undone_by([operation], user) + again,
        "may_retry": may and Line.FAILED not in before and not repeat_refusal(operation, Line.FAILED, user),
        "rest_url": kind.rest_url(operation, user)
        if may and operation.untouched and Line.UNTOUCHED not in before
        else "",
    }


def repeat_refusal(operation: Operation, state: str, user) -> str:
    """Why the rows that ended in `state` cannot be taken up again by `user`; empty when they can."""
    kind = operation_types.get(operation.kind)
    number = operation.failed if state == Line.FAILED else operation.untouched
    if kind is None or not operation.is_over or not number:
        return "There is nothing that could be done again."
    return kind.repeat_refusal(operation, user)


@staff_only
@require_safe
def operation_report(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The report as a file; `state` narrows it as on the page. It names people, so the record tells who took it."""
    operation = get_object_or_404(operations_of(request.user), pk=pk)
    kind = operation_types.get(operation.kind)
    if kind is None:
        messages.warning(request, "This kind of operation is no longer known, so its report cannot be made.")
        return redirect("core:operation", pk=pk)
    columns, rows = kind.report(operation, request.user)
    params, words = {"operation": operation.pk, "state": ""}, operation.title
    if (state := request.GET.get("state")) in OperationLine.State.values:
        rows, params["state"] = rows.filter(state=state), state
        words = f"{words}, {OperationLine.State(state).label.lower()}"
    return download(request, Source(f"operation-{operation.pk}", columns, rows), "report line", words, params)


def operations_of(user) -> QuerySet:
    """The operations the user may open, without drafts: those are not begun."""
    return Operation.objects.visible_to(user).exclude(state=Operation.State.DRAFT)


def controls(user, operation: Operation) -> bool:
    """Whether the user may stop it and start it again: its owner, and admins.

    Who may not edit has no hand in what changes anything, however it became theirs.
    """
    kind, mine = operation_types.get(operation.kind), operation.owner_id == user.pk
    if not user.may_edit:
        return mine and kind is not None and kind.read_only
    return user.is_admin or mine


def controlled(request: HttpRequest, pk: int) -> Operation:
    """The operation, if the user may stop it."""
    operation = get_object_or_404(operations_of(request.user), pk=pk)
    if not controls(request.user, operation):
        return get_object_or_404(Operation.objects.none(), pk=pk)
    return operation


def progress(operation: Operation, user) -> SimpleNamespace:
    """What `core/progress.html` shows."""
    tone, _ = STATE_TONES[operation.state]
    page = reverse("core:operation", args=[operation.pk])
    paused = operation.state == Operation.State.PAUSED
    going = not operation.is_over
    kind = operation_types.get(operation.kind)
    has_lines = kind is None or kind.has_lines
    stoppable = going and controls(user, operation) and not operation.cancel_requested
    return SimpleNamespace(
        title="Progress" if going else "Result",
        running=going and not paused,
        done=thousands(operation.handled),
        total=thousands(operation.total),
        percent=operation.percent,
        state=state_words(operation),
        tone=tone,
        counts=[
            (label, thousands(number), f"{page}?state={state}" if number and has_lines else "")
            for label, number, state in (
                ("Done", operation.done, "done"),
                ("Skipped", operation.skipped, "skipped"),
                ("Failed", operation.failed, "failed"),
                *([("Untouched", operation.untouched, "untouched")] if operation.untouched else []),
            )
        ],
        poll_url=reverse("core:operation_progress", args=[operation.pk]),
        cancel_url=reverse("core:operation_cancel", args=[operation.pk]) if stoppable else "",
        pause_url=reverse("core:operation_pause", args=[operation.pk])
        if stoppable and not paused and not operation.pause_requested
        else "",
        resume_url=reverse("core:operation_resume", args=[operation.pk])
        if stoppable and (paused or operation.pause_requested)
        else "",
        note=note(operation),
        **pace(operation),
    )


def state_words(operation: Operation) -> str:
    """The state, with what has been asked for and has not come about yet."""
    if not operation.is_over and operation.cancel_requested:
        return "Stopping"
    if operation.state == Operation.State.RUNNING and operation.pause_requested:
        return "Pausing"
    return operation.get_state_display()


def pace(operation: Operation) -> dict[str, str]:
    """Rows a second and the time left, once there is enough to tell."""
    fresh = operation.attempts <= 1  # after a pause or another worker, the time since the start tells nothing
    if operation.state != Operation.State.RUNNING or not operation.started_at or not operation.handled or not fresh:
        return {"rate": "", "left": ""}
    seconds = max((timezone.now() - operation.started_at).total_seconds(), 0.1)
    rate = operation.handled / seconds
    left = (operation.total - operation.handled) / rate
    return {
        "rate": f"{rate:,.0f} a second" if rate >= 1 else f"{rate * 60:,.0f} a minute",
        "left": f"about {distance(int(left))} left" if left >= 60 else "less than a minute left",
    }


def note(operation: Operation) -> str:
    """What people should know beside the numbers."""
    match operation.state:
        case Operation.State.QUEUED if operation.wait_until and operation.wait_until > timezone.now():
            return f"It waits for something outside, and goes on by itself: {exact(operation.wait_until)}."
        case Operation.State.QUEUED:
            return "It begins as soon as a worker is free."
        case Operation.State.FAILED:
            return f"It ended early. {operation.error.rstrip('.')}. What is done stays done."
        case Operation.State.STOPPED:
            others = [(operation.skipped, "skipped"), (operation.failed, "failed"), (operation.untouched, "untouched")]
            parts = [f"{number:,} {word}" for number, word in others if number or word == "untouched"]
            return f"Stopped: {', '.join([f'{operation.done:,} done', *parts])}."
        case Operation.State.PAUSED:
            return "Paused. Resume it to continue. What is done stays done."
    return ""
