"""One mail, or push, for what a client has not done in time: that something waits, never what.

Which items are overdue is asked where the contact lives, outside the firm's quiet hours. An item is marked in the
transaction that plans its mail, so that a killed worker has done both or neither; of one contact's items that became
overdue together there is one mail. Whether it may leave is asked again at that moment, as of all mail.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Firm
from contacts.domain.placeholder_values import values_for
from contacts.domain.signing_in import zone_of
from contacts.models import Contact
from core.listing.lookups import key_array
from core.mailing import restore_guard
from core.models import MailStatus
from mail.domain.planning import look_soon
from mail.models import Send
from mail.purposes import Answer
from notifications.domain.choosing import decide, is_enabled
from notifications.domain.planning import PushTo, plan_pushes, pushes_leave
from notifications.domain.quiet import client_waits_until
from notifications.models import Push
from notifications.registry import notification_types
from notifications.types import Audience, Channel, NotificationType
from outreach.domain.mail_text import letter
from outreach.domain.purposes import ContactMail, prepared
from todos.models import ActionItem

KEY = "action_item"
EVERY = 300  # seconds between two looks; forgotten with the cache, it is only a look too many
CHUNK = 1000
REMINDED_WITHIN = timedelta(days=14)  # nobody is mailed about what was due long before that
PAGE = "/portal/items/"  # fixed, because it stands in mails
SUBJECT = "An action item waits for you at {firm_name}"
TEXT = (
    "Dear {preferred_name},\n\nan action item in your client portal of {firm_name} is past its due date. "
    "Open your portal to see what is needed.\n\nIf you have questions, {advisor_name} is happy to help."
)
DONE_MEANWHILE = "Nothing is overdue any more."
CLOSED = "The portal is closed to them."

ZONES = """
SELECT DISTINCT person.time_zone FROM todos_actionitem AS item
JOIN contacts_contact AS person ON person.id = item.contact_id
WHERE item.done_at IS NULL AND item.withdrawn_at IS NULL AND item.overdue_mail_at IS NULL
    AND item.due_on BETWEEN %(from)s AND %(until)s
"""
DUE = """
item.done_at IS NULL AND item.withdrawn_at IS NULL AND item.overdue_mail_at IS NULL
    AND item.due_on BETWEEN place.since AND place.today - 1
"""
PLACES = "unnest(%(zones)s::text[], %(todays)s::date[], %(sinces)s::date[]) AS place (zone, today, since)"
# Few, by an index: what is asked of each contact in turn would be asked of all.
CANDIDATES = """
SELECT contact_id FROM todos_actionitem
WHERE done_at IS NULL AND withdrawn_at IS NULL AND overdue_mail_at IS NULL AND due_on BETWEEN %(from)s AND %(until)s
"""
# Who has turned both off is not asked each time.
WANTED = """
%(by_mail)s AND NOT EXISTS (SELECT FROM notifications_personalchoice AS off
        WHERE off.user_id = person.user_id AND off.type = %(purpose)s AND off.channel = 'mail')
    OR %(by_push)s AND EXISTS (SELECT FROM notifications_pushsubscription AS device
        WHERE device.user_id = person.user_id) AND NOT EXISTS (SELECT FROM notifications_personalchoice AS off
        WHERE off.user_id = person.user_id AND off.type = %(purpose)s AND off.channel = 'push')
"""
# The contacts are held first, as by all that changes a person and their mails.
HOLD = f"""
SELECT person.id FROM contacts_contact AS person
JOIN {PLACES} ON place.zone = person.time_zone
WHERE person.deleted_at IS NULL AND person.deactivated_at IS NULL AND NOT person.deceased
    AND person.do_not_contact_since IS NULL AND (person.experience_id IS NOT NULL OR person.start_at IS NOT NULL)
    AND ({WANTED})
    AND person.id IN ({CANDIDATES})
    AND EXISTS (SELECT FROM todos_actionitem AS item WHERE item.contact_id = person.id AND {DUE})
ORDER BY person.id LIMIT %(chunk)s FOR NO KEY UPDATE OF person SKIP LOCKED
"""  # noqa: S608 - our own text
PLAN = f"""
WITH marked AS (
    UPDATE todos_actionitem AS item SET overdue_mail_at = %(now)s
    FROM contacts_contact AS person JOIN {PLACES} ON place.zone = person.time_zone
    WHERE person.id = item.contact_id AND person.id = ANY(%(ids)s::bigint[]) AND {DUE}
    RETURNING item.id, item.contact_id, person.email, person.user_id
), mails AS (
INSERT INTO mail_send (purpose, rank, subject_id, contact_id, recipient, number, state, reason, attempts, message_id)
SELECT %(purpose)s, %(rank)s, min(id), contact_id, email, 1, 'planned', '', 0, ''
FROM marked WHERE %(by_mail)s AND NOT EXISTS (SELECT FROM notifications_personalchoice AS off
    WHERE off.user_id = marked.user_id AND off.type = %(purpose)s AND off.channel = 'mail')
GROUP BY contact_id, email ORDER BY contact_id
ON CONFLICT DO NOTHING
)
SELECT min(id), user_id FROM marked GROUP BY contact_id, user_id ORDER BY contact_id
"""  # noqa: S608 - our own text


class OverdueItem(ContactMail):
    """Says once that an action item waits; leads to the client's list."""

    key, label = KEY, "Overdue action item"
    rank, latest = 70, timedelta(days=2)
    pauses = (timedelta(hours=1), timedelta(hours=12))
    verb, sentence = "overdue_item_mailed", "Reminded of an overdue action item: mail sent"

    def written(self, sends: Sequence[Send], firm: Firm) -> dict[int, Answer]:
        """The mails to those who still have something overdue and may enter the portal; not in quiet hours."""
        keys, now = [send.contact_id for send in sends], timezone.now()
        decision = decide(KEY, Channel.MAIL, [send.contact.user_id for send in sends])
        waiting = still_overdue([send.contact for send in sends], firm)
        entering = set(Contact.objects.open_to_portal().filter(pk__in=keys).values_list("pk", flat=True))
        found: dict[int, Answer] = {}
        for send in sends:
            if send.contact_id not in entering:
                found[send.pk] = CLOSED
            elif why := decision.why_not(send.contact.user_id):
                found[send.pk] = why
            elif send.contact_id not in waiting:
                found[send.pk] = DONE_MEANWHILE
            elif until := client_waits_until(send.contact, now, firm):
                found[send.pk] = until
            else:
                values = values_for(send.contact, firm)
                mail = letter(SUBJECT, TEXT, "Open your portal", settings.BASE_URL + PAGE, values, firm)
                found[send.pk] = prepared(mail, mail, send, firm)
        return found


class ItemIsOverdue(NotificationType):
    """The last day for an action item has passed."""

    key, label, audience = KEY, "Action item overdue", Audience.CLIENT
    sentence = "An action item waits for you."

    def leads_to(self, pushes: Sequence[Push]) -> dict[int, str]:
        """To their list, while anything of theirs is overdue and the portal is open to them.

        Of items that became overdue together one is the push's subject; it may be done while others are not.
        """
        clients = Contact.objects.open_to_portal().filter(do_not_contact_since=None)
        contacts = list(clients.filter(user__in={push.user_id for push in pushes}))
        waiting = still_overdue(contacts, Firm.get())
        users = {contact.user_id for contact in contacts if contact.pk in waiting}
        return {push.pk: PAGE for push in pushes if push.user_id in users}


def still_overdue(contacts: Iterable[Contact], firm: Firm) -> set[int]:
    """Those of these contacts, by key, who have been told of something overdue and have not done all of it."""
    days = {contact.pk: timezone.localdate(timezone=zone_of(contact, firm)) for contact in contacts}
    marked = ActionItem.objects.open().filter(contact__in=days, overdue_mail_at__isnull=False, due_on__isnull=False)
    return {contact for contact, due_on in marked.values_list("contact", "due_on") if due_on < days[contact]}


def remind_of_overdue_items() -> None:
    """Plan what is due, every few minutes, unless sending is held; run by the sweep."""
    if restore_guard.check() and cache.add("outreach.overdue_items", "1", EVERY):
        plan_due(Firm.get())


def plan_due(firm: Firm) -> int:
    """Plan a mail for every contact with items that are newly overdue; returns how many."""
    total = 0
    while True:
        planned = _plan_chunk(firm)
        total += planned
        if planned < CHUNK:
            return total


@transaction.atomic
def _plan_chunk(firm: Firm) -> int:
    """Hold some of the contacts, mark their items and plan their mails, all of it or nothing."""
    now = timezone.now()
    values = _places(firm, now) | {"now": now, "chunk": CHUNK, "purpose": KEY, "rank": OverdueItem.rank}
    values["by_mail"] = is_enabled(notification_types[KEY], Channel.MAIL)
    values["by_push"] = pushes_leave(KEY)
    if not values["zones"]:
        return 0
    with connection.cursor() as cursor:
        # Checks that wait for the end would be walked again for each row that a history trigger sees.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(HOLD, values)
        ids = [pk for (pk,) in cursor.fetchall()]
        if not ids:
            return 0
        cursor.execute(PLAN, values | {"ids": key_array(ids)})
        told = cursor.fetchall()
    look_soon()
    plan_pushes(KEY, [PushTo(user, item, now) for item, user in told if user])
    return len(told)


def _places(firm: Firm, now: datetime) -> dict[str, Any]:
    """The time zones of contacts with something to look at where it is not quiet: what day it is there, and since when
    what was due counts. What was due before a backup was restored may have been mailed by the original.
    """
    today, doubt = now.date(), MailStatus.get().doubt_until
    days = {"from": today - REMINDED_WITHIN - timedelta(days=1), "until": today + timedelta(days=1)}
    with connection.cursor() as cursor:
        cursor.execute(ZONES, days)
        names = sorted(name for (name,) in cursor.fetchall())
    found: dict[str, Any] = {"zones": [], "todays": [], "sinces": []} | days
    for name in names:
        zone = zone_of(Contact(time_zone=name), firm)
        here = now.astimezone(zone)
        if firm.is_quiet(here.time()):
            continue
        found["zones"].append(name)
        found["todays"].append(here.date())
        found["sinces"].append(max(here.date() - REMINDED_WITHIN, _day_of(doubt, zone)))
    return found


def _day_of(moment: datetime | None, zone: ZoneInfo) -> date:
    """The day of a moment somewhere; the first day there is for None."""
    return moment.astimezone(zone).date() if moment else date.min
