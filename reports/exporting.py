"""The experience report as a file."""

from datetime import date

from django.db.models import QuerySet
from django.db.models.functions import JSONObject

from contacts.models import ContactType, Status
from core.spreadsheets.writing import Column
from reports.progress import CampaignClock
from reports.querysets import with_progress

TYPES = dict(ContactType.choices)
STATUSES = dict(Status.choices)


def export_rows(rows: QuerySet) -> QuerySet:
    """`rows` with every value the columns name."""
    return with_progress(rows).annotate(
        journey=JSONObject(zone="time_zone", started="campaign_started_on", length="campaign__length_days")
    )


def columns(clock: CampaignClock) -> list[Column]:
    """What each contact's line says; `clock` knows which day it is."""

    def day(journey: dict) -> int | None:
        started = date.fromisoformat(journey["started"]) if journey["started"] else None
        progress = clock.progress(started, journey["length"], journey["zone"])
        return progress.reached if progress and progress.day else None

    return [
        Column("First name", "first_name"),
        Column("Last name", "last_name"),
        Column("Email", "email", width=32),
        Column("Type", "contact_type", TYPES.get),
        Column("Status", "status", STATUSES.get),
        Column("Advisor first name", "primary_advisor__first_name"),
        Column("Advisor last name", "primary_advisor__last_name"),
        Column("Advisor email", "primary_advisor__email", width=32),
        Column("Team", "team__name"),
        Column("Experience", "experience__name", width=24),
        Column("Assigned", "assigned_at"),
        Column("Campaign", "campaign__name", width=24),
        Column("Campaign started", "campaign_started_on"),
        Column("Campaign day", "journey", day),
        Column("Campaign days", "campaign__length_days"),
        Column("First invited", "first_invited_at"),
        Column("Start date", "start_at"),
        Column("Last login", "last_login_at"),
        Column("Sign-ins", "sign_in_count"),
        Column("Resources opened", "opened_count"),
    ]
