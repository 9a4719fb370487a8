"""Links with which contacts help themselves: a forgotten password, or a new link for one that has expired."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from contacts.domain.signing_in import contact_to_enter
from contacts.models import Contact
from core.history.recording import record
from mail.domain import asking
from mail.domain.planning import look_soon
from mail.models import Send
from outreach.domain.planning import plan_one
from outreach.domain.suppressing import WHY
from outreach.models import Invitation, Link, Purpose, Suppression


class NotSent(Exception):
    """The contact gets no link; the message says why, for the member of the staff who asked."""


@transaction.atomic
def send_password_link(contact: Contact, by=None, not_before: datetime | None = None) -> Send:
    """Plan the mail with which the contact chooses a new password; one that waits for their address is enough.

    For a member of the staff (`by`) it leaves at once, but not to whom is not to be contacted, nor to an address that
    gets no mail: the contact may ask for one by themselves. Raises NotSent then, and when the portal is closed to them.
    """
    held = _held(contact.pk)
    if held is None:
        why = "they are deceased" if contact.deceased else "they are deactivated or have no experience yet"
        raise NotSent(f"{contact.name} cannot sign in, because {why}.")
    if by is not None and held.do_not_contact_since:
        raise NotSent(f"{contact.name} is not to be contacted. They can ask for a link themselves at the sign-in page.")
    listed = Suppression.objects.with_email(held.email).first() if by is not None else None
    if listed:
        raise NotSent(f"{WHY[listed.kind]} Allow mail to {held.email} first, or let {held.name} ask for a link.")
    waiting = Send.objects.open().to_address(held.email).filter(contact=held, purpose=Purpose.PASSWORD)
    if send := waiting.first():
        if by is not None:
            waiting.filter(state=Send.State.PLANNED).update(not_before=None)
            look_soon()
        elif send.requested_by_id:  # it is the contact's own wish by now
            waiting.filter(pk=send.pk).update(requested_by=None)
        return send
    send = plan_one(Purpose.PASSWORD, held, held.pk, by=by, not_before=not_before)
    if by is not None:
        record("password_link", "A link to choose a new password was requested", subject_ids=[held.pk], actor=by)
    return send


@transaction.atomic
def tell_of_new_password(contact: Contact) -> Send:
    """Plan the mail that tells the contact that their password was changed, in the transaction that changes it."""
    held = Contact.objects.select_for_update(of=("self",), no_key=True).get(pk=contact.pk)
    return plan_one(Purpose.SECURITY, held, held.pk)


@transaction.atomic
def answer(email: str, asked_at: datetime) -> None:
    """Plan a password link for the contact with this address, if the portal is open to them."""
    contact = contact_to_enter(email)
    if contact:
        _mail_in_turn(contact, asked_at)


@transaction.atomic
def mail_new_link(link: Link) -> None:
    """Mail a fresh link in place of an expired one, to the address on file. Does nothing when that is not due.

    Who has signed in before, or was to choose a new password, gets a password link; others one to their invitation.
    """
    contact = _held(link.contact_id)
    if contact is None or link.state != Link.State.EXPIRED:
        return
    _mail_in_turn(contact, timezone.now(), link)


def _mail_in_turn(contact: Contact, asked_at: datetime, link: Link | None = None) -> None:
    """Plan the link that was asked for at that moment, no sooner than its turn."""
    mails = Send.objects.to_address(contact.email)
    mails = mails.filter(contact=contact, purpose__in=[Purpose.NEW_LINK, Purpose.PASSWORD])
    invitation = Invitation.objects.filter(contact=contact, accepted_at=None, revoked_at=None).first()
    to_invitation = link and link.purpose == Link.Purpose.INVITATION and contact.start_at is None and invitation

    def plan_link(not_before: datetime | None) -> None:
        if to_invitation:
            plan_one(Purpose.NEW_LINK, contact, invitation.pk, not_before=not_before)
        else:
            send_password_link(contact, not_before=not_before)

    asking.answer(mails, asked_at, plan_link)


def _held(contact_id: int) -> Contact | None:
    """The contact, held until the transaction ends, if the portal is open to them."""
    rows = Contact.objects.open_to_portal().select_for_update(of=("self",), no_key=True)
    return rows.filter(pk=contact_id).first()
