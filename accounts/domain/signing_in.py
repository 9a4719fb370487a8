"""The staff's way in and out, each time recorded with where it came from."""

from django.contrib.auth import login, logout
from django.db import transaction
from django.http import HttpRequest

from accounts.client_address import client_address
from accounts.known_browsers import remember_browser
from accounts.models import User
from core.history.recording import record

NOBODY = 0  # the subject of an entry about an address that is nobody's


def enter(request: HttpRequest, user: User) -> None:
    """Sign one of the staff in and record it, both or neither; the session starts anew."""
    with transaction.atomic():
        record_sign_out(request, user)
        login(request, user)
        _record("signed_in", "Signed in", request, user)
    remember_browser(request, user)


def leave(request: HttpRequest) -> None:
    """Sign out whoever is signed in; of the staff it is recorded."""
    record_sign_out(request)
    logout(request)


def record_sign_out(request: HttpRequest, successor: User | None = None) -> None:
    """Record a sign-out of the signed-in staff member, unless `successor` is that user signing in again."""
    if request.user.is_authenticated and request.user.is_staff_side and request.user != successor:
        _record("signed_out", "Signed out", request, request.user)


def record_failure(request: HttpRequest, email: str) -> None:
    """Record that a wrong password was given on the staff's page, for whom and from where."""
    user = User.objects.staff().with_email(email).first()
    record(
        "sign_in_failed",
        f"Wrong password for {email}",
        subject_ids=[user.pk if user else NOBODY],
        subject_type="user" if user else "sign_in",
        data=whence(request),
    )


def whence(request: HttpRequest) -> dict[str, str]:
    """Where a request comes from, as the record keeps it: `address` and `browser`."""
    return {"address": client_address(request), "browser": request.headers.get("User-Agent", "")[:200]}


def _record(verb: str, sentence: str, request: HttpRequest, user: User) -> None:
    record(verb, sentence, subject_ids=[user.pk], subject_type="user", actor=user, data=whence(request))
