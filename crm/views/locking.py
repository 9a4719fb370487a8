"""Locking fields of a contact against updates from the CRM and from files."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.access import editors_only
from contacts.models import Contact
from crm.domain.differences import LABELS


@editors_only
@require_POST
def lock(request: HttpRequest, pk: int) -> HttpResponse:
    """Lock the field named by `lock`, or unlock the one named by `unlock`."""
    with transaction.atomic():
        rows = Contact.objects.editable_by(request.user).select_for_update(of=("self",))
        contact = get_object_or_404(rows, pk=pk)
        on, off = request.POST.get("lock", ""), request.POST.get("unlock", "")
        name = on or off
        if name in LABELS:
            locked = set(contact.locked_fields) - {off}
            contact.locked_fields = sorted(locked | {on} if on else locked)
            contact.save(update_fields=["locked_fields"])
            words = "is locked: no update and no file changes it" if on else "can be updated again"
            messages.success(request, f"{LABELS[name]} {words}.")
        else:
            messages.warning(request, "Choose a field.")
    return redirect("crm:update_one", pk=pk)
