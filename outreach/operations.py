"""Inviting many contacts, and deciding about many mails: the sending worker hands over what is planned here."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import Firm
from contacts.models import Contact
from contacts.operations.bulk_action import BulkAction, skip
from contacts.tables import detail_address
from core.mailing.server_status import obstacle, promise
from core.models import Operation
from core.operations.types import OUTCOME, OperationType, Outcome, register
from core.spreadsheets.writing import Column
from mail.models import Send
from outreach.domain import deciding, inviting, scheduling
from outreach.domain.inviting import Mode
from outreach.forms import WhenForm

SENT, AGAIN = "sent", "again"
DECIDED = "Decided meanwhile, or no longer yours to decide."


@register
class Invite(BulkAction):
    """The first invitation, now, or at the time in the params."""

    key = "outreach.invite"
    label = verb = "Invite"
    title = "Invite to the portal"
    icon = "send"
    in_bar, in_menu = 30, 20
    external = True
    form = WhenForm
    form_template = "outreach/when_form.html"
    mode = Mode.FIRST
    status = "assigned"  # of those whose menu offers it

    def applies(self, contact: Contact) -> bool:
        """Who has the status that comes before it, and may be written to."""
        return contact.status == self.status and contact.may_be_written_to

    def describe(self, operation: Operation) -> str:
        """Says when, if not now."""
        at = operation.params.get("at")
        return f"{self.label} at {scheduling.words(datetime.fromisoformat(at))}" if at else f"{self.label} by mail"

    def more_consequences(self, operation: Operation) -> list[str]:
        """That mail waits, and why, before anybody is invited."""
        found = obstacle()
        return [f"The invitations wait. {found.words}"] if found else []

    def started(self, contact: Contact, operation: Operation) -> str:
        """That the invitation is on its way is said only while mail flows."""
        if operation.params.get("at"):
            return super().started(contact, operation)
        return f"{contact.name}: " + promise("An invitation", contact.email, within="seven days", asked_for=False).words

    def skip_reasons(self, operation: Operation) -> list:
        """The firm's rules; and nobody is scheduled twice."""
        reasons = inviting.skip_reasons(self.mode, Firm.get())
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
class Reinvite(Invite):
    """The welcome once more, for those who were invited and never came."""

    key = "outreach.reinvite"
    label = verb = "Re-invite"
    title = "Re-invite to the portal"
    icon = "mail"
    in_bar, in_menu = 40, 20
    mode = Mode.AGAIN
    status = "invited"


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
