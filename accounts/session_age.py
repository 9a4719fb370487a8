"""Ends sessions that nobody uses any more, or that have lasted long enough."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.client_address import client_address
from accounts.models import Session, User

SEEN_EVERY = timedelta(minutes=1)
POLL = "X-Poll"  # what pages ask for by themselves: nobody is there on that account


class SessionAgeMiddleware:
    """Signs out who was away for too long, before anything is done in their name; else notes that they are there."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """End the session or go on with it."""
        request.session.address = client_address(request)
        request.session.browser = request.headers.get("User-Agent", "")
        row = getattr(request.session, "row", None) if request.user.is_authenticated else None
        if row is not None:
            now = timezone.now()
            if why := over(row, request.user, now):
                logout(request)
                messages.info(request, why)
            elif POLL not in request.headers and now - row.seen_at >= SEEN_EVERY:
                request.session.touch(now)
        return self.get_response(request)


def idle_limit(user: User) -> timedelta:
    """How long a session of this user may rest."""
    return timedelta(minutes=settings.SESSION_IDLE_MINUTES if user.is_staff_side else settings.PORTAL_IDLE_MINUTES)


def over(row: Session, user: User, now: datetime) -> str:
    """Why the session is over, in words; empty while it lasts."""
    idle = idle_limit(user)
    if now - row.seen_at > idle:
        return f"You were signed out after {idle // timedelta(minutes=1)} minutes without activity."
    if now - row.began_at > timedelta(seconds=settings.SESSION_COOKIE_AGE):
        return f"A sign-in lasts {settings.SESSION_COOKIE_AGE // 3600} hours. Please sign in again."
    return ""
