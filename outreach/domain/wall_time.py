"""Wall time as people choose it, where clocks are changed: one hour comes twice, and one is skipped."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from django.utils import timezone

EARLIER, LATER = "earlier", "later"


@dataclass(frozen=True)
class WallTime:
    """A date and time without a zone, looked at in a zone; `naive` has none."""

    naive: datetime
    zone: tzinfo

    @property
    def words(self) -> str:
        """The time as people read it."""
        return f"{self.naive:%H:%M} on {self.naive:%a} {self.naive.day} {self.naive:%b %Y}"

    @property
    def is_skipped(self) -> bool:
        """Whether clocks jump over it."""
        there = self._at(0)
        return there.astimezone(UTC).astimezone(self.zone).replace(tzinfo=None) != self.naive

    @property
    def comes_twice(self) -> bool:
        """Whether clocks are turned back over it."""
        return not self.is_skipped and self._at(0).utcoffset() != self._at(1).utcoffset()

    def choices(self) -> list[tuple[str, str]]:
        """Both moments, for whoever must choose one."""
        return [
            (EARLIER, f"The first time, {self._at(0):%H:%M %Z}"),
            (LATER, f"The second time, after clocks have been turned back, {self._at(1):%H:%M %Z}"),
        ]

    def moment(self, which: str = EARLIER) -> datetime:
        """The moment that is meant."""
        return self._at(1 if which == LATER else 0)

    def _at(self, fold: int) -> datetime:
        return self.naive.replace(tzinfo=self.zone, fold=fold)


def which_of(moment: datetime | None) -> str:
    """Which of the two a moment is in the viewer's zone: for a form that shows it."""
    return LATER if moment and timezone.localtime(moment).fold else EARLIER
