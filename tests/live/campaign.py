"""Five hundred people in six time zones on a campaign of thirty days, in the live application."""

from collections import Counter
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import Firm, Role
from contacts.models import Assignment, Contact
from experiences.models import Campaign
from messaging.models import Message
from outreach.domain.steps.forecast import forecast
from outreach.models import StepRun
from tests.factories import ExperienceFactory, UserFactory
from todos.models import ActionItem, Reminder

KINDS = ["post", "action_item", "reminder", "message"]
ZONES = ["America/Los_Angeles", "America/New_York", "Europe/London", "Asia/Kolkata", "Asia/Tokyo", "Pacific/Auckland"]

# A day passes: everybody has begun one day earlier, and the last look is some time ago.
A_DAY_PASSES = """
WITH moved AS (
    UPDATE contacts_assignment SET campaign_started_on = campaign_started_on - 1 WHERE campaign_id = %s RETURNING id
)
UPDATE outreach_stepclock SET looked_back_at = now() - interval '1 hour' WHERE (SELECT count(*) FROM moved) > 0
"""


def begin(name: str, size: int, days: int) -> int:
    """A step for each day, at midnight, of each kind in turn; everybody begins tomorrow, where they live.

    Returns the campaign's key.
    """
    Firm.objects.update(quiet_from="00:00", quiet_until="00:00")
    owner = UserFactory(email=f"{name}@staff.example.com", role=Role.ADMIN)
    campaign = Campaign.objects.create(name=name, length_days=days)
    for day in range(1, days + 1):
        campaign.touchpoints.create(day=day, kind=KINDS[day % len(KINDS)], title=f"Day {day}", time_of_day="00:00")
    parts = {f"{part}_template__name": name for part in ("card", "resource", "featured")}
    experience = ExperienceFactory(name=name, **parts)
    Contact.objects.bulk_create(
        Contact(
            first_name="Cam",
            last_name=f"Paign{number}",
            email=f"{name}{number}@example.com",
            phone="+12125550100",
            contact_type="client",
            primary_advisor=owner,
            start_at=timezone.now(),
            time_zone=ZONES[number % len(ZONES)],
        )
        for number in range(size)
    )
    Assignment.objects.bulk_create(
        Assignment(contact=one, experience=experience, campaign=campaign, campaign_started_on=_tomorrow(one))
        for one in Contact.objects.filter(email__startswith=name)
    )
    return campaign.pk


def planned(campaign: int, days: int) -> dict[str, int]:
    """How many steps of each kind the dry run says will happen within so many days."""
    until = timezone.now() + timedelta(days=days + 2)
    found: Counter = Counter()
    for steps in forecast(Campaign.objects.get(pk=campaign), Firm.get(), until).values():
        for step in steps:
            found[step.step.kind] += step.happens
    return dict(found)


def brought(campaign: int) -> dict[str, int]:
    """How many of each kind there are, counted where each lives and by different contacts and titles."""
    people = Contact.objects.filter(assignments__campaign=campaign)
    posts = StepRun.objects.filter(contact__in=people, kind="post")
    rows = {
        "post": posts,
        "action_item": ActionItem.objects.filter(contact__in=people),
        "reminder": Reminder.objects.filter(contact__in=people),
    }
    texts = Message.objects.filter(thread__contact__in=people).values("thread__contact", "text")
    assert texts.count() == texts.distinct().count()
    assert all(found.count() == found.values("contact", "title").distinct().count() for found in rows.values())
    return {kind: found.count() for kind, found in rows.items()} | {"message": texts.count()}


def _tomorrow(contact: Contact) -> date:
    """Where the contact lives."""
    return timezone.localdate(timezone=ZoneInfo(contact.time_zone)) + timedelta(days=1)
