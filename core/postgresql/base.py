"""The database backend: Django's own for PostgreSQL, whose transactions begin with the signature of history."""

from django.db.backends.postgresql import base

from core.history.signature import is_signed, sign


class DatabaseWrapper(base.DatabaseWrapper):
    """See `core.history.signature`: whatever writes in a transaction, and however, writes under its signature."""

    def _set_autocommit(self, autocommit: bool) -> None:
        """Called by `atomic` when a transaction begins and when it has ended."""
        super()._set_autocommit(autocommit)
        if not autocommit and is_signed():
            with self.wrap_database_errors:
                sign(self.connection)
