"""Who may use a view. Every view names one guard; a test finds those that do not.

Guards that speak of roles are in `accounts.access`, where views of all other rooms take theirs from.
"""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse


def guard(name: str, allowed: Callable[[HttpRequest], bool], sign_in: str) -> Callable:
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


staff_only = guard("staff", lambda request: request.user.is_staff_side, "accounts:sign_in")
