"""What the lists of the core can be narrowed by."""

import django_filters
from django.db.models import QuerySet

from core.listing.pages import ListFilter
from core.models import Operation, OperationLine
from core.registry import operation_types


def kinds() -> list[tuple[str, str]]:
    """Every kind of operation by what people call it."""
    return sorted(((kind.key, kind.label or kind.key) for kind in operation_types), key=lambda pair: pair[1])


class OperationFilter(ListFilter):
    """Filters of the operations list; "Whose" is for those who see all."""

    q = django_filters.CharFilter(field_name="title", lookup_expr="icontains", label="Title contains")
    state = django_filters.ChoiceFilter(
        choices=[choice for choice in Operation.State.choices if choice[0] != Operation.State.DRAFT],
        empty_label="Any",
        label="State",
    )
    kind = django_filters.ChoiceFilter(choices=kinds, empty_label="Any", label="Kind")
    going = django_filters.ChoiceFilter(
        choices=[("yes", "Going on"), ("ended", "Ended, not looked at yet")],
        empty_label="Any",
        label="Attention",
        method="by_attention",
    )
    whose = django_filters.ChoiceFilter(
        choices=[("mine", "Mine")], empty_label="Everybody’s", label="Whose", method="by_owner"
    )

    class Meta:
        model = Operation
        fields: list[str] = []

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not self.request.user.sees_everything:
            del self.filters["whose"]

    def by_attention(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        """What is going on, or what the bell tells of."""
        if value == "yes":
            return qs.exclude(state__in=Operation.OVER)
        return qs.filter(owner=self.request.user, seen_at=None, state__in=Operation.OVER)

    def by_owner(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        """One's own."""
        return qs.filter(owner=self.request.user)


class LineFilter(ListFilter):
    """Filters of an operation's report."""

    state = django_filters.ChoiceFilter(choices=OperationLine.State.choices, empty_label="Any", label="Outcome")
    q = django_filters.CharFilter(field_name="reason", lookup_expr="icontains", label="Reason contains")

    class Meta:
        model = OperationLine
        fields: list[str] = []
