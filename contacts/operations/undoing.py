"""Undoing an operation as one object: an operation itself, so that it has a preview, a report, and can be undone.

A contact gets back exactly the values from before the operation, unless something of them has changed since:
then it is left alone, and the report says so. What is kept of whom is said by the `undo` of the operation's type.
"""

from datetime import timedelta
from typing import Any

from django.db.models import OuterRef, Q, Value, When
from django.db.models.expressions import Expression
from django.db.models.functions import Concat
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Firm, User
from contacts.domain.snapshots import Snapshot
from contacts.domain.what_is_gone import obstacles
from contacts.models import Contact
from contacts.operations.bulk_action import BulkAction, SelectionSource
from contacts.operations.undo_spec import UndoSpec
from contacts.querysets import ContactQuerySet
from contacts.registry import lasting_effects
from core.history.recording import record
from core.listing.planning import expecting
from core.models import Operation
from core.operations import selecting
from core.operations.types import UndoOffer, register
from core.registry import operation_types

KEY = "contacts.undo"
ALREADY = "Is as before already."
CHANGED = "Changed since, so left alone: "
COUNTED = 500  # judging more takes longer than a page may


def snapshot_of(operation: Operation) -> Snapshot:
    """What an operation that can be undone keeps of its contacts."""
    return operation_types[operation.kind].undo.snapshot_of(operation)


def origin(undoing: Operation) -> tuple[Operation, bool]:
    """What an undoing is about in the end, and whether it does that again: the undoing of an undoing."""
    target, redo = undoing.undoes, False
    while target.kind == KEY:
        target, redo = target.undoes, not redo
    return target, redo


@register
class Undo(BulkAction):
    """Puts back what another operation changed: the one that it `undoes`. It begins on that one's page."""

    key = KEY
    label = title = "Undo"
    verb = "Put back"
    for_one = False
    chunk = 2000
    source = SelectionSource(
        "core:operations",
        filterset_class=None,
        missing="This preview is no longer there: {kept_for} Open the operation and press Undo again.",
    )
    undo = UndoSpec(lambda undoing: snapshot_of(undoing.undoes))

    def queryset(self, operation: Operation) -> ContactQuerySet:
        """Where the contacts are after what is undone: an undone deletion finds them in the trash."""
        target, redo = origin(operation)
        spec = operation_types[target.kind].undo
        return spec.before(operation.owner) if redo else spec.after(operation.owner)

    def describe(self, operation: Operation) -> str:
        """As it was called when it was made."""
        return operation.title

    def context(self, operation: Operation, request: HttpRequest) -> dict[str, Any]:
        """Back to what is undone; and the button says what it does where the contacts are not simply put back."""
        target, redo = origin(operation)
        verb, back = operation_types[target.kind].undo.verb, reverse("core:operation", args=[operation.undoes_id])
        return {"cancel_url": back, "verb": f"{'Redo' if redo else 'Undo'} {verb}" if verb else self.verb}

    def more_consequences(self, operation: Operation) -> list[str]:
        """What cannot be undone is said before, and what else it stops."""
        target, redo = origin(operation)
        contacts = self.changing(operation)
        with expecting(operation.total, Contact):
            return [one for effect in lasting_effects for one in effect.words(target, contacts, redo=redo)]

    def group_by(self, operation: Operation) -> Expression:
        """As the snapshot of what is undone tells them apart."""
        return snapshot_of(operation.undoes).role()

    def describe_groups(self, operation: Operation, counts: dict[str, int]) -> list[str]:
        """As the type of what is undone puts it."""
        target, redo = origin(operation)
        return operation_types[target.kind].undo.describe(counts, redo=redo)

    def skip_reasons(self, operation: Operation) -> list[When]:
        """What stands in the way of those that are as they were left; of the others, that they are not.

        The values of now cost most, so the order is such that they are put together once for the usual row.
        """
        snapshot = snapshot_of(operation.undoes)
        line = snapshot.kept_by(operation.undoes).filter(subject_id=OuterRef("pk"))
        as_left, as_before = snapshot.unchanged(line, "after"), snapshot.unchanged(line, "before")
        return [
            *(When(hindered & as_left, then=Value(why)) for hindered, why in obstacles(snapshot, line)),
            When(as_left, then=Value("")),
            When(as_before, then=Value(ALREADY)),
            When(Q(pk__isnull=False), then=Concat(Value(CHANGED), snapshot.differing(line, "after"), Value("."))),
        ]

    def repeat_refusal(self, operation: Operation, user) -> str:
        """As for undoing it the first time: days may have passed since, or rights been taken."""
        return refusal(operation.undoes, user)

    def change(self, operation: Operation, ids: list[int]) -> None:
        """Put the values back."""
        snapshot_of(operation.undoes).restore(operation.undoes, ids, operation.owner)
        record("undone", operation.title, subject_ids=ids, actor=operation.owner, operation=operation)

    def follow(self, operation: Operation, ids: list[int]) -> dict[int, str]:
        """Stop what rooms above have yet to do on account of it. Doing it again begins nothing of that anew."""
        target, redo = origin(operation)
        words: dict[int, str] = {}
        for effect in () if redo else lasting_effects:
            words |= effect.take_back(target, ids, operation)
        return words


def refusal(operation: Operation, user: User) -> str:
    """Why `user` cannot undo an operation; empty when they can."""
    kind, days = operation_types.get(operation.kind), Firm.get().undo_days
    snapshot = kind.undo.snapshot_of(operation) if kind and kind.undo else None
    if not snapshot:
        return "This kind of operation cannot be undone."
    if not user.may_edit or not (user.is_admin or operation.owner_id == user.pk):
        return "Only who started an operation, and admins, can undo it."
    if not operation.is_over:
        return "It is still running. Stop it first, or wait until it has ended."
    if (operation.finished_at or operation.created_at) < timezone.now() - timedelta(days=days):
        return f"It ended more than {days} days ago."
    if not snapshot.kept_by(operation).exists():
        return "It changed nothing that could be undone."
    return ""


def undo_offer(operation: Operation, user: User) -> UndoOffer:
    """Undoing is offered where something would be put back; of few contacts, the button says for how many."""
    if refusal(operation, user):
        return UndoOffer()
    url = reverse("contacts:undo_begin", args=[operation.pk])
    number = snapshot_of(operation).kept_by(operation)[: COUNTED + 1].count()
    if number > COUNTED:  # the preview, which comes first, counts them
        return UndoOffer(url)
    able = undoable(operation, user)
    if able == number:
        return UndoOffer(url)
    if able:
        return UndoOffer(url, f"Undo {able:,} of {number:,}")
    return UndoOffer(words="Nothing of it can be undone any more: it is as before, or was changed since.")


def undoable(operation: Operation, user: User) -> int:
    """How many contacts would get back what they had if `user` undid the operation now; `refusal` has been asked."""
    undo, action = Operation(kind=KEY, owner=user, undoes=operation), operation_types[KEY]
    kept = snapshot_of(operation).kept_by(operation).order_by().values("subject_id")
    return action.with_reason(undo, action.queryset(undo).order_by().filter(pk__in=kept)).filter(why="").count()


def draft(operation: Operation, user: User) -> Operation:
    """An undoing of `operation`, ready for its preview: its selection is what the operation changed."""
    undo = Operation(kind=KEY, owner=user, undoes=operation, selection=f"What “{operation.title}” changed"[:500])
    target, redo = origin(undo)
    undo.title = f"{'Redo' if redo else 'Undo'}: {target.title}"[:200]
    undo.save()
    kept = snapshot_of(operation).kept_by(operation)
    selecting.freeze(undo, kept.values_list("subject_id", flat=True))
    return undo
