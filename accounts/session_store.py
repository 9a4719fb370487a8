"""The engine of sessions: Django's own, which also keeps whose a session is, since when and from where."""

from datetime import datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone


class SessionStore(DatabaseStore):
    """One row a session. `row` is what was read of it; `address` and `browser` are those of the request."""

    row = None
    address = ""
    browser = ""

    @classmethod
    def get_model_class(cls):
        """Our own table."""
        from accounts.models import Session

        return Session

    def _get_session_from_db(self):
        """The row, or None; kept, so that its age costs no query."""
        self.row = super()._get_session_from_db()
        return self.row

    def create_model_instance(self, data: dict):
        """The row as it is to be written. With another user it is another's session: it begins now, and here."""
        row = super().create_model_instance(data)
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        if self.row is None or self.row.user_id != row.user_id:
            row.began_at = row.seen_at = timezone.now()
            row.address, row.browser = self.address[:45], self.browser[:200]
        else:
            row.began_at, row.seen_at = self.row.began_at, self.row.seen_at
            row.address, row.browser = self.row.address, self.row.browser
        self.row = row
        return row

    def touch(self, now: datetime) -> None:
        """Note that the session is in use. Only that is written: whatever else is saved at the moment stays."""
        self.row.seen_at = now
        self.get_model_class().objects.filter(session_key=self.session_key).update(seen_at=now)
