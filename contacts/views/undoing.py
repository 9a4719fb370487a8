"""Undoing an operation: what would be put back and who is left alone, before anything is."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import editors_only
from contacts.models import Contact
from contacts.operations import undoing
from contacts.operations.base import Preview
from contacts.registry import lasting_effects
from contacts.views.bulk import KEPT_FOR, BulkView
from core.listing.planning import expecting
from core.models import Operation


@editors_only
@require_POST
def undo_begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Fix what an operation changed as the selection of its undoing, and lead to the preview."""
    operation = get_object_or_404(Operation.objects.visible_to(request.user), pk=pk)
    if reason := undoing.refusal(operation, request.user):
        messages.warning(request, f"It cannot be undone. {reason}")
        return redirect("core:operation", pk=pk)
    with transaction.atomic():
        draft = undoing.draft(operation, request.user)
    return redirect(f"{reverse('contacts:undo')}?draft={draft.pk}&step=confirm")


class UndoView(BulkView):
    """Preview and confirmation of an undoing; its selection comes from the operation, never from a list."""

    kind = undoing.KEY
    title = "Undo"
    verb = "Put back"
    back = "core:operations"
    gone = f"This preview is no longer there: {KEPT_FOR} Open the operation and press Undo again."

    def named(self, draft: Operation) -> str:
        """As it was called when it was made."""
        return draft.title

    def _confirm(self, draft: Operation, preview: Preview | None = None, error: str = "") -> HttpResponse:
        """The button says what it does where the contacts are not simply put back."""
        target, redo = undoing.origin(draft)
        if words := undoing.kind_of(target).undo_verb:
            self.verb = f"{'Redo' if redo else 'Undo'} {words}"
        return super()._confirm(draft, preview, error)

    def _start(self, draft: Operation) -> HttpResponse:
        """Ask once more whether it may be undone: days may have passed since the preview, or rights been taken."""
        if reason := undoing.refusal(draft.undoes, self.request.user):
            messages.warning(self.request, f"It cannot be undone. {reason}")
            return redirect("core:operation", pk=draft.undoes_id)
        return super()._start(draft)

    def more_context(self, operation: Operation) -> dict:
        """What cannot be undone is said before, and what else it stops."""
        target, redo = undoing.origin(operation)
        contacts = self._kind().changing(operation)
        with expecting(operation.total, Contact):
            words = [one for effect in lasting_effects for one in effect.words(target, contacts, redo=redo)]
        return {"consequences": words, "cancel_url": reverse("core:operation", args=[operation.undoes_id])}

    def _freeze(self) -> HttpResponse:
        """There is nothing to tick."""
        return redirect(self.back)
