"""What the lists of records can be narrowed by."""

import django_filters
from django.db.models import F, Q, QuerySet

from accounts.models import User
from core.emails import canonical
from core.listing.pages import ListFilter
from core.listing.searching import narrow
from crm.models import Connection, Reason, Record


class RecordFilter(ListFilter):
    """Filters of records in staging."""

    q = django_filters.CharFilter(label="Name or email contains", method="by_text")
    connection = django_filters.ModelChoiceFilter(
        queryset=lambda request: Connection.objects.visible_to(request.user), label="CRM", empty_label="Any"
    )
    reason = django_filters.ChoiceFilter(choices=Reason.choices, label="Reason", empty_label="Any", method="by_reason")
    category = django_filters.CharFilter(field_name="category", lookup_expr="iexact", label="Category in the CRM")
    advisor = django_filters.ModelChoiceFilter(
        queryset=lambda request: User.objects.possible_advisors(), label="Advisor", empty_label="Any"
    )
    changed = django_filters.DateFilter(field_name="changed_at", lookup_expr="date__gte", label="New or changed since")

    class Meta:
        model = Record
        fields: list[str] = []

    def by_text(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        """In name or email, whatever the case."""
        return narrow(qs, value, lambda word: Q(name__icontains=word) | Q(email__contains=canonical(word)))

    def by_reason(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        """Records with this reason among theirs."""
        return qs.filter(reasons__contains=[value])


STANDS = [
    ("newer", "Newer in the CRM"),
    ("advisor", "Another advisor in the CRM"),
    ("merged", "Merged in the CRM"),
    ("gone", "Gone from the CRM"),
]
OTHER_ADVISOR = Q(advisor__isnull=False, gone_at=None) & ~Q(advisor=F("contact__primary_advisor"))


class LinkedFilter(RecordFilter):
    """Filters of records that are contacts: also by how the two stand to each other."""

    stands = django_filters.ChoiceFilter(choices=STANDS, label="Status", empty_label="Any", method="by_standing")

    def by_standing(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        """Records that stand so to their contacts."""
        return qs.filter(
            {
                "newer": Q(contact__crm_mark="newer"),
                "advisor": OTHER_ADVISOR,
                "merged": Q(gone_at__isnull=False) & ~Q(merged_into=""),
                "gone": Q(gone_at__isnull=False, merged_into=""),
            }[value]
        )
