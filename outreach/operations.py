"""Inviting many contacts, and deciding about many mails: the sending worker hands over what is planned here."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import Firm
from contacts.operations.base import BulkAction, skip
from contacts.tables import detail_address
from core.exporting import Column
from core.models import Operation
from core.operations import OUTCOME, OperationType, Outcome, register
from mail.models import Send
from outreach.domain import deciding, inviting, scheduling
from outreach.domain.inviting import Mode

SENT, AGAIN = "sent", "again"
DECIDED = "Decided meanwhile, or no longer yours to decide."


class InvitingKind(BulkAction):
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
class Decide(OperationType):
    """What a person decides about many mails of unknown fate; its rows are mails."""

    key = "outreach.decide"
    label = "Decide about mails"
    subject_sort = "contact__sort_name"

    def apply(self, operation: Operation, subject_ids: Sequence[int]) -> Outcome:
        """Decide about those that are still unknown and still the owner's to decide."""
        mine = deciding.undecided(operation.owner).filter(pk__in=subject_ids)
        decide = deciding.send_again if operation.params["decision"] == AGAIN else deciding.count_as_sent
        done = decide(list(mine.values_list("pk", flat=True)), by=operation.owner, operation=operation)
        return Outcome(done=done, skipped=dict.fromkeys(set(subject_ids) - set(done), DECIDED))

    def subject_rows(self, user) -> QuerySet:
        """The mails to contacts whom `user` may see."""
        return Send.objects.visible_to(user)

    def subjects(self, subject_ids: Sequence[int], rows: QuerySet) -> dict[int, tuple[str, str]]:
        """The contact of each mail, with the address it went to."""
        address = detail_address()
        found = rows.filter(pk__in=subject_ids).select_related("contact")
        return {one.pk: (f"{one.contact.name}, {one.recipient}", address.of(one.contact_id)) for one in found}

    def report(self, operation: Operation, user) -> tuple[list[Column], QuerySet]:
        """A row a mail; addresses that `user` does not see are left out."""
        seen = Send.objects.visible_to(user).filter(pk=OuterRef("subject_id"))
        lines = operation.lines.annotate(recipient=Subquery(seen.values("recipient")[:1]))
        return [Column("Address", "recipient", width=40), *OUTCOME], lines.order_by("subject_id")


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
