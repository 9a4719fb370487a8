"""Undoing an operation as one object: an operation itself, so that it has a preview, a report, and can be undone.

A contact gets back exactly the values from before the operation, unless something of them has changed since:
then it is left alone, and the report says so.
"""

from datetime import timedelta

from django.db.models import Case, OuterRef, Q, Value, When
from django.db.models.functions import Concat
from django.utils import timezone

from accounts.models import Firm
from contacts.domain.snapshots import Snapshot
from contacts.domain.what_is_gone import obstacles
from contacts.operations.base import BulkAction
from contacts.operations.undoable import Undoable
from contacts.querysets import ContactQuerySet
from core.domain import selecting
from core.domain.recording import record
from core.models import Operation
from core.operations import register
from core.registry import lasting_effects, operation_types

KEY = "contacts.undo"
ALREADY = "Is as before already."
CHANGED = "Changed since, so left alone: "


@register
class Undo(BulkAction):
    """Puts back what another operation changed: the one that it `undoes`."""

    key = KEY
    label = "Undo"
    chunk = 2000

    def keeps(self, operation: Operation) -> Snapshot:
        """What the operation that is undone keeps."""
        return kind_of(operation.undoes).keeps(operation.undoes)

    def reach(self, operation: Operation) -> ContactQuerySet:
        """Where the contacts are after what is undone: an undone deletion finds them in the trash."""
        target, redo = origin(operation)
        kind = kind_of(target)
        return kind.scope(operation.owner) if redo else kind.undo_scope(operation.owner)

    def role(self, operation: Operation) -> Case | Value:
        """As the kind that is undone tells them apart."""
        return self.keeps(operation).role()

    def words(self, operation: Operation, roles: dict[str, int]) -> list[str]:
        """As the kind that is undone puts it."""
        target, redo = origin(operation)
        return kind_of(target).undo_words(roles, redo=redo)

    def skips(self, operation: Operation) -> list[When]:
        """What stands in the way of those that are as they were left; of the others, that they are not.

        The values of now cost most, so the order is such that they are put together once for the usual row.
        """
        snapshot = self.keeps(operation)
        line = snapshot.kept_by(operation.undoes).filter(subject_id=OuterRef("pk"))
        as_left, as_before = snapshot.unchanged(line, "after"), snapshot.unchanged(line, "before")
        return [
            *(When(hindered & as_left, then=Value(why)) for hindered, why in obstacles(snapshot, line)),
            When(as_left, then=Value("")),
            When(as_before, then=Value(ALREADY)),
            When(Q(pk__isnull=False), then=Concat(Value(CHANGED), snapshot.differing(line, "after"), Value("."))),
        ]

    def repeat_refusal(self, operation: Operation, user) -> str:
        """As for undoing it the first time: days may have passed since."""
        return refusal(operation.undoes, user)

    def change(self, operation: Operation, ids: list[int]) -> None:
        """Put the values back."""
        self.keeps(operation).restore(operation.undoes, ids, operation.owner)
        record("undone", operation.title, subject_ids=ids, actor=operation.owner, operation=operation)

    def follow(self, operation: Operation, ids: list[int]) -> dict[int, str]:
        """Stop what rooms above have yet to do on account of it. Doing it again begins nothing of that anew."""
        target, redo = origin(operation)
        words: dict[int, str] = {}
        for effect in () if redo else lasting_effects:
            words |= effect.take_back(target, ids, operation)
        return words


def kind_of(operation: Operation) -> Undoable:
    """The kind of an operation that can be undone."""
    return operation_types[operation.kind]


def origin(undoing: Operation) -> tuple[Operation, bool]:
    """What an undoing is about in the end, and whether it does that again: the undoing of an undoing."""
    target, redo = undoing.undoes, False
    while target.kind == KEY:
        target, redo = target.undoes, not redo
    return target, redo


def refusal(operation: Operation, user) -> str:
    """Why `user` cannot undo an operation; empty when they can."""
    kind, days = operation_types.get(operation.kind), Firm.get().undo_days
    kept = kind.keeps(operation) if isinstance(kind, Undoable) else None
    if not kept:
        return "This kind of operation cannot be undone."
    if not user.may_edit or not (user.is_admin or operation.owner_id == user.pk):
        return "Only who started an operation, and admins, can undo it."
    if not operation.is_over:
        return "It is still running. Stop it first, or wait until it has ended."
    if (operation.finished_at or operation.created_at) < timezone.now() - timedelta(days=days):
        return f"It ended more than {days} days ago."
    if not kept.kept_by(operation).exists():
        return "It changed nothing that could be undone."
    return ""


def undoable(operation: Operation, user) -> int:
    """How many contacts would get back what they had if `user` undid the operation now; `refusal` has been asked."""
    undo, kind = Operation(kind=KEY, owner=user, undoes=operation), operation_types[KEY]
    kept = kind_of(operation).keeps(operation).kept_by(operation).order_by().values("subject_id")
    return kind.with_reason(undo, kind.reach(undo).order_by().filter(pk__in=kept)).filter(why="").count()


def draft(operation: Operation, user) -> Operation:
    """An undoing of `operation`, ready for its preview: its selection is what the operation changed."""
    undo = Operation(kind=KEY, owner=user, undoes=operation, selection=f"What “{operation.title}” changed"[:500])
    target, redo = origin(undo)
    undo.title = f"{'Redo' if redo else 'Undo'}: {target.title}"[:200]
    undo.save()
    kept = kind_of(operation).keeps(operation).kept_by(operation)
    selecting.freeze(undo, kept.values_list("subject_id", flat=True))
    return undo
