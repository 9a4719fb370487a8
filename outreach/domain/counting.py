"""Which invitations count when the next one is asked for: those whose link can still work.

An invitation is over once its links are dead: the address was changed, it was withdrawn, the contact was deactivated or
deleted (see `outreach.domain.links`). The mails of one that is over, and those that bounced or never left, can bring
nobody in any more, so neither the gap nor the maximum counts them. See docs/decisions/0027.
"""

from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from contacts.models import Contact
from mail.models import Send
from outreach.models import Invitation, Purpose

# The mail has reached, or may have reached, somebody who can use its link.
CAN_WORK = ["handed_over", "accepted", "delivered", "complained", "unknown"]


def working_mails() -> QuerySet:
    """The invitation mails of the outer query's contact that can still work."""
    still_open = Invitation.objects.filter(pk=OuterRef("subject_id"), accepted_at=None, revoked_at=None)
    rows = Send.objects.filter(contact=OuterRef("pk"), purpose=Purpose.INVITATION, state__in=CAN_WORK)
    return rows.filter(Exists(still_open), sent_at__isnull=False).order_by()


def number_of(contact: Contact) -> int:
    """How many there are of one contact."""
    return Contact.objects.filter(pk=contact.pk).values_list(number(), flat=True).first() or 0


def number() -> Coalesce:
    """How many there are, as a column of contacts."""
    counted = working_mails().values("contact").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
