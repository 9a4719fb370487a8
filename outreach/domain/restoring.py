"""After a backup was restored: what waited in it may have left already, and an admin decides before mail goes on.

Sending is held by `core.domain.mail_mark`, which calls `doubt`. Links that somebody asks for meanwhile leave.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.models import Firm, PasswordMail
from contacts.models import Contact
from core.domain import mail_mark
from core.domain.mail_mark import MAY_HAVE_LEFT
from core.domain.recording import record
from core.models import MailStatus, Operation
from outreach.domain import reinviting
from outreach.domain.ledger import look_soon
from outreach.models import LinkRequest, ScheduledInvitation, Send
from outreach.models.send import OPEN

TIME_PASSED = "Its time passed before the backup was restored, so it may have been sent. Invite by hand if it was not."
INVITING = ["outreach.invite", "outreach.reinvite"]
State = Send.State


def waiting() -> bool:
    """Whether mail to contacts waits."""
    return Send.objects.open().exists()


def doubt(state_at: datetime) -> None:
    """Make all that waits unknown, and pause what would plan it once more.

    Links that somebody asked for after `state_at` stay as they are: they are new. Older requests are forgotten.
    """
    asked_since = Q(purpose__in=[Send.Purpose.NEW_LINK, Send.Purpose.PASSWORD], created_at__gt=state_at)
    Send.objects.filter(~asked_since, state__in=OPEN).update(
        state=State.UNKNOWN, reason=MAY_HAVE_LEFT, settled_at=timezone.now(), lease_until=None
    )
    LinkRequest.objects.filter(created_at__lte=state_at).delete()
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
    staff_links: int


def doubts(status: MailStatus) -> Doubts:
    """How much of each there is while sending is held."""
    return Doubts(
        mails=Send.objects.filter(state=State.UNKNOWN, reason=MAY_HAVE_LEFT).count(),
        scheduled=passed(status).count(),
        reminders=_reminders(),
        operations=Operation.objects.filter(_invites(), state=Operation.State.PAUSED).count(),
        staff_links=PasswordMail.objects.filter(state=PasswordMail.State.UNKNOWN, reason=MAY_HAVE_LEFT).count(),
    )


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
    mail_mark.release(by=by)
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
