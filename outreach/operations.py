"""Inviting many contacts as an operation: the mails are planned here, and handed over by the sending worker."""

from datetime import datetime

from accounts.models import Firm
from contacts.operations.base import ContactKind, skip
from core.models import Operation
from core.operations import register
from outreach.domain import inviting, scheduling
from outreach.domain.inviting import Mode


class InvitingKind(ContactKind):
    """Base of both: now, or at the time in the params."""

    external = True
    mode: Mode

    def skips(self, operation: Operation) -> list:
        """The firm's rules; and nobody is scheduled twice."""
        reasons = inviting.skips(self.mode, Firm.get())
        if operation.params.get("at"):
            reasons.append(skip(scheduling.SCHEDULED_ALREADY, scheduling.is_scheduled()))
        return reasons

    def change(self, operation: Operation, ids: list[int]) -> None:
        """Plan a mail for each, or set it for its time."""
        if at := operation.params.get("at"):
            moment = datetime.fromisoformat(at)
            scheduling.schedule(ids, moment, self.mode, by=operation.owner, operation=operation)
        else:
            inviting.plan_mails(ids, by=operation.owner, operation=operation)


@register
class Invite(InvitingKind):
    """The first invitation."""

    key = "outreach.invite"
    label = "Invite"
    mode = Mode.FIRST


@register
class Reinvite(InvitingKind):
    """The welcome once more, for those who were invited and never came."""

    key = "outreach.reinvite"
    label = "Re-invite"
    mode = Mode.AGAIN
