"""After a backup was restored: what waited in it may have left already, and an admin decides before mail goes on.

Sending is held by `core.mailing.restore_guard`, which has the ledger doubt what waits. Links that somebody asks for
meanwhile leave.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet

from accounts.models import Firm
from contacts.models import Contact
from core.history.recording import record
from core.mailing import restore_guard
from core.mailing.restore_guard import MAY_HAVE_LEFT
from core.models import MailStatus, Operation
from mail.domain.planning import look_soon
from mail.models import Send
from outreach.domain import reinviting
from outreach.models import ScheduledInvitation

TIME_PASSED = "Its time passed before the backup was restored, so it may have been sent. Invite by hand if it was not."
INVITING = ["outreach.invite", "outreach.reinvite"]
State = Send.State


def pause_inviting(state_at: datetime) -> None:
    """Pause the operations that would plan once more what may have left; the ledger doubts its own mails."""
    going = Operation.objects.filter(state__in=[Operation.State.QUEUED, Operation.State.RUNNING])
    # A raised number of attempts takes the operation from a worker that goes on with it.
    going.filter(_invites()).update(state=Operation.State.PAUSED, attempts=F("attempts") + 1, lease_until=None)


@dataclass(frozen=True)
class Doubts:
    """What may have left after the backup, for the admin who decides."""

    mails: int
    scheduled: int
    reminders: int
    operations: int
    staff_mails: int


def doubts(status: MailStatus) -> Doubts:
    """How much of each there is while sending is held."""
    return Doubts(
        mails=_in_doubt().filter(user=None).count(),
        scheduled=passed(status).count(),
        reminders=_reminders(),
        operations=Operation.objects.filter(_invites(), state=Operation.State.PAUSED).count(),
        staff_mails=_in_doubt().filter(contact=None).count(),
    )


def _in_doubt() -> QuerySet:
    """Mails that waited in the backup."""
    return Send.objects.filter(state=State.UNKNOWN, reason=MAY_HAVE_LEFT)


def passed(status: MailStatus) -> QuerySet:
    """Scheduled invitations whose time passed before sending was held: the original may have sent them."""
    return ScheduledInvitation.objects.filter(state=ScheduledInvitation.State.WAITING, at__lte=status.held_at)


@transaction.atomic
def resume(*, send_scheduled: bool, by) -> bool:
    """Let mail leave again. False when somebody else has done so already.

    Scheduled invitations whose time has passed are skipped and say why, unless `send_scheduled`. Reminders of days that
    have passed are skipped in any case; see `reinviting`.
    """
    status = MailStatus.objects.select_for_update().get(pk=1)
    if status.held_at is None:
        return False
    if not send_scheduled:
        rows = passed(status)
        contacts = list(rows.values_list("contact_id", flat=True))
        rows.update(state=ScheduledInvitation.State.SKIPPED, reason=TIME_PASSED)
        record("mail_trouble", f"The scheduled invitation was not sent: {TIME_PASSED}", subject_ids=contacts, actor=by)
    restore_guard.release(by=by)
    look_soon()
    return True


def _invites() -> Q:
    """Operations that plan invitations."""
    return Q(kind__in=INVITING) | Q(params__invite=True)


def _reminders() -> int:
    """Contacts for whom a reminder is due at present, if the firm sends any."""
    firm = Firm.get()
    if not firm.auto_reinvite:
        return 0
    return reinviting.judged(Contact.objects.filter(deleted_at=None), firm).filter(refusal="").count()
