"""Django admin that stays quick at a million rows, and core's own models in it."""

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Model
from django.http import HttpRequest
from django.utils.functional import cached_property

from core.forms.conflicts import SEEN, ConflictModelForm, for_saving
from core.models import Activity, MailStatus, Operation

COUNTED_UP_TO = 20_000


class EstimatingPaginator(Paginator):
    """Counts exactly while that is cheap; a whole large table is taken as large as PostgreSQL thinks it is."""

    @cached_property
    def count(self) -> int:
        """How many rows, or about how many."""
        query = self.object_list.query
        if not query.where:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [query.model._meta.db_table]
                )
                estimate = cursor.fetchone()[0]
            if estimate > COUNTED_UP_TO:
                return estimate
        return self.object_list.order_by().count()


class AdminForm(ConflictModelForm):
    """A form of Django admin that notices what somebody else saved meanwhile; its hidden field is one of its fields."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial[SEEN] = ""


class SafeAdmin(admin.ModelAdmin):
    """No drop-down that loads a table, no second count, related rows named in one query.

    The second of two who save is told what the first has changed, as on the application's own pages.
    """

    form = AdminForm
    paginator = EstimatingPaginator
    show_full_result_count = False
    list_per_page = 50
    list_select_related = True

    def get_raw_id_fields(self) -> list[str]:
        """Every relation."""
        fields = [*self.model._meta.fields, *self.model._meta.many_to_many]
        return [field.name for field in fields if field.is_relation]

    def __init__(self, model, admin_site) -> None:
        self.model = model
        self.raw_id_fields = self.get_raw_id_fields()
        super().__init__(model, admin_site)

    def get_fields(self, request: HttpRequest, obj=None) -> list[str]:
        """With the hidden one, which has to be on the page."""
        fields = [name for name in super().get_fields(request, obj) if name != SEEN]
        return [*fields, SEEN] if self.has_change_permission(request, obj) else fields

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Model | None:
        """The row, locked where it is saved: Django admin saves in a transaction."""
        found = super().get_object(request, object_id, from_field)
        if found is None or request.method != "POST":
            return found
        return for_saving(self.model._base_manager.all(), request).filter(pk=found.pk).first()

    def save_model(self, request: HttpRequest, obj: Model, form: AdminForm, change: bool) -> None:
        """Save, and say what of others was kept."""
        super().save_model(request, obj, form, change)
        for sentence in form.kept:
            self.message_user(request, sentence, messages.WARNING)


class RecordAdmin(SafeAdmin):
    """Rows that are a record: looked at, never added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """Never."""
        return False


@admin.register(Activity)
class ActivityAdmin(RecordAdmin):
    """Business events."""

    list_display = ["at", "sentence", "subject_type", "subject_id", "actor"]
    list_select_related = ["actor"]
    ordering = ["-pk"]


@admin.register(Operation)
class OperationAdmin(RecordAdmin):
    """Operations; they are controlled from their own page."""

    list_display = ["title", "kind", "owner", "state", "total", "done", "skipped", "failed", "created_at"]
    list_filter = ["state"]
    list_select_related = ["owner"]


@admin.register(MailStatus)
class MailStatusAdmin(RecordAdmin):
    """How mail stands; sending is resumed on its own page."""

    list_display = ["generation", "marked_at", "held_at", "reached_at", "waiting_since", "unknowns"]
