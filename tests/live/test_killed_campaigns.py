"""A worker is killed again and again while thirty days of a campaign pass: each step happens once, and none is lost."""

import random
import time

import pytest

from tests.live.campaign import A_DAY_PASSES

DAYS, PEOPLE, KILLS = 30, 500, 20

pytestmark = pytest.mark.fault

DONE = """
SELECT count(*), count(DISTINCT (run.contact_id, run.day)) FROM outreach_steprun AS run
JOIN experiences_touchpoint AS step ON step.id = run.touchpoint_id
WHERE step.campaign_id = %s AND run.state = 'done'
"""

SKIPPED = """
SELECT count(*) FROM outreach_steprun AS run JOIN experiences_touchpoint AS step ON step.id = run.touchpoint_id
WHERE step.campaign_id = %s AND run.state = 'skipped'
"""


def wait_for(live_app, crew, campaign, wanted):
    """Have workers look until so many steps are done."""
    deadline = time.monotonic() + 60
    while live_app.sql(DONE, (campaign,))[0][0] < wanted:
        assert time.monotonic() < deadline, live_app.sql(DONE, (campaign,))
        live_app.sql("UPDATE outreach_stepclock SET looked_back_at = now() - interval '1 hour'")
        crew.call("tests.live.scenes:sweep")
        time.sleep(0.5)


def test_thirty_days_of_a_campaign_survive_twenty_killed_workers(alone, crew):
    chance = random.Random("campaign")
    killed_on = set(chance.sample(range(1, DAYS + 1), KILLS))
    campaign = crew.call("tests.live.campaign:begin", name="campaignx", size=PEOPLE, days=DAYS)
    planned = crew.call("tests.live.campaign:planned", campaign=campaign, days=DAYS)
    crew.start_worker()
    for day in range(1, DAYS + 1):
        alone.sql(A_DAY_PASSES, (campaign,))
        if day in killed_on:
            crew.call("tests.live.scenes:sweep")
            time.sleep(chance.uniform(0, 0.3))
            crew.kill_worker()
            crew.start_worker()
        wait_for(alone, crew, campaign, PEOPLE * day)
    assert alone.sql(DONE, (campaign,)) == [(PEOPLE * DAYS, PEOPLE * DAYS)]
    assert alone.sql(SKIPPED, (campaign,)) == [(0,)]
    assert sum(planned.values()) == PEOPLE * DAYS
    assert crew.call("tests.live.campaign:brought", campaign=campaign) == planned  # as the dry run said
