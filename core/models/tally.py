"""How often somebody did something lately."""

from django.db import models


class Tally(models.Model):
    """One counter of `core.limits`: it counts up to `until`, and begins again after.

    The key is a keyed hash of what is limited and for whom: no address stands here. The table is unlogged (its
    migration says so): after a crash of the database counting begins anew, and each count costs no write to the log.
    """

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "tallies"

    def __str__(self) -> str:
        return f"{self.count} until {self.until:%Y-%m-%d %H:%M}"
