"""One's own sessions, on the staff's side: which there are, and ending them."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import staff_only
from accounts.domain.sessions import end_all_sessions, end_other_sessions, end_session, sessions_of


@staff_only
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in."""
    found = sessions_of(request.user, request.session.session_key)
    return render(request, "accounts/sessions.html", {"sessions": found})


@staff_only
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """Sign out one of the others."""
    if end_session(request.user, request.POST.get("session", ""), request.session.session_key):
        messages.success(request, "That session has ended.")
    else:
        messages.info(request, "That session had ended already.")
    return redirect("accounts:sessions")


@staff_only
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    end_other_sessions(request.user, request.session.session_key)
    messages.success(request, "You are signed out everywhere else.")
    return redirect("accounts:sessions")


@staff_only
@require_POST
def end_all(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere, here too."""
    end_all_sessions(request.user)
    logout(request)
    messages.success(request, "You are signed out everywhere.")
    return redirect("accounts:sign_in")
