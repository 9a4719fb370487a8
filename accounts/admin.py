"""Django admin of the accounts room. Passwords are nobody's to see or set here."""

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import Firm, User
from core.admin import RecordAdmin, SafeAdmin


@admin.register(User)
class UserAdmin(RecordAdmin):
    """Who signs in, to look at; roles and leaving have pages of their own, with their rules."""

    list_display = ["email", "first_name", "last_name", "role", "is_active", "last_login"]
    list_filter = ["role", "is_active"]
    search_fields = ["email__istartswith", "last_name__istartswith"]
    fields = ["email", "first_name", "last_name", "job_title", "phone", "role", "time_zone", "is_active", "last_login"]


@admin.register(Firm)
class FirmAdmin(SafeAdmin):
    """The firm's settings, automatic re-invites among them. There is one firm."""

    list_display = ["name", "auto_reinvite", "reinvite_days", "invitation_link_days", "sends_per_minute"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one already."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """Nothing works without it."""
        return False
