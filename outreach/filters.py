"""What the lists of the outreach room can be narrowed by."""

import django_filters
from django.db.models import QuerySet
from django.db.models.functions import Lower

from contacts.models import Contact
from core.listing.pages import ListFilter
from mail.models import Send
from mail.registry import purposes
from outreach.domain.purposes import ContactMail
from outreach.models import ScheduledInvitation


def kinds() -> list[tuple[str, str]]:
    """Every kind of mail to contacts, by what people call it."""
    return [(purpose.key, purpose.label) for purpose in purposes if isinstance(purpose, ContactMail)]


class SendFilter(ListFilter):
    """Address, state, kind, days."""

    q = django_filters.CharFilter(method="search", label="Search")
    state = django_filters.ChoiceFilter(choices=Send.State.choices, label="State")
    purpose = django_filters.ChoiceFilter(choices=kinds, label="Kind")
    since = django_filters.DateFilter(field_name="created_at", lookup_expr="date__gte", label="From")
    until = django_filters.DateFilter(field_name="created_at", lookup_expr="date__lte", label="To")

    class Meta:
        model = Send
        fields = []

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Mails to contacts whom the words find in their list, or to whom one went at just this address, now or once.

        The contacts are found first, by index: looking into each of a million mails took seconds.
        """
        known = Contact.objects.known_to(self.request.user).search(value).order_by().values("pk")
        addressed = Send.objects.alias(address=Lower("recipient")).filter(address=value.strip().lower())
        return queryset.filter(contact__in=known.union(addressed.order_by().values("contact")))


class ScheduledFilter(ListFilter):
    """State."""

    state = django_filters.ChoiceFilter(choices=ScheduledInvitation.State.choices, label="State")

    class Meta:
        model = ScheduledInvitation
        fields = []
