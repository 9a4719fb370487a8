"""The archive: every message that left, as it left, for admins and compliance."""

import django_filters
import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from accounts.access import overseers_only
from core.listing import ListFilter, ListPage
from core.templatetags.ui import exact
from outreach.models import ArchivedMessage
from outreach.models.send import LEFT
from outreach.tables import MAIN, state_badge
from outreach.views.mail_frame import framed


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


class Archive(ListPage):
    """Messages that left or may have left; the secrets in them are blacked out."""

    title = "Invitations"
    subtitle = "Every message that left, unalterable, with the secrets in it blacked out."
    noun = "messages"
    table_class = ArchiveTable
    filterset_class = ArchiveFilter
    template_name = "outreach/list_page.html"
    empty = ("Nothing archived yet", "Each mail to a contact is kept here when it leaves.")
    empty_icon = "archive"

    def rows(self) -> QuerySet:
        """A mail that the server refused has not left."""
        left = Q(send__state__in=LEFT) | Q(send__sent_at__isnull=False)
        return ArchivedMessage.objects.filter(left).select_related("send").defer("text", "html")

    def extra(self) -> dict:
        """The tab."""
        return {"tab": "archive"}


@overseers_only
@require_GET
def archived(request: HttpRequest, pk: int) -> HttpResponse:
    """One message."""
    return render(request, "outreach/archived.html", {"message": _message(pk)})


@overseers_only
@require_GET
def archived_html(request: HttpRequest, pk: int) -> HttpResponse:
    """A message's HTML, for the frame."""
    return framed(_message(pk).html)


def _message(pk: int) -> ArchivedMessage:
    return get_object_or_404(ArchivedMessage.objects.select_related("send"), pk=pk)
