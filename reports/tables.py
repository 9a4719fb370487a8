"""The experience report's rows: a contact each, with progress and engagement."""

import django_tables2 as tables
from django.db.models import F, QuerySet
from django.utils.safestring import SafeString

from contacts.models import Contact
from contacts.tables import (
    GROUPINGS,
    NAME,
    by_advisor,
    by_experience,
    by_moment,
    day,
    detail_address,
    directed,
    named_in_order,
)
from contacts.templatetags.contact_ui import status_badge
from core.listing.columns import person_cell
from core.listing.paging import Grouping, presence
from core.markup import markup
from core.templatetags.ui import ago
from experiences.models import Experience
from reports.groups import STATUSES
from reports.progress import CampaignClock

NUMBER = {"td": {"class": "col-num"}, "th": {"class": "col-num"}}


class ExperienceTable(tables.Table):
    """Who has what, how far they are, and what they do with it. `clock` says which campaign day it is."""

    name = tables.Column(accessor="last_name", verbose_name="Name", order_by=NAME, attrs={"td": {"class": "col-main"}})
    advisor = tables.Column(accessor="primary_advisor", verbose_name="Primary advisor")
    status = tables.Column(order_by=("status", *NAME))
    experience = tables.Column()
    campaign = tables.Column(order_by=("campaign__name", "campaign_id", *NAME), default="")
    progress = tables.Column(accessor="campaign_started_on", empty_values=())
    started = tables.Column(accessor="start_at", verbose_name="Start date", empty_values=())
    last_login = tables.Column(accessor="last_login_at", verbose_name="Last login", empty_values=())
    sign_ins = tables.Column(accessor="sign_in_count", verbose_name="Sign-ins", attrs=NUMBER)
    opened = tables.Column(accessor="opened_count", verbose_name="Opened", attrs=NUMBER)

    caption = "Contacts with an experience"
    groupings = GROUPINGS | {
        # Whoever is in the report has an experience, and so is at least Assigned.
        "experience": Grouping("experience", lambda: named_in_order(Experience)[:-1], NAME),
        "status": Grouping("status", lambda: sorted(STATUSES), NAME),
        # The earlier a campaign began, the further it is; not begun is less than any day.
        "progress": presence("begun", "-current__campaign_started_on", "pk"),
        "sign_ins": presence("engaged", "engagement__sign_ins", "pk"),
        "opened": presence("engaged", "engagement__opened", "pk"),
    }

    class Meta:
        order_by = "name"
        attrs = {"class": "table-sticky-first"}

    def __init__(self, *args, clock: CampaignClock, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.clock = clock
        self.detail = detail_address()

    def order_advisor(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """By the advisor's name."""
        return by_advisor(queryset, is_descending), True

    def order_experience(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """By the experience's name."""
        return by_experience(queryset, is_descending), True

    def order_progress(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """By the day on which the campaign began, see `groupings`."""
        began = F("campaign_started_on")
        if is_descending:
            return queryset.order_by(began.asc(nulls_last=True), "-pk"), True
        return queryset.order_by(began.desc(nulls_first=True), "pk"), True

    def order_sign_ins(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """By how often they signed in."""
        return directed(queryset, is_descending, [F("engaged"), F("engagement__sign_ins")], "pk"), True

    def order_opened(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """By how many different resources they opened."""
        return directed(queryset, is_descending, [F("engaged"), F("engagement__opened")], "pk"), True

    def order_started(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """By the first sign-in."""
        return by_moment(queryset, "start_at", is_descending), True

    def order_last_login(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """By the latest sign-in."""
        return by_moment(queryset, "last_login_at", is_descending), True

    def render_name(self, record: Contact) -> SafeString:
        """Face, name and email, linked to the summary page."""
        return person_cell(record, self.detail.of(record.pk))

    def render_status(self, record: Contact) -> SafeString:
        """Icon and word."""
        return status_badge(record.status)

    def render_progress(self, record: Contact) -> SafeString | str:
        """The campaign's day, in words and as a bar."""
        length = record.campaign.length_days if record.campaign else None
        progress = self.clock.progress(record.campaign_started_on, length, record.time_zone)
        if progress is None:
            return ""
        return markup(
            '<span class="journey"><span class="nowrap">{}</span>'
            '<progress class="bar bar-sm" max="{}" value="{}" aria-hidden="true"></progress></span>',
            progress.words,
            progress.length,
            progress.reached,
        )

    def render_started(self, record: Contact) -> SafeString:
        """The day of the first sign-in, where the viewer is."""
        return day(record.start_at, "Not yet")

    def render_last_login(self, record: Contact) -> SafeString:
        """How long ago."""
        return ago(record.last_login_at, "Never")
