"""The people who look after a contact, and how the contact may reach them."""

from dataclasses import dataclass

from accounts.models import User
from contacts.models import Contact
from experiences.models import Team


@dataclass(frozen=True)
class MyTeam:
    """Members in order, the primary advisor first; `direct` and `group` say which ways are open."""

    members: list[User]
    direct: bool
    group: bool


def team_of(contact: Contact) -> MyTeam:
    """The contact's team; without one, the primary advisor alone. Who has left the firm is not shown."""
    advisor = contact.primary_advisor
    members = [advisor] if advisor.is_active else []
    if contact.team is None:
        return MyTeam(members, direct=True, group=False)
    memberships = contact.team.memberships.filter(user__is_active=True).exclude(user=advisor).select_related("user")
    reach = contact.team.reach
    return MyTeam(
        members + [membership.user for membership in memberships],
        direct=reach in {Team.Reach.DIRECT, Team.Reach.BOTH},
        group=reach in {Team.Reach.GROUP, Team.Reach.BOTH},
    )
