"""Whom a client may write to: what the team's setting means at this moment."""

from dataclasses import dataclass, field

from accounts.models import User
from accounts.models.user import EDITING_ROLES
from contacts.models import Contact
from experiences.models import Team
from messaging.models import Thread

OFF = "Your team does not take messages here at the moment. Earlier messages stay."
NOBODY = "There is nobody to write to at the moment."
GONE = "{} no longer takes messages from you here. Earlier messages stay."


@dataclass(frozen=True)
class Reach:
    """`users` can be written to one by one, the primary advisor first; `team` as one. `closed`: why nobody can be."""

    users: list[User] = field(default_factory=list)
    team: Team | None = None
    closed: str = ""

    def includes(self, thread: Thread) -> bool:
        """Whether the client may write in this thread."""
        if thread.kind == Thread.Kind.TEAM:
            return self.team is not None and self.team.pk == thread.team_id
        return any(user.pk == thread.user_id for user in self.users)

    def why_closed(self, thread: Thread) -> str:
        """Why the client may only read this thread, in words for them; empty when they may write."""
        if self.includes(thread):
            return ""
        return self.closed or GONE.format(thread.counterpart)


def reach_of(contact: Contact) -> Reach:
    """Whom the contact may write to now. Reads the team and its members each time, so a change takes effect at once.

    `direct`: the primary advisor and each member. `group`: the team as one. `both`, or `off`: nobody. Without a team:
    the primary advisor. Who has left the firm, or only reads, is never among them.
    """
    advisor = User.objects.get(pk=contact.primary_advisor_id)
    team = Team.objects.filter(pk=contact.team_id).first() if contact.team_id else None
    if team is None:
        users = [advisor] if _answers(advisor) else []
        return Reach(users, None, "" if users else NOBODY)
    if team.reach == Team.Reach.OFF:
        return Reach(closed=OFF)
    members = team.memberships.exclude(user=advisor).select_related("user")
    people = [user for user in (advisor, *(member.user for member in members)) if _answers(user)]
    direct = people if team.reach in {Team.Reach.DIRECT, Team.Reach.BOTH} else []
    group = team if people and team.reach in {Team.Reach.GROUP, Team.Reach.BOTH} else None
    return Reach(direct, group, "" if direct or group else NOBODY)


def _answers(user: User) -> bool:
    return user.is_active and user.role in EDITING_ROLES
