"""The campaign's day is counted where the contact lives."""

from datetime import UTC, date, datetime

import pytest

from reports.progress import CampaignClock

# Late in the evening of the 9th in New York, already the 10th in Berlin.
NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    return CampaignClock("America/New_York", NOW)


def test_the_day_of_the_start_is_day_1(clock):
    assert clock.progress(date(2026, 3, 9), 30, "America/New_York").words == "Day 1 of 30"


def test_the_day_follows_the_zone_of_the_contact(clock):
    assert clock.progress(date(2026, 3, 9), 30, "Europe/Berlin").day == 2


@pytest.mark.parametrize("zone", ["", "Mars/Phobos", "../etc/passwd", "\x00"])
def test_without_a_zone_the_firm_s_counts(clock, zone):
    assert clock.progress(date(2026, 3, 9), 30, zone).day == 1


def test_a_start_that_lies_ahead_is_day_1(clock):
    assert clock.progress(date(2026, 3, 10), 30, "America/New_York").day == 1


def test_before_the_first_sign_in_nothing_has_started(clock):
    progress = clock.progress(None, 30, "")
    assert (progress.words, progress.reached) == ("Not started", 0)


def test_after_the_last_day_it_is_finished(clock):
    progress = clock.progress(date(2026, 1, 1), 30, "")
    assert (progress.words, progress.reached) == ("Finished, 30 days", 30)


def test_without_a_campaign_there_is_no_progress(clock):
    assert clock.progress(None, None, "") is None
