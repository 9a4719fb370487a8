"""Five hundred people in six time zones on a campaign of thirty days, in the live application."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import Firm, Role
from contacts.models import Assignment, Contact
from experiences.models import Campaign
from tests.factories import ExperienceFactory, UserFactory

ZONES = ["America/Los_Angeles", "America/New_York", "Europe/London", "Asia/Kolkata", "Asia/Tokyo", "Pacific/Auckland"]


def begin(name: str, size: int, days: int) -> int:
    """A post for each day, at midnight; everybody begins tomorrow, where they live. The campaign's key."""
    Firm.objects.update(quiet_from="00:00", quiet_until="00:00")
    owner = UserFactory(email=f"{name}@staff.example.com", role=Role.ADMIN)
    campaign = Campaign.objects.create(name=name, length_days=days)
    for day in range(1, days + 1):
        campaign.touchpoints.create(day=day, kind="post", title=f"Day {day}", time_of_day="00:00")
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


def _tomorrow(contact: Contact) -> date:
    """Where the contact lives."""
    return timezone.localdate(timezone=ZoneInfo(contact.time_zone)) + timedelta(days=1)
