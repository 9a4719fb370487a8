"""What the Tasks page can be narrowed by."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from contacts.models import Contact
from core.listing.pages import ListFilter
from todos.domain.reminders import start_of_today
from todos.models import Reminder
from todos.querysets import for_advisor, for_teams, teams_of

MINE, TEAMS = "mine", "teams"
OVERDUE, SNOOZED, DONE = "overdue", "snoozed", "done"
WHOSE = [(MINE, "Mine"), (TEAMS, "My teams’")]
STATES = [(OVERDUE, "Overdue"), (SNOOZED, "Snoozed"), (DONE, "Done")]


class TaskFilter(ListFilter):
    """Whose, state, words. Without a state only open reminders match."""

    q = django_filters.CharFilter(method="search", label="Search")
    whose = django_filters.ChoiceFilter(choices=WHOSE, method="by_person", label="Whose", empty_label="Everybody’s")
    state = django_filters.ChoiceFilter(choices=STATES, method="by_state", label="State", empty_label="Open")

    class Meta:
        model = Reminder
        fields: list[str] = []

    def by_default(self, rows: QuerySet) -> QuerySet:
        """Open ones."""
        return rows.open()

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """Open ones, unless a state is asked for."""
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("state") else found.open()

    def by_person(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Those for the user as the primary advisor, or for a team of the user's."""
        user = self.request.user
        return queryset.filter(for_advisor(user) if value == MINE else for_teams(teams_of(user)))

    def by_state(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Overdue, put off, or done."""
        if value == OVERDUE:
            return queryset.overdue(start_of_today())
        if value == SNOOZED:
            return queryset.open().filter(snoozed_until__gt=timezone.now())
        return queryset.filter(done_at__isnull=False)

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """What is to be done, or the contact."""
        people = Contact.objects.visible_to(self.request.user).search(value).order_by().values("pk")
        return queryset.filter(Q(title__icontains=value.strip()) | Q(contact__in=people))
