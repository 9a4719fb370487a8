"""Undoing an operation begins on its page; the rest is a bulk action."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import editors_only
from contacts.operations import undoing
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
    return redirect(f"{reverse('contacts:bulk', args=[undoing.KEY])}?draft={draft.pk}&step=confirm")
