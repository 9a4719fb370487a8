"""What the experience report can be narrowed by: as the contact list, and by the day of assignment."""

import django_filters
from django.db.models import Exists, OuterRef, QuerySet

from contacts.filters import DATE, ContactFilter, beginning_of, end_of
from contacts.models import Assignment

# The contact list does not know these: where one is in use, a number leads into the report itself.
REPORT_ONLY = ("assigned_from", "assigned_to")


class ExperienceFilter(ContactFilter):
    """The filters of the contact list that matter here, under the same names, and two more."""

    name = None
    household = None
    created_from = None
    created_to = None
    assigned_from = django_filters.DateFilter(method="by_first_day", label="Assigned from", **DATE)
    assigned_to = django_filters.DateFilter(method="by_last_day", label="Assigned to", **DATE)

    def by_first_day(self, qs: QuerySet, name: str, value) -> QuerySet:
        """Assigned on that day, in the viewer's zone, or later."""
        return qs.filter(_open(assigned_at__gte=beginning_of(value)))

    def by_last_day(self, qs: QuerySet, name: str, value) -> QuerySet:
        """Assigned on that day or earlier."""
        return qs.filter(_open(assigned_at__lt=end_of(value)))


def _open(**conditions) -> Exists:
    return Exists(Assignment.objects.filter(contact=OuterRef("pk"), ended_at=None, **conditions))
