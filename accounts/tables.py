"""The users page's columns."""

import django_tables2 as tables
from django.db.models import F, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.models import User
from core.listing.columns import person_cell
from core.templatetags.ui import ago, badge


class UserTable(tables.Table):
    """One row for each of the staff."""

    name = tables.Column(accessor="last_name", verbose_name="Name", attrs={"td": {"class": "col-main"}})
    role = tables.Column()
    state = tables.Column(accessor="is_active", order_by="is_active", verbose_name="State")
    last_login = tables.Column(verbose_name="Last sign-in", empty_values=())

    caption = "Users"

    class Meta:
        order_by = ("-state", "name")

    def order_name(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """By last, then first name, whatever their case."""
        order = [Lower("last_name"), Lower("first_name")]
        return queryset.order_by(*(part.desc() if is_descending else part.asc() for part in order), "pk"), True

    def order_last_login(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """Those who never came are the longest ago."""
        login = F("last_login")
        order = login.desc(nulls_last=True) if is_descending else login.asc(nulls_first=True)
        return queryset.order_by(order, "pk"), True

    def render_name(self, record: User) -> SafeString:
        """Face, name and email, linked to their page."""
        return person_cell(record, reverse("accounts:user", args=[record.pk]))

    def render_state(self, value: bool) -> SafeString:
        """Whether they can sign in."""
        return badge("Active", "success", "check") if value else badge("Deactivated", "neutral", "ban")

    def render_last_login(self, record: User) -> SafeString:
        """How long ago."""
        return ago(record.last_login, "Never")
