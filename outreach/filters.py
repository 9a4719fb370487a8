"""What the lists of the outreach room can be narrowed by."""

import django_filters
from django.db.models import QuerySet

from core.listing import ListFilter
from outreach.models import ScheduledInvitation, Send


class SendFilter(ListFilter):
    """Address, state, kind, days."""

    q = django_filters.CharFilter(method="search", label="Search")
    state = django_filters.ChoiceFilter(choices=Send.State.choices, label="State")
    purpose = django_filters.ChoiceFilter(choices=Send.Purpose.choices, label="Kind")
    since = django_filters.DateFilter(field_name="created_at", lookup_expr="date__gte", label="From")
    until = django_filters.DateFilter(field_name="created_at", lookup_expr="date__lte", label="To")

    class Meta:
        model = Send
        fields = []

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Part of the address or of the contact's name."""
        for word in value.split()[:6]:
            queryset = queryset.filter(contact__search_text__icontains=word) | queryset.filter(
                recipient__icontains=word
            )
        return queryset


class ScheduledFilter(ListFilter):
    """State."""

    state = django_filters.ChoiceFilter(choices=ScheduledInvitation.State.choices, label="State")

    class Meta:
        model = ScheduledInvitation
        fields = []
