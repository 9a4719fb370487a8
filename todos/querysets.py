"""Questions asked of action items and reminders. Who may see them follows their contact, always."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Case, F, Q, Value, When

from contacts.models import Contact
from experiences.models import TeamMember


class OfContactQuerySet(models.QuerySet):
    """Rows that belong to a contact, and to whoever looks after the contact now."""

    def visible_to(self, user) -> Self:
        """Those of contacts that `user` may see."""
        return self.filter(contact__in=Contact.objects.visible_to(user))

    def editable_by(self, user) -> Self:
        """Those of contacts that `user` may change."""
        return self.filter(contact__in=Contact.objects.editable_by(user))


class ActionItemQuerySet(OfContactQuerySet):
    """Action items, narrowed by a question."""

    def open(self) -> Self:
        """Those that the client has still to do."""
        return self.filter(done_at=None, withdrawn_at=None)

    def done(self) -> Self:
        """Those that were done."""
        return self.filter(done_at__isnull=False)

    def shown_to(self, contact: Contact) -> Self:
        """What the client sees: theirs, without those withdrawn."""
        return self.filter(contact=contact, withdrawn_at=None)


class ReminderQuerySet(OfContactQuerySet):
    """Reminders, narrowed by a question."""

    def open(self) -> Self:
        """Those not done, snoozed ones included."""
        return self.filter(done_at=None)

    def on_tasks_of(self, user) -> Self:
        """What the Tasks page shows: reminders about contacts that `user` may see and who are not deactivated."""
        return self.visible_to(user).filter(contact__deactivated_at=None)

    def overdue(self, start_of_today: datetime) -> Self:
        """Open ones whose day ended before the viewer's today began."""
        return self.open().filter(shows_at__lt=start_of_today)

    def with_others(self, user) -> Self:
        """Annotated with `others`: 0 for what is for `user` or their teams, 1 for what is for somebody else.

        Nobody's book is sorted by it in vain: for users who advise nobody and are in no team it is the same for all.
        """
        mine = for_user(user)
        if mine is None:
            return self.annotate(others=Value(0))
        return self.annotate(others=Case(When(mine, then=Value(0)), default=Value(1)))


def for_user(user) -> Q | None:
    """Reminders that are for the user, or for a team of theirs; None when there can be none."""
    teams = teams_of(user)
    if not teams and not Contact.objects.visible_to(user).filter(primary_advisor=user).exists():
        return None
    return for_advisor(user) | for_teams(teams)


def for_advisor(user) -> Q:
    """Reminders for the user as the primary advisor; also those for a team where the contact has none."""
    return Q(contact__primary_advisor=user) & (Q(audience="advisor") | Q(contact__team=None))


def for_teams(teams: list[int]) -> Q:
    """Reminders for these teams (keys)."""
    return Q(audience="team", contact__team__in=teams)


def teams_of(user) -> list[int]:
    """Keys of the teams that the user is in."""
    return list(TeamMember.objects.filter(user=user).order_by().values_list("team", flat=True))


def soonest_due() -> list:
    """The order of open action items: by due date, those without one last, then the oldest first."""
    return [F("due_on").asc(nulls_last=True), "pk"]
