"""Django admin that stays quick at a million rows, and core's own models in it."""

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest
from django.utils.functional import cached_property

from core.models import Activity, Operation

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


class SafeAdmin(admin.ModelAdmin):
    """No drop-down that loads a table, no second count, related rows named in one query."""

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
