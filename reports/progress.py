"""How far a contact is on their campaign: which of its days is today, where they live."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@dataclass(frozen=True)
class Progress:
    """A campaign's day of its length. `day` is None before the first sign-in, which starts it."""

    day: int | None
    length: int

    @property
    def words(self) -> str:
        """For people."""
        if self.day is None:
            return "Not started"
        if self.day > self.length:
            return f"Finished, {self.length} days"
        return f"Day {self.day} of {self.length}"

    @property
    def reached(self) -> int:
        """Days reached, at most all."""
        return min(self.day or 0, self.length)


class CampaignClock:
    """Answers for many contacts as of one moment; each time zone is worked out once."""

    def __init__(self, firm_zone: str, now: datetime) -> None:
        self._now = now
        self._days: dict[str, date] = {}
        self._firm_day = self._day_in(firm_zone) or now.date()

    def progress(self, started_on: date | None, length: int | None, zone: str) -> Progress | None:
        """Where a contact who lives in `zone` is; None without a campaign."""
        if length is None:
            return None
        if started_on is None:
            return Progress(None, length)
        return Progress(max(1, (self._today(zone) - started_on).days + 1), length)

    def _today(self, zone: str) -> date:
        """Today in a zone; unknown ones count as the firm's."""
        if zone not in self._days:
            self._days[zone] = self._day_in(zone) or self._firm_day
        return self._days[zone]

    def _day_in(self, zone: str) -> date | None:
        try:
            return self._now.astimezone(ZoneInfo(zone)).date() if zone else None
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return None
