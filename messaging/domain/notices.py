"""Planning what says that there is a message, never what it says: at most one until it has been read.

By mail and by push, as the firm has set and each person has narrowed. A thread remembers from when on its present
notice is. A mail or a push that was planned before, and has been overtaken by a reading, is no longer the thread's
notice and does not leave.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Firm, User
from accounts.models.user import EDITING_ROLES
from contacts.models import Contact
from core.listing.lookups import key_array
from mail.domain.planning import look_soon, plan
from mail.models import Send
from mail.registry import purposes
from messaging.models import Thread
from notifications.domain.choosing import decide, is_enabled
from notifications.domain.planning import PushTo, plan_pushes, pushes_leave
from notifications.domain.quiet import staff_wait_until, zones_wait_until
from notifications.models import Push
from notifications.registry import notification_types
from notifications.types import Channel

TO_CLIENT, TO_STAFF = "message_notice", "message_for_staff"  # keys of purposes, and of types of notifications
NEVER_LEFT = [Send.State.FAILED, Send.State.SUPPRESSED]
PATIENCE = timedelta(minutes=2)  # somebody who has the page open reads it before
PUSH_PATIENCE = timedelta(seconds=30)  # pages ask for what is new every 15 seconds

ZONES = """
SELECT DISTINCT person.time_zone FROM messaging_thread AS thread
JOIN contacts_contact AS person ON person.id = thread.contact_id WHERE thread.id = ANY(%(threads)s::bigint[])
"""
# None for contacts who may not get any or have turned them off, and one for each thread until it is read.
NOTIFY = """
WITH quiet AS (
    SELECT zone, until FROM unnest(%(zones)s::text[], %(untils)s::timestamptz[]) AS one (zone, until)
), person AS (
    SELECT one.id, one.email, one.user_id, one.time_zone, one.wants_mail,
        one.wants_push AND EXISTS (SELECT FROM notifications_pushsubscription WHERE user_id = one.user_id) AS wants_push
    FROM (SELECT contact.*, %(by_mail)s AND contact.email <> '' AND NOT EXISTS (
            SELECT FROM notifications_personalchoice AS off
            WHERE off.user_id = contact.user_id AND off.type = %(type)s AND off.channel = 'mail') AS wants_mail,
        %(by_push)s AND NOT EXISTS (SELECT FROM notifications_personalchoice AS off
            WHERE off.user_id = contact.user_id AND off.type = %(type)s AND off.channel = 'push') AS wants_push
        FROM contacts_contact AS contact WHERE contact.id IN (
            SELECT contact_id FROM messaging_thread WHERE id = ANY(%(threads)s::bigint[]))
    ) AS one
    WHERE one.deleted_at IS NULL AND one.deactivated_at IS NULL AND NOT one.deceased
        AND one.do_not_contact_since IS NULL
), notified AS (
    UPDATE messaging_thread AS thread SET client_notified_at = statement_timestamp()
    FROM person
    WHERE thread.id = ANY(%(threads)s::bigint[]) AND person.id = thread.contact_id
        AND (person.wants_mail OR person.wants_push)
        AND (thread.client_notified_at IS NULL OR NOT EXISTS (
                SELECT FROM mail_send AS mail WHERE mail.purpose = %(type)s AND mail.subject_id = thread.id
                    AND mail.created_at >= thread.client_notified_at AND mail.state NOT IN ('failed', 'suppressed'))
            AND NOT EXISTS (
                SELECT FROM notifications_push AS push WHERE push.type = %(type)s AND push.subject_id = thread.id
                    AND push.created_at >= thread.client_notified_at AND push.state NOT IN ('failed', 'dropped')))
    RETURNING thread.id AS thread_id, person.*
), mails AS (
    INSERT INTO mail_send (purpose, rank, subject_id, contact_id, recipient, number, state, reason, attempts,
        message_id, not_before)
    SELECT %(type)s, %(rank)s, thread_id, id, email, 1 + coalesce((
        SELECT max(number) FROM mail_send AS earlier WHERE lower(earlier.recipient) = lower(notified.email)
            AND earlier.purpose = %(type)s AND earlier.subject_id = notified.thread_id), 0), 'planned', '', 0, '',
        coalesce(quiet.until, statement_timestamp() + %(patience)s)
    FROM notified LEFT JOIN quiet ON quiet.zone = notified.time_zone WHERE wants_mail ORDER BY thread_id
)
SELECT user_id, thread_id, coalesce(quiet.until, statement_timestamp() + %(push_patience)s), wants_push
FROM notified LEFT JOIN quiet ON quiet.zone = notified.time_zone ORDER BY thread_id
"""


def notify_clients(threads: Iterable[int]) -> None:
    """Plan a mail and pushes to the client of each thread, by key, in one statement each. The contacts are held.

    Purpose and type ask again, when they are about to leave, whether the client may be notified; who may not be now is
    not planned for, so that nothing is sent late. In quiet hours where they live, it waits until those end.
    """
    values = {"threads": key_array(threads)}
    with connection.cursor() as cursor:
        cursor.execute(ZONES, values)
        names = [name for (name,) in cursor.fetchall()]
        quiet = zones_wait_until(names, timezone.now() + PATIENCE, Firm.get())
        values |= {"zones": list(quiet.keys()), "untils": list(quiet.values())}
        values |= {"type": TO_CLIENT, "rank": purposes[TO_CLIENT].rank}
        values |= {"patience": PATIENCE, "push_patience": PUSH_PATIENCE}
        values["by_mail"] = is_enabled(notification_types[TO_CLIENT], Channel.MAIL)
        values["by_push"] = pushes_leave(TO_CLIENT)
        cursor.execute(NOTIFY, values)
        notified = cursor.fetchall()
    if notified:
        look_soon()
    plan_pushes(TO_CLIENT, [PushTo(user, thread, moment) for user, thread, moment, by_push in notified if by_push])


def notify_staff(thread: Thread) -> None:
    """Tell each who answers the thread, unless they have been notified and nobody has read yet.

    The thread is held, and with it the numbers of its mails: the staff's own rows are not, because deactivating one
    of them holds those first and contacts after.
    """
    if not _without_notice("staff_notified_at", TO_STAFF).filter(pk=thread.pk).update(staff_notified_at=Now()):
        return
    users, firm, now = answering(thread), Firm.get(), timezone.now()
    decision = decide(TO_STAFF, Channel.MAIL, [user.pk for user in users])
    later, quiet = now + PATIENCE, staff_wait_until(users, Channel.MAIL, now + PATIENCE, firm)
    for user in users:
        if decision.wanted(user.pk):
            not_before = quiet.get(user.pk, later)
            plan(TO_STAFF, subject_id=thread.pk, recipient=user.email, user=user, not_before=not_before)
    soon = now + PUSH_PATIENCE
    plan_pushes(TO_STAFF, [PushTo(user.pk, thread.pk, soon) for user in users])


def _without_notice(since: str, key: str) -> QuerySet[Thread]:
    """Threads of whose messages nobody has been notified of since they were read, or only by what never left."""
    notified = Send.objects.filter(purpose=key, subject_id=OuterRef("pk"), created_at__gte=OuterRef(since))
    pushed = Push.objects.left(key).filter(subject_id=OuterRef("pk"), created_at__gte=OuterRef(since))
    nobody = ~Exists(notified.exclude(state__in=NEVER_LEFT)) & ~Exists(pushed)
    return Thread.objects.filter(Q(**{since: None}) | nobody)


def is_notice_of(since: datetime | None, notice: Send | Push) -> bool:
    """Whether a mail or a push is of the present notice of a thread, which is `since`; None: it has been read."""
    return since is not None and notice.created_at >= since


def answering(thread: Thread) -> list[User]:
    """The staff who answer the thread: its advisor, or the members of its team; nobody who has left."""
    rows = User.objects.filter(is_active=True, role__in=EDITING_ROLES)
    if thread.kind == Thread.Kind.DIRECT:
        return list(rows.filter(pk=thread.user_id))
    return list(rows.filter(memberships__team=thread.team_id).order_by("pk"))


def may_enter(contacts: Iterable[int]) -> set[int]:
    """Those of these contacts, by key, to whom the portal is open: others could not read what waits for them."""
    return set(Contact.objects.open_to_portal().filter(pk__in=contacts).values_list("pk", flat=True))


def may_be_pushed(users: Iterable[int]) -> set[tuple[int, int]]:
    """Contact and account, by key, of those of these users who may enter the portal and may be written to."""
    clients = Contact.objects.open_to_portal().filter(user__in=users, do_not_contact_since=None)
    return set(clients.values_list("pk", "user"))


def accounts_of(contacts: Iterable[int]) -> dict[int, int | None]:
    """The portal accounts of these contacts, by key; None for those who never chose a password."""
    return dict(Contact.objects.filter(pk__in=contacts).values_list("pk", "user"))
