"""When quiet hours end: one rule for campaigns, notices and pushes."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo


def is_quiet(at: time, start: time, end: time) -> bool:
    """Whether a time of day falls into the hours from `start` until `end`, which may go over midnight; of no length
    there are none.
    """
    if start <= end:
        return start <= at < end
    return at >= start or at < end


def after_quiet(on: date, at: time, start: time, end: time) -> tuple[date, time]:
    """The day and the time of day, moved to the end of the quiet hours where it falls into them."""
    if not is_quiet(at, start, end):
        return on, at
    return on + timedelta(days=1 if at >= end else 0), end


def moment_of(on: date, at: time, zone: tzinfo) -> datetime:
    """When clocks in a zone show this. Of a time that comes twice the second; of one left out the time an hour on."""
    both = (datetime.combine(on, at, zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return max(both).astimezone(zone)


def end_of_quiet(moment: datetime, zone: tzinfo, start: time, end: time) -> datetime | None:
    """When the quiet hours end that a moment falls into, in a zone; None when it falls into none."""
    here = moment.astimezone(zone)
    if not is_quiet(here.time(), start, end):
        return None
    return moment_of(*after_quiet(here.date(), here.time(), start, end), zone)
