"""Whether anything has changed, for whoever remembers what follows from many rows."""

from django.db import models


class Change(models.Model):
    """That a statement changed something of a model whose history is kept by statement: one row a statement.

    Written by the trigger that writes the history (`core.history.events`). To see whether something was committed
    since, one looks at the newest few: what began earlier may be committed later. The newest few entries of the history
    itself would all be those of one statement. Kept for a day.
    """

    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Changed {self.at:%Y-%m-%d %H:%M:%S}"
