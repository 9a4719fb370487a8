"""What is asked again when a mail is about to leave: time has passed since it was planned."""

from dataclasses import dataclass

from django.db.models.functions import Lower

from contacts.models import Contact
from mail.models import Send
from outreach.domain.suppressing import WHY
from outreach.models import Invitation, Purpose, Suppression


def was_asked_for(send: Send) -> bool:
    """Whether its receiver asked for it a moment ago: such a mail is not held back by what became of others."""
    return send.purpose in {Purpose.PASSWORD, Purpose.NEW_LINK} and send.requested_by_id is None


@dataclass(frozen=True)
class SendContext:
    """What the rules ask of other tables, looked up once for a batch."""

    suppressed: dict[str, str]
    open_invitations: set[int]
    may_enter: set[int]

    @classmethod
    def of(cls, sends: list[Send]) -> "SendContext":
        """For these mails."""
        folded = Suppression.objects.annotate(folded=Lower("email")).values_list("folded", "kind")
        still_open = Invitation.objects.filter(accepted_at=None, revoked_at=None).values_list("pk", flat=True)
        asking = [send.contact_id for send in sends if send.purpose == Purpose.PASSWORD]
        entering = Contact.objects.open_to_portal().filter(pk__in=asking).values_list("pk", flat=True)
        return cls(
            dict(folded.filter(folded__in=[send.recipient.lower() for send in sends])),
            set(still_open.filter(contact__in=[send.contact_id for send in sends])),
            set(entering) if asking else set(),
        )


def why_not(send: Send, context: SendContext, *, too_late: bool) -> str:
    """Why a claimed mail must not leave now; empty when it may. `send` comes with its contact, read just now."""
    contact = send.contact
    if too_late:
        return "It waited too long to be sent."
    if contact.deleted_at or contact.deactivated_at:
        return "The contact was deactivated or deleted meanwhile."
    if contact.deceased:
        return "The contact is deceased."
    if contact.do_not_contact_since and not was_asked_for(send):
        return "The contact is not to be contacted."
    if contact.email.lower() != send.recipient.lower():
        return "The email address was changed meanwhile."
    kind = context.suppressed.get(send.recipient.lower())
    if kind and not was_asked_for(send):
        return WHY[kind]
    if send.purpose == Purpose.PASSWORD:
        return "" if contact.pk in context.may_enter else "The portal is closed to them."
    if send.purpose not in {Purpose.INVITATION, Purpose.NEW_LINK}:
        return ""
    if contact.start_at:
        return "The contact has signed in meanwhile."
    if not contact.experience_id:
        return "The contact has no experience any more."
    return "" if send.subject_id in context.open_invitations else "The invitation was revoked meanwhile."
