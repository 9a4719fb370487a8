"""The contact's own sessions: which there are, and ending them."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.domain.sessions import end_all_sessions, end_other_sessions, end_session, sessions_of
from core.history.recording import record
from portal.frame import frame


@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Where the contact is signed in."""
    found = sessions_of(request.user, request.session.session_key)
    return render(request, "portal/sessions.html", frame(request, "profile") | {"sessions": found})


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """Sign out one of the others."""
    if end_session(request.user, request.POST.get("session", ""), request.session.session_key):
        messages.success(request, "That device is signed out.")
    else:
        messages.info(request, "That device was signed out already.")
    return redirect("portal:sessions")


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    end_other_sessions(request.user, request.session.session_key)
    _record(request, "Signed out everywhere else")
    messages.success(request, "You are signed out everywhere else.")
    return redirect("portal:sessions")


@require_POST
def end_all(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere, here too."""
    end_all_sessions(request.user)
    _record(request, "Signed out everywhere")
    logout(request)
    messages.success(request, "You are signed out everywhere.")
    return redirect("portal:sign_in")


def _record(request: HttpRequest, sentence: str) -> None:
    """On the contact's timeline."""
    record("sessions_ended", sentence, subject_ids=[request.viewing.contact.pk], actor=request.user)
