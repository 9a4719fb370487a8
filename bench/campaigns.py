"""Campaigns of many contacts: what a look costs when nothing is due, over the whole window, and with many steps due."""

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import Firm
from bench import people
from bench.figures import Figure, Missing, p50
from contacts.domain.signing_in import zone_of
from contacts.models import Contact
from experiences.models import Campaign, Touchpoint
from outreach.domain.steps.running import run_due_steps
from outreach.models import StepClock, StepRun

ORDER = 90  # it changes assignments
CAMPAIGNS, DAYS, SHARE = 50, 90, 0.3
DUE_AT_ONCE = 20_000  # at a million contacts
LOOKS = 9
OTHERS = ["post", "action_item", "reminder"]  # than messages
WORKER = """
import django, time; django.setup()
from outreach.domain.steps.running import run_due_steps
begin = time.perf_counter(); run_due_steps(); print(time.perf_counter() - begin)
"""

# Three tenths of the firm, each at a day of one of the campaigns.
GIVE = """
UPDATE contacts_assignment SET campaign_id = (%(campaigns)s::bigint[])[1 + id %% %(count)s],
    campaign_started_on = %(today)s::date - ((id / %(count)s) %% %(days)s)::int
WHERE id IN (SELECT id FROM contacts_assignment WHERE ended_at IS NULL ORDER BY id LIMIT %(limit)s)
"""


def steps() -> Iterator[Figure]:
    """Give the campaigns, and look."""
    contacts = Contact.objects.count()
    now = timezone.localtime(timezone=zone_of(Contact(), Firm.get()))
    campaigns = [Campaign.objects.create(name=f"Bench {number}", length_days=DAYS) for number in range(CAMPAIGNS)]
    given = _give(campaigns, now, int(contacts * SHARE))
    Firm.objects.update(quiet_from="00:00", quiet_until="00:00")
    # One step every nine days at an hour that is far away; and, for as many days as it takes, one that is due now.
    _plan(campaigns, range(1, DAYS + 1, 9), now + timedelta(hours=6), OTHERS)
    run_due_steps()  # what the demo firm has had due
    yield Figure("steps.nothing.p50", p50([_look(whole=False) for _ in range(LOOKS)]) * 1000, "ms", 50)
    yield Figure("steps.window.p50", p50([_look(whole=True) for _ in range(3)]) * 1000, "ms")
    wanted = DUE_AT_ONCE * contacts / 1_000_000
    days = range(2, 2 + max(1, round(3 * wanted / (given / DAYS))))  # a third lives in the zone of the firm
    _plan(campaigns, days, timezone.localtime(timezone=now.tzinfo) - timedelta(minutes=1), OTHERS)
    done, taken, pages = _have_happen(wanted)
    yield Figure("steps.due.seconds", taken * DUE_AT_ONCE / done, "s", 5)
    yield Figure("steps.per_second", done / taken, "steps/s")
    yield Figure("steps.list_meanwhile.p50", p50(pages), "ms", 40)
    _plan(campaigns, days, timezone.localtime(timezone=now.tzinfo) - timedelta(minutes=1), ["message"])
    done, taken, _ = _have_happen(wanted)
    yield Figure("steps.messages_per_second", done / taken, "rows/s", 2_000, at_least=True)


def _have_happen(wanted: float) -> tuple[int, float, list[float]]:
    """Look in a process of its own, as a worker does; how many steps were due, the seconds, and those of lists."""
    before, moment = StepRun.objects.count(), timezone.now()
    StepClock.objects.update(looked_until=moment - timedelta(minutes=2), looked_back_at=moment)
    client, address = people.signed_in(people.admin()), reverse("contacts:list")
    worker = subprocess.Popen([sys.executable, "-c", WORKER], stdout=subprocess.PIPE, text=True)
    pages = []
    while worker.poll() is None:
        started = time.perf_counter()
        people.page(client, f"{address}?page={len(pages) % 40 + 1}")
        pages.append((time.perf_counter() - started) * 1000)
        time.sleep(0.2)
    done = StepRun.objects.count() - before
    if worker.returncode or done < wanted / 2:
        raise Missing(f"Only {done} steps were due.")
    return done, float(worker.stdout.read()), pages


def _give(campaigns: list[Campaign], now: datetime, limit: int) -> int:
    """Put so many contacts on their way."""
    values = {"campaigns": [one.pk for one in campaigns], "count": CAMPAIGNS, "days": DAYS}
    with connection.cursor() as cursor:
        cursor.execute(GIVE, values | {"today": now.date(), "limit": limit})
        given = cursor.rowcount
        cursor.execute("VACUUM (ANALYZE) contacts_assignment")
    if not given:
        raise Missing("Nobody has an experience.")
    return given


def _plan(campaigns: list[Campaign], days: range, at: datetime, kinds: list[str]) -> None:
    """A step of each campaign on each of these days, of these kinds in turn."""
    Touchpoint.objects.bulk_create(
        Touchpoint(campaign=one, day=day, kind=kinds[day % len(kinds)], title=f"Day {day}", time_of_day=at.time())
        for one in campaigns
        for day in days
    )


def _look(*, whole: bool) -> float:
    """Seconds of a look; the clocks that have been looked at stand as a minute ago."""
    StepClock.objects.update(looked_back_at=timezone.now() - timedelta(minutes=6 if whole else 1))
    started = time.perf_counter()
    run_due_steps()
    return time.perf_counter() - started


BENCHMARKS = {"steps": steps}
