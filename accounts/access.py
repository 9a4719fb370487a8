"""Who may use a view. Every view names one of these; a test finds those that do not."""

from collections.abc import Callable

from accounts.models import Role
from core.access import guard, staff_only
from core.view_decorators import for_views

__all__ = ["admins_only", "anyone", "contacts_only", "editors_only", "overseers_only", "staff_only"]

editors_only = guard("editors", lambda request: request.user.may_edit, "accounts:sign_in")
admins_only = guard("admins", lambda request: request.user.is_admin, "accounts:sign_in")
overseers_only = guard("overseers", lambda request: request.user.sees_everything, "accounts:sign_in")
contacts_only = guard("contacts", lambda request: request.user.role == Role.CONTACT, "portal:sign_in")


@for_views
def anyone(view: Callable) -> Callable:
    """Mark a view as open to strangers: sign-in, links from mails, the firm's logo."""
    view.access = "anyone"
    return view
