"""Planning the mails that say that there is a message, never what it says: at most one until it has been read.

A thread remembers from when on its present notice is. A mail that was planned before, and has been overtaken by a
reading, is no longer the thread's notice and does not leave.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from accounts.models.user import EDITING_ROLES
from contacts.models import Contact
from mail.domain.planning import plan
from mail.models import Send
from messaging.models import Thread

TO_CLIENT, TO_STAFF = "message_notice", "message_for_staff"  # keys of purposes
NEVER_LEFT = [Send.State.FAILED, Send.State.SUPPRESSED]
PATIENCE = timedelta(minutes=2)  # somebody who has the page open reads it before


def tell_client(thread: Thread, contact: Contact) -> None:
    """Plan a mail to the client, unless one has been planned that they have not followed yet. The contact is held.

    The purpose asks again, when the mail is about to leave, whether they may get mail; who may not get any now is not
    planned for, so that nothing is sent late.
    """
    if contact.deactivated_at or not contact.may_be_written_to:
        return
    if _without_notice("client_notified_at", TO_CLIENT).filter(pk=thread.pk).update(client_notified_at=Now()):
        later = timezone.now() + PATIENCE
        plan(TO_CLIENT, subject_id=thread.pk, recipient=contact.email, contact=contact, not_before=later)


def tell_staff(thread: Thread) -> None:
    """Plan a mail to each who answers the thread, unless they have been told and nobody has read yet.

    The thread is held, and with it the numbers of its mails: the staff's own rows are not, because deactivating one
    of them holds those first and contacts after.
    """
    if _without_notice("staff_notified_at", TO_STAFF).filter(pk=thread.pk).update(staff_notified_at=Now()):
        later = timezone.now() + PATIENCE
        for user in answering(thread):
            plan(TO_STAFF, subject_id=thread.pk, recipient=user.email, user=user, not_before=later)


def _without_notice(since: str, purpose: str) -> QuerySet[Thread]:
    """Threads of whose messages nobody has been told since they were read, or only by mails that never left."""
    told = Send.objects.filter(purpose=purpose, subject_id=OuterRef("pk"), created_at__gte=OuterRef(since))
    return Thread.objects.filter(Q(**{since: None}) | ~Exists(told.exclude(state__in=NEVER_LEFT)))


def is_notice_of(since: datetime | None, send: Send) -> bool:
    """Whether a mail is the present notice of a thread whose notice is `since`; None: it has been read."""
    return since is not None and send.created_at >= since


def answering(thread: Thread) -> list[User]:
    """The staff who answer the thread: its advisor, or the members of its team; nobody who has left."""
    rows = User.objects.filter(is_active=True, role__in=EDITING_ROLES)
    if thread.kind == Thread.Kind.DIRECT:
        return list(rows.filter(pk=thread.user_id))
    return list(rows.filter(memberships__team=thread.team_id).order_by("pk"))


def may_enter(contacts: Iterable[int]) -> set[int]:
    """Those of these contacts, by key, to whom the portal is open: the others could not read what they are told of."""
    return set(Contact.objects.open_to_portal().filter(pk__in=contacts).values_list("pk", flat=True))
