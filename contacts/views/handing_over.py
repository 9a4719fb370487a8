"""Handing all contacts of one of the staff over to another begins on their page; the rest is a bulk action."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import admins_only
from accounts.models import User
from contacts.domain import handing_over


@admins_only
@require_POST
def hand_over_begin(request: HttpRequest, user_pk: int) -> HttpResponse:
    """Fix what somebody has now, and ask who takes it."""
    user = get_object_or_404(User.objects.staff(), pk=user_pk)
    with transaction.atomic():
        draft = handing_over.draft(user, request.user)
    if draft.total:
        return redirect(f"{reverse('contacts:bulk', args=[handing_over.KEY])}?draft={draft.pk}")
    draft.delete()
    messages.info(request, f"{user.name} has no contacts.")
    return redirect("accounts:user", pk=user_pk)
