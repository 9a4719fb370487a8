"""What the users page can be narrowed by."""

import django_filters
from django.db.models import QuerySet

from accounts.models import User
from accounts.models.user import STAFF_ROLES
from core.listing.pages import ListFilter


class UserFilter(ListFilter):
    """Search, role and state of the staff."""

    q = django_filters.CharFilter(method="search", label="Search")
    role = django_filters.ChoiceFilter(choices=[(role.value, role.label) for role in STAFF_ROLES], label="Role")
    state = django_filters.ChoiceFilter(
        choices=[("active", "Active"), ("deactivated", "Deactivated")], method="by_state", label="State"
    )

    class Meta:
        model = User
        fields = []

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Every word is found in a name or the email."""
        return queryset.search(value)

    def by_state(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Those who can sign in, or those who left."""
        return queryset.filter(is_active=value == "active")
