"""Who may use a view. Every view names one of these; a test finds those that do not."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse

from accounts.models import Role


def _guard(name: str, allowed: Callable[[HttpRequest], bool], sign_in: str) -> Callable:
    """A view decorator: sign-in page for strangers, 404 for those who may not."""

    def decorator(view: Callable) -> Callable:
        @wraps(view)
        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), sign_in)
            if not allowed(request):
                raise Http404
            return view(request, *args, **kwargs)

        guarded.access = name
        return guarded

    return decorator


staff_only = _guard("staff", lambda request: request.user.is_staff_side, "accounts:sign_in")
editors_only = _guard("editors", lambda request: request.user.may_edit, "accounts:sign_in")
admins_only = _guard("admins", lambda request: request.user.is_admin, "accounts:sign_in")
overseers_only = _guard("overseers", lambda request: request.user.sees_everything, "accounts:sign_in")
contacts_only = _guard("contacts", lambda request: request.user.role == Role.CONTACT, "portal:sign_in")


def anyone(view: Callable) -> Callable:
    """Mark a view as open to strangers: sign-in, links from mails, the firm's logo."""
    view.access = "anyone"
    return view
