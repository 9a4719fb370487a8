"""Columns of the lists of records."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import User
from contacts.models import Contact, ContactType
from core.listing.columns import SelectColumn
from core.templatetags.ui import ago, badge
from crm.models import Reason, Record

REASONS = dict(Reason.choices)
TYPES = dict(ContactType.choices)


class RecordTable(tables.Table):
    """One row a record."""

    select = SelectColumn()
    name = tables.Column(order_by=("name", "pk"), attrs={"td": {"class": "col-main"}}, empty_values=())
    advisor = tables.Column(order_by=("advisor__last_name", "advisor__first_name", "name"), empty_values=())
    kind = tables.Column(accessor="category", verbose_name="Type", order_by=("category", "name"), empty_values=())
    reasons = tables.Column(orderable=False, empty_values=(), attrs={"td": {"class": "col-wrap"}})
    household = tables.Column(
        accessor="household_name", verbose_name="Household", order_by=("household_name", "name"), default="–"
    )
    changed = tables.Column(accessor="changed_at", verbose_name="Arrived", order_by=("changed_at", "pk"))

    caption = "Records of the CRM"

    class Meta:
        order_by = "name"
        attrs = {"class": "table-sticky-first"}

    def render_name(self, record: Record) -> SafeString:
        """Name and email, linked to the record's page."""
        return format_html(
            '<a class="person" href="{}"><span class="person-text"><strong>{}</strong><small>{}</small></span></a>',
            reverse("crm:record", args=[record.pk]),
            str(record) or "Without a name",
            record.email,
        )

    def render_advisor(self, record: Record) -> str:
        """Who would be the primary advisor."""
        return record.advisor.name if record.advisor else "–"

    def render_kind(self, record: Record) -> str:
        """The type here, with the CRM's word for it."""
        kind = TYPES.get(record.values.get("contact_type"), "–")
        return f"{kind} ({record.category})" if record.category and record.category != kind else str(kind)

    def render_reasons(self, record: Record) -> SafeString:
        """Why it cannot be imported."""
        words = ((badge(REASONS.get(code, code), "warning"),) for code in record.reasons)
        return format_html('<span class="row">{}</span>', format_html_join("", "{}", words))

    def render_changed(self, record: Record) -> SafeString:
        """How long ago a sync brought it or something new about it."""
        return ago(record.changed_at)


class LinkedTable(RecordTable):
    """Records that are contacts here."""

    contact = tables.Column(orderable=False, empty_values=())
    stands = tables.Column(verbose_name="Status", orderable=False, empty_values=())

    class Meta:
        order_by = "name"
        exclude = ("select", "reasons", "kind", "household")
        sequence = ("name", "contact", "stands", "...")

    def render_contact(self, record: Record) -> SafeString:
        """The contact."""
        address = reverse("contacts:detail", args=[record.contact_id])
        return format_html('<a href="{}">{}</a>', address, record.contact.name)

    def render_stands(self, record: Record) -> SafeString:
        """Whether the CRM says something new."""
        if record.gone_at:
            words = "Merged in the CRM" if record.merged_into else "Gone from the CRM"
            return badge(words, "warning", "alert-triangle")
        newer = (
            badge("Newer in the CRM", "info", "refresh-cw") if record.is_newer else badge("Same", "neutral", "check")
        )
        advisor = other_advisor(record, record.contact)
        if advisor is None:
            return newer
        return format_html(
            '<span class="row">{}{}</span>', newer, badge(f"{advisor.name} in the CRM", "warning", "users")
        )


def other_advisor(record: Record, contact: Contact) -> User | None:
    """Whom the CRM assigns the record to, where that is not the contact's primary advisor here."""
    same = record.advisor_id is None or record.gone_at or record.advisor_id == contact.primary_advisor_id
    return None if same else record.advisor
