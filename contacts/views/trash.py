"""The trash: deleted contacts, and the way back."""

import django_tables2 as tables
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from accounts.access import editors_only
from contacts.models import Contact
from core.domain.recording import record
from core.listing import ListPage
from core.templatetags.ui import ago, icon


class TrashTable(tables.Table):
    """One row a deleted contact."""

    name = tables.Column(
        accessor="last_name",
        verbose_name="Name",
        order_by=("last_name", "first_name", "pk"),
        attrs={"td": {"class": "col-main"}},
    )
    email = tables.Column()
    deleted_at = tables.Column(verbose_name="Deleted")
    deleted_by = tables.Column(accessor="deleted_by__last_name", verbose_name="By", default="")
    actions = tables.Column(accessor="pk", orderable=False, verbose_name="", attrs={"td": {"class": "col-actions"}})

    caption = "Deleted contacts"

    class Meta:
        order_by = "-deleted_at"

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.token = get_token(self.request)

    def order_deleted_at(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """By the moment."""
        moment = F("deleted_at")
        return queryset.order_by(moment.desc() if is_descending else moment.asc(), "pk"), True

    def render_name(self, record: Contact) -> str:
        """Their name; there is no page of a deleted contact."""
        return record.name

    def render_deleted_at(self, value) -> SafeString:
        """How long ago."""
        return ago(value)

    def render_deleted_by(self, record: Contact) -> str:
        """Who did it."""
        return record.deleted_by.name

    def render_actions(self, record: Contact) -> SafeString:
        """The way back."""
        return format_html(
            '<form method="post" action="{}" data-once><input type="hidden" name="csrfmiddlewaretoken" value="{}">'
            '<button class="btn btn-sm" aria-label="Restore {}">{}Restore</button></form>',
            reverse("contacts:restore", args=[record.pk]),
            self.token,
            record.name,
            icon("rotate-ccw"),
        )


class TrashList(ListPage):
    """Deleted contacts that the user may restore."""

    title = "Trash"
    subtitle = "Deleted contacts can be restored for 30 days."
    noun = "deleted contacts"
    table_class = TrashTable
    empty = ("The trash is empty", "Deleted contacts stay here for 30 days.")
    empty_icon = "trash-2"

    def rows(self) -> QuerySet:
        """What the user may see and was deleted."""
        return Contact.objects.trash_of(self.request.user).select_related("deleted_by")


@editors_only
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a contact out of the trash, unless their address has been given to another meanwhile."""
    contact = get_object_or_404(Contact.objects.trash_of(request.user), pk=pk)
    try:
        with transaction.atomic():
            contact.deleted_at, contact.deleted_by = None, None
            contact.updated_at = timezone.now()
            contact.save(update_fields=["deleted_at", "deleted_by", "updated_at"])
            record("restored", "Restored from the trash", subject_ids=[contact.pk], actor=request.user)
    except IntegrityError:
        messages.error(request, f"Another contact has {contact.email} now. Change that one’s address first.")
        return redirect("contacts:trash")
    messages.success(request, f"{contact.name} has been restored.")
    return redirect("contacts:detail", contact.pk)
