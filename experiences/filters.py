"""Filters of the experiences room's lists."""

import django_filters as filters
from django.db.models import Q, QuerySet

from core.listing.pages import ListFilter
from core.listing.searching import narrow
from experiences.models import Resource
from experiences.models.resources import ResourceTemplate
from experiences.models.template import TemplateQuerySet

STATES = [("archived", "Archived"), ("all", "In use and archived")]


class TemplateFilter(ListFilter):
    """Search by words, and what has been archived; without a choice only what is in use is shown."""

    q = filters.CharFilter(label="Search", method="search")
    shown = filters.ChoiceFilter(label="Show", choices=STATES, empty_label="In use", method="narrow")

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Every word stands in the name or the description."""
        return narrow(queryset, value, lambda word: Q(name__icontains=word) | Q(description__icontains=word))

    def narrow(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Only the archived ones; "all" narrows nothing."""
        return queryset.filter(archived_at__isnull=False) if value == "archived" else queryset

    def by_default(self, rows: TemplateQuerySet) -> QuerySet:
        """Only what is in use."""
        return rows.usable()

    def filter_queryset(self, queryset: TemplateQuerySet) -> QuerySet:
        """Leave the archived out unless they are asked for."""
        queryset = super().filter_queryset(queryset)
        return queryset if self.form.cleaned_data.get("shown") else queryset.usable()


class ResourceFilter(TemplateFilter):
    """As above, and by kind, state and the library that a resource is in."""

    kind = filters.ChoiceFilter(label="Kind", choices=Resource.Kind.choices, empty_label="Any")
    state = filters.ChoiceFilter(label="State", choices=Resource.State.choices, empty_label="Any")
    library = filters.ModelChoiceFilter(
        label="In library", queryset=ResourceTemplate.objects.usable(), method="in_library", empty_label="Any"
    )

    def in_library(self, queryset: QuerySet, name: str, value: ResourceTemplate) -> QuerySet:
        """Resources that stand in one of the template's categories."""
        return queryset.filter(pk__in=value.categories.values("resources"))
