"""Whom a client may write to: what the team's setting means at this moment."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from accounts.models import User
from accounts.models.user import EDITING_ROLES
from contacts.models import Contact
from experiences.models import Team, TeamMember
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
    members = [] if team is None or team.reach == Team.Reach.OFF else _members([team.pk])[team.pk]
    return _reach(advisor, team, members)


def reaches_of(contacts: Sequence[Contact]) -> dict[int, Reach]:
    """The same for many, by key, in two queries; the contacts come with their primary advisors."""
    teams = Team.objects.in_bulk({contact.team_id for contact in contacts if contact.team_id})
    members = _members(teams)
    return {
        contact.pk: _reach(contact.primary_advisor, teams.get(contact.team_id), members[contact.team_id])
        for contact in contacts
    }


def proposed(reach: Reach, advisor: User, by: User) -> User | Team:
    """In whose thread a message of `by` goes unless they choose another: their own, the team's, else the first's."""
    users = reach.users or ([] if reach.team else [advisor])
    own = next((user for user in users if user == by), None)
    return own or reach.team or users[0]


def _reach(advisor: User, team: Team | None, members: Iterable[User]) -> Reach:
    if team is None:
        users = [advisor] if _answers(advisor) else []
        return Reach(users, None, "" if users else NOBODY)
    if team.reach == Team.Reach.OFF:
        return Reach(closed=OFF)
    people = [user for user in (advisor, *members) if _answers(user)]
    people = list(dict.fromkeys(people))  # the advisor is often a member
    direct = people if team.reach in {Team.Reach.DIRECT, Team.Reach.BOTH} else []
    group = team if people and team.reach in {Team.Reach.GROUP, Team.Reach.BOTH} else None
    return Reach(direct, group, "" if direct or group else NOBODY)


def _members(teams: Iterable[int]) -> dict[int, list[User]]:
    """The members of these teams (keys), in their order."""
    found: dict[int, list[User]] = defaultdict(list)
    for member in TeamMember.objects.filter(team__in=list(teams)).select_related("user"):
        found[member.team_id].append(member.user)
    return found


def _answers(user: User) -> bool:
    return user.is_active and user.role in EDITING_ROLES
