"""Django admin of the contacts room: a way to look; changes go through the pages, which keep the rules."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from contacts.models import Assignment, Contact, FileImport, Household, Note, PortalSignIn, ResourceView, Tag
from core.admin import RecordAdmin, SafeAdmin


@admin.register(Contact)
class ContactAdmin(RecordAdmin):
    """Contacts, those in the trash included."""

    list_display = ["last_name", "first_name", "email", "contact_type", "status", "primary_advisor", "deleted_at"]
    list_filter = ["status", "contact_type"]
    list_select_related = ["primary_advisor"]
    search_fields = ["search_text"]
    ordering = ["-pk"]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """By the column that is indexed for it."""
        return queryset.search(search_term), False


@admin.register(Assignment)
class AssignmentAdmin(RecordAdmin):
    """Who was given what, and when."""

    list_display = ["contact", "experience", "campaign", "assigned_at", "ended_at"]
    list_select_related = ["contact", "experience", "campaign"]
    ordering = ["-pk"]


@admin.register(FileImport)
class FileImportAdmin(RecordAdmin):
    """Uploaded files and how far they got."""

    list_display = ["file_name", "owner", "state", "row_count", "created_at"]
    list_select_related = ["owner"]


@admin.register(Note)
class NoteAdmin(RecordAdmin):
    """Notes."""

    list_display = ["contact", "author", "created_at"]
    list_select_related = ["contact", "author"]
    ordering = ["-pk"]


@admin.register(PortalSignIn, ResourceView)
class EngagementAdmin(RecordAdmin):
    """What contacts did in the portal."""

    list_display = ["contact", "at"]
    list_select_related = ["contact"]
    ordering = ["-pk"]


@admin.register(Household, Tag)
class NamedAdmin(SafeAdmin):
    """Things with a name."""

    list_display = ["name"]
    search_fields = ["name__istartswith"]
    list_select_related = False
