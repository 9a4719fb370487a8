"""Sessions, with what their owner recognises them by."""

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Now


class Session(AbstractBaseSession):
    """A session of a browser. Signed in, it says whose it is, since when, from where, and when it was last used."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="sessions"
    )
    began_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now(), help_text="To the minute; asking for progress does not count.")
    address = models.CharField(max_length=45, blank=True, help_text="Where the sign-in came from.")
    browser = models.CharField(max_length=200, blank=True, help_text="What it called itself at the sign-in.")

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        verbose_name = "session"
        verbose_name_plural = "sessions"

    @classmethod
    def get_session_store_class(cls):
        """The engine that keeps them."""
        from accounts.session_store import SessionStore

        return SessionStore
