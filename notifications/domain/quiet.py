"""When somebody may be disturbed: the firm's quiet hours where a client lives, their own for each of the staff."""

from collections.abc import Iterable
from datetime import datetime

from accounts.domain.quiet_hours import end_of_quiet
from accounts.models import Firm, User
from contacts.domain.signing_in import zone_of
from contacts.models import Contact
from notifications.models import StaffPreference


def client_waits_until(contact: Contact, moment: datetime, firm: Firm) -> datetime | None:
    """When the quiet hours end into which a moment falls where the contact lives; None when it falls into none."""
    return end_of_quiet(moment, zone_of(contact, firm), firm.quiet_from, firm.quiet_until)


def zones_wait_until(names: Iterable[str], moment: datetime, firm: Firm) -> dict[str, datetime]:
    """The same for time zones as contacts have them, by name; only those in which it is quiet."""
    found = {name: client_waits_until(Contact(time_zone=name), moment, firm) for name in names}
    return {name: until for name, until in found.items() if until}


def contacts_wait_until(contacts: Iterable[int], moment: datetime, firm: Firm) -> dict[int, datetime]:
    """The same for contacts, by key. In one query."""
    zones = dict(Contact.objects.filter(pk__in=list(contacts)).values_list("pk", "time_zone"))
    quiet = zones_wait_until(set(zones.values()), moment, firm)
    return {pk: quiet[zone] for pk, zone in zones.items() if zone in quiet}


def staff_wait_until(users: Iterable[User], channel: str, moment: datetime, firm: Firm) -> dict[int, datetime]:
    """By key of each of these users who must not be disturbed at a moment: until when. In one query."""
    users = list(users)
    chosen = {row.user_id: row for row in StaffPreference.objects.filter(user__in=users)}
    found = {}
    for user in users:
        hours = chosen.get(user.pk, StaffPreference()).quiet_hours(channel, firm)
        until = end_of_quiet(moment, user.zone(firm), *hours) if hours else None
        if until:
            found[user.pk] = until
    return found


def wait_until(users: Iterable[User], channel: str, moment: datetime, firm: Firm) -> dict[int, datetime]:
    """The same for people of both sides. A client whose contact is gone is in no zone but the firm's."""
    users = list(users)
    clients = {user.pk for user in users if not user.is_staff_side}
    found = staff_wait_until([user for user in users if user.pk not in clients], channel, moment, firm)
    if clients:
        zones = dict(Contact.objects.filter(user__in=clients).values_list("user", "time_zone"))
        quiet = zones_wait_until({zones.get(pk, "") for pk in clients}, moment, firm)
        found |= {pk: quiet[zones.get(pk, "")] for pk in clients if zones.get(pk, "") in quiet}
    return found
