"""Who looks at a portal page: the contact themselves, or one of the staff in a preview that counts as nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.contrib.auth import login, logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from accounts.access import contacts_only, staff_only
from accounts.domain.signing_in import record_sign_out
from accounts.known_browsers import remember_browser
from accounts.models import User
from contacts.domain.signing_in import portal_contact, record_sign_in, zone_of
from contacts.models import Contact
from core.access import ask_to_sign_in
from outreach.domain.steps.running import run_steps_of

PORTAL_BACKEND = "accounts.backends.PortalBackend"


@dataclass(frozen=True)
class Viewing:
    """Whose portal is shown, and whether it is only a preview."""

    contact: Contact
    preview: bool

    def url(self, name: str, **kwargs: int) -> str:
        """The address of a portal page; in a preview, of the same page in the preview."""
        if self.preview:
            page = "portal:preview" if name == "home" else f"portal:preview_{name}"
            return reverse(page, kwargs={"pk": self.contact.pk, **kwargs})
        return reverse(f"portal:{name}", kwargs=kwargs)


def portal_page(view: Callable) -> Callable:
    """Open a view to contacts whose portal is open; the others are signed out and asked to sign in."""

    @wraps(view)
    def shown(request: HttpRequest, **kwargs) -> HttpResponse:
        contact = portal_contact(request.user)
        if contact is None:
            logout(request)
            return ask_to_sign_in(request, "portal:sign_in")
        return _show(view, request, Viewing(contact, preview=False), kwargs)

    return contacts_only(shown)


def preview_page(view: Callable) -> Callable:
    """Open a view to staff, for a contact they see. Reading only: whatever would change something is refused."""

    @wraps(view)
    def shown(request: HttpRequest, pk: int, **kwargs) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        visible = Contact.objects.visible_to(request.user).select_related("primary_advisor", "team")
        return _show(view, request, Viewing(get_object_or_404(visible, pk=pk), preview=True), kwargs)

    return staff_only(shown)


def _show(view: Callable, request: HttpRequest, viewing: Viewing, kwargs: dict) -> HttpResponse:
    """Call the view with the contact's own clock."""
    request.viewing = viewing
    with timezone.override(zone_of(viewing.contact, request.firm)):
        return view(request, **kwargs)


def enter(request: HttpRequest, contact: Contact, user: User) -> None:
    """Sign the contact in and note it, both or neither; the session starts anew.

    Raises MayNotEnter when the portal has been closed to them meanwhile.
    """
    with transaction.atomic():
        if record_sign_in(contact):
            run_steps_of([contact.pk])  # what the first day brings is there on the first page
        record_sign_out(request)
        login(request, user, backend=PORTAL_BACKEND)
    remember_browser(request, user)
