"""Sessions that are over."""

from importlib import import_module

from django.conf import settings


def clear_expired_sessions() -> None:
    """Remove sessions that nobody can use any more; each sign-in leaves one."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
