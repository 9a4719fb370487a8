"""The archive of messages as a list and as a file, for admins and compliance."""

import django_filters
import django_tables2 as tables
from django.contrib.postgres.aggregates import StringAgg
from django.db.models import CharField, F, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.http import QueryDict
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from accounts.models import Firm
from core.listing.pages import ListFilter, filtered, ordered_table
from core.models import Operation
from core.operations.types import register
from core.spreadsheets.exports import ExportType, Source
from core.spreadsheets.writing import Column
from core.templatetags.ui import exact
from core.words import counted
from messaging.models import Attachment, Message, Reading

WRAPS = {"td": {"class": "col-wrap"}}
COLUMNS = [
    Column("When", "at"),
    Column("Contact ID", "thread__contact_id"),
    Column("First name", "thread__contact__first_name"),
    Column("Last name", "thread__contact__last_name"),
    Column("Written by", "side", lambda side: Message.Side(side).label),
    Column("Staff", "author_name", width=26),
    Column("To", "addressee_name", width=26),
    Column("Thread", "thread_id"),
    Column("Read by the client", "read_by_client"),
    Column("First read by staff", "read_by_staff"),
    Column("Text", "text", width=80),
    Column("Attachments", "files", width=40),
]


def archived() -> QuerySet:
    """All messages and notes, those of contacts deleted for good included, with names and when each was read first."""
    return Message.objects.annotate(
        author_name=_name("author"),
        addressee_name=Coalesce(_name("addressee"), F("thread__team__name"), Value("")),
        read_by_client=_first_read(user__isnull=True),
        read_by_staff=_first_read(user__isnull=False),
        files=_files(),
    )


def archive_rows(query: QueryDict, rows: QuerySet) -> QuerySet:
    """The messages that match a query of the list, in its order."""
    return ordered_table(ArchiveTable, filtered(ArchiveFilter, query, rows, None)[1], query).data.data


def _name(person: str) -> Concat:
    return Concat(f"{person}__first_name", Value(" "), f"{person}__last_name", output_field=CharField())


def _files() -> Subquery:
    """Name, size and digest of each file, by which it can be told whether the one on the disk is what was sent."""
    files = Attachment.objects.filter(message=OuterRef("pk")).order_by().values("message")
    name, size, digest = (Cast(column, TextField()) for column in ("name", "size", "sha256"))
    before, between, after = (Value(piece, TextField()) for piece in (" (", " bytes, SHA-256 ", ")"))
    words = Concat(name, before, size, between, digest, after)
    return Subquery(files.annotate(words=StringAgg(words, "; ", order_by="pk")).values("words"))


def _first_read(**who) -> Subquery:
    """When somebody first read the message, or a later one of its thread."""
    readings = Reading.objects.filter(thread=OuterRef("thread"), message__gte=OuterRef("pk"), **who)
    return Subquery(readings.order_by("message", "pk").values("at")[:1])


class ArchiveTable(tables.Table):
    """One row a message."""

    at = tables.Column(verbose_name="When")
    contact = tables.Column(accessor="thread__contact", orderable=False, attrs={"td": {"class": "col-main"}})
    side = tables.Column(verbose_name="Written by", orderable=False)
    text = tables.Column(orderable=False, default="", attrs=WRAPS)
    files = tables.Column(accessor="attachment_count", verbose_name="Attachments", orderable=False, attrs=WRAPS)

    caption = "Archived messages"

    class Meta:
        order_by = "-at"

    def render_at(self, value) -> str:
        """In the viewer's zone."""
        return exact(value)

    def render_contact(self, record: Message) -> SafeString:
        """Linked to the thread while the contact is there."""
        contact = record.thread.contact
        if contact.deleted_at:
            return format_html("{}", contact.name)
        url = reverse("messaging:thread", args=[record.thread_id])
        return format_html('<a href="{}">{}</a>', url, contact.name)

    def render_side(self, record: Message) -> str:
        """The client, or the name of the author."""
        if record.side == Message.Side.CLIENT:
            return record.get_side_display()
        return record.author.name if record.side == Message.Side.STAFF else f"{record.author.name}, {record.side}"

    def render_text(self, value: str) -> str:
        """The beginning."""
        return Truncator(value).chars(120)

    def render_files(self, record: Message) -> SafeString:
        """Each by name and size, as a download."""
        files = record.attachments.all()
        lines = ((reverse("messaging:attachment", args=[one.pk]), one.name, filesizeformat(one.size)) for one in files)
        return format_html_join(", ", '<a href="{}">{}</a> <small class="muted">{}</small>', lines)


class ArchiveFilter(ListFilter):
    """Whose, who wrote, and days."""

    contact = django_filters.NumberFilter(field_name="thread__contact", label="Contact ID", max_value=2**63 - 1)
    side = django_filters.ChoiceFilter(choices=Message.Side, label="Written by")
    since = django_filters.DateFilter(field_name="at", lookup_expr="date__gte", label="From")
    until = django_filters.DateFilter(field_name="at", lookup_expr="date__lte", label="To")

    class Meta:
        model = Message
        fields = []


@register
class ArchiveExport(ExportType):
    """`params["query"]`: the list's filters and order. For those who see everything."""

    key = "messaging.archive_export"
    label = "Export the message archive"

    def describe(self, count: int) -> str:
        """So many messages."""
        return f"{counted(count, 'message')} of the message archive"

    def source(self, operation: Operation) -> Source:
        """The messages; none for an owner who has lost the right meanwhile."""
        user = operation.owner
        zone = user.zone(Firm.get())
        rows = archived() if user.is_active and user.sees_everything else archived().none()
        with timezone.override(zone):  # where "from" and "to" a day begin
            return Source("message-archive", COLUMNS, archive_rows(QueryDict(operation.params["query"]), rows), zone)
