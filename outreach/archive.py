"""The mail archive as a list and as a file."""

import django_filters
import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import Firm
from core.listing.pages import ListFilter, filtered, ordered_table
from core.models import Operation
from core.operations.types import register
from core.spreadsheets.exports import ExportType, Source
from core.spreadsheets.writing import Column
from core.templatetags.ui import exact
from core.words import counted
from mail.models import ArchivedMessage, Send
from mail.models.send import LEFT
from mail.registry import label_of
from outreach.tables import MAIN, state_badge

COLUMNS = [
    Column("When", "at"),
    Column("From", "sender", width=26),
    Column("To", "recipient", width=30),
    Column("Subject", "subject", width=40),
    Column("Kind", "send__purpose", label_of),
    Column("State", "send__state", lambda value: Send.State(value).label),
    Column("Message ID", "send__message_id", width=40),
    Column("Text", "text", width=80),
]


def left() -> QuerySet:
    """Messages that left or may have left; a mail that the server refused has not."""
    return ArchivedMessage.objects.filter(Q(send__state__in=LEFT) | Q(send__sent_at__isnull=False))


def archive_rows(query: QueryDict, rows: QuerySet) -> QuerySet:
    """The messages that match a query of the list, in its order."""
    return ordered_table(ArchiveTable, filtered(ArchiveFilter, query, rows, None)[1], query).data.data


class ArchiveTable(tables.Table):
    """One row a message."""

    subject = tables.Column(attrs=MAIN)
    recipient = tables.Column(attrs={"td": {"class": "mail-address"}})
    at = tables.Column(verbose_name="When")
    state = tables.Column(accessor="send__state", verbose_name="State")

    caption = "Archived messages"

    class Meta:
        order_by = "-at"

    def render_subject(self, record: ArchivedMessage) -> SafeString:
        """Linked to the message."""
        return format_html('<a href="{}">{}</a>', reverse("outreach:archived", args=[record.pk]), record.subject)

    def render_at(self, value) -> str:
        """In the viewer's zone."""
        return exact(value)

    def render_state(self, record: ArchivedMessage) -> SafeString:
        """What became of it."""
        return state_badge(record.send)


class ArchiveFilter(ListFilter):
    """Address and days."""

    recipient = django_filters.CharFilter(lookup_expr="icontains", label="Address")
    since = django_filters.DateFilter(field_name="at", lookup_expr="date__gte", label="From")
    until = django_filters.DateFilter(field_name="at", lookup_expr="date__lte", label="To")

    class Meta:
        model = ArchivedMessage
        fields = []


@register
class ArchiveExport(ExportType):
    """`params["query"]`: the list's filters and order. For those who see everything."""

    key = "outreach.archive_export"
    label = "Export the mail archive"

    def describe(self, count: int) -> str:
        """So many messages."""
        return f"{counted(count, 'message')} of the mail archive"

    def source(self, operation: Operation) -> Source:
        """The messages; none for an owner who has lost the right meanwhile."""
        user = operation.owner
        zone = user.zone(Firm.get())
        rows = left() if user.is_active and user.sees_everything else left().none()
        with timezone.override(zone):  # where "from" and "to" a day begin
            return Source("mail-archive", COLUMNS, archive_rows(QueryDict(operation.params["query"]), rows), zone)
