"""What taking over the CRM's primary advisors implies: who will no longer see whom, and who will."""

from collections import Counter
from collections.abc import Iterable

from accounts.models import User
from contacts.models import Contact
from crm.domain.differences import Difference
from experiences.models import TeamMember

NAMED = 5


def implied_by(changes: Iterable[tuple[Contact, Difference]]) -> list[str]:
    """Sentences about contacts, with their team, and the change of their primary advisor; the largest groups first.

    Who is in the contact's team keeps seeing them, and so does who sees everything: neither is counted.
    """
    changed = [(contact.team_id, one.here, one.there) for contact, one in changes]
    users = {user.pk: user for user in User.objects.filter(pk__in={pk for _, *both in changed for pk in both})}
    teams = set(TeamMember.objects.filter(user__in=users).values_list("team", "user"))

    def sees_anyway(team: int | None, pk: int) -> bool:
        return (team, pk) in teams or (pk in users and users[pk].sees_everything)

    losing = Counter(old for team, old, _ in changed if not sees_anyway(team, old))
    gaining = Counter(new for team, _, new in changed if not sees_anyway(team, new))
    return [
        *_told(losing, users, "will no longer see"),
        *_told(gaining, users, "will see"),
    ]


def _told(counts: Counter, users: dict[int, User], verb: str) -> list[str]:
    """A sentence each for the largest, one for the rest."""
    told = [
        f"Changes the primary advisor: {users[pk].name if pk in users else 'the advisor'} {verb}"
        f" {'this contact' if number == 1 else f'these {number:,} contacts'}."
        for pk, number in counts.most_common(NAMED)
    ]
    rest = len(counts) - NAMED
    return [*told, f"{rest:,} more of the staff {verb} others of them."] if rest > 0 else told
