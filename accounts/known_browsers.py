"""Browsers in which somebody has signed in before, told from those of strangers by a signed cookie.

Whoever guesses passwords does it from browsers that nobody has signed in with. Limits that count their attempts by
account or by network would shut out the owner too; a known browser is counted by itself alone. The cookie opens
nothing: it names up to five accounts and dies for each with its password or when its sessions are ended.
"""

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare

from accounts.models import User

SALT = "accounts.known_browsers"
LASTS = 180 * 24 * 3600  # seconds
ACCOUNTS = 5  # a couple, an office's shared computer
MARK = 16  # characters of the session hash that are kept


@dataclass(frozen=True)
class Entry:
    """An account that was signed in to with this browser: the user's key, the browser's id, the account's mark."""

    user: int
    browser: str
    mark: str


def known_browser(request: HttpRequest, user: User | None) -> str:
    """The id under which this browser is known to `user`; empty for strangers, and for nobody."""
    if user is None:
        return ""
    found = (entry for entry in _entries(request) if entry.user == user.pk)
    return next((entry.browser for entry in found if constant_time_compare(entry.mark, _mark(user))), "")


def knows_anybody(request: HttpRequest) -> bool:
    """Whether somebody has signed in with this browser: else nothing need be looked up."""
    return bool(_entries(request))


def remember_browser(request: HttpRequest, user: User) -> None:
    """Note that `user` proved who they are in this browser; `KnownBrowserMiddleware` sets the cookie."""
    entries = _entries(request)
    browser = next((entry.browser for entry in entries if entry.user == user.pk), "") or secrets.token_urlsafe(12)
    others = [entry for entry in entries if entry.user != user.pk]
    request.known_browsers = [Entry(user.pk, browser, _mark(user)), *others][:ACCOUNTS]


class KnownBrowserMiddleware:
    """Writes the cookie when `remember_browser` was called."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and set the cookie if it has changed."""
        response = self.get_response(request)
        entries = getattr(request, "known_browsers", None)
        if entries is not None:
            value = signing.dumps([[one.user, one.browser, one.mark] for one in entries], salt=SALT)
            response.set_cookie(
                settings.KNOWN_BROWSER_COOKIE,
                value,
                max_age=LASTS,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


def _entries(request: HttpRequest) -> list[Entry]:
    """What the cookie says; nothing when it is missing, forged or too old."""
    value = request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE, "")
    if not value:
        return []
    try:
        return [Entry(*parts) for parts in signing.loads(value, salt=SALT, max_age=LASTS)]
    except (signing.BadSignature, TypeError, ValueError):
        return []


def _mark(user: User) -> str:
    """Changes with the password and with the generation of sessions."""
    return user.get_session_auth_hash()[:MARK]
