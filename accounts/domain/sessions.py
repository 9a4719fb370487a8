"""The sessions of a user: which there are, and ending them."""

from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import Session, User
from accounts.session_age import over
from core.history.recording import record

NAMES = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class OpenSession:
    """A session as its owner is shown it. `reference` names it in forms: the key of a session opens it."""

    reference: str
    key: str
    device: str
    address: str
    began_at: datetime
    seen_at: datetime
    current: bool


def sessions_of(user: User, current_key: str | None) -> list[OpenSession]:
    """The user's sessions that still open something, the one with `current_key` first, then the last used."""
    now, mark = timezone.now(), user.get_session_auth_hash()
    rows = Session.objects.filter(user=user, expire_date__gt=now).order_by("-seen_at")
    live = [
        row
        for row in rows
        if not over(row, user, now) and constant_time_compare(row.get_decoded().get(HASH_SESSION_KEY, ""), mark)
    ]
    shown = [
        OpenSession(
            reference=_reference(row.session_key),
            key=row.session_key,
            device=device(row.browser),
            address=row.address,
            began_at=row.began_at,
            seen_at=row.seen_at,
            current=row.session_key == current_key,
        )
        for row in live
    ]
    return sorted(shown, key=lambda one: not one.current)


def end_session(user: User, reference: str, current_key: str | None) -> bool:
    """End the session of the user that is named so; False when it has ended already, or is the current one."""
    for one in sessions_of(user, current_key):
        if one.reference == reference and not one.current:
            Session.objects.filter(session_key=one.key).delete()
            return True
    return False


@transaction.atomic
def end_other_sessions(user: User, current_key: str | None) -> int:
    """End all sessions of the user but the current one; how many of them still opened something."""
    ended = [one for one in sessions_of(user, current_key) if not one.current]
    Session.objects.filter(user=user).exclude(session_key=current_key or "").delete()
    _record_end(user, "Signed out everywhere else")
    return len(ended)


@transaction.atomic
def end_all_sessions(user: User) -> None:
    """Sign the user out everywhere, here too: also what begins at this very moment, and browsers known to them."""
    User.objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)
    Session.objects.filter(user=user).delete()
    _record_end(user, "Signed out everywhere")


def device(browser: str) -> str:
    """What a browser calls itself, as people call it: "Firefox on Windows"."""
    name = next((name for mark, name in NAMES if mark in browser), "")
    system = next((system for mark, system in SYSTEMS if mark in browser), "")
    return f"{name} on {system}" if name and system else name or system or "Unknown browser"


def clear_expired_sessions() -> None:
    """Remove sessions that nobody can use any more; each sign-in leaves one."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


def _reference(key: str) -> str:
    """Tells a session from the user's others, and opens nothing."""
    return salted_hmac("accounts.sessions", key, algorithm="sha256").hexdigest()[:20]


def _record_end(user: User, sentence: str) -> None:
    """In the audit trail for the staff; a client's is on the contact's timeline, which the portal writes."""
    if user.is_staff_side:
        record("sessions_ended", sentence, subject_ids=[user.pk], subject_type="user", actor=user)
