"""Who may use a view. Every view names one guard, on the view itself; a test finds those that do not.

    @editors_only
    def note_add(request, pk): ...

    @staff_only
    class ContactList(ListPage): ...

Guards that speak of roles are in `accounts.access`, where views of all other rooms take theirs from.
"""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url

from core.forms.resending import page_before, typed_into
from core.view_decorators import for_views


def guard(name: str, allowed: Callable[[HttpRequest], bool], sign_in: str) -> Callable:
    """A decorator of views, functions and classes: sign-in page for strangers, 404 for those who may not."""

    @for_views
    def decorator(view: Callable) -> Callable:
        @wraps(view)
        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request, sign_in)
            if not allowed(request):
                raise Http404
            return view(request, *args, **kwargs)

        guarded.access = name
        return guarded

    return decorator


def ask_to_sign_in(request: HttpRequest, sign_in: str) -> HttpResponse:
    """The answer to somebody who is not signed in, or no longer: the sign-in page (`sign_in`: name of its URL).

    A form that was filled in meanwhile is kept on a page of its own (401). A fragment of a page gets 401 as well: the
    sign-in page would be swapped into the page that is open.
    """
    if request.htmx:
        return HttpResponse(status=401)
    if request.method != "POST":
        return redirect_to_login(request.get_full_path(), sign_in)
    if typed := typed_into(request):
        context = {"typed": typed, "sign_in_url": resolve_url(sign_in)}
        return render(request, "core/session_ended.html", context, status=401)
    return redirect_to_login(page_before(request, "/"), sign_in)


staff_only = guard("staff", lambda request: request.user.is_staff_side, "accounts:sign_in")
