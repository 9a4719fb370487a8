"""The menu of a contact's row: what can be done with this contact, fetched when the menu is opened."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.access import staff_only
from contacts.models import Contact
from contacts.views.summary import offered


@staff_only
@require_safe
def row_menu(request: HttpRequest, pk: int) -> HttpResponse:
    """The entries of the menu. Without htmx: a redirect to the contact's page, which has them all."""
    contact = get_object_or_404(Contact.objects.visible_to(request.user), pk=pk)
    if not request.htmx:
        return redirect("contacts:detail", pk=pk)
    return render(request, "contacts/row_menu.html", {"contact": contact, "actions": offered(contact, request.user)})
